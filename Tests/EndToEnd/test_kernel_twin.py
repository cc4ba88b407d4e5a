"""Kernel twins of ports: real programs of Sluice's own host over the data ports."""

import json

import pytest

from daemon import service, sluice
from topology import Network, until

TWIN = "10.0.0.250"
POOL = [f"{address}:800{address[-1]}" for address in Network.SERVERS]
PORTS = {
    "frontend": {"device": "net_af_packet0,iface=fe0"},
    "backend": {"device": "net_af_packet1,iface=be0",
                "kernel": {"name": "sluice-be", "address": f"{TWIN}/24"}},
}


@pytest.fixture(params=[("1@1",), ("1@1", "2@1")], ids=["one worker", "two workers"])
def twin(request, on_network, network):
    """Sluice with a twin on its backend port, whose host knows the way to the servers and to the VIP."""
    daemon = on_network(service("web", *POOL), ports=PORTS, workers=request.param)
    route(network)
    return daemon


def route(network):
    network.sluice.ip("route", "replace", "10.0.1.0/24", "via", Network.ROUTER)
    network.sluice.ip("route", "replace", "10.0.2.0/24", "via", Network.ROUTER)


def total(daemon, key):
    return sum(worker[key] for worker in daemon.workers())


def fetch(namespace, url):
    return namespace.run("curl", "-sS", "--max-time", "5", url)


def interface(network):
    """What the kernel says of the twin's interface; None: it is not there."""
    found = [link for link in json.loads(network.sluice.ip("-j", "address")) if link["ifname"] == "sluice-be"]
    return found[0] if found else None


def test_the_kernel_has_an_interface_on_the_ports_segment(twin, network):
    link = interface(network)
    assert "UP" in link["flags"] and link["mtu"] == 1500
    assert [(each["local"], each["prefixlen"]) for each in link["addr_info"]] == [(TWIN, 24)]
    backend = next(port for port in twin.ports() if port["name"] == "backend")
    assert link["address"] == backend["mac"]


def test_a_server_is_asked_over_the_data_port_by_an_ordinary_socket(twin, network):
    for address, endpoint in zip(Network.SERVERS, POOL):
        assert f"server{address[-1]}" in fetch(network.sluice, f"http://{endpoint}/")
    assert total(twin, "to_kernel") > 0 and twin.active_sessions("web") == 0
    # Requests by the service are as they were, from a client and from the kernel itself.
    for host in (network.client, network.sluice):
        assert "server" in fetch(host, f"http://{Network.VIP}:8000/")
    assert sum(twin.new_sessions("web").values()) == 2
    until(lambda: all(taken == given for taken, given in twin.balances()), 2, "the books do not balance")
    assert not twin.faults()


def test_hosts_of_both_sides_reach_the_twin(twin, network):
    hosts = [network.client, network.router, network.servers["10.0.1.2"]]
    server = network.sluice.start(
        "/usr/bin/python3", "-m", "http.server", "8022", "--bind", TWIN, "--directory", str(network.directory))
    try:
        until(lambda: network.sluice.run("ss", "-Hltn", "sport", "=", ":8022"), 5, "the host's own server does not start")
        for host in hosts:
            sent = host.run("ping", "-c", "3", "-i", "0.05", "-W", "2", TWIN)
            assert " 0% packet loss" in sent and "DUP" not in sent, sent
            assert "Directory listing" in fetch(host, f"http://{TWIN}:8022/")
        sent = network.sluice.run("ping", "-c", "2", "-i", "0.05", "-W", "2", "-I", TWIN, Network.CLIENT)
        assert " 0% packet loss" in sent and "DUP" not in sent, sent
    finally:
        server.terminate()
        server.wait()
    until(lambda: all(taken == given for taken, given in twin.balances()), 2, "the books do not balance")


def test_a_twin_goes_and_comes_with_its_port(twin, network):
    twin.command("port", "remove", "backend")
    assert interface(network) is None
    twin.command("port", "add", "backend")
    route(network)
    assert "server2" in fetch(network.sluice, f"http://{POOL[0]}/")
    twin.command("port", "remove", "backend")
    network.sluice.ip("link", "add", "sluice-be", "type", "veth", "peer", "name", "elsewhere")
    try:
        status, text = sluice("port", "add", "backend", "--socket", twin.socket)
        assert status == 1 and "there is an interface 'sluice-be' already" in text
    finally:
        network.sluice.ip("link", "delete", "sluice-be")
    twin.command("port", "add", "backend")
    assert interface(network) and not twin.faults()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_of_a_twin_is_left(on_network, network, end):
    daemon = on_network(service("web", *POOL), ports=PORTS)
    assert interface(network)
    getattr(daemon, end)()
    until(lambda: interface(network) is None, 5, "the interface is left behind")
    # And a start finds nothing in its way.
    on_network(service("web", *POOL), ports=PORTS, fresh=True)
    assert interface(network)
