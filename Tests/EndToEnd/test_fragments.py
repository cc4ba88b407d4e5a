"""Datagrams larger than the MTU, in fragments, with real programs and real sockets: behaviours 59 and 60.

Every one is put together and checked by the kernel of the host that gets it.
"""

import collections
import contextlib
import select
import socket

import pytest

import taps
from daemon import service
from frames import ICMP, ROUTER_MAC, UDP, Packet, Tap, fragments, parse, seeded
from test_programs import iperf3
from topology import Network, until

VIP, SERVERS = Network.VIP, Network.SERVERS
CLIENTS = [Network.CLIENT, "10.0.0.11", "10.0.0.12"]
SERVICES = [
    service("many", *[f"{address}:7000" for address in SERVERS], protocol="udp", port=7000),
    service("one", "10.0.1.2:7001", protocol="udp", port=7001),
    service("ping", *SERVERS, protocol="icmp"),
    # iperf3 opens a TCP and a UDP flow that must meet at one server.
    service("iperf", "10.0.1.2:5201", protocol="all", port=5201, vip="10.0.2.101"),
]


@pytest.fixture(params=[("1@1",), ("1@1", "2@1")], ids=["one worker", "two workers"])
def running(on_network, network, request):
    daemon = on_network(*SERVICES, ports=taps.PORTS, workers=request.param)
    with taps.wired(network.sluice), addresses(network.client, CLIENTS[1:]):
        yield daemon
        until(lambda: daemon.status()["conservation"]["total"]["held"] == 0, 5, "fragments are still held")
        assert all(taken == given for taken, given in daemon.balances()) and not daemon.faults()


@contextlib.contextmanager
def addresses(namespace, more):
    """Further addresses of the client's host."""
    for address in more:
        namespace.ip("address", "add", f"{address}/24", "dev", "eth0")
    try:
        yield
    finally:
        for address in more:
            namespace.ip("address", "delete", f"{address}/24", "dev", "eth0")


@contextlib.contextmanager
def sockets(namespace, *ends, seconds=5.0):
    """UDP sockets of a host, bound."""
    with contextlib.ExitStack() as stack:
        with namespace.inside():
            made = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in ends]
        for each, end in zip(made, ends):
            each.bind(end)
            each.settimeout(seconds)
        yield made


def frames(daemon):
    """Frames that have come in by ports."""
    return daemon.status()["conservation"]["total"]["received_ports"]


def passed(daemon, reason):
    """Frames that have crossed for a reason."""
    return {each["reason"]: each["count"] for each in daemon.get("/v1/drops")["passes"]}[reason]


def test_59_datagrams_of_8_kib_and_their_answers_of_many_clients(running, network):
    generator = seeded()
    ends = [(address, 0) for address in CLIENTS for _ in range(10)]
    with contextlib.ExitStack() as stack:
        clients = stack.enter_context(sockets(network.client, *ends))
        servers = {
            address: stack.enter_context(sockets(network.servers[address], (address, 7000)))[0] for address in SERVERS}
        before, chosen = frames(running), collections.defaultdict(set)
        for _ in range(3):
            for client in clients:
                question, answer = generator.randbytes(8192), generator.randbytes(8192)
                client.sendto(question, (VIP, 7000))
                address = server_of(servers)
                data, peer = servers[address].recvfrom(16384)
                assert data == question and peer == client.getsockname()
                servers[address].sendto(answer, peer)
                assert client.recvfrom(16384) == (answer, (VIP, 7000))
                chosen[peer].add(address)
    assert all(len(each) == 1 for each in chosen.values()), "a client's datagrams reached several servers"
    assert len(set.union(*chosen.values())) == 3, "one server had them all"
    assert frames(running) - before >= 30 * 3 * 2 * 6, "they did not come in fragments"


def server_of(servers):
    """The one server that has got something."""
    ready, _, _ = select.select(servers.values(), [], [], 5)
    assert len(ready) == 1, f"{len(ready)} servers have got something"
    return next(address for address, each in servers.items() if each is ready[0])


