"""VLAN tags on the wire: behaviour 12."""

import struct

import pytest

from daemon import configuration, service
from frames import ICMP, SYN, TCP, UDP, Packet, parse

SERVICES = [
    service("web", "10.0.1.2:8002", "10.0.1.3:8003"),
    service("dns", "10.0.1.2:53", protocol="udp"),
    service("ping", "10.0.1.2", protocol="icmp"),
    service("refused", port=8102, when_empty="reject"),
]
PORTS = configuration()["ports"]
# The kernel hands an outer 802.1ad tag to packet sockets as 802.1Q; unit tests have the other types.
TAGS = [[(0x8100, 100)], [(0x8100, 0xE064), (0x8100, 200)]]


def tagged(frame, tags):
    frame = bytes(frame)
    return frame[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + frame[12:]


def untagged(frame, tags):
    """The frame without its tags, which must be these."""
    header = b"".join(struct.pack("!HH", *tag) for tag in tags)
    assert frame is not None and frame[12:12 + len(header)] == header
    return frame[:12] + frame[12 + len(header):]


@pytest.mark.parametrize("tags", TAGS)
@pytest.mark.parametrize("protocol", [TCP, UDP, ICMP])
def test_12_a_tagged_packet_is_balanced_and_keeps_its_tags(on_wire, wire, protocol, tags):
    on_wire(*SERVICES)
    packet = Packet(protocol=protocol, sport=31000, dport=0 if protocol == ICMP else 8000, payload=b"hello")
    wire.left.send(tagged(packet, tags))
    frame = untagged(wire.right.receive(), tags)
    seen = parse(frame)
    assert seen.destination in ("10.0.1.2", "10.0.1.3")
    arrived = packet.but(destination=seen.destination, dport=packet.dport if protocol == ICMP else seen.dport)
    assert frame == bytes(arrived)
    wire.right.send(tagged(arrived.reply(), tags))
    assert untagged(wire.left.receive(), tags) == bytes(packet.reply())


@pytest.mark.parametrize("tags", TAGS)
def test_12_a_refusal_of_a_tagged_request_has_its_tags(on_wire, wire, tags):
    on_wire(*SERVICES)
    wire.left.send(tagged(Packet(sport=31001, dport=8102, flags=SYN), tags))
    answer = parse(untagged(wire.left.receive(), tags))
    assert (answer.source, answer.sport, answer.dport) == ("10.0.2.100", 8102, 31001)


@pytest.mark.parametrize("action", ["pass", "drop"])
def test_12_a_port_may_pass_tagged_frames_or_drop_them(on_wire, wire, action):
    ports = {name: {**port, "vlan": action} for name, port in PORTS.items()}
    running = on_wire(*SERVICES, ports=ports)
    frame, marker = tagged(Packet(sport=31002, dport=8000), TAGS[0]), bytes(Packet(sport=31003, dport=9))
    wire.left.send(frame)
    wire.left.send(marker)  # nobody's: crosses behind the other
    expected = [frame, marker] if action == "pass" else [marker]
    assert wire.right.receive_all(len(expected)) == expected
    assert running.balances()
