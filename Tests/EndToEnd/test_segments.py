"""Several frontends, and clients that servers see in another network, with curl, ping and datagrams."""

import pytest

from daemon import service
from frames import Tap, parse
from segments import CLIENTS, SERVERS, VIP, Segments
from topology import until

SERVICES = [
    service("web", *(f"{address}:8080" for address in SERVERS), vip=VIP, port=80),
    service("dns", *(f"{address}:5353" for address in SERVERS), vip=VIP, port=53, protocol="udp"),
    service("ping", *SERVERS, vip=VIP, protocol="icmp"),
]
# What is in the first half of its segment's network keeps its host bits; the second client has a pair of its own.
PAIRS = [
    {"from": "10.77.1.0/24", "to": "192.168.7.0/24"},
    {"from": "10.77.2.0/25", "to": "192.168.8.128/25"},
]
SEEN = ("192.168.7.2", "192.168.8.130")


@pytest.fixture
def segments(tmp_path):
    network = Segments(tmp_path)
    try:
        yield network
    finally:
        network.close()


def settled(daemon):
    """Nothing is unaccounted for."""
    return not daemon.faults() and all(taken == given for taken, given in daemon.balances())


def test_01_and_84_replies_leave_by_their_clients_own_ports(segments):
    daemon = segments.start(*SERVICES)
    with segments.clients[1].inside():
        neighbour = Tap("eth0")
    for client, address in enumerate(CLIENTS):
        reached = {tuple(segments.fetch(client)) for _ in range(16)}
        assert reached == {(address, server) for server in SERVERS}
        assert segments.datagram(client) == [address, VIP, "53"]
        segments.ping(segments.clients[client], VIP)
        if client == 0:
            # ARP requests of the server are for all; nothing else of the first client's reaches the second.
            assert [parse(frame) for frame in neighbour.receive_all(1000, quiet=0.2) if parse(frame)] == []
    neighbour.close()
    assert {session["client"] for session in daemon.sessions()} == set(CLIENTS)
    assert sum(worker["copied"] for worker in daemon.workers()) > 0 and settled(daemon)


def test_83_and_84_one_frontend_is_removed_and_made_again(segments):
    daemon = segments.start(*SERVICES)
    for client in (0, 1):
        segments.fetch(client)
    daemon.command("port", "remove", "frontend2")
    assert segments.fetch(0)[0] == CLIENTS[0]
    daemon.command("port", "add", "frontend2")
    assert segments.fetch(1)[0] == CLIENTS[1] and settled(daemon)


def test_84_what_belongs_to_no_session_finds_its_frontend_or_is_dropped(segments):
    daemon = segments.start(*SERVICES)
    for client, address in enumerate(CLIENTS):
        segments.ping(segments.server, address)
        segments.ping(segments.clients[client], SERVERS[1])
    segments.server.ip("neighbour", "add", "10.77.5.5", "lladdr", "02:00:00:00:00:55", "dev", "eth0")
    segments.server.start("ping", "-c", "1", "-W", "1", "10.77.5.5").wait()
    until(lambda: daemon.drops().get("no_frontend") == 1, 5, "nothing is dropped for want of a frontend")
    assert settled(daemon)


def test_74_and_75_and_76_servers_see_clients_in_other_networks(segments):
    daemon = segments.start(*SERVICES, source_rewrite=PAIRS)
    for pair in PAIRS:
        segments.server.ip("route", "add", pair["to"], "dev", "eth0", "src", SERVERS[0])
    for client, (address, seen) in enumerate(zip(CLIENTS, SEEN)):
        reached = {tuple(segments.fetch(client)) for _ in range(16)}
        assert reached == {(seen, server) for server in SERVERS}
        assert segments.datagram(client) == [seen, VIP, "53"]
        segments.ping(segments.clients[client], VIP)
        # Past the services it keeps its address.
        segments.ping(segments.clients[client], SERVERS[1])
        told = daemon.command("explain", "--from", f"{address}:40000", "--to", f"{VIP}:80", "--protocol", "tcp")
        assert f"source {address}:40000 tcp -> {seen}:40000 tcp" in told
    neighbours = segments.server.ip("neighbour", "show")
    assert all(seen in neighbours for seen in SEEN)
    assert {session["client"] for session in daemon.sessions()} == set(CLIENTS) and settled(daemon)


def test_76_pairs_come_and_go_with_a_reload(segments):
    daemon = segments.start(*SERVICES)
    assert segments.fetch(0)[0] == CLIENTS[0]
    segments.server.ip("route", "add", PAIRS[0]["to"], "dev", "eth0", "src", SERVERS[0])
    for pairs, seen in ((PAIRS, SEEN[0]), ([], CLIENTS[0])):
        daemon.write({**daemon.settings, "source_rewrite": pairs})
        daemon.command("reload", daemon.file)
        assert segments.fetch(0)[0] == seen
    daemon.write({**daemon.settings, "source_rewrite": [{"from": "10.77.1.0/24", "to": "192.168.7.0/25"}]})
    status, text = daemon.check()
    assert status == 1 and "expected 24 bits, as many as in from" in text
