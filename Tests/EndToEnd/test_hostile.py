"""What hosts on the segments, and clients of the socket, must not be able to do."""

import json
import socket
import struct

import pytest

from daemon import configuration, service
from frames import BROADCAST, mac
from test_direct_return import SERVERS, VIP, VIP_MAC, anycast, own_mac
from topology import until

SERVER, SERVER_MAC, OTHER, STRANGER = "10.0.0.9", "02:00:00:00:50:09", "10.0.0.10", "02:66:66:66:66:66"


def claim(address, at, source=None, to=BROADCAST):
    """An ARP request of a host that has an address, for the same (RFC 5227: an announcement)."""
    sender = mac(at) + socket.inet_aton(address)
    return (mac(to) + mac(source or at) + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + sender
            + bytes(6) + socket.inet_aton(address) + bytes(18))


def place(daemon, address=SERVER):
    return next((each.get("mac") for each in daemon.get("/v1/arp")["neighbours"] if each["address"] == address), None)


def heard_from(wire, at):
    """Says once more where the server is; false, since whether it was heard is another question."""
    wire.right.send(claim(SERVER, at))
    return False


@pytest.fixture
def resolved(on_wire, wire):
    """A server given by its address, which has been heard on its own side."""
    daemon = on_wire(anycast(SERVER, OTHER), unmatched="drop", fresh=True)
    # Until it is asked for nobody listens.
    until(lambda: heard_from(wire, SERVER_MAC) or place(daemon) == SERVER_MAC, 5, "the server is not found")
    return daemon


def test_72_nobody_on_the_clients_side_says_where_a_server_is(resolved, wire):
    wire.left.send(claim(SERVER, STRANGER))
    # Told in order: when this one is heard, the one before it was.
    wire.right.send(claim(OTHER, "02:00:00:00:50:0c"))
    until(lambda: place(resolved, OTHER) == "02:00:00:00:50:0c", 3, "the other server is not found")
    assert place(resolved) == SERVER_MAC
    until(lambda: heard_from(wire, "02:00:00:00:50:0a") or place(resolved) == "02:00:00:00:50:0a", 3,
          "a server that moves is not followed")


def test_72_a_server_is_never_at_an_address_of_sluice_itself(resolved, wire):
    own = [VIP_MAC, own_mac(wire.sluice, "fe0"), own_mac(wire.sluice, "be0")]
    for address in own:
        wire.right.send(claim(SERVER, address, source=STRANGER))
    # Told in order: when this one is heard, those before it were. What comes within a second of the last is not believed.
    until(lambda: heard_from(wire, "02:00:00:00:50:0b") or place(resolved) == "02:00:00:00:50:0b", 3,
          "a server that moves is not followed")
    assert not any(resolved.count_in_log(f"is at {address}") for address in own)


def test_72_a_host_that_moves_to_and_fro_fills_no_log(resolved, wire):
    before = resolved.count_in_log("its sessions follow it")
    for number in range(500):
        wire.right.send(claim(SERVER, f"02:00:00:00:50:{0x20 + number % 2:02x}"))
    wire.right.send(claim(OTHER, "02:00:00:00:50:0d"))
    until(lambda: place(resolved, OTHER) == "02:00:00:00:50:0d", 15, "the other server is not found")
    assert resolved.count_in_log("its sessions follow it") - before < 50


def test_73_the_doctor_borrows_no_address_of_sluice_itself(on_wire):
    daemon = on_wire(anycast(*SERVERS), unmatched="drop")
    for address in (VIP, "255.255.255.255", "127.0.0.1"):
        status, answer = daemon.ask("GET", f"/v1/doctor?from={address}")
        assert status in (400, 409), f"{address}: {status} {json.dumps(answer)[:200]}"


def test_89_a_thousand_changes_at_once_are_told_to_whoever_follows(on_wire):
    pool = [f"10.1.{number // 200}.{number % 200 + 1}:80" for number in range(1500)]
    services = [service(f"s{first}", *pool[first:first + 100], port=1000 + first) for first in range(0, 1500, 100)]
    daemon = on_wire(*services, fresh=True)
    follower = socket.socket(socket.AF_UNIX)
    follower.connect(str(daemon.socket))
    follower.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    follower.settimeout(5)
    assert b"sluice" in follower.recv(4096)
    daemon.change("PUT", "/v1/health", {"source": "monitor", "backends": [
        {"service": f"s{number // 100 * 100}", "backend": each, "state": "down"} for number, each in enumerate(pool)]})
    seen = b""
    while seen.count(b"event: health") < 1500 and not seen.endswith(b"\r\n0\r\n\r\n"):
        seen += follower.recv(65536)
    follower.close()
    assert seen.count(b"event: health") == 1500, f"{seen.count(b'event: health')} events, then the end"
