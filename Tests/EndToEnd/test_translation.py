"""Requests and replies of a service, frame by frame: behaviours 7, 11, 13 to 20, 23, 42, 50, 51 and 57."""

import struct

import pytest

from daemon import backend, service
from frames import (ACK, CLIENT_MAC, FIN, ICMP, PSH, ROUTER_MAC, RST, SYN, TCP, UDP, Packet, checksum_fault, ethernet,
                    parse, seeded)

VIP = "10.0.2.100"
SERVERS = ("10.0.1.2", "10.0.1.3", "10.0.1.4")
TCP_BACKENDS = [f"{address}:800{address[-1]}" for address in SERVERS]
UDP_BACKENDS = [f"{address}:900{address[-1]}" for address in SERVERS]
OTHER_BACKENDS = [f"{address}:700{address[-1]}" for address in SERVERS]

SERVICES = [
    service("web", *TCP_BACKENDS),
    service("web-udp", *UDP_BACKENDS, protocol="udp"),
    service("other-port", *OTHER_BACKENDS, port=8001),
    service("other-vip", "10.0.1.7:80", vip="10.0.2.200"),
    service("ping", *SERVERS, protocol="icmp"),
]


@pytest.fixture
def running(on_wire):
    return on_wire(*SERVICES)


def request_through(wire, packet):
    """Sends a client's packet; returns what the server's side gets, and the backend that it was sent to."""
    wire.left.send(packet)
    frame = wire.right.receive()
    assert frame is not None, f"{packet} was lost"
    return frame, parse(frame)


def to_backend(packet, seen):
    """What the packet must look like behind Sluice: a new destination, and nothing else but checksums."""
    return bytes(packet.but(destination=seen.destination, dport=seen.dport))


def reply_from(seen, packet, **changes):
    """A server's answer to the packet that it saw."""
    return packet.but(destination=seen.destination, dport=seen.dport).reply(**changes)


def assert_reply_restored(wire, reply, vip=VIP, port=8000):
    wire.right.send(reply)
    assert wire.left.receive() == bytes(reply.but(source=vip, sport=reply.sport if reply.protocol == ICMP else port))


REQUESTS = [
    pytest.param(Packet(sport=30001, dport=8000), id="tcp"),
    pytest.param(Packet(sport=30002, dport=8000, protocol=UDP, payload=b"question"), id="udp"),
]


@pytest.mark.parametrize("packet", REQUESTS)
def test_07_only_addresses_ports_and_checksums_change(running, wire, packet):
    """Ethernet addresses, TTL, TOS, identification, flags and payload stay: whole frames are compared."""
    for changes in (dict(ttl=1, tos=0xB8, ident=0xBEEF), dict(ttl=255, fragment=0),
                    dict(source_mac="02:aa:00:00:00:07")):
        sent = packet.but(**changes)
        frame, seen = request_through(wire, sent)
        assert frame == to_backend(sent, seen)
        assert_reply_restored(wire, reply_from(seen, sent, ttl=61, tos=0x10, ident=0x1234))


@pytest.mark.parametrize("length", [4, 8, 20, 40])
@pytest.mark.parametrize("packet", REQUESTS)
def test_11_ip_options_are_skipped_by_header_length(running, wire, packet, length):
    options = (b"\x94\x04\0\0" + b"\x01" * 36)[:length]  # router alert, then no-operations
    sent = packet.but(options=options)
    frame, seen = request_through(wire, sent)
    assert frame == to_backend(sent, seen)
    assert seen.backend in TCP_BACKENDS + UDP_BACKENDS
    assert_reply_restored(wire, reply_from(seen, sent))


@pytest.mark.parametrize("packet", REQUESTS)
def test_13_request_reaches_backend_with_address_and_port_rewritten(running, wire, packet):
    frame, seen = request_through(wire, packet)
    assert seen.backend in (TCP_BACKENDS if packet.protocol == TCP else UDP_BACKENDS)
    assert (seen.source, seen.sport) == (packet.source, packet.sport)
    assert frame == to_backend(packet, seen)


@pytest.mark.parametrize("packet", REQUESTS)
def test_14_reply_leaves_with_the_vip_as_its_source(running, wire, packet):
    _, seen = request_through(wire, packet)
    assert_reply_restored(wire, reply_from(seen, packet, payload=b"answer"))


