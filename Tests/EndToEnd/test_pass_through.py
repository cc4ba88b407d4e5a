"""What no service claims crosses unchanged: behaviours 1 to 8, on bare cables, byte for byte."""

import struct

import pytest

from daemon import service
from frames import (ACK, ARP, BROADCAST, CLIENT_MAC, FIN, IPV6, PSH, ROUTER_MAC, RST, SYN, UDP, Packet, ethernet,
                    mac, ones_complement_sum, seeded)

WEB = service("web", "10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004")


@pytest.fixture
def running(on_wire):
    return on_wire(WEB)


def padded(frame):
    return frame.ljust(60, b"\0")


def arp(operation, source_mac, source, target_mac, target, destination):
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    body += mac(source_mac) + bytes(source) + mac(target_mac) + bytes(target)
    return padded(ethernet(body, ARP, source_mac, destination))


def neighbour_discovery(kind, source, target, source_mac, destination_mac):
    """An ICMPv6 neighbour solicitation (135) or advertisement (136), checksum included."""
    body = struct.pack("!BBHI", kind, 0, 0, 0x60000000 if kind == 136 else 0) + target
    body += struct.pack("!BB", 2 if kind == 136 else 1, 1) + mac(source_mac)
    pseudo = source + target + struct.pack("!I3xB", len(body), 58)
    body = body[:2] + struct.pack("!H", 0xFFFF ^ ones_complement_sum(pseudo + body)) + body[4:]
    header = struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + source + target
    return ethernet(header + body, IPV6, source_mac, destination_mac)


def assert_crosses(wire, frame):
    """The frame comes out of the other side as it went in, in both directions, and nothing comes back."""
    frame = bytes(frame)
    for entry, other in ((wire.left, wire.right), (wire.right, wire.left)):
        entry.send(frame)
        arrived = other.receive()
        assert arrived is not None, f"lost between {entry.interface} and {other.interface}: {frame.hex()}"
        assert arrived.hex() == frame.hex()
    assert wire.left.receive(0.05) is None and wire.right.receive(0.05) is None


def test_01_every_frame_leaves_by_the_other_port(running, wire):
    frames = [bytes(Packet(protocol=UDP, destination="10.9.9.9", sport=number, dport=9, payload=b"x" * number))
              for number in range(1, 301)]
    for entry, other in ((wire.left, wire.right), (wire.right, wire.left)):
        for frame in frames:
            entry.send(frame)
        assert other.receive_all(len(frames)) == frames
        assert entry.receive(0.1) is None


def test_01_balanced_frames_leave_by_the_other_port(running, wire):
    requests = [Packet(sport=20000 + number, dport=8000) for number in range(100)]
    for request in requests:
        wire.left.send(request)
    assert len(wire.right.receive_all(100)) == 100
    assert wire.left.receive(0.1) is None


@pytest.mark.parametrize("frame", [
    pytest.param(arp(1, CLIENT_MAC, (10, 0, 0, 1), "00:00:00:00:00:00", (10, 0, 0, 254), BROADCAST), id="request"),
    pytest.param(arp(2, ROUTER_MAC, (10, 0, 0, 254), CLIENT_MAC, (10, 0, 0, 1), CLIENT_MAC), id="reply"),
    pytest.param(arp(1, CLIENT_MAC, (10, 0, 0, 1), "00:00:00:00:00:00", (10, 0, 2, 100), BROADCAST), id="for-the-vip"),
    pytest.param(arp(2, CLIENT_MAC, (10, 0, 0, 1), BROADCAST, (10, 0, 0, 1), BROADCAST), id="gratuitous"),
])
def test_02_arp_crosses_byte_for_byte_both_ways(running, wire, frame):
    assert_crosses(wire, frame)


CLIENT6, ROUTER6 = bytes.fromhex("fd00" + "00" * 13 + "01"), bytes.fromhex("fd00" + "00" * 12 + "0254")


@pytest.mark.parametrize("frame", [
    pytest.param(neighbour_discovery(135, CLIENT6, ROUTER6, CLIENT_MAC, "33:33:ff:00:02:54"), id="solicitation"),
    pytest.param(neighbour_discovery(136, ROUTER6, CLIENT6, ROUTER_MAC, CLIENT_MAC), id="advertisement"),
    pytest.param(ethernet(struct.pack("!IHBB", 6 << 28, 20, 6, 64) + CLIENT6 + ROUTER6 +
                          struct.pack("!HHIIBBHHH", 40000, 8000, 1, 0, 5 << 4, SYN, 65535, 0, 0), IPV6), id="tcp-syn"),
])
def test_03_ipv6_crosses_byte_for_byte_both_ways(running, wire, frame):
    assert_crosses(wire, frame)


