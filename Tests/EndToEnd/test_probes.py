"""Checks of `dsr` servers by way of the VIP, on the segment of examples/direct-server-return: behaviour 70.

A server is up when it accepts the VIP and serves on it, whatever it answers at its own address.
"""

import contextlib
import json
import os
import signal
import time

import pytest

from daemon import Daemon, configuration
from test_segment import SERVERS, VIP, VIP_MAC, Segment
from topology import until

TWIN = {"name": "sluice-be", "address": "10.0.0.250/24"}
TWO_ARM = {"frontend": {"device": "net_af_packet0,iface=fe0"},
           "backend": {"device": "net_af_packet1,iface=be0", "kernel": TWIN}}
# Another address: the servers remember where the first one was.
ONE_ARM = {"wan": {"device": "net_af_packet0,iface=fe0", "role": "both",
                   "kernel": {"name": "sluice-be", "address": "10.0.0.251/24"}}}
FALL, INTERVAL, TIMEOUT = 2, 0.3, 0.3
CHECK = {"interval": "300ms", "fast_interval": "300ms", "timeout": "300ms", "rise": 2, "fall": FALL, "jitter": 0,
         "fail_open": 0}
BOUND = INTERVAL * FALL + TIMEOUT
# What publishing, and a machine that does much else at the same time, may add.
SLACK = 1.5

# Answers datagrams that come to the VIP.
ECHO = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("10.0.0.100", 5300))
while True:
    data, peer = server.recvfrom(2048)
    server.sendto(b"well: " + data, peer)
