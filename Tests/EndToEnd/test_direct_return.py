"""Direct server return on bare cables, byte for byte: behaviours 10, 37, 38, 41, 52, 63, 64, 66 to 69, 73 and 101."""

import contextlib
import json

import pytest

from daemon import Daemon, configuration, sluice
from frames import ACK, BROADCAST, CLIENT_MAC, ICMP, SYN, TCP, UDP, Packet, mac
from topology import Wire

VIP, VIP_MAC = "10.0.0.100", "02:00:00:00:00:64"
SERVERS = [f"02:00:00:00:50:{number:02x}" for number in range(1, 4)]


def anycast(*backends, **settings):
    return {"name": "anycast", "mode": "dsr", "vip": VIP, "mac": VIP_MAC, "protocol": "all",
            "backends": list(backends or SERVERS), **settings}


def request(protocol=TCP, number=0, **fields):
    """A frame of a flow to the VIP, from the router on the link."""
    fields = {"destination": VIP, "dport": 80, "destination_mac": VIP_MAC, "sport": 20000 + number, **fields}
    return Packet(protocol=protocol, **fields)


def own_mac(namespace, interface):
    return json.loads(namespace.run("ip", "-j", "link", "show", interface))[0]["address"]


def heard(tap, seconds=2.0):
    """The next frame on a cable, Sluice's own announcements (ARP) aside; None if there is none in time."""
    while True:
        frame = tap.receive(seconds)
        if frame is None or frame[12:14] != b"\x08\x06":
            return frame


class Link:
    """Sends frames to the VIP and reads what comes out, and by which cable."""

    def __init__(self, wire, daemon, entry, exit, interface):
        self.wire, self.daemon, self.entry, self.exit = wire, daemon, entry, exit
        self.own = own_mac(wire.sluice, interface)

    def server(self, packet):
        """The server's MAC address that a frame leaves with; nothing else but the sender's may have changed."""
        frame = bytes(packet)
        self.entry.send(frame)
        arrived = heard(self.exit)
        assert arrived is not None, f"lost: {frame.hex()}"
        assert arrived[6:12] == mac(self.own), "the source is not the leaving port's own address"
        assert arrived[12:len(frame)] == frame[12:], "the IP packet has changed"
        return arrived[:6].hex(":")

    def refuses(self, packet, reason):
        """Whether a frame is dropped and counted under a reason."""
        before = self.daemon.drops()[reason]
        self.entry.send(packet)
        return heard(self.exit, 0.2) is None and self.daemon.drops()[reason] == before + 1


@pytest.fixture
def link(on_wire, wire):
    return Link(wire, on_wire(anycast(), unmatched="drop", fresh=True), wire.left, wire.right, "be0")


def test_63_64_tcp_udp_and_pings_reach_servers_with_the_ip_packet_as_it_was(link):
    for protocol in (TCP, UDP, ICMP):
        seen = {link.server(request(protocol, number, ttl=1, tos=0xB8, ident=number, options=b"\x94\x04\0\0",
                                    payload=b"x" * number, source=f"10.0.3.{number + 1}")) for number in range(40)}
        assert seen == set(SERVERS)
    service = link.daemon.service("anycast")
    assert service["mode"] == "dsr" and service["mac"] == VIP_MAC
    assert not link.daemon.faults() and link.daemon.balances()


def test_10_66_what_is_not_for_the_vip_is_dropped_by_reason(link):
    link.server(request())
    for other in (BROADCAST, "02:00:00:00:00:65", "01:00:5e:00:00:64"):
        assert link.refuses(request(destination_mac=other), "wrong_mac")
    assert link.refuses(request(destination="10.0.0.99"), "unmatched")
    assert link.refuses(request(protocol=47), "unmatched")
    before = link.daemon.drops()["from_server_side"]
    link.wire.right.send(request().reply())
    assert heard(link.wire.left, 0.2) is None
    assert link.daemon.drops()["from_server_side"] == before + 1 and link.daemon.balances()


def test_37_38_41_52_68_flows_keep_their_server_while_everything_changes(link):
    daemon = link.daemon
    known = [request(UDP, number) for number in range(60)]
    before = [link.server(packet) for packet in known]
    assert set(before) == set(SERVERS)
    pings = {link.server(request(ICMP, number)) for number in range(30)}
    assert len(pings) == 1
    # A server more, by the command, and under a name.
    daemon.command("backend", "add", "anycast", "02:00:00:00:50:09", "--name", "ninth", "--weight", "5")
    assert [link.server(packet) for packet in known] == before
    assert "02:00:00:00:50:09" in {link.server(request(UDP, number)) for number in range(100, 160)}
    # All of a client to one.
    settings = daemon.get("/v1/services/anycast")
    settings["settings"]["affinity"] = "source_ip"
    daemon.change("PUT", "/v1/services/anycast", settings)
    assert len({link.server(request(UDP, number)) for number in range(200, 240)}) == 1
    assert [link.server(packet) for packet in known] == before
    # One less: its flows go on until they are killed, and none is added.
    daemon.command("backend", "remove", "anycast", SERVERS[0])
    assert [link.server(packet) for packet in known] == before
    settings["settings"]["affinity"] = "session"
    settings["settings"]["backends"] = [{"mac": SERVERS[2], "weight": 2}, "02:00:00:00:50:0a"]
    plan = daemon.change("PUT", "/v1/services/anycast?kill=true", settings["settings"])
    assert plan["generation"] > 1
    after = [link.server(packet) for packet in known]
    assert SERVERS[1] not in after and "02:00:00:00:50:0a" in after
    assert all(new == old for old, new in zip(before, after) if old != SERVERS[1])
    assert not daemon.faults() and daemon.balances()