@pytest.mark.parametrize("frame", [
    pytest.param(ethernet(bytes.fromhex("0207040200000000010403054c454654060200780000"), 0x88CC, CLIENT_MAC,
                          "01:80:c2:00:00:0e"), id="lldp"),
    pytest.param(ethernet(bytes.fromhex("424203000002023c8000020000000000000000008000020000000000800200001400020"
                                        "00f0000000000"), 38, CLIENT_MAC, "01:80:c2:00:00:00"), id="stp-802.3"),
    pytest.param(ethernet(bytes.fromhex("1109000000040101000001030000"), 0x8863), id="pppoe-discovery"),
    pytest.param(ethernet(bytes.fromhex("1100000100160021") + bytes(Packet())[14:], 0x8864), id="pppoe-session"),
    pytest.param(ethernet(bytes.fromhex("000011ff") + bytes(Packet(dport=8000))[14:], 0x8847), id="mpls"),
    pytest.param(ethernet(bytes.fromhex("00640806") + b"\0" * 44, 0x8100), id="vlan-arp"),
    pytest.param(ethernet(b"", 0x9999), id="header-only"),
])
def test_04_other_ethertypes_cross_unchanged(running, wire, frame):
    assert_crosses(wire, frame)


@pytest.mark.parametrize("packet", [
    pytest.param(Packet(destination="10.0.2.101", sport=40000, dport=8000), id="another-address"),
    pytest.param(Packet(destination="10.0.2.100", sport=40000, dport=8001), id="another-port"),
    pytest.param(Packet(destination="10.0.2.100", sport=40000, dport=8000, protocol=UDP), id="another-protocol"),
    pytest.param(Packet(destination="10.0.1.2", sport=40000, dport=8002), id="a-server-itself"),
    pytest.param(Packet(destination="255.255.255.255", protocol=UDP, sport=68, dport=67), id="broadcast"),
    pytest.param(Packet(destination="224.0.0.251", protocol=UDP, sport=5353, dport=5353), id="multicast"),
    pytest.param(Packet(destination="10.0.2.100", sport=7, protocol=1), id="echo-without-icmp-service"),
])
def test_05_ipv4_to_no_service_crosses_unchanged(running, wire, packet):
    assert_crosses(wire, packet)


def test_05_direct_access_with_a_session_of_its_own(running, wire):
    """Request, reply and data between a client and a server itself, none of it touched."""
    request = Packet(destination="10.0.1.3", sport=41000, dport=8003)
    reply = request.reply()
    for entry, other, packet in ((wire.left, wire.right, request), (wire.right, wire.left, reply),
                                 (wire.left, wire.right, request.but(flags=ACK)),
                                 (wire.right, wire.left, reply.but(flags=ACK | PSH, payload=b"page")),
                                 (wire.left, wire.right, request.but(flags=ACK | FIN)),
                                 (wire.right, wire.left, reply.but(flags=RST))):
        entry.send(packet)
        assert other.receive() == bytes(packet)


def test_06_server_initiated_traffic_crosses_to_the_client(running, wire):
    for number, packet in enumerate([
        Packet("10.0.1.2", "10.0.0.1", sport=50000, dport=22),
        Packet("10.0.1.2", "10.0.0.1", sport=50000, dport=22, flags=ACK, payload=b"login"),
        Packet("10.0.1.3", "10.0.0.1", protocol=UDP, sport=123, dport=123, payload=b"ntp"),
        Packet("10.0.1.4", "10.0.0.1", protocol=1, sport=99, payload=b"ping"),
        Packet("10.0.7.7", "10.0.0.1", sport=8002, dport=4000),
    ]):
        packet = packet.but(source_mac=ROUTER_MAC, destination_mac=CLIENT_MAC, ident=number)
        wire.right.send(packet)
        assert wire.left.receive() == bytes(packet)


@pytest.mark.parametrize("number", [2, 4, 41, 47, 50, 51, 89, 103, 132, 255],
                         ids=["igmp", "ipip", "6in4", "gre", "esp", "ah", "ospf", "pim", "sctp", "raw"])
def test_08_other_ip_protocols_cross_unchanged(running, wire, number):
    """To the VIP and to a server, though the first bytes would read as ports of a service."""
    generator = seeded()
    for destination in ("10.0.2.100", "10.0.1.2"):
        payload = struct.pack("!HH", 40000, 8000) + generator.randbytes(40)
        assert_crosses(wire, Packet(destination=destination, protocol=number, payload=payload, ttl=3, tos=0xE0))


def test_09_malformed_frames_are_dropped_and_counted(running, wire):
    """A few of each kind end to end; every length is unit tested."""
    whole = bytes(Packet(sport=42000, dport=8000))
    before = sum(running.drops().values())
    bad_version = whole[:14] + b"\x65" + whole[15:]
    bad_header_length = whole[:14] + b"\x44" + whole[15:]
    bad_total_length = whole[:16] + struct.pack("!H", 1400) + whole[18:]
    for frame in (bad_version, bad_header_length, bad_total_length, whole[:20], whole[:40]):
        wire.left.send(frame)
    assert wire.right.receive(0.3) is None
    assert sum(running.drops().values()) - before == 5
    wire.left.send(whole)
    assert wire.right.receive() is not None
