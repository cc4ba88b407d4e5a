"""What Sluice remembers of a flow, for how long, and what happens without it: behaviours 42, 44 and 49."""

import contextlib
import hashlib
import random
import socket
import threading
import time

import pytest

from daemon import service
from frames import ACK, FIN, ICMP, PSH, RST, SYN, UDP, Packet, parse
from topology import until

VIP, CLIENT = "10.0.2.100", "10.0.0.1"
SERVERS = ("10.0.1.2", "10.0.1.3", "10.0.1.4")
POOL = [f"{address}:800{address[-1]}" for address in SERVERS]
WEB = service("web", *POOL)


def chosen(wire, packet):
    wire.left.send(packet)
    return parse(wire.right.receive())


def reply_of(address, packet, **changes):
    return packet.but(destination=address, dport=8000 + int(address[-1])).reply(**changes)


def test_42_the_first_request_makes_the_way_back(on_wire, wire):
    on_wire(WEB)
    packet = Packet(sport=33000, dport=8000)
    seen = chosen(wire, packet)
    wire.right.send(reply_of(seen.destination, packet))
    assert parse(wire.left.receive()).source == VIP


def closed_connection(wire, opening, server, vip):
    """A whole connection, as the client sees it with `vip` or a server's own address."""
    assert chosen(wire, opening).destination == server
    for direction, flags in (("reply", SYN | ACK), ("request", ACK), ("request", FIN | ACK), ("reply", FIN | ACK),
                             ("request", ACK)):
        if direction == "request":
            assert chosen(wire, opening.but(flags=flags)).destination == server
        else:
            wire.right.send(reply_of(server, opening, flags=flags))
            assert parse(wire.left.receive()).source == vip


@pytest.mark.parametrize("first", ["vip", "direct"])
def test_05_a_port_used_for_the_vip_and_for_the_server_itself_in_turn(on_wire, wire, first):
    """A client's port comes round while the connection before is still remembered as closing."""
    on_wire(WEB, fresh=True)
    to_vip = Packet(sport=33050, dport=8000)
    server = chosen(wire, to_vip.but(flags=RST)).destination  # a reset makes no session
    direct = Packet(sport=33050, destination=server, dport=8000 + int(server[-1]))
    turns = [(to_vip, VIP), (direct, server)]
    for opening, address in (turns if first == "vip" else turns[::-1]) * 2:
        closed_connection(wire, opening, server, address)


def test_42_a_reply_of_no_session_and_no_stateless_match_crosses(on_wire, wire):
    on_wire(WEB)
    packet = Packet(sport=33001, dport=8000)
    seen = chosen(wire, packet)
    on_wire(WEB, fresh=True)
    for address in SERVERS:
        if address != seen.destination:
            reply = reply_of(address, packet, flags=ACK)
            wire.right.send(reply)
            assert wire.left.receive() == bytes(reply)


@pytest.mark.parametrize("flags", [SYN | ACK, ACK | PSH], ids=["syn-ack", "data"])
def test_49_a_reply_without_an_entry_is_translated_and_adopted(on_wire, wire, flags):
    on_wire(WEB)
    packet = Packet(sport=33002, dport=8000)
    seen = chosen(wire, packet)
    daemon = on_wire(WEB, fresh=True)
    wire.right.send(reply_of(seen.destination, packet, flags=flags))
    restored = parse(wire.left.receive())
    assert (restored.source, restored.sport) == (VIP, 8000)
    until(lambda: daemon.active_sessions("web") == 1, 2, "the flow was not adopted")


def test_49_a_request_in_mid_stream_is_adopted_by_its_server(on_wire, wire):
    on_wire(WEB)
    packets = [Packet(sport=33100 + number, dport=8000) for number in range(100)]
    before = [chosen(wire, packet).backend for packet in packets]
    daemon = on_wire(WEB, fresh=True)
    assert [chosen(wire, packet.but(flags=ACK | PSH, payload=b"more")).backend for packet in packets] == before
    until(lambda: daemon.active_sessions("web") == 100, 2, "the flows were not adopted")


TIMEOUTS = {"tcp_syn": "1s", "tcp_established": "3s", "tcp_closing": "1s", "udp": "1s", "icmp": "1s"}


@pytest.fixture
def forgetful(on_wire):
    """Timeouts as short as a test likes them."""
    return on_wire(WEB, service("dns", *POOL, protocol="udp"), service("ping", *SERVERS, protocol="icmp"), fresh=True,
                   sessions={"capacity": 65536, "timeouts": TIMEOUTS})


def is_new_to(daemon, name, wire, packet):
    """Sends a client's packet; says whether it began a session or belonged to one, which it keeps alive."""
    before = sum(daemon.new_sessions(name).values())
    chosen(wire, packet)
    time.sleep(0.1)
    return sum(daemon.new_sessions(name).values()) > before


def assert_idles(daemon, name, wire, packet, lives, dies):
    """The packet's session is there after `lives` seconds of silence, and gone after `dies`."""
    time.sleep(lives)
    assert not is_new_to(daemon, name, wire, packet), f"gone after {lives} s"
    time.sleep(dies)
    assert is_new_to(daemon, name, wire, packet), f"still there after {dies} s"


def handshake(wire, sport):
    opening = Packet(sport=sport, dport=8000)
    seen = chosen(wire, opening)
    for tap, other, packet in ((wire.right, wire.left, reply_of(seen.destination, opening)),
                               (wire.left, wire.right, opening.but(flags=ACK))):
        tap.send(packet)
        assert other.receive() is not None
    return opening, seen.destination


