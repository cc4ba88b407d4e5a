"""Sluice as the tests see it: a configuration, a process in a namespace, and its answers on the Unix socket.

What the socket's JSON looks like is known to this file alone.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from topology import REPOSITORY

BINARY = pathlib.Path(os.environ.get("SLUICE", REPOSITORY / ".build/release/sluice")).resolve()
START_SECONDS = 20  # without huge pages and on a busy machine
STOP_SECONDS = 2  # behaviour 97


def backend(address, weight=None, name=None):
    """One entry of a service's backend list; the weight is left out when not given."""
    entry = {"address": address, "weight": weight, "name": name}
    return {key: value for key, value in entry.items() if value is not None}


def service(name, *backends, **settings):
    """A service of mode `nat` on the VIP of the tests, unless `settings` say otherwise."""
    entry = {"name": name, "mode": "nat", "vip": "10.0.2.100", "protocol": "tcp", "port": 8000}
    entry.update(settings)
    if entry["protocol"] == "icmp":
        entry.pop("port", None)
    entry["backends"] = [backend(each) if isinstance(each, str) else each for each in backends]
    return entry


def configuration(*services, workers=("1@1",), **settings):
    """A whole configuration: two `net_af_packet` ports on `fe0` and `be0`. The socket is the daemon's affair."""
    return {
        "dpdk": {"main_lcore": 0, "worker_lcores": list(workers)},
        "ports": {
            "frontend": {"device": "net_af_packet0,iface=fe0"},
            "backend": {"device": "net_af_packet1,iface=be0"},
        },
        "hash_seed": 0x5EED,
        "idle": "sleep",
        "sessions": {"capacity": 65536},
        "services": list(services),
        **settings,
    }


