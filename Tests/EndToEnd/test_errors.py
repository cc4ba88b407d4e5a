"""ICMP errors of balanced flows, with the programs that live on them: path-MTU discovery, traceroute, refused
datagrams; and pings that the balancer answers itself. Behaviours 53 to 55."""

import socket
import struct

import pytest

from daemon import service
from frames import ICMP, ROUTER_MAC, UDP, Packet, checksum, checksum_fault, parse
from test_programs import background
from topology import Namespace, Network, until

VIP, SERVERS = Network.VIP, Network.SERVERS
SMALL = 1300  # the MTU of the narrow hop; below 1280 an interface would lose its IPv6 addresses (RFC 8200, section 5)
FAR = "10.0.9.2"  # a host behind the client, across a narrow hop

SERVICES = [
    service("web", *[f"{address}:800{address[-1]}" for address in SERVERS]),
    service("ping", *SERVERS, protocol="icmp"),
    service("nobody", "10.0.1.2:7777", protocol="udp", port=53),
    service("iperf", "10.0.1.2:5201", port=5201),
]


@pytest.fixture
def running(on_network, network):
    """Without the kernels' own limit on errors: a test sends more than one a second."""
    for namespace in (network.client, network.router, *network.servers.values()):
        namespace.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0")
    return on_network(*SERVICES)


@pytest.fixture
def narrow_servers(network):
    """A hop behind the balancer that takes no large packets."""
    network.router.ip("link", "set", "lan", "mtu", str(SMALL))
    yield
    network.router.ip("link", "set", "lan", "mtu", "1500")
    network.client.ip("route", "flush", "cache")


@pytest.fixture
def far(network):
    """A host behind the client, which routes to it over a narrow hop."""
    name = Namespace(f"{network.name}-far").create()
    network.client.ip("link", "add", "hop", "mtu", str(SMALL), "type", "veth", "peer", "name", "eth0", "netns",
                      name.name)
    for namespace, interface, address in ((network.client, "hop", "10.0.9.1/24"), (name, "eth0", f"{FAR}/24")):
        namespace.ip("address", "add", address, "dev", interface)
        namespace.run("ethtool", "-K", interface, *"tx off rx off tso off gso off gro off".split())
        namespace.ip("link", "set", interface, "up")
    # The far end does not know of the narrow hop: its kernel tells the servers that it takes 1500 bytes.
    name.ip("link", "set", "eth0", "mtu", "1500")
    name.ip("route", "add", "default", "via", "10.0.9.1")
    network.router.ip("route", "add", "10.0.9.0/24", "via", Network.CLIENT)
    network.client.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    yield name
    network.router.ip("route", "del", "10.0.9.0/24")
    network.client.run("sysctl", "-qw", "net.ipv4.ip_forward=0")
    name.delete()


def translated(daemon):
    return sum(worker["translated_errors"] for worker in daemon.workers())


def test_55_ping_learns_the_path_mtu_behind_the_balancer(running, network, narrow_servers):
    network.client.ip("route", "flush", "cache")
    before = translated(running)
    done = network.client.start("ping", "-n", "-M", "do", "-s", "1400", "-c", "2", "-i", "0.2", "-W", "1", VIP,
                                stdout=-1, stderr=-2, text=True)
    said = done.communicate(timeout=20)[0]
    assert f"mtu = {SMALL}" in said or f"mtu={SMALL}" in said, said
    assert SERVERS[0] not in said and SERVERS[1] not in said and SERVERS[2] not in said
    assert translated(running) > before
    # What fits is answered.
    network.client.run("ping", "-n", "-M", "do", "-s", str(SMALL - 28), "-c", "2", "-i", "0.2", "-W", "2", VIP)


def test_55_an_upload_passes_a_narrow_hop_behind_the_balancer(running, network, narrow_servers):
    network.client.ip("route", "flush", "cache")
    before = translated(running)
    with background(network.servers["10.0.1.2"], "iperf3", "-s", "-1", ready=0.5):
        network.client.run("iperf3", "-c", VIP, "-n", "100M", "--connect-timeout", "3000", timeout=60)
    assert translated(running) > before
    assert not running.faults()


