"""What Sluice shows of itself: the subcommands, OpenMetrics, DPDK's telemetry and DPDK's capture."""

import contextlib
import json
import pathlib
import subprocess
import time

import pytest

from daemon import Daemon, configuration, service, sluice
from frames import ACK, Packet, read_capture
from topology import until

POOL = ["10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004"]
WEB = service("web", *POOL)


@pytest.mark.parametrize("word", ["status", "services", "backends", "workers", "ports", "drops"])
def test_subcommands_answer_as_text_and_json(on_wire, word):
    daemon = on_wire(WEB)
    assert daemon.command(word).strip()
    assert json.loads(daemon.command(word, "--json"))


def test_subcommands_say_when_there_is_no_daemon(wire, tmp_path):
    status, text = sluice("status", "--socket", tmp_path / "nobody.sock")
    assert status == 3 and text.strip()
    assert sluice("status", "--no-such-option")[0] == 2


def test_metrics_are_in_open_metrics_form(on_wire):
    text = on_wire(WEB).get("/metrics")
    assert text.rstrip().endswith("# EOF")
    assert "# TYPE " in text


def test_counters_follow_the_traffic(on_wire, wire):
    daemon = on_wire(WEB, fresh=True)
    for number in range(50):
        wire.left.send(Packet(sport=37000 + number, dport=8000))
        wire.left.send(Packet(sport=37000 + number, dport=8000, flags=ACK))
    assert len(wire.right.receive_all(100)) == 100
    until(lambda: sum(daemon.new_sessions("web").values()) == 50, 2, "50 flows, another count of new sessions")
    assert daemon.active_sessions("web") == 50
    assert set(daemon.new_sessions("web")) == set(POOL)


@pytest.mark.parametrize("pages", ["auto", "off"])
def test_dpdk_telemetry_shows_the_same_figures(on_wire, wire, pages):
    daemon = on_wire(WEB, dpdk={"main_lcore": 0, "worker_lcores": ["1@1"], "hugepages": pages})
    for number in range(20):
        wire.left.send(Packet(sport=38000 + number, dport=8000))
    assert len(wire.right.receive_all(20)) == 20
    until(lambda: daemon.workers()[0]["forwarded"] == 20, 2)
    text = subprocess.run(["dpdk-telemetry.py", "-f", daemon.file_prefix], input="/sluice/workers\n", capture_output=True,
                          text=True, timeout=20, check=True).stdout
    answer, = (json.loads(line) for line in text.split("--> ")[-1].splitlines() if line.startswith("{"))
    assert answer["/sluice/workers"]["forwarded"] == [20]


# Capture needs a hugetlbfs that both processes see: one of their own, in the mount namespace of the daemon.
WITH_HUGE_PAGES = ("sh", "-c", 'mount -t tmpfs none /mnt && mkdir /mnt/pages && mount -t hugetlbfs none /mnt/pages && '
                   'exec "$0" "$@"')
WITHOUT_HUGE_PAGES = ("sh", "-c", 'umount -a -t hugetlbfs; exec "$0" "$@"')
CAPTURING = {"main_lcore": 0, "worker_lcores": ["1@1"], "capture": True}


def huge_pages():
    return int(pathlib.Path("/proc/sys/vm/nr_hugepages").read_text())


@pytest.mark.skipif(huge_pages() < 64, reason="needs huge pages: Tests/huge-pages")
def test_dpdk_dumpcap_captures(on_wire, wire, tmp_path):
    on_wire.stop()
    file = tmp_path / "capture.pcap"
    packets = [Packet(sport=39000 + number, dport=8000) for number in range(50)]
    with Daemon(wire.sluice, tmp_path, configuration(WEB, dpdk=CAPTURING), WITH_HUGE_PAGES).up() as daemon:
        words = ["nsenter", "--target", daemon.process.pid, "--mount", "--net", "dpdk-dumpcap",
                 f"--file-prefix={daemon.file_prefix}", "-i", "0", "-P", "-c", len(packets), "-w", file]
        with contextlib.closing(_Program(words)) as dumpcap:
            until(file.exists, 10, "dumpcap does not start")
            time.sleep(1)  # it writes nothing before it is full, not even that it has begun
            for packet in packets:
                wire.left.send(packet)
            dumpcap.process.wait(10)
        assert len(wire.right.receive_all(len(packets))) == len(packets)
    assert {bytes(packet) for packet in packets} <= set(read_capture(file))


class _Program:
    """A program that is gone when the block ends."""

    def __init__(self, words):
        self.process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def test_capture_without_a_mount_is_refused(wire, tmp_path):
    daemon = Daemon(wire.sluice, tmp_path, configuration(WEB, dpdk=CAPTURING), WITHOUT_HUGE_PAGES).launch()
    assert daemon.wait() == 1
    assert daemon.count_in_log("(?i)hugetlbfs|huge page") >= 1