def test_44_a_half_open_connection_ends_early(forgetful, wire):
    opening = Packet(sport=34000, dport=8000)
    chosen(wire, opening)
    assert_idles(forgetful, "web", wire, opening, 0.5, 1.5)


def test_44_an_established_connection_lives_longer(forgetful, wire):
    opening, _ = handshake(wire, 34001)
    assert_idles(forgetful, "web", wire, opening.but(flags=ACK), 2.2, 3.5)


@pytest.mark.parametrize("direction", ["request", "reply"])
def test_44_traffic_of_either_direction_keeps_a_connection(forgetful, wire, direction):
    opening, server = handshake(wire, 34002 if direction == "request" else 34012)
    for _ in range(2):
        time.sleep(1.8)
        if direction == "request":
            assert not is_new_to(forgetful, "web", wire, opening.but(flags=ACK))
        else:
            wire.right.send(reply_of(server, opening, flags=ACK))
            assert wire.left.receive() is not None
    time.sleep(1.8)
    assert not is_new_to(forgetful, "web", wire, opening.but(flags=ACK))


@pytest.mark.parametrize("ending", ["fin", "reset"])
def test_44_a_closed_connection_ends_early(forgetful, wire, ending):
    opening, server = handshake(wire, 34003 if ending == "fin" else 34013)
    closing = {
        "fin": [(wire.left, wire.right, opening.but(flags=FIN | ACK)),
                (wire.right, wire.left, reply_of(server, opening, flags=FIN | ACK)),
                (wire.left, wire.right, opening.but(flags=ACK))],
        "reset": [(wire.right, wire.left, reply_of(server, opening, flags=RST))],
    }
    for tap, other, packet in closing[ending]:
        tap.send(packet)
        assert other.receive() is not None
    if ending == "fin":
        assert_idles(forgetful, "web", wire, opening.but(flags=ACK), 0.5, 1.5)
    else:  # An ordinary segment would undo the reset.
        time.sleep(1.5)
        assert is_new_to(forgetful, "web", wire, opening.but(flags=ACK)), "still there after 1.5 s"


def test_44_one_side_closed_is_not_the_end(forgetful, wire):
    opening, server = handshake(wire, 34004)
    chosen(wire, opening.but(flags=FIN | ACK))
    wire.right.send(reply_of(server, opening, flags=ACK))
    assert wire.left.receive() is not None
    time.sleep(2.2)
    assert not is_new_to(forgetful, "web", wire, opening.but(flags=ACK))


@pytest.mark.parametrize("packet, name", [(Packet(sport=34005, dport=8000, protocol=UDP), "dns"),
                                          (Packet(sport=34006, protocol=ICMP), "ping")], ids=["udp", "icmp"])
def test_44_udp_and_icmp_end_by_their_own_timeouts(forgetful, wire, packet, name):
    chosen(wire, packet)
    assert_idles(forgetful, name, wire, packet, 0.5, 1.5)


def test_44_ended_sessions_leave_the_count(forgetful, wire):
    """The sweep goes round in ten seconds."""
    chosen(wire, Packet(sport=34007, dport=8000, protocol=UDP))
    until(lambda: forgetful.active_sessions("dns") > 0, 1, "the session does not show")
    until(lambda: forgetful.active_sessions("dns") == 0, 13, "the session still shows")


SIZE = 6 << 20  # at 1 MB/s: longer than a kill and a restart


@contextlib.contextmanager
def tcp_servers(network, conversation):
    """On every server, port 7000 + N takes one connection and has the conversation; yields what they saw."""
    listeners, results = [], {}

    def serve(address, listener):
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                results[address] = conversation(connection)

    try:
        for address, namespace in network.servers.items():
            with namespace.inside():
                listener = socket.create_server((address, 7000 + int(address[-1])))
            listeners.append(listener)
            threading.Thread(target=serve, args=(address, listener), daemon=True).start()
        yield results
    finally:
        for listener in listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def send_slowly(connection, data):
    """About 1 MB/s, then the end of the stream."""
    for start in range(0, len(data), 16384):
        connection.sendall(data[start:start + 16384])
        time.sleep(0.016)
    connection.shutdown(socket.SHUT_WR)


def receive_everything(connection):
    digest = hashlib.sha256()
    while piece := connection.recv(65536):
        digest.update(piece)
    return digest.hexdigest()


@pytest.mark.parametrize("direction", ["download", "upload", "both"])
def test_49_a_transfer_survives_kill_9_and_restart(on_network, network, direction):
    pool = [f"{address}:700{address[-1]}" for address in network.SERVERS]
    daemon = on_network(service("transfer", *pool), fresh=True)
    data = random.Random(49).randbytes(SIZE)
    down, up = data if direction != "upload" else b"", data if direction != "download" else b""

    def conversation(connection):
        return exchange(connection, down)

    with tcp_servers(network, conversation) as seen:
        with network.client.inside():
            connection = socket.create_connection((VIP, 8000), timeout=30)
        results = []
        transfer = threading.Thread(target=lambda: results.append(exchange(connection, up)), daemon=True)
        with connection:
            transfer.start()
            time.sleep(1.5)
            daemon.kill()
            time.sleep(0.3)
            daemon.start()
            transfer.join(60)
        assert not transfer.is_alive(), "the transfer hangs"
        until(lambda: seen, 10, "the server's end hangs")
    assert results == [hashlib.sha256(down).hexdigest()]
    assert list(seen.values()) == [hashlib.sha256(up).hexdigest()]


def exchange(connection, data):
    """Sends and receives at once until both directions have ended; returns the digest of what came."""
    sender = threading.Thread(target=send_slowly, args=(connection, data), daemon=True)
    sender.start()
    digest = receive_everything(connection)
    sender.join()
    return digest