def test_54_a_download_passes_a_narrow_hop_before_the_balancer(running, network, far):
    """100 MB from a server that does not know of the hop: it learns of it from an error that was about the VIP."""
    with open(f"{network.directory}/www/large", "wb") as file:
        file.truncate(100 << 20)
    before = translated(running)
    size = far.run("curl", "-sS", "--fail", "--max-time", "50", "-o", "/dev/null", "-w", "%{size_download}",
                   f"http://{VIP}:8000/files/large")
    assert int(size) == 100 << 20
    assert translated(running) > before
    assert not running.faults()


@pytest.mark.parametrize("way", [["-I"], ["-U", "-p", "53"], ["-T", "-p", "8000"]])
def test_55_traceroute_shows_the_router_and_then_the_vip(running, network, way):
    said = network.client.run("traceroute", "-n", "-q", "2", "-w", "2", "-m", "4", *way, VIP)
    hops = [line.split()[1] for line in said.splitlines()[1:]]
    assert hops == [Network.ROUTER, VIP], said


def test_55_a_datagram_to_a_closed_port_is_refused_at_once(running, network):
    with network.client.inside():
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with client:
        client.settimeout(5)
        client.connect((VIP, 53))
        client.send(b"is anybody there?")
        with pytest.raises(ConnectionRefusedError):
            client.recv(100)


def error_about(packet, sender, length=28, **changes):
    """A port unreachable about a packet, quoting `length` octets of it."""
    quote = bytes(packet)[14:14 + length]
    message = b"\x03\x03\0\0\0\0\0\0" + quote
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return Packet(source=sender, destination=packet.source, protocol=ICMP, echo=3, **changes), message


def as_frame(packet, message):
    """The frame of a packet whose ICMP message is given: `Packet` itself makes echoes only."""
    return _with_protocol(bytes(packet.but(protocol=47, payload=message)))


def _with_protocol(frame):
    """Turns GRE, which `Packet` fills with any payload, into ICMP."""
    header = bytearray(frame[14:34])
    header[9], header[10:12] = ICMP, b"\0\0"
    header[10:12] = struct.pack("!H", checksum(bytes(header)))
    return frame[:14] + bytes(header) + frame[34:]


def test_54_and_55_errors_are_translated_byte_by_byte(on_wire, wire):
    on_wire(*SERVICES)
    request = Packet(sport=30900, dport=53, protocol=UDP, payload=b"question")
    wire.left.send(request)
    seen = parse(wire.right.receive())
    arrived = request.but(destination=seen.destination, dport=seen.dport)
    for sender, expected in ((seen.destination, VIP), ("192.0.2.7", "192.0.2.7")):
        wire.right.send(as_frame(*error_about(arrived, sender, source_mac=ROUTER_MAC)))
        frame = wire.left.receive()
        assert frame == as_frame(*error_about(request, expected, source_mac=ROUTER_MAC))
        assert checksum_fault(frame) is None
    reply = arrived.reply(payload=b"answer")
    wire.right.send(reply)
    returned = parse(wire.left.receive())
    assert returned.source == VIP
    wire.left.send(as_frame(*error_about(reply.but(source=VIP, sport=53), "10.0.0.1")))
    assert wire.right.receive() == as_frame(*error_about(reply, "10.0.0.1"))


def test_53_the_balancer_answers_pings_itself(on_network, network):
    """Of a service without a server that could: nobody else answers."""
    running = on_network(service("closed", "10.0.1.99:80", echo="self"),
                         service("empty", vip="10.0.2.102", echo="self_while_usable", when_empty="drop"))
    answered = sum(worker["answered"] for worker in running.workers())
    network.client.run("ping", "-n", "-c", "3", "-i", "0.1", "-W", "2", VIP)
    assert sum(worker["answered"] for worker in running.workers()) == answered + 3
    lost = network.client.start("ping", "-n", "-c", "1", "-W", "1", "10.0.2.102", stdout=-1, stderr=-2, text=True)
    assert "100% packet loss" in lost.communicate(timeout=10)[0]
    backends = "/v1/services/empty/backends"
    running.change("PUT", backends, [{"address": "10.0.1.99:80"}])
    network.client.run("ping", "-n", "-c", "2", "-i", "0.1", "-W", "2", "10.0.2.102")
    until(lambda: running.balances(), 3, "the books do not balance")
