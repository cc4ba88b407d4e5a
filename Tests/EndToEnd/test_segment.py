"""Direct server return with real hosts: three servers and six clients on one bridge, as examples/direct-server-return makes
them; and ARP on bare cables. Behaviours 25, 61, 62, 65, 71 and 72."""

import contextlib
import json
import re
import socket
import struct

import pytest

import frames
from daemon import Daemon, configuration, service, sluice
from frames import ARP, BROADCAST, CLIENT_MAC, ethernet, mac
from topology import REPOSITORY, Namespace, sh, unique_name, until

EXAMPLE = REPOSITORY / "examples" / "direct-server-return"
VIP, VIP_MAC = "10.0.0.100", "02:00:00:00:00:64"
SERVERS = {f"server{number}": f"02:00:00:00:01:0{number}" for number in (1, 2, 3)}


class Segment:
    """The example's network: nine hosts on one bridge, and both of Sluice's cables in it too."""

    def __init__(self, directory):
        self.name, self.directory = unique_name(), directory
        sh(EXAMPLE / "topology", "up", self.name, directory)
        self.sluice, self.switch = self.host("sluice"), self.host("switch")
        self.clients = [self.host(f"client{number}") for number in range(1, 7)]

    def host(self, name):
        return Namespace(f"{self.name}-{name}")

    def fetch(self, client, vip=VIP):
        """The name of the server that answers."""
        return client.run("curl", "-sS", "--fail", "--max-time", 10, f"http://{vip}/").strip()

    def close(self):
        sh(EXAMPLE / "topology", "down", self.name, self.directory)


class Capture:
    """What goes over one of Sluice's cables, both ways: read at the switch's end."""

    def __init__(self, segment, interface):
        with segment.switch.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
            self.socket.bind((f"sluice-{interface}", 0x0003))
        self.socket.setblocking(False)

    def close(self):
        """Returns the IPv4 frames to Sluice, and those from it."""
        towards, back = [], []
        with contextlib.suppress(BlockingIOError):
            while True:
                frame, address = self.socket.recvfrom(65536)
                if frame[12:14] == b"\x08\x00":
                    (towards if address[2] == socket.PACKET_OUTGOING else back).append(frame)
        self.socket.close()
        return towards, back


@pytest.fixture(scope="module")
def segment(tmp_path_factory):
    with contextlib.closing(Segment(tmp_path_factory.mktemp("segment"))) as segment:
        yield segment


@pytest.fixture
def running(segment, tmp_path):
    """Sluice with two servers that it has to find and one whose MAC address it is told."""
    anycast = {"name": "anycast", "mode": "dsr", "vip": VIP, "mac": VIP_MAC, "protocol": "all", "backends": [
        {"name": "server1", "address": "10.0.0.1"}, {"name": "server2", "address": "10.0.0.2"},
        {"name": "server3", "mac": SERVERS["server3"]}]}
    with Daemon(segment.sluice, tmp_path, configuration(anycast, unmatched="drop")).up() as daemon:
        daemon.anycast = anycast
        until(lambda: [each["state"] for each in daemon.get("/v1/backends")["backends"]] == ["up"] * 3, 5,
              "the servers are not found")
        yield daemon


def resolved(daemon):
    return {each["address"]: each["mac"] for each in daemon.get("/v1/arp")["neighbours"] if "mac" in each}


def neighbour(client, address):
    """Where a host believes an address to be."""
    return next((each["lladdr"] for each in json.loads(client.run("ip", "-j", "neighbour"))
                 if each["dst"] == address and "lladdr" in each), None)


def test_61_65_72_six_clients_fetch_three_times_each_and_replies_pass_sluice_by(segment, running):
    assert resolved(running) == {"10.0.0.1": SERVERS["server1"], "10.0.0.2": SERVERS["server2"]}
    front, back = Capture(segment, "fe0"), Capture(segment, "be0")
    answers = [segment.fetch(client) for client in segment.clients for _ in range(3)]
    assert set(answers) == set(SERVERS) and len(answers) == 18
    assert all(neighbour(client, VIP) == VIP_MAC for client in segment.clients)
    everything, none = front.close()
    spurious, sent = back.close()
    # A switch floods what goes to a server that it has not heard yet, and so back to Sluice, which drops it.
    requests = [frame for frame in everything if frame[:6] == mac(VIP_MAC)]
    assert {frame[:6] for frame in everything} <= {mac(each) for each in (VIP_MAC, *SERVERS.values())}
    assert none == [] and spurious == [], "something came back, or a reply crossed"
    assert len(requests) >= 18 * 4
    assert all(socket.inet_ntoa(frame[30:34]) == VIP for frame in requests)
    # Each leaves once, to a server, from the port's own address; the IP packet in it is what the client sent.
    assert sorted(frame[14:] for frame in sent) == sorted(frame[14:] for frame in requests)
    assert {frame[6:12] for frame in sent} == {mac("02:00:00:00:03:02")}
    assert {frame[:6] for frame in sent} == {mac(address) for address in SERVERS.values()}
    assert not running.faults()
    assert all(taken == given for taken, given in running.balances())