"""


@pytest.fixture(scope="module")
def segment(tmp_path_factory):
    with contextlib.closing(Segment(tmp_path_factory.mktemp("probes"))) as segment:
        # Strict: what a wrong interface brings is dropped. The VIP is in the twin's network.
        segment.sluice.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1")
        yield segment


@contextlib.contextmanager
def running(segment, directory, ports=TWO_ARM, workers=("1@1",), vip_mac=VIP_MAC, log_format="text",
            **health):
    """Sluice with two servers that it finds by ARP and one that is known by its MAC address alone."""
    anycast = {"name": "anycast", "mode": "dsr", "vip": VIP, "protocol": "all",
               "health": {"port": 80, **CHECK, **health}, **({"mac": vip_mac} if vip_mac else {}), "backends": [
                   {"name": "server1", "address": "10.0.0.1"}, {"name": "server2", "address": "10.0.0.2"},
                   {"name": "server3", "mac": SERVERS["server3"]}]}
    control = {"socket": str(directory / "control.sock"), "log_format": log_format}
    settings = configuration(anycast, unmatched="drop", ports=ports, workers=workers, control=control)
    with Daemon(segment.sluice, directory, settings).up() as daemon:
        daemon.anycast = anycast
        until(lambda: up(daemon) == set(SERVERS), 8, "not every server comes up")
        yield daemon
        assert not daemon.faults()
        until(lambda: all(taken == given for taken, given in daemon.balances()), 2, "the books do not balance")


def health(daemon):
    found, = daemon.get("/v1/health?service=anycast")["services"]
    return {entry["name"]: entry for entry in found["backends"]}


def up(daemon):
    return {name for name, entry in health(daemon).items() if entry["state"] == "up"}


def falls(daemon, name, cause, began):
    """Waits until a server, and no other, is found to be down, and sooner than it must."""
    until(lambda: health(daemon)[name]["state"] == "down", BOUND + 5, f"{name} is not found to be down")
    took = time.monotonic() - began
    assert cause in health(daemon)[name]["cause"] and up(daemon) == set(SERVERS) - {name}
    assert took < BOUND + SLACK, f"{name} was found to be down after {took:.1f} s"


def rises(daemon):
    until(lambda: up(daemon) == set(SERVERS), 8, "not every server comes up again")


def signal_all(host, number):
    for process in host.pids():
        os.kill(int(process), number)


def start_nginx(segment, name):
    segment.host(name).run("nginx", "-e", segment.directory / f"{name}.log", "-c", segment.directory / f"{name}.conf")


def figure(daemon, name):
    return sum(worker[name] for worker in daemon.workers())


def test_70_a_server_without_the_vip_is_found_down_and_up_again(segment, tmp_path):
    with running(segment, tmp_path, type="http") as daemon:
        client, second = segment.clients[0], segment.host("server2")
        began = time.monotonic()
        second.ip("address", "delete", f"{VIP}/32", "dev", "lo")
        try:
            falls(daemon, "server2", "timed out", began)
            # At its own address it serves as ever, which is what no check of that would notice.
            assert segment.fetch(client, "10.0.0.2") == "server2"
            assert {segment.fetch(each) for each in segment.clients for _ in range(3)} == {"server1", "server3"}
        finally:
            second.ip("address", "add", f"{VIP}/32", "dev", "lo")
        rises(daemon)
        # Checks are no sessions, and no requests of anybody's; their answers alone cross.
        assert figure(daemon, "to_kernel") > 0
        assert sum(daemon.new_sessions("anycast").values()) == 18
        assert "probe" in daemon.command("drops")


def test_70_a_server_that_ends_or_stops_is_found_down_and_up_again(segment, tmp_path):
    with running(segment, tmp_path, type="http", workers=("1@1", "2@1")) as daemon:
        third, first = segment.host("server3"), segment.host("server1")
        began = time.monotonic()
        signal_all(third, signal.SIGKILL)
        try:
            falls(daemon, "server3", "refused", began)
        finally:
            start_nginx(segment, "server3")
        rises(daemon)
        began = time.monotonic()
        signal_all(first, signal.SIGSTOP)
        try:
            falls(daemon, "server1", "timed out", began)
        finally:
            signal_all(first, signal.SIGCONT)
        rises(daemon)


def test_70_with_one_arm(segment, tmp_path):
    # The VIP is at the port's own address, which is the twin's as well.
    with running(segment, tmp_path, ports=ONE_ARM, vip_mac=None) as daemon:
        first = segment.host("server1")
        began = time.monotonic()
        first.ip("address", "delete", f"{VIP}/32", "dev", "lo")
        try:
            falls(daemon, "server1", "timed out", began)
        finally:
            first.ip("address", "add", f"{VIP}/32", "dev", "lo")
        rises(daemon)
        # What explain says of a probe is so; and by the port itself the same frame is a client's.
        port = 61000 + 2
        said = daemon.get(f"/v1/explain?from=10.0.0.251:{port}&to={VIP}:80&protocol=tcp&port=sluice-be")
        assert (said["verdict"], said["reason"], said["backend"]["name"]) == ("passed", "probe", "server3")
        assert said["rewrite"]["to"] == SERVERS["server3"] and said["exit"] == "wan"
        assert daemon.get(f"/v1/explain?from=10.0.0.251:{port}&to={VIP}:80&protocol=tcp")["verdict"] == "forwarded"


def test_70_by_datagrams_and_echoes(segment, tmp_path):
    with running(segment, tmp_path, type="icmp") as daemon, contextlib.ExitStack() as stack:
        for name in SERVERS:
            program = segment.host(name).start("/usr/bin/python3", "-c", ECHO)
            stack.callback(program.wait)
            stack.callback(program.kill)
            until(lambda: ":5300" in segment.host(name).run("ss", "-Hlun"), 5, "a server does not listen")
            if name == "server2":
                second = program
        datagrams = {**CHECK, "type": "udp", "port": 5300, "send": "how are you?", "expect": "well: how are you?"}
        daemon.change("PUT", "/v1/services/anycast", {**daemon.anycast, "health": datagrams})
        until(lambda: all(entry["cause"].startswith("icmp") and entry["next_check_seconds"] is not None
                          for entry in health(daemon).values()), 2, "the servers are not asked any more")
        began = time.monotonic()
        second.kill()
        falls(daemon, "server2", "udp", began)
        assert not daemon.faults()


def test_70_every_transition_is_a_line_of_json(segment, tmp_path):
    with running(segment, tmp_path, log_format="json") as daemon:
        lines = [json.loads(line) for line in daemon.log().splitlines()]
        assert all({"time", "level", "message"} <= set(line) for line in lines)
        told = {line["backend"]: line for line in lines if line.get("to") == "up"}
        assert set(told) == set(SERVERS)
        assert told["server1"]["service"] == "anycast" and told["server1"]["from"] == "unknown"
        assert told["server1"]["cause"] == "tcp check passed, 1 of 1" and told["server1"]["level"] == "info"
        # The service is watched no more: one line says so.
        unwatched = {key: value for key, value in daemon.anycast.items() if key != "health"}
        daemon.change("PUT", "/v1/services/anycast", unwatched)
        until(lambda: daemon.count_in_log("not watched any more") == 1, 2, "the log does not tell")
