"""Health: real servers that die in every way, in the example's network, with a management cable to them.

    client --- [Sluice] --- router --- 10.0.1.2, .3, .4
                  mgmt0 ------' 10.0.1.250: the way of the checks
"""

import collections
import json
import re
import signal
import socket
import subprocess
import time

import pytest

from daemon import BINARY, service
from test_programs import curl
from topology import REPOSITORY, Network, until

VIP, SERVERS = Network.VIP, Network.SERVERS
PORT = 7000
POOL = [f"{address}:{PORT}" for address in SERVERS]
CHECK = {"type": "http", "path": "/health", "interval": "500ms", "fast_interval": "500ms", "timeout": "400ms",
         "rise": 2, "fall": 2, "jitter": 0}
BOUND = 0.5 * 2 + 0.4  # interval x fall + timeout
# What publishing, and a machine that does much else at the same time, may add.
SLACK = 1.0

# Says its name; /health is 500 while SIGUSR1 says so, and 200 again after SIGUSR2.
SERVER = """
import http.server, signal, sys
status = 200
def turn(number, _):
    global status
    status = 500 if number == signal.SIGUSR1 else 200
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[1].encode() + b"\\n"
        self.send_response(status if self.path == "/health" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
for number in (signal.SIGUSR1, signal.SIGUSR2): signal.signal(number, turn)
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512
Server(("0.0.0.0", 7000), Handler).serve_forever()
"""