def test_71_vip_and_mac_change_while_it_runs_and_everybody_learns_it(segment, running):
    client = segment.clients[0]
    segment.fetch(client)
    assert neighbour(client, VIP) == VIP_MAC
    running.change("PUT", "/v1/services/anycast", {**running.anycast, "mac": "02:00:00:00:00:65"})
    until(lambda: neighbour(client, VIP) == "02:00:00:00:00:65", 2, "the client has not heard of the new MAC address")
    assert segment.fetch(client) in SERVERS
    # Another VIP, which the servers get first.
    for name in SERVERS:
        segment.host(name).ip("address", "add", "10.0.0.101/32", "dev", "lo")
    running.change("DELETE", "/v1/services/anycast")
    running.change("POST", "/v1/services", {**running.anycast, "vip": "10.0.0.101"})
    assert segment.fetch(client, "10.0.0.101") in SERVERS
    assert [each["vip"] for each in running.get("/v1/arp")["vips"]] == ["10.0.0.101"]
    # Ports that are made anew tell everybody again.
    before = running.workers()[0]["originated"]
    running.command("port", "remove", "frontend")
    running.command("port", "remove", "backend")
    running.command("port", "add", "frontend")
    running.command("port", "add", "backend")
    until(lambda: running.workers()[0]["originated"] > before, 2, "nothing was announced")
    assert {segment.fetch(each, "10.0.0.101") for each in segment.clients} <= set(SERVERS)
    # Whoever forgot is told on demand.
    client.run("ip", "neighbour", "replace", "10.0.0.101", "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud",
               "reachable")
    assert running.command("arp", "announce", "anycast") == "1 announcement sent\n"
    until(lambda: neighbour(client, "10.0.0.101") == VIP_MAC, 2, "the client has not heard the announcement")
    assert VIP_MAC in running.command("arp")


def test_71_another_host_that_claims_the_vip_is_counted_and_named_once(segment, running):
    claim = arp(1, "02:00:00:00:02:06", VIP, "00:00:00:00:00:00", VIP)
    with segment.clients[5].inside():
        sender = frames.Tap("eth0")
    with contextlib.closing(sender):
        for _ in range(3):
            sender.send(claim)
    until(lambda: running.get("/v1/arp")["conflicts"] >= 3, 2, "the claims are not counted")
    until(lambda: "says that 10.0.0.100 is its own" in running.log(), 2, "the claim is not named")
    # Both ports are on the segment: each hears it, and says so once.
    assert running.count_in_log(r"02:00:00:00:02:06 on port frontend says that 10\.0\.0\.100 is its own") == 1


def test_72_a_server_that_is_nowhere_takes_no_sessions_until_it_is_found_and_is_followed(segment, running):
    running.command("backend", "add", "anycast", "10.0.0.9", "--name", "late", "--weight", "1000")
    late = next(each for each in running.get("/v1/backends")["backends"] if each["name"] == "late")
    assert late["state"] == "unresolved" and "mac" not in late and late["slots"] == 0
    assert {segment.fetch(client) for client in segment.clients} <= set(SERVERS)
    # A host that has the address: the next request finds it.
    server = segment.host("server3")
    server.ip("address", "add", "10.0.0.9/24", "dev", "eth0")
    until(lambda: resolved(running).get("10.0.0.9") == SERVERS["server3"], 9, "the server is not found")
    until(lambda: segment.fetch(segment.clients[0]) == "server3", 5, "nobody is sent there")
    # It moves and says so.
    server.run("sysctl", "-qw", "net.ipv4.conf.eth0.arp_notify=1")
    server.ip("link", "set", "eth0", "address", "02:00:00:00:01:33")
    try:
        until(lambda: resolved(running).get("10.0.0.9") == "02:00:00:00:01:33", 5, "the server is not followed")
        assert re.search(r"10\.0\.0\.9 is at 02:00:00:00:01:33, no longer at 02:00:00:00:01:03", running.log())
        until(lambda: segment.fetch(segment.clients[1]) == "server3", 5, "nobody is sent to its new place")
    finally:
        server.ip("link", "set", "eth0", "address", SERVERS["server3"])
        server.ip("address", "del", "10.0.0.9/24", "dev", "eth0")