@pytest.mark.parametrize("size", [8000, 30000])
def test_59_a_ping_larger_than_the_mtu(running, network, size):
    before = frames(running)
    sent = network.client.run("ping", "-c", "10", "-i", "0.02", "-W", "3", "-s", size, VIP)
    assert " 0% packet loss" in sent and "DUP" not in sent, sent
    assert frames(running) - before >= 10 * 2 * (size // 1480), "they did not come in fragments"


def put_together(namespace):
    """Datagrams that a host's kernel has put together from fragments."""
    names, figures = [
        line.split() for line in namespace.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Ip:")]
    return dict(zip(names, figures))["ReasmOKs"]


@pytest.mark.parametrize("arguments", [(), ("-R",)], ids=["up", "down"])
def test_59_iperf3_with_datagrams_of_8_kib(running, network, arguments):
    receiver = network.client if arguments else network.servers["10.0.1.2"]
    before = int(put_together(receiver))
    end = iperf3(network, "-u", "-l", "8192", "-b", "20M", *arguments)
    # The receiver's own account: the sender's calls nothing lost when nothing has arrived.
    received = end["sum_received"]
    assert received["packets"] > 400 and received["lost_packets"] <= received["packets"] * 0.02, end
    assert received["bytes"] >= received["packets"] * 8192 * 0.98, end
    assert int(put_together(receiver)) - before >= received["packets"] * 0.98


@pytest.fixture
def pieces(running, network):
    """Sends pieces of datagrams to the service `one`, and hears what its server gets."""
    with network.client.inside():
        tap = Tap("eth0")
    with contextlib.closing(tap), sockets(network.servers["10.0.1.2"], ("10.0.1.2", 7001)) as (server,):
        yield Pieces(running, tap, server)


class Pieces:
    """Datagrams from raw frames, each with another identification, to one server."""

    def __init__(self, daemon, tap, server):
        self.daemon, self.tap, self.server = daemon, tap, server
        self.generator = seeded()
        self.ident = self.generator.randrange(1 << 15)

    def datagram(self, size=8192):
        """A datagram, and its six fragments of at most 1480 octets."""
        self.ident += 1
        packet = Packet(
            protocol=UDP, sport=20000, dport=7001, ident=self.ident, fragment=0, payload=self.generator.randbytes(size),
            destination_mac=ROUTER_MAC)
        return packet, fragments(packet, 1480)

    def send(self, frames):
        for frame in frames:
            self.tap.send(frame)

    def arrives(self, packet):
        """Whether this is the next that the server gets."""
        return self.server.recvfrom(16384) == (packet.payload, (packet.source, packet.sport))

    def nothing_arrives(self):
        """A datagram sent after all others is the next that arrives."""
        packet, whole = self.datagram()
        self.send(whole)
        return self.arrives(packet)

    def counts(self, reason, count):
        """What waits, when it is called, until so many more frames than now are dropped for a reason."""
        before = self.daemon.drops()[reason]
        return lambda: until(
            lambda: self.daemon.drops()[reason] == before + count, 5,
            f"{reason}: {self.daemon.drops()[reason] - before}, not {count}")


def test_59_fragments_in_any_order_make_the_datagram(pieces):
    for number in range(20):
        packet, frames = pieces.datagram()
        assert len(frames) == 6
        frames = frames[::-1] if number == 0 else pieces.generator.sample(frames, 6)
        pieces.send(frames)
        assert pieces.arrives(packet)
    assert pieces.nothing_arrives()


def test_59_fragments_that_come_twice_make_one_datagram(pieces):
    counted = pieces.counts("fragment_duplicate", 20 * 5)
    for _ in range(20):
        packet, frames = pieces.datagram()
        # What comes behind the last would be another datagram's.
        pieces.send(pieces.generator.sample(frames[:5] * 2, 10) + frames[5:])
        assert pieces.arrives(packet)
    assert pieces.nothing_arrives()
    counted()


def test_59_fragments_that_overlap_reach_nobody(pieces):
    counted = pieces.counts("fragment_overlap", 10 * 5)
    for _ in range(10):
        packet, frames = pieces.datagram()
        overlapping = fragments(packet, 1480 - 8)[2]  # begins in the second, and ends in the third
        # Two have gone; whatever comes from the contradiction on is dropped, itself as well.
        pieces.send([frames[0], frames[1], overlapping, *frames[2:]])
    assert pieces.nothing_arrives()
    counted()


def test_59_fragments_without_a_first_wait_and_are_dropped_by_time(pieces):
    counted = pieces.counts("fragment_timeout", 5 * 5)
    held = lambda: pieces.daemon.status()["conservation"]["total"]["held"]
    for _ in range(5):
        pieces.send(pieces.datagram()[1][1:])
    until(lambda: held() == 25, 2, "they are not held")
    assert pieces.nothing_arrives()
    counted()
    assert held() == 0


def test_60_fragments_of_no_service_cross(running, network):
    before, crossed = frames(running), passed(running, "fragment")
    # To the router, which no service has to do with, and to a server itself, both ways.
    for namespace, address in ((network.client, Network.ROUTER), (network.router, Network.CLIENT)):
        sent = namespace.run("ping", "-c", "5", "-i", "0.02", "-W", "3", "-s", "8000", address)
        assert " 0% packet loss" in sent and "DUP" not in sent, sent
    assert passed(running, "fragment") - crossed == 2 * 2 * 5 * 6
    data = seeded().randbytes(8192)
    with sockets(network.client, (Network.CLIENT, 7777)) as (client,):
        with sockets(network.servers[SERVERS[0]], (SERVERS[0], 7777)) as (server,):
            client.sendto(data, (SERVERS[0], 7777))
            assert server.recvfrom(16384) == (data, (Network.CLIENT, 7777))
            server.sendto(data[::-1], (Network.CLIENT, 7777))
            assert client.recvfrom(16384) == (data[::-1], (SERVERS[0], 7777))
    assert frames(running) - before >= 2 * 2 * 5 * 6 + 12


def test_60_fragments_of_no_service_cross_byte_for_byte(running, network):
    with network.client.inside():
        left = Tap("eth0")
    with network.router.inside():
        right = Tap("wan")
    with contextlib.closing(left), contextlib.closing(right):
        for number, protocol in enumerate((UDP, ICMP, 132)):
            there = Packet(
                destination="10.9.9.9", protocol=protocol, sport=1000, dport=7001, ident=number, fragment=0,
                payload=bytes(range(250)) * 16)
            back = there.but(source="10.9.9.9", destination="10.0.0.99", source_mac=ROUTER_MAC,
                             destination_mac="02:00:00:00:00:99")
            for entry, exit, packet in ((left, right, there), (right, left, back)):
                sent = fragments(packet, 1480)[::-1]
                for frame in sent:
                    entry.send(frame)
                assert [of(exit, packet) for _ in sent] == sent


def of(tap, packet):
    """The next frame between the packet's ends."""
    while True:
        frame = tap.receive()
        assert frame is not None, "lost"
        seen = parse(frame)
        if seen and (seen.source, seen.destination) == (packet.source, packet.destination):
            return frame