def test_67_69_101_changes_that_cannot_be_are_refused_and_change_nothing(link):
    daemon = link.daemon
    generation = daemon.status()["generation"]

    def refusal(method, path, body=None):
        status, answer = daemon.ask(method, path, body)
        assert status >= 400, answer
        return answer["error"]["code"]

    backends = "/v1/services/anycast/backends"
    for wrong in ("00:00:00:00:00:00", BROADCAST, "01:00:5e:00:00:01"):
        assert refusal("POST", backends, {"mac": wrong}) == "invalid_value"
    assert refusal("POST", backends, {"mac": SERVERS[0]}) == "backend_exists"
    assert refusal("POST", "/v1/services", anycast(name="other", protocol="tcp", port=80,
                                                   mac="02:00:00:00:00:65")) == "vip_mac"
    assert refusal("POST", "/v1/services", anycast(name="other")) == "endpoint_taken"
    status, text = sluice("backend", "add", "anycast", "03:00:00:00:00:01", "--socket", daemon.socket)
    assert status == 1 and "MAC address" in text
    passing = json.dumps({**daemon.settings, "unmatched": "pass"})
    status, answer = daemon.ask("POST", "/v1/reload", passing)
    assert status >= 400 and "unmatched" in json.dumps(answer)
    assert daemon.status()["generation"] == generation
    # More VIPs, each with a pool of its own.
    daemon.change("POST", "/v1/services", {
        "name": "second", "mode": "dsr", "vip": "10.0.0.101", "protocol": "tcp", "ports": [80, 443],
        "backends": [{"mac": "02:00:00:00:51:01"}]})
    port = own_mac(link.wire.sluice, "fe0")
    second = request(destination="10.0.0.101", dport=443, destination_mac=port)
    assert link.server(second) == "02:00:00:00:51:01"
    assert link.server(request()) in SERVERS
    assert link.refuses(second.but(dport=444), "unmatched")
    daemon.command("service", "add", "third", "--mode", "dsr", "--vip", "10.0.0.102", "--mac", "02:00:00:00:00:66",
                   "--protocol", "udp", "--ports", "53,5353", "--backend", "02:00:00:00:52:01=5")
    third = request(UDP, destination="10.0.0.102", dport=5353, destination_mac="02:00:00:00:00:66")
    assert link.server(third) == "02:00:00:00:52:01"
    # What explain says of either is so.
    said = daemon.explain(second)
    assert said["verdict"] == "forwarded" and said["rewrite"] == {
        "end": "mac", "from": port, "to": "02:00:00:00:51:01"}
    assert "02:00:00:00:51:01" in daemon.command(
        "explain", "--from", "10.0.0.9:1234", "--to", "10.0.0.101:80", "--protocol", "tcp")


def test_73_101_one_arm(tmp_path):
    """One port, by which requests come and leave again."""
    with contextlib.closing(Wire()) as wire:
        settings = configuration(anycast(), unmatched="drop")
        settings["ports"] = {"wan": {"device": "net_af_packet0,iface=fe0", "role": "both"}}
        daemon = Daemon(wire.sluice, tmp_path, settings)
        with daemon.up():
            link = Link(wire, daemon, wire.left, wire.left, "fe0")
            assert {link.server(request(number=number)) for number in range(40)} == set(SERVERS)
            assert link.refuses(request(destination="10.0.0.99"), "unmatched")
            assert [port["role"] for port in daemon.ports()] == ["both"]
            assert daemon.explain(request(number=0), port="wan")["exit"] == "wan"
            status, answer = daemon.ask("POST", "/v1/services", {
                "name": "web", "vip": "10.0.2.100", "protocol": "tcp", "port": 80, "backends": ["10.0.1.2:80"]})
            assert status == 409 and answer["error"]["code"] == "one_arm"
            assert not daemon.faults() and daemon.balances()
        daemon.write({**daemon.settings, "unmatched": "pass"})
        status, text = daemon.check()
        assert status == 1 and "unmatched: found pass with a single port" in text