# `net_af_packet` with rings whose frames hold 9 000 bytes.
JUMBO_PORTS = {
    "frontend": {"device": "net_af_packet0,iface=fe0,blocksz=16384,framesz=16384"},
    "backend": {"device": "net_af_packet1,iface=be0,blocksz=16384,framesz=16384"},
}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """One `sluice run`. `start` returns when it answers on its socket; `stop` and `kill` when it is gone."""

    def __init__(self, namespace, directory, settings, prelude=()):
        """`prelude`: words before the command, to run it in other surroundings."""
        self.prelude = prelude
        self.namespace, self.directory = namespace, pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.file = self.directory / "sluice.yaml"
        self.log_file = self.directory / "log"
        self.process = None
        self.settings = {"control": {"socket": str(self.directory / "control.sock")}, **settings}
        self.socket = pathlib.Path(self.settings["control"]["socket"])
        self.write(self.settings)

    # Life

    def write(self, settings):
        """JSON is YAML: every key on a line of its own, so that complaints can name it."""
        self.file.write_text(json.dumps(settings, indent=2) + "\n")

    def launch(self):
        """Starts the process and does not wait for it."""
        with open(self.log_file, "a") as log:
            self.process = self.namespace.start(
                *self.prelude, BINARY, "run", "--config", self.file, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self):
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, f"sluice ended with {self.process.returncode}:\n{self.log()}"
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"sluice does not answer after {START_SECONDS} s:\n{self.log()}")
            time.sleep(0.02)
        return self

    def answers(self):
        try:
            return self.get("/v1/status") is not None
        except (OSError, http.client.HTTPException):
            return False

    def wait(self, seconds=START_SECONDS):
        """Waits for the process to end by itself; returns its exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"sluice still runs after {seconds} s:\n{self.log()}") from None

    def stop(self):
        """SIGTERM; returns the exit status and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.wait(5 * STOP_SECONDS), time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @contextlib.contextmanager
    def up(self):
        """Runs for the length of a `with` block and is gone after it."""
        try:
            yield self.start()
        finally:
            if self.running:
                self.stop()

    def check(self):
        """`sluice check` on this configuration: exit status and text."""
        return sluice("check", self.file)

    def log(self):
        return self.log_file.read_text() if self.log_file.exists() else ""

    @property
    def file_prefix(self):
        """The instance's name among DPDK processes."""
        return dpdk_instances()[self.process.pid].name

    def command(self, *words):
        """A subcommand over this instance's socket: its output, or AssertionError."""
        status, text = sluice(*words, "--socket", self.socket)
        assert status == 0, text
        return text

    # Answers

    def get(self, path):
        connection = _UnixConnection(self.socket)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, f"GET {path}: {answer.status} {body[:200]!r}"
            return json.loads(body) if "json" in answer.getheader("Content-Type", "") else body.decode()
        finally:
            connection.close()

    def ask(self, method, path, body=None, **headers):
        """One request of any kind: status and answer."""
        connection = _UnixConnection(self.socket)
        connection.timeout = 30
        try:
            text = json.dumps(body) if body is not None and not isinstance(body, str) else body
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            if isinstance(body, str):
                fields.setdefault("Content-Type", "application/yaml")
            elif text:
                fields.setdefault("Content-Type", "application/json")
            connection.request(method, path, text, fields)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if "json" in answer.getheader("Content-Type", "") else content
        finally:
            connection.close()

    def change(self, method, path, body=None, **headers):
        """A change that must succeed; returns what it did."""
        status, answer = self.ask(method, path, body, **headers)
        assert status == 200, f"{method} {path}: {status} {answer}"
        return answer

    def sessions(self, **filters):
        """The sessions that the instance lists."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.get(f"/v1/sessions?{query}")["sessions"]

    def explain(self, packet, port="frontend"):
        """What the instance says it would do with a frame."""
        return self.get(f"/v1/explain?port={port}&packet={bytes(packet).hex()}")

    def backend(self, service, address):
        """One backend's figures."""
        return next(entry for entry in self.get(f"/v1/backends?service={service}")["backends"]
                    if entry["address"] == address)

    def status(self):
        return self.get("/v1/status")

    def workers(self):
        return self.get("/v1/workers")["workers"]

    def ports(self):
        return self.get("/v1/ports")["ports"]

    def drops(self):
        """Frames dropped by all workers: reason -> count."""
        return {entry["reason"]: entry["count"] for entry in self.get("/v1/drops")["drops"]}

    def service(self, name):
        return next(entry for entry in self.get("/v1/services")["services"] if entry["name"] == name)

    def active_sessions(self, name):
        return self.service(name)["active_sessions"]

    def new_sessions(self, name):
        """Sessions that each backend of a service has been given: address -> count."""
        return {entry["address"]: entry["new_sessions"]
                for entry in self.get("/v1/backends")["backends"] if entry["service"] == name}

    def handed_over(self):
        """Frames that changed workers."""
        return sum(worker["handed_over"] for worker in self.workers())

    def faults(self):
        """What the instance itself finds wrong with its figures."""
        return [fault["message"] for fault in self.status()["faults"]]

    def balances(self):
        """For every worker, both sides of the conservation law (behaviour 91), from one reading."""
        return [balance(worker) for worker in self.workers()]

    # Log

    def count_in_log(self, pattern):
        return sum(bool(re.search(pattern, line)) for line in self.log().splitlines())


def dpdk_instances():
    """The DPDK processes that run: process id -> runtime directory."""
    instances = {}
    for path in pathlib.Path("/run/dpdk").glob("*/dpdk_telemetry.v2"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            if client.connect_ex(str(path)) == 0:
                instances[json.loads(client.recv(16384))["pid"]] = path.parent
    return instances


def balance(worker):
    """Frames that a worker took in, and where they went: equal at every reading."""
    taken = worker["received_ports"] + worker["received_rings"] + worker["originated"] + worker["copied"]
    ends = "forwarded", "answered", "passed", "to_kernel", "handed_over", "held", "dropped"
    given = sum(worker[key] for key in ends)
    return taken, given


def link_event(port, up):
    """What the log says when a port's link changes."""
    return rf"link of port {port} is {'up' if up else 'down'}"


def sluice(*words):
    """Runs the binary to its end: exit status, and everything it wrote."""
    done = subprocess.run(
        [str(BINARY), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
    return done.returncode, done.stdout
