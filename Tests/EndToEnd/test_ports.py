"""Ports that are removed and made again while Sluice runs (behaviour 83)."""

import pytest

from daemon import Daemon, configuration, service, sluice
from frames import Packet, Tap, parse
from topology import Wire, until

POOL = ["10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004"]


@pytest.fixture
def cable(tmp_path):
    """A wire of its own, since its interfaces come and go, and Sluice on it."""
    wire = Wire()
    daemon = Daemon(wire.sluice, tmp_path, configuration(service("web", *POOL)))
    try:
        yield wire, daemon.start()
    finally:
        if daemon.running:
            daemon.stop()
        wire.close()


def port(daemon, name):
    return next(port for port in daemon.ports() if port["name"] == name)


def refusal(daemon, *words):
    """Why a command was refused."""
    status, text = sluice(*words, "--socket", daemon.socket)
    assert status == 1, text
    return text


def servers(wire, flows=20):
    """Which server each of some flows reaches."""
    reached = {}
    for number in range(20000, 20000 + flows):
        wire.left.send(Packet(sport=number, dport=8000))
        reached[number] = parse(wire.right.receive()).backend
    return reached


def test_83_a_port_is_removed_and_made_again_and_sessions_stay(cable):
    wire, daemon = cable
    before = servers(wire)
    assert "removed" in daemon.command("port", "remove", "backend")
    assert port(daemon, "backend")["state"] == "removed"
    wire.left.send(Packet(sport=20000, dport=8000))
    until(lambda: daemon.drops()["port_removed"] == 1, 5, "the frame for the removed port is not counted")
    assert "already removed" in refusal(daemon, "port", "remove", "backend")
    assert daemon.active_sessions("web") == 20
    daemon.command("port", "add", "backend")
    assert port(daemon, "backend")["state"] == "there"
    assert "already there" in refusal(daemon, "port", "add", "backend")
    assert "no port is named 'nobody'" in refusal(daemon, "port", "add", "nobody")
    wire.quieten()
    assert servers(wire) == before
    assert daemon.active_sessions("web") == 20 and daemon.new_sessions("web") and not daemon.faults()


def test_83_an_interface_is_deleted_and_made_anew_beneath_a_port(cable):
    wire, daemon = cable
    before = servers(wire)
    daemon.command("port", "remove", "backend")
    wire.right.close()
    wire.sluice.ip("link", "delete", "be0")
    assert "there is no interface 'be0'" in refusal(daemon, "port", "add", "backend")
    assert port(daemon, "backend")["state"] == "removed"
    wire.connect("be0", "right")
    with wire.outside.inside():
        wire.right = Tap("right")
    daemon.command("port", "add", "backend")
    until(lambda: port(daemon, "backend")["link"] == "up", 5, "the link does not come up")
    wire.quieten()
    assert servers(wire) == before
    assert daemon.active_sessions("web") == 20 and not daemon.faults()
