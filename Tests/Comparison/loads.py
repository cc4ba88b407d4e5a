"""The loads: wrk and iperf3 from the client's host, each for some seconds, each with one figure for a result."""

import json
import os
import pathlib
import re

from topology import until
from ways import IPERF_PORT

CONNECTIONS = 64
GRACE_SECONDS = 20


class Web:
    """wrk with two threads over 64 connections: answers a second, on lasting connections or one for each."""

    def __init__(self, name, lasting):
        self.name, self.unit, self.lasting = name, "/s", lasting

    def run(self, network, way, seconds):
        headers = [] if self.lasting else ["-H", "Connection: close"]
        text = network.client.run(
            "wrk", "-t", 2, "-c", CONNECTIONS, "-d", f"{seconds}s", *headers, f"http://{way.address}:{way.port}/",
            timeout=seconds + GRACE_SECONDS)
        for complaint in re.findall(r"Socket errors:.*|Non-2xx.*", text):
            raise RuntimeError(f"{way.name}, {self.name}: {complaint}")
        return float(re.search(r"Requests/sec:\s*([0-9.]+)", text)[1])


class Stream:
    """iperf3 over TCP: bits a second that arrived, from the client (`up`) or to it (`down`)."""

    def __init__(self, streams, direction):
        self.name, self.unit = f"{streams} {direction}", "bit/s"
        self.arguments = ["-P", streams] + (["-R"] if direction == "down" else [])

    def run(self, network, way, seconds):
        # Through a proxy, the end of one test reaches the server after its client has gone.
        complaint = f"{way.name}, {self.name}: the iperf3 server stays busy"
        return until(lambda: self._measure(network, way, seconds), GRACE_SECONDS, complaint)

    def _measure(self, network, way, seconds):
        """Bits a second; None while the server is busy with the test before."""
        answer = json.loads(network.client.run(
            "iperf3", "-c", way.address, "-p", IPERF_PORT, "-t", seconds, "-J", *self.arguments,
            timeout=seconds + GRACE_SECONDS))
        if "error" not in answer:
            return answer["end"]["sum_received"]["bits_per_second"]
        if "server is busy" in answer["error"]:
            return None
        raise RuntimeError(f"{way.name}, {self.name}: iperf3: {answer['error']}")


LOADS = [
    Web("requests", lasting=True),
    Web("connections", lasting=False),
    Stream(1, "up"),
    Stream(4, "up"),
    Stream(1, "down"),
    Stream(4, "down"),
]


class WorkerTime:
    """What one load cost Sluice's worker: its own counters, the kernel's account of its thread, and what TCP missed.

    A receive ring that overflows drops frames in the kernel, and the driver does not report them (22.11): only the
    retransmissions of the client and the server tell.
    """

    def __init__(self, network, daemon):
        self.network, self.daemon = network, daemon
        self.before = self._reading()

    def _reading(self):
        worker, metrics = self.daemon.workers()[0], self.daemon.get("/metrics")
        tasks = pathlib.Path(f"/proc/{self.daemon.process.pid}/task")
        thread = next(each for each in tasks.iterdir() if (each / "comm").read_text().startswith("rte-worker"))
        user, system = (thread / "stat").read_text().rpartition(")")[2].split()[11:13]
        tick = os.sysconf("SC_CLK_TCK")
        return {
            "packets": worker["arrivals"],
            "busy_polls": worker["busy_polls"],
            "busy_cycles": worker["busy_cycles"],
            "busy_seconds": float(re.search(r"^sluice_worker_busy_seconds_total\S* (\S+)", metrics, re.M)[1]),
            "user_seconds": int(user) / tick,
            "kernel_seconds": int(system) / tick,
            "dropped": worker["dropped"],
            "retransmitted": _retransmitted(self.network.client) + _retransmitted(self.network.server),
        }

    def spent(self):
        after = self._reading()
        return {key: after[key] - self.before[key] for key in after}


def _retransmitted(host):
    """TCP segments that a host has sent again."""
    names, values = (line.split() for line in host.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Tcp:"))
    return int(values[names.index("RetransSegs")])