def test_14_no_server_address_shows_in_a_whole_connection(running, wire):
    opening = Packet(sport=30100, dport=8000, sequence=1000)
    _, seen = request_through(wire, opening)
    conversation = [("reply", dict(flags=SYN | ACK, sequence=5000)), ("request", dict(flags=ACK)),
                    ("request", dict(flags=ACK | PSH, payload=b"GET / HTTP/1.0\r\n\r\n")),
                    ("reply", dict(flags=ACK | PSH, payload=b"page" * 300)), ("reply", dict(flags=ACK | FIN)),
                    ("request", dict(flags=ACK | FIN)), ("reply", dict(flags=ACK)), ("reply", dict(flags=RST))]
    for direction, changes in conversation:
        if direction == "reply":
            assert_reply_restored(wire, reply_from(seen, opening, **changes))
        else:
            packet = opening.but(**changes)
            frame, again = request_through(wire, packet)
            assert again.backend == seen.backend
            assert frame == to_backend(packet, seen)


def test_15_checksums_are_right_after_rewrite_both_ways(running, wire):
    """Random addresses, ports, lengths (odd ones too), payloads and flags; sums recomputed from zero."""
    generator = seeded()
    for _ in range(1500):
        packet = Packet(
            source=f"{generator.randrange(11, 200)}.{generator.randrange(256)}.{generator.randrange(256)}.9",
            protocol=generator.choice([TCP, UDP, ICMP]), sport=generator.randrange(1, 65536), dport=8000,
            payload=generator.randbytes(generator.randrange(1200)), flags=generator.choice([SYN, ACK, ACK | PSH]),
            sequence=generator.randrange(1 << 32), ttl=generator.randrange(1, 256), tos=generator.randrange(256),
            ident=generator.randrange(65536), options=b"\x01" * generator.choice([0, 0, 4, 40]))
        frame, seen = request_through(wire, packet)
        assert checksum_fault(frame) is None
        assert frame == to_backend(packet, seen)
        wire.right.send(reply_from(seen, packet, payload=generator.randbytes(generator.randrange(1200))))
        answer = wire.left.receive()
        assert checksum_fault(answer) is None
        assert parse(answer).source == VIP


def test_15_a_wrong_checksum_stays_wrong(running, wire):
    """Sluice mends by difference, so that damage done before it still shows at the receiver."""
    frame = bytearray(bytes(Packet(sport=30200, dport=8000, flags=ACK, payload=b"damaged")))
    frame[-1] ^= 0x40
    wire.left.send(frame)
    assert checksum_fault(wire.right.receive()) == "TCP checksum"


def test_16_udp_without_checksum_stays_without(running, wire):
    packet = Packet(sport=30300, dport=8000, protocol=UDP, payload=b"no sum", udp_checksum=False)
    frame, seen = request_through(wire, packet)
    assert frame == to_backend(packet, seen)
    assert seen.transport[6:8] == b"\0\0"
    reply = reply_from(seen, packet)
    assert_reply_restored(wire, reply)


def test_16_a_computed_zero_is_sent_as_ones(running, wire):
    """The last two bytes are chosen so that the sum after translation comes to zero; once for each direction."""
    probe = Packet(sport=30301, dport=8000, protocol=UDP, payload=b"\0\0")
    _, seen = request_through(wire, probe)
    translated = probe.but(destination=seen.destination, dport=seen.dport)

    wire.left.send(probe.but(payload=_filling(translated)))
    assert parse(wire.right.receive()).transport[6:8] == b"\xff\xff"

    reply = translated.reply()
    wire.right.send(reply.but(payload=_filling(reply.but(source=VIP, sport=8000))))
    assert parse(wire.left.receive()).transport[6:8] == b"\xff\xff"


def _filling(packet):
    """The two bytes that make the packet's UDP checksum come to zero, that is, show as 0xffff."""
    plain, = struct.unpack("!H", parse(bytes(packet.but(payload=b"\0\0"))).transport[6:8])
    return struct.pack("!H", plain)


def test_17_the_backend_port_differs_from_the_service_port(running, wire):
    _, seen = request_through(wire, Packet(sport=30400, dport=8000))
    assert seen.dport == 8000 + int(seen.destination[-1])


def test_18_each_service_has_its_own_pool(running, wire):
    """One client address and port to all of them: same VIP other port, other protocol, other VIP."""
    for changes, vip, port, pool in [
        (dict(dport=8000), VIP, 8000, TCP_BACKENDS),
        (dict(dport=8001), VIP, 8001, OTHER_BACKENDS),
        (dict(dport=8000, protocol=UDP), VIP, 8000, UDP_BACKENDS),
        (dict(dport=8000, destination="10.0.2.200"), "10.0.2.200", 8000, ["10.0.1.7:80"]),
    ]:
        packet = Packet(sport=30500, **changes)
        frame, seen = request_through(wire, packet)
        assert seen.backend in pool
        assert frame == to_backend(packet, seen)
        assert_reply_restored(wire, reply_from(seen, packet), vip, port)


EMPTY = [service("pass", port=8100, when_empty="pass"),
         service("drop", port=8101, when_empty="drop"),
         service("reject", port=8102, when_empty="reject"),
         service("drained", backend("10.0.1.2:8002", 0), port=8103, when_empty="reject"),
         service("default", backend("10.0.1.2:8002", 0), port=8104),
         service("reject-udp", port=8102, protocol="udp", when_empty="reject"),
         service("reject-ping", protocol="icmp", when_empty="reject")]


