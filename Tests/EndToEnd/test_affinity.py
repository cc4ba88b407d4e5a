"""Clients that keep their server while its pool changes (`affinity: source_ip`): behaviour 39, with real connections."""

import contextlib
import socket

import pytest

from daemon import service
from test_programs import HTTP
from test_stress import answer
from topology import Network, until

VIP = Network.VIP
CLIENTS = [f"10.0.0.{number}" for number in range(11, 27)]


@pytest.fixture
def clients(network):
    """The client's host has further addresses."""
    for address in CLIENTS:
        network.client.ip("address", "add", f"{address}/24", "dev", "eth0")
    yield CLIENTS
    for address in CLIENTS:
        network.client.ip("address", "delete", f"{address}/24", "dev", "eth0")


def fetch(network, client, count=3):
    """Who answers a client, a connection each."""
    text = network.client.run(
        "curl", "-sS", "--fail", "--max-time", "20", "--interface", client, "-H", "Connection: close",
        f"http://{VIP}:8000/?[1-{count}]")
    return set(text.split())


def servers(network, clients):
    """Client -> the one server that answers all its connections."""
    found = {client: fetch(network, client) for client in clients}
    assert all(len(names) == 1 for names in found.values()), found
    return {client: names.pop() for client, names in found.items()}


@contextlib.contextmanager
def connection(network, client):
    """An open connection of a client."""
    with network.client.inside():
        opened = socket.create_connection((VIP, 8000), timeout=5, source_address=(client, 0))
    with opened:
        yield opened


def memories(daemon):
    """Client -> backend, of what is remembered."""
    listed = daemon.get("/v1/sessions")["sessions"]
    return {each["client"]: each["backend_address"] for each in listed if each["kind"] == "affinity"}


def explain(daemon, client):
    """What the next connection of a client gets."""
    return daemon.get(f"/v1/explain?from={client}:39999&to={VIP}:8000&protocol=tcp")["choice"]


@pytest.mark.parametrize("workers", [("1@1",), ("1@1", "2@1")], ids=["one worker", "two workers"])
def test_39_clients_keep_their_servers_through_changes_of_the_pool(on_network, network, clients, workers):
    daemon = on_network(service("web", *HTTP[:2], affinity="source_ip"), workers=workers, fresh=True)
    names = {f"server{address.split(':')[0][-1]}": address for address in HTTP}
    before = servers(network, clients)
    assert set(before.values()) == set(list(names)[:2])
    assert memories(daemon) == {client: names[name] for client, name in before.items()}

    # A third server is added, and weights change: whoever has a server keeps it, others may get the third.
    daemon.change("POST", "/v1/services/web/backends", {"address": HTTP[2]})
    assert servers(network, clients) == before
    daemon.change("PATCH", f"/v1/services/web/backends/{HTTP[2]}", {"weight": 50})
    assert servers(network, clients) == before
    assert fetch(network, Network.CLIENT) <= set(names)
    told = [explain(daemon, client) for client in clients]
    assert all(choice["remembered"] for choice in told)
    assert [choice["backend"]["address"] for choice in told] == [names[before[client]] for client in clients]

    # A drained server keeps its connections; its clients' next ones go elsewhere and stay there, the others' stay.
    drained = before[clients[0]]
    with connection(network, clients[0]) as opened:
        daemon.change("PATCH", f"/v1/services/web/backends/{names[drained]}", {"drain": True})
        after = servers(network, clients)
        assert answer(opened) == drained
    assert drained not in after.values()
    assert all(after[client] == name for client, name in before.items() if name != drained)
    daemon.change("PATCH", f"/v1/services/web/backends/{names[drained]}", {"drain": False})
    assert servers(network, clients) == after

    # Of a flushed client nothing is known.
    daemon.command("sessions", "flush", "--service", "web", "--client", clients[0])
    assert clients[0] not in memories(daemon) and len(memories(daemon)) >= len(clients) - 1


def test_39_a_memory_ends_after_its_time(on_network, network, clients):
    daemon = on_network(service("web", *HTTP, affinity="source_ip", affinity_timeout="3s"), fresh=True)
    fetch(network, clients[0], 1)
    [left] = [each["expires_in_seconds"] for each in daemon.get("/v1/sessions")["sessions"]
              if each["kind"] == "affinity"]
    assert left <= 3
    until(lambda: not memories(daemon), 10, "what is remembered does not end")
