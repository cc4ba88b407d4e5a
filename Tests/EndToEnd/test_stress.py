"""Sessions under stress: resets that nobody believes, one port used for two roads to a server, and a SYN flood.
Behaviours 21, 22, 43 and 44."""

import collections
import contextlib
import random
import socket
import threading
import time

import pytest

from daemon import service
from frames import ACK, RST, Packet, ethernet
from test_programs import background, names
from test_sessions import TIMEOUTS, handshake, is_new_to, reply_of
from topology import Network, until

VIP, OTHER_VIP, SERVERS = Network.VIP, "10.0.2.101", Network.SERVERS
HTTP = [f"{address}:800{address[-1]}" for address in SERVERS]
SLOW_BYTES = 3 << 20  # at 512 kB/s: six seconds


def test_44_a_reset_that_nobody_believes_ends_nothing(on_wire, wire):
    daemon = on_wire(service("web", *HTTP), fresh=True, sessions={"capacity": 65536, "timeouts": TIMEOUTS})
    opening, server = handshake(wire, 35001)
    for side in ("server", "client"):
        # From a stranger who knows both ends: the server takes no notice, and the flow goes on.
        wire.left.send(opening.but(flags=RST))
        assert wire.right.receive() is not None
        time.sleep(0.4)
        packet = reply_of(server, opening, flags=ACK) if side == "server" else opening.but(flags=ACK)
        tap, other = (wire.right, wire.left) if side == "server" else (wire.left, wire.right)
        tap.send(packet)
        assert other.receive() is not None
        time.sleep(1.8)  # Longer than tcp_closing.
        assert not is_new_to(daemon, "web", wire, opening.but(flags=ACK))


def connection(port, address):
    """A connection from a port that others may use as well, towards other addresses."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(5)
    try:
        made.bind((Network.CLIENT, port))
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def answer(made):
    """Who answers a request on a connection."""
    made.sendall(b"GET / HTTP/1.0\r\n\r\n")
    reply = b""
    while piece := made.recv(4096):
        reply += piece
    return reply.split(b"\r\n\r\n", 1)[1].decode().strip()


def address_of(server):
    return (f"10.0.1.{server[-1]}", int(f"800{server[-1]}"))


def test_21_one_port_to_two_vips_of_the_same_servers_at_once(on_network, network):
    daemon = on_network(service("web", *HTTP), service("same", *HTTP, vip=OTHER_VIP), fresh=True)
    with network.client.inside():
        for port in range(42000, 42020):
            with connection(port, (VIP, 8000)) as one, connection(port, (OTHER_VIP, 8000)) as other:
                assert answer(one) != answer(other), "one server cannot have two flows of the same ends"
    figures = daemon.status()["sessions"]
    assert figures["clashes_avoided"] > 0 and figures["clashes_refused"] == 0
    assert all(taken == given for taken, given in daemon.balances())


def test_21_without_another_server_the_second_flow_is_refused(on_network, network):
    daemon = on_network(service("web", HTTP[0]), service("same", HTTP[0], vip=OTHER_VIP), fresh=True)
    with network.client.inside():
        with connection(42100, (VIP, 8000)) as one:
            with pytest.raises(ConnectionRefusedError):
                connection(42100, (OTHER_VIP, 8000))
            assert answer(one) == "server2"
        with connection(42101, (OTHER_VIP, 8000)) as other:
            assert answer(other) == "server2"
    assert daemon.status()["sessions"]["clashes_refused"] == 1


def test_22_one_port_to_the_vip_and_to_a_server_at_once(on_network, network):
    daemon = on_network(service("web", *HTTP), fresh=True)
    refused = 0
    with network.client.inside():
        for port in range(42200, 42212):
            with connection(port, address_of("server2")) as direct, connection(port, (VIP, 8000)) as balanced:
                assert answer(balanced) != "server2"
                assert answer(direct) == "server2"
        for port in range(42220, 42232):
            with connection(port, (VIP, 8000)) as balanced:
                try:
                    with connection(port, address_of("server2")) as direct:
                        assert answer(direct) == "server2"
                        assert answer(balanced) != "server2"
                except ConnectionRefusedError:
                    refused += 1
                    assert answer(balanced) == "server2"
    figures = daemon.status()["sessions"]
    assert figures["clashes_avoided"] > 0 and figures["clashes_refused"] == refused > 0


class Flood(threading.Thread):
    """A bounded SYN flood out of the client's interface: so many frames, each from an address that is nobody's."""

    def __init__(self, network, count, rate):
        super().__init__(daemon=True)
        self.rate, self.sent = rate, 0
        router = network.router.run("cat", "/sys/class/net/wan/address").strip()
        own = network.client.run("cat", "/sys/class/net/eth0/address").strip()
        self.frames = [
            ethernet(bytes(Packet(source=f"198.18.{number >> 8}.{number & 255}", destination=VIP, sport=1024 + number,
                                  dport=8000))[14:], source=own, destination=router) for number in range(count)]
        with network.client.inside():
            self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.wire.bind(("eth0", 0))

    def run(self):
        began = time.monotonic()
        with self.wire:
            for number, frame in enumerate(self.frames):
                self.wire.send(frame)
                self.sent += 1
                if number % 50 == 0:
                    time.sleep(max(0, began + number / self.rate - time.monotonic()))


@contextlib.contextmanager
def way_back(network):
    """What servers answer to invented sources reaches Sluice too."""
    network.router.ip("route", "add", "198.18.0.0/15", "via", Network.CLIENT)
    try:
        yield
    finally:
        network.router.ip("route", "del", "198.18.0.0/15")


def test_43_a_syn_flood_keeps_nobody_out(on_network, network):
    limit = 500
    daemon = on_network(service("web", *HTTP), fresh=True, sessions={"capacity": 2048, "flood_rate": limit})
    assert sum(names(network, f"http://{VIP}:8000/", 3).values()) == 3
    (network.directory / "www" / "slow").write_bytes(random.Random(43).randbytes(SLOW_BYTES))
    slow = ("curl", "-sS", "--fail", "--max-time", "60", "-o", "/dev/null", "-w", "%{size_download}",
            f"http://{VIP}:8000/slow/slow")
    with way_back(network), background(network.client, *slow, ready=0.5) as transfer:
        flood = Flood(network, 9000, rate=2000)
        flood.start()
        until(lambda: daemon.status()["sessions"]["stateless"] == 1, 3, "no stateless mode")
        fetched = collections.Counter()
        while flood.is_alive():
            fetched += names(network, f"http://{VIP}:8000/", 5)
            time.sleep(0.05)  # Each connection stays for a while as a closed session: they are not to fill the table themselves.
        assert flood.sent == 9000 and sum(fetched.values()) >= 10
        assert transfer.wait(40) == 0 and int(transfer.stdout.read()) == SLOW_BYTES
    figures = daemon.status()["sessions"]
    # Of the flood no more is stored than passes before it is noticed, which may lie across the border of two seconds.
    assert figures["peak"] <= 2 * limit + sum(fetched.values()) + 10
    assert figures["left_out"] > 5000 and figures["not_stored"] == 0
    until(lambda: daemon.status()["sessions"]["stateless"] == 0, 15, "stateless mode does not end")
    until(lambda: daemon.count_in_log("the flood is over") == 1, 3, "the end is not logged")
    assert daemon.count_in_log("stateless mode") == 1
    assert all(taken == given for taken, given in daemon.balances())