class Host:
    """One server's process, and what can befall it."""

    def __init__(self, network, address):
        self.network, self.address = network, address
        self.namespace = network.servers[address]
        self.wire = f"lan{address[-1]}"
        self.process = None
        self.start()

    def start(self):
        self.process = self.namespace.start("python3", "-c", SERVER, self.address)
        until(lambda: self._listens(), 10, f"{self.address} does not listen")

    def _listens(self):
        return f":{PORT} " in self.namespace.run("ss", "-ltnH")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def drop(self, source="0.0.0.0/0", verdict="drop"):
        rule = f"ip saddr {source} tcp dport {PORT} {verdict};"
        self.namespace.run("nft", f"table ip deaf {{ chain input {{ type filter hook input priority 0; {rule} }}; }}")

    def hear(self):
        self.namespace.run("nft", "delete table ip deaf")

    def plug(self, state):
        self.network.router.ip("link", "set", self.wire, state)

    def close(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.kill()


FAULTS = {
    "killed": (Host.kill, Host.start, r"connect refused"),
    "stopped": (lambda host: host.signal(signal.SIGSTOP), lambda host: host.signal(signal.SIGCONT), r"timed out"),
    "deaf": (Host.drop, Host.hear, r"timed out"),
    "answers 500": (lambda host: host.signal(signal.SIGUSR1), lambda host: host.signal(signal.SIGUSR2), r"answered 500"),
    "unplugged": (lambda host: host.plug("down"), lambda host: host.plug("up"), r"timed out|unreachable"),
}


@pytest.fixture(scope="module")
def hosts(network_topology):
    router, own = network_topology.router, network_topology.sluice
    own.ip("link", "add", "mgmt0", "type", "veth", "peer", "name", "mgmt1", "netns", router.name)
    own.ip("address", "add", "10.0.1.250/24", "dev", "mgmt0")
    own.ip("link", "set", "mgmt0", "up")
    router.ip("link", "set", "mgmt1", "master", "lan", "up")
    hosts = {address: Host(network_topology, address) for address in SERVERS}
    yield hosts
    for host in hosts.values():
        host.close()
    own.ip("link", "delete", "mgmt0")


@pytest.fixture
def running(on_network, hosts):
    """Starts an instance whose service has this health, and waits until every server is up."""

    def start(**health):
        instance = on_network(service("web", *POOL, health={**CHECK, **health}), fresh=True)
        until(lambda: up(instance) == set(SERVERS), 15, "not every server comes up")
        return instance

    yield start
    on_network.stop()


def backends(instance):
    found, = instance.get("/v1/health?service=web")["services"]
    return {entry["address"].split(":")[0]: entry for entry in found["backends"]}


def up(instance):
    return {address for address, entry in backends(instance).items() if entry["state"] == "up"}


def state(instance, address):
    return backends(instance)[address]["state"]


def fetch(network, count):
    """Fetches over as many connections, each of which must succeed; says who answered how often."""
    return collections.Counter(curl(network, "-H", "Connection: close", f"http://{VIP}:8000/?[1-{count}]").split())


def unused(instance, address):
    """Whether the tables give a server nothing any more."""
    return instance.backend("web", f"{address}:{PORT}")["share"] == 0


def test_86_every_kind_of_fault_is_found_in_time_and_no_request_is_lost_after_it(running, network, hosts):
    instance = running()
    victim = SERVERS[1]
    for name, (harm, mend, cause) in FAULTS.items():
        began = time.monotonic()
        harm(hosts[victim])
        until(lambda: unused(instance, victim), 10, f"{name}: not found")
        taken = time.monotonic() - began
        print(f"{name}: found and out of the tables after {taken:.2f} s, bound {BOUND:.2f} s")
        assert taken < BOUND + SLACK, name
        assert re.search(cause, backends(instance)[victim]["cause"]), (name, backends(instance)[victim])
        answers = fetch(network, 40)
        assert sum(answers.values()) == 40 and victim not in answers, name
        mend(hosts[victim])
        until(lambda: state(instance, victim) == "up", 10, f"{name}: it does not come back")
        until(lambda: victim in fetch(network, 10), 10, f"{name}: it gets nothing")
    assert instance.count_in_log(r"health: backend .* is down: ") == len(FAULTS), "a line for each"
    assert instance.faults() == []


def test_86_on_down_reset_tells_a_client_of_the_end(running, network, hosts):
    instance = running(on_down="reset")
    with network.client.inside():
        clients = [socket.create_connection((VIP, 8000), timeout=10) for _ in range(12)]
    with_victim = [client for client in clients
                   if client.getsockname()[1] in ports_of_sessions(instance, SERVERS[0])]
    assert with_victim and len(with_victim) < len(clients)
    hosts[SERVERS[0]].signal(signal.SIGSTOP)
    try:
        until(lambda: unused(instance, SERVERS[0]), 10, "not found")
        for client in clients:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        for client in clients:
            if client in with_victim:
                with pytest.raises(ConnectionResetError):
                    client.recv(100)
            else:
                assert client.recv(100).startswith(b"HTTP/1.0 200")
            client.close()
    finally:
        hosts[SERVERS[0]].signal(signal.SIGCONT)


def ports_of_sessions(instance, address):
    return {entry["client_port"] for entry in instance.sessions(service="web", backend=f"{address}:{PORT}")}


def test_86_a_server_that_comes_back_starts_slowly(running, network, hosts):
    instance = running(slow_start="3s")
    victim = SERVERS[2]
    hosts[victim].kill()
    until(lambda: unused(instance, victim), 10, "not found")
    hosts[victim].start()
    until(lambda: state(instance, victim) == "up", 10, "it does not come back")
    shares = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (not shares or shares[-1] < 0.33):
        share = instance.backend("web", f"{victim}:{PORT}")["share"]
        if share > 0 and (not shares or shares[-1] != share):
            shares.append(share)
        time.sleep(0.02)
    print("shares:", shares)
    assert shares == sorted(shares), "it grows"
    assert len(shares) >= 5 and shares[0] < 0.15 and shares[-1] > 0.33
    swaps = instance.get("/v1/health")["prober"]["table_swaps"]
    assert swaps <= 14, "ten steps, and the fall"
    assert sum(fetch(network, 60).values()) == 60


def test_90_when_all_checks_fail_at_once_the_service_lives_and_says_so(running, network, hosts):
    instance = running()
    for host in hosts.values():
        host.drop("10.0.1.250")
    try:
        until(lambda: up(instance) == set(), 10, "the checks do not fail")
        until(lambda: instance.faults(), 5, "nothing is said")
        assert "service web: 0 of 3 backends are up" in instance.faults()[0]
        answers = fetch(network, 40)
        assert sum(answers.values()) == 40 and set(answers) == set(SERVERS)
        assert instance.get("/v1/health")["services"][0]["fail_open"] is True
        assert instance.count_in_log(r"health: service web: 0 of 3 backends are up: too few") == 1
    finally:
        for host in hosts.values():
            host.hear()
    until(lambda: up(instance) == set(SERVERS), 10, "it does not end")
    until(lambda: instance.faults() == [], 5, "the fault stays")


def test_90_a_backup_serves_only_while_no_other_is_up(running, network, hosts):
    instance = running()
    spare = SERVERS[2]
    instance.command("backend", "set", "web", POOL[2], "--backup")
    assert set(fetch(network, 40)) == set(SERVERS[:2])
    assert instance.backend("web", POOL[2])["state"] == "backup"
    for address in SERVERS[:2]:
        hosts[address].signal(signal.SIGUSR1)
    try:
        until(lambda: unused(instance, SERVERS[0]) and unused(instance, SERVERS[1]), 10, "not found")
        assert fetch(network, 40) == {spare: 40}
        assert instance.get("/v1/health")["services"][0]["backups_used"] is True
    finally:
        for address in SERVERS[:2]:
            hosts[address].signal(signal.SIGUSR2)
    until(lambda: up(instance) >= set(SERVERS[:2]), 10, "they do not come back")
    until(lambda: set(fetch(network, 40)) == set(SERVERS[:2]), 5, "the backup stays in use")
    instance.command("backend", "set", "web", POOL[2], "--no-backup")
    until(lambda: set(fetch(network, 60)) == set(SERVERS), 5, "it gets nothing")


def test_88_and_89_what_a_monitor_and_an_operator_say_holds_and_ends(running, network, hosts):
    instance = running()
    first, second, _ = POOL
    following = subprocess.Popen(
        [str(word) for word in follow(instance)], stdout=subprocess.PIPE, text=True)
    try:
        report = {"source": "monitor", "ttl": "2s", "backends": [
            {"service": "web", "backend": address, "state": "down", "cause": "disk full"} for address in (first, second)]}
        assert instance.change("PUT", "/v1/health", report)["changed"] == 2
        until(lambda: unused(instance, SERVERS[0]) and unused(instance, SERVERS[1]), 3, "it is not heard")
        assert set(fetch(network, 20)) == {SERVERS[2]}, "though every check passes"
        entry = backends(instance)[SERVERS[0]]
        assert (entry["source"], entry["cause"]) == ("monitor", "disk full")
        until(lambda: up(instance) == set(SERVERS), 5, "it does not end")
        text = instance.command("backend", "maintenance", "web", first, "--cause", "new disk")
        assert "1 changed" in text
        until(lambda: unused(instance, SERVERS[0]), 3, "it is not heard")
        shown = instance.command("health", "web")
        assert "maintenance" in shown and "new disk" in shown
        time.sleep(1)  # two passed checks, which change nothing
        assert state(instance, SERVERS[0]) == "maintenance"
        instance.command("backend", "maintenance", "web", first, "--off")
        until(lambda: up(instance) == set(SERVERS), 5, "it does not end")
        # Three that came up, two down, two up again, one in maintenance and out of it.
        lines = [following.stdout.readline() for _ in range(9)]
        assert sum("up -> down (monitor): disk full" in line for line in lines) == 2, lines
        assert sum("up -> maintenance (operator): new disk" in line for line in lines) == 1, lines
    finally:
        following.terminate()
        following.wait()
    bad = {"source": "monitor", "backends": [
        {"service": "web", "backend": first, "state": "down"}, {"service": "web", "backend": "nobody", "state": "down"}]}
    assert instance.ask("PUT", "/v1/health", bad)[0] == 404
    assert up(instance) == set(SERVERS), "nothing is half done"


def follow(instance):
    return BINARY, "events", "--since", 0, "--socket", instance.socket


def test_86_a_reload_of_other_settings_keeps_the_states(running, network, hosts):
    instance = running()
    hosts[SERVERS[1]].kill()
    try:
        until(lambda: unused(instance, SERVERS[1]), 10, "not found")
        settings = json.loads(instance.file.read_text())
        settings["services"][0]["health"].update(interval="500ms", on_down="keep")
        settings["services"][0]["name"] = "web"
        instance.write(settings)
        instance.change("POST", "/v1/reload")
        for _ in range(10):
            assert state(instance, SERVERS[1]) == "down" and unused(instance, SERVERS[1])
        assert instance.get("/v1/health")["services"][0]["backends"][1]["history"][-1]["to"] == "down"
    finally:
        hosts[SERVERS[1]].start()


def test_86_three_hundred_backends_are_checked_every_second_on_a_part_of_a_core():
    done = subprocess.run(
        [REPOSITORY / "Tests" / "measure-health", "--backends", "300", "--seconds", "4", "--share", "0.5"],
        capture_output=True, text=True, timeout=60)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