@pytest.fixture
def empty(on_wire):
    return on_wire(*EMPTY)


@pytest.mark.parametrize("port", [8100, 8104], ids=["said", "default"])
def test_20_an_empty_service_that_passes(empty, wire, port):
    packet = Packet(sport=30600, dport=port)
    wire.left.send(packet)
    assert wire.right.receive() == bytes(packet)


def test_20_an_empty_service_that_drops_and_counts(empty, wire):
    before = sum(empty.drops().values())
    wire.left.send(Packet(sport=30601, dport=8101))
    assert wire.right.receive(0.3) is None and wire.left.receive(0) is None
    assert sum(empty.drops().values()) == before + 1


@pytest.mark.parametrize("port", [8102, 8103], ids=["no-backends", "all-weights-zero"])
def test_20_an_empty_service_that_resets_tcp(empty, wire, port):
    syn = Packet(sport=30602, dport=port, sequence=7000)
    wire.left.send(syn)
    frame = wire.left.receive()
    answer = parse(frame)
    assert checksum_fault(frame) is None
    assert frame[:12] == ethernet(b"", 0, ROUTER_MAC, CLIENT_MAC)[:12]
    assert (answer.source, answer.sport, answer.destination, answer.dport) == (VIP, port, syn.source, syn.sport)
    sequence, acknowledgement = struct.unpack_from("!II", answer.transport, 4)
    assert answer.flags == RST | ACK and (sequence, acknowledgement) == (0, 7001)
    assert wire.right.receive(0.1) is None


def test_20_a_reset_is_never_answered(empty, wire):
    wire.left.send(Packet(sport=30603, dport=8102, flags=RST))
    assert wire.left.receive(0.3) is None


@pytest.mark.parametrize("packet", [
    Packet(sport=30604, dport=8102, protocol=UDP, payload=b"anyone?" * 20),
    Packet(sport=30605, protocol=ICMP, sequence=1, payload=b"anyone?" * 8),
], ids=["udp", "icmp"])
def test_20_an_empty_service_that_sends_icmp_unreachable(empty, wire, packet):
    wire.left.send(packet)
    frame = wire.left.receive()
    answer = parse(frame)
    assert checksum_fault(frame) is None
    assert (answer.source, answer.destination, answer.protocol) == (VIP, packet.source, ICMP)
    assert answer.transport[0] == 3, "destination unreachable"
    quoted = bytes(packet)[14:]
    assert quoted.startswith(answer.transport[8:]) and len(answer.transport) >= 8 + 28


def test_23_one_server_with_two_ports_in_a_service(on_wire, wire):
    on_wire(service("twins", "10.0.1.2:8002", "10.0.1.2:8012"))
    chosen = set()
    for number in range(64):
        packet = Packet(sport=31000 + number, dport=8000)
        _, seen = request_through(wire, packet)
        chosen.add(seen.backend)
        assert_reply_restored(wire, reply_from(seen, packet))
    assert chosen == {"10.0.1.2:8002", "10.0.1.2:8012"}


def test_50_an_echo_reply_returns_from_the_vip(running, wire):
    for sequence in range(1, 20):
        packet = Packet(protocol=ICMP, sport=0x0BAD, sequence=sequence, payload=bytes(range(56)))
        frame, seen = request_through(wire, packet)
        assert seen.destination in SERVERS and frame == to_backend(packet, seen)
        assert_reply_restored(wire, reply_from(seen, packet))


def test_51_one_echo_identifier_keeps_its_server(running, wire):
    servers = {}
    for sequence in range(4):
        for identifier in range(1, 65):
            _, seen = request_through(wire, Packet(protocol=ICMP, sport=identifier, sequence=sequence))
            assert servers.setdefault(identifier, seen.destination) == seen.destination
    assert set(servers.values()) == set(SERVERS)


def test_51_without_an_icmp_service_a_ping_crosses(on_wire, wire):
    on_wire(service("web", *TCP_BACKENDS))
    packet = Packet(protocol=ICMP, sport=5, sequence=1)
    wire.left.send(packet)
    assert wire.right.receive() == bytes(packet)


@pytest.mark.parametrize("packet", REQUESTS + [pytest.param(Packet(protocol=ICMP, sport=30003), id="icmp")])
def test_57_protocol_all_makes_tcp_udp_and_icmp(on_wire, wire, packet):
    on_wire(service("everything", *TCP_BACKENDS, protocol="all"))
    frame, seen = request_through(wire, packet)
    assert seen.destination in SERVERS
    assert frame == to_backend(packet, seen)
    assert_reply_restored(wire, reply_from(seen, packet))