def diagnosis(daemon):
    report = daemon.get("/v1/doctor?from=10.0.0.250")
    return report["healthy"], {each["backend"]: (each["verdict"], each["advice"]) for each in report["servers"]}


def test_65_the_doctor_names_a_server_without_the_vip_and_one_that_tells_of_it(segment, running):
    healthy, found = diagnosis(running)
    assert healthy and all(verdict == "good" for verdict, _ in found.values()), found
    status, text = sluice("doctor", "--socket", running.socket)
    assert status == 0 and text.count("unknown") == 3
    server1, server2 = segment.host("server1"), segment.host("server2")
    server1.ip("address", "del", "10.0.0.100/32", "dev", "lo")
    server2.run("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0")
    try:
        healthy, found = diagnosis(running)
    finally:
        server1.ip("address", "add", "10.0.0.100/32", "dev", "lo")
        server2.run("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1")
    assert not healthy
    assert found["server1"][0] == "bad" and "own address but not for the VIP" in found["server1"][1]
    assert found["server2"][0] == "bad" and "arp_ignore=1" in found["server2"][1]
    assert found["server3"][0] == "good"
    status, text = sluice("doctor", "--from", "10.0.0.2", "--socket", running.socket)
    assert status == 1 and "10.0.0.2 is a server's of service anycast" in text
    status, text = sluice("doctor", "--from", "10.0.0.11", "--socket", running.socket)
    assert status == 1 and "10.0.0.11 is a host's" in text
    assert not running.faults() and all(taken == given for taken, given in running.balances())


# On bare cables, octet by octet.

def arp(operation, source_mac, source, target_mac, target, destination=BROADCAST):
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    body += mac(source_mac) + socket.inet_aton(source) + mac(target_mac) + socket.inet_aton(target)
    return ethernet(body, ARP, source_mac, destination).ljust(60, b"\0")


def arp_frames(tap, quiet=0.3):
    """The ARP frames that come next which are no announcement."""
    found = tap.receive_all(20, quiet=quiet)
    return [frame for frame in found if frame[12:14] == b"\x08\x06" and frame[28:32] != frame[38:42]]


@pytest.mark.parametrize("mode", ["nat", "dsr"])
def test_25_61_62_a_vip_with_a_mac_address_is_answered_and_announced_and_no_other(on_wire, wire, mode):
    servers = ["10.0.1.2:8002"] if mode == "nat" else [{"mac": "02:00:00:00:01:02"}]
    web = service("web", *servers, mode=mode, mac=VIP_MAC, vip=VIP)
    settings = {} if mode == "nat" else {"unmatched": "drop"}
    on_wire(web, fresh=True, **settings)
    announcement = until(lambda: next((frame for frame in wire.left.receive_all(5) if frame[12:14] == b"\x08\x06"), None),
                         5, "nothing is announced")
    assert announcement == arp(1, VIP_MAC, VIP, "00:00:00:00:00:00", VIP)
    for source in ("10.0.0.1", "0.0.0.0"):  # a request, and a probe
        wire.left.send(arp(1, CLIENT_MAC, source, "00:00:00:00:00:00", VIP))
        assert arp_frames(wire.left) == [arp(2, VIP_MAC, VIP, CLIENT_MAC, source, CLIENT_MAC)]
        assert arp_frames(wire.right) == []
    other = arp(1, CLIENT_MAC, "10.0.0.1", "00:00:00:00:00:00", "10.0.0.99")
    wire.left.send(other)
    assert arp_frames(wire.left) == []
    assert arp_frames(wire.right) == ([other] if mode == "nat" else [])


def test_25_a_nat_vip_without_a_mac_address_is_not_answered(on_wire, wire):
    on_wire(service("web", "10.0.1.2:8002", vip=VIP), fresh=True)
    request = arp(1, CLIENT_MAC, "10.0.0.1", "00:00:00:00:00:00", VIP)
    wire.left.send(request)
    assert wire.right.receive() == request
    assert wire.left.receive(0.3) is None
