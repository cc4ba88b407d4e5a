"""Datagrams larger than the MTU with real programs: behaviour 59."""

import pytest

from daemon import service
from test_programs import iperf3
from topology import until

SERVICES = [
    service("iperf", "10.0.1.2:5201", protocol="all", port=5201, vip="10.0.2.101"),
]


@pytest.fixture(params=[("1@1",), ("1@1", "2@1")], ids=["one worker", "two workers"])
def running(on_network, request):
    return on_network(*SERVICES, workers=request.param)


def settled(daemon):
    """Every frame accounted for, and none still held."""
    return until(lambda: daemon.get("/v1/status")["conservation"]["total"]["held"] == 0, 5, "fragments are still held")


def test_59_iperf3_with_datagrams_of_8_kib(running, network):
    report = iperf3(network, "-u", "-l", "8192", "-b", "20M")
    assert report["sum"]["packets"] > 400 and report["sum"]["lost_packets"] <= report["sum"]["packets"] * 0.01, report
    settled(running)
