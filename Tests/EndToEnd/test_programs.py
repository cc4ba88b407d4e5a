"""Real programs over the example's network: curl, wrk, iperf3, ping and nginx, each in its own namespace."""

import collections
import contextlib
import json
import re
import select
import socket
import subprocess
import time

import pytest

from daemon import JUMBO_PORTS, backend, service
from frames import checksum_fault, parse, read_capture
from test_selection import assert_shares
from topology import Network, until

VIP, SERVERS = Network.VIP, Network.SERVERS
HTTP = [f"{address}:800{address[-1]}" for address in SERVERS]
HTTP_AGAIN = [f"{address}:900{address[-1]}" for address in SERVERS]
NAMES = {f"server{address[-1]}" for address in SERVERS}


def weighted(addresses, *weights):
    return [backend(address, weight) for address, weight in zip(addresses, weights)]


EXAMPLE = [
    service("web", *weighted(HTTP, 10, 100, 1)),
    service("web2", *weighted(HTTP_AGAIN, 20, 30, 20), port=9000),
    service("ping", *SERVERS, protocol="icmp"),
    # iperf3 opens a TCP and a UDP flow that must meet at one server.
    service("iperf", "10.0.1.2:5201", protocol="all", port=5201, vip="10.0.2.101"),
    service("refused", port=8102, when_empty="reject"),
    service("refused-udp", port=8102, protocol="udp", when_empty="reject"),
]


@pytest.fixture
def running(on_network):
    return on_network(*EXAMPLE)


def curl(network, *arguments):
    """Fetches from the client's host; fails on any error of any request."""
    return network.client.run("curl", "-sS", "--fail", "--max-time", "60", *arguments)


def names(network, url, count):
    """Fetches `count` times, a connection each; returns who answered how often."""
    return collections.Counter(curl(network, "-H", "Connection: close", f"{url}?[1-{count}]").split())


@contextlib.contextmanager
def background(namespace, *words, ready=0.0):
    """A program that runs beside the test, and ends with it at the latest."""
    process = namespace.start(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        time.sleep(ready)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def capture(namespace, interface, file, frames=60000):
    """Captures up to `frames` whole frames with tcpdump while the block runs."""
    words = "--immediate-mode -U -n -s 0 -B 32768 -Z root".split()
    with background(namespace, "tcpdump", "-i", interface, "-w", file, "-c", frames, *words) as process:
        until(lambda: file.exists() and file.stat().st_size >= 24, 5, "tcpdump does not start")
        yield process
        time.sleep(0.3)


def assert_checksums(*files):
    """Every IPv4 frame of the captures has right checksums; returns how many there were."""
    frames = [frame for file in files for frame in read_capture(file)]
    faults = collections.Counter(filter(None, map(checksum_fault, frames)))
    assert not faults
    return sum(parse(frame) is not None for frame in frames)


def test_02_address_resolution_across(running, network):
    for namespace, interface, peer in ((network.client, "eth0", network.ROUTER),
                                       (network.router, "wan", network.CLIENT)):
        namespace.ip("neighbour", "flush", "dev", interface)
        namespace.run("ping", "-c", "1", "-W", "2", peer)
        assert "lladdr" in namespace.ip("neighbour", "show", peer)


def test_03_ipv6_neighbours_and_http_across(running, network):
    network.client.ip("-6", "neighbour", "flush", "dev", "eth0")
    network.client.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "2", network.ROUTER6)
    assert names(network, "http://[fd00:1::3]:8003/", 100) == {"server3": 100}
    network.servers["10.0.1.2"].run("ping", "-6", "-c", "2", "-i", "0.1", "-W", "2", network.CLIENT6)


def test_05_direct_access_alongside_the_vip_never_fails(running, network):
    """Both at once, to the very ports that are backends: source ports coincide now and then."""
    urls = [f"http://{address}/" for address in HTTP] + [f"http://{VIP}:8000/"] * 2
    words = ["curl", "-sS", "--fail", "--max-time", "8", "-H", "Connection: close"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    processes = [network.client.start(*words, f"{url}?[1-1000]", **pipes) for url in urls]
    outputs = [process.communicate(timeout=90)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(urls), [output[-20:] for output in outputs]
    for address, output in zip(SERVERS, outputs):
        assert collections.Counter(output) == {f"server{address[-1]}": 1000}
    assert all(len(output) == 1000 and set(output) <= NAMES for output in outputs)


def test_06_a_server_opens_a_connection_to_the_client(running, network):
    with network.client.inside():
        listener = socket.create_server((network.CLIENT, 2200))
    with listener:
        listener.settimeout(5)
        for address, namespace in network.servers.items():
            with namespace.inside():
                outgoing = socket.create_connection((network.CLIENT, 2200), timeout=5)
            accepted, (peer, _) = listener.accept()
            with outgoing, accepted:
                assert peer == address
                outgoing.sendall(b"from the server")
                assert accepted.recv(100) == b"from the server"
                accepted.sendall(b"from the client")
                assert outgoing.recv(100) == b"from the client"
            namespace.run("ping", "-c", "2", "-i", "0.1", "-W", "2", network.CLIENT)


def test_13_and_14_curl_talks_to_the_vip_only(running, network, tmp_path):
    file = tmp_path / "client.pcap"
    with capture(network.client, "eth0", file):
        assert set(names(network, f"http://{VIP}:8000/", 50)) <= NAMES
    packets = [packet for packet in map(parse, read_capture(file)) if packet and packet.protocol == socket.IPPROTO_TCP]
    assert len(packets) > 50 * 8
    assert {frozenset((packet.source, packet.destination)) for packet in packets} == {frozenset((network.CLIENT, VIP))}


def test_18_two_services_on_one_vip(running, network):
    assert set(names(network, f"http://{VIP}:8000/", 30)) <= NAMES
    assert set(names(network, f"http://{VIP}:9000/", 30)) == NAMES


def test_20_a_client_of_an_empty_service_is_refused_at_once(running, network):
    with network.client.inside():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            began = time.monotonic()
            with socket.socket(socket.AF_INET, kind) as client, pytest.raises(ConnectionRefusedError):
                client.settimeout(3)
                client.connect((VIP, 8102))
                client.send(b"anyone?")
                client.recv(100)
            assert time.monotonic() - began < 1


def test_29_and_30_weights_10_100_1_and_20_30_20(running, network):
    for url, weights in ((f"http://{VIP}:8000/", (10, 100, 1)), (f"http://{VIP}:9000/", (20, 30, 20))):
        expected = dict(zip(sorted(NAMES), weights))
        assert_shares(names(network, url, 2500), expected)


def test_50_and_51_ping_of_the_vip(running, network):
    text = network.client.run("ping", "-c", "20", "-i", "0.02", "-W", "2", VIP)
    assert " 0% packet loss" in text
    answers = re.findall(rf"bytes from {VIP}: icmp_seq=(\d+)", text)
    assert list(map(int, answers)) == list(range(1, 21))


def wrk(network, *arguments, seconds=3):
    """Runs wrk against the VIP; returns requests done, having checked that none failed."""
    text = network.client.run(
        "wrk", "--threads", "1", "--connections", "32", "--duration", f"{seconds}s", *arguments, f"http://{VIP}:8000/")
    assert "Socket errors" not in text and "Non-2xx" not in text, text
    return int(re.search(r"(\d+) requests in", text).group(1))


@pytest.mark.parametrize("arguments", [(), ("--header", "Connection: close")], ids=["keep-alive", "close"])
def test_15_checksums_of_a_wrk_run(running, network, tmp_path, arguments):
    files = tmp_path / "client.pcap", tmp_path / "router.pcap"
    with capture(network.client, "eth0", files[0]), capture(network.router, "wan", files[1]):
        requests = wrk(network, *arguments)
    assert requests > 100
    assert assert_checksums(*files) > 1000


def iperf3(network, *arguments):
    """One iperf3 run from the client to the service; returns its report's end."""
    with background(network.servers["10.0.1.2"], "iperf3", "-s", "-1", "-p", "5201", "--forceflush") as server:
        assert select.select([server.stdout], [], [], 5)[0], "the iperf3 server does not start"
        until(lambda: "5201" in network.servers["10.0.1.2"].run("ss", "-Hltn", "sport = :5201"), 5)
        text = network.client.run("iperf3", "-c", "10.0.2.101", "-p", "5201", "-t", "2", "-J", *arguments)
    return json.loads(text)["end"]


@pytest.mark.parametrize("arguments", [(), ("-R",), ("-P", "4"), ("--bidir",)], ids=["up", "down", "four", "both"])
def test_15_iperf3_over_tcp(running, network, tmp_path, arguments):
    files = tmp_path / "client.pcap", tmp_path / "router.pcap"
    with capture(network.client, "eth0", files[0], 20000), capture(network.router, "wan", files[1], 20000):
        end = iperf3(network, *arguments)
    assert end["sum_received"]["bytes"] > 1e6
    assert assert_checksums(*files) > 1000


@pytest.mark.parametrize("arguments", [(), ("-R",)], ids=["up", "down"])
def test_15_iperf3_over_udp(running, network, tmp_path, arguments):
    files = tmp_path / "client.pcap", tmp_path / "router.pcap"
    with capture(network.client, "eth0", files[0], 20000), capture(network.router, "wan", files[1], 20000):
        end = iperf3(network, "-u", "-b", "20M", "-l", "1200", *arguments)
    assert end["sum"]["packets"] > 1000
    assert end["sum"]["lost_percent"] < 2
    assert assert_checksums(*files) > 1000


def test_95_tcp_with_jumbo_frames(on_network, network, tmp_path):
    file = tmp_path / "router.pcap"
    with jumbo(network):
        on_network(*EXAMPLE, ports=JUMBO_PORTS)
        with capture(network.router, "wan", file, 5000):
            assert iperf3(network)["sum_received"]["bytes"] > 1e6
        on_network.stop()
    assert assert_checksums(file) > 1000
    assert max(map(len, read_capture(file))) == 9014


@contextlib.contextmanager
def jumbo(network):
    network.set_mtu(9000)
    try:
        yield
    finally:
        network.set_mtu(1500)


def test_17_a_large_file_arrives_whole(running, network):
    content = bytes(range(256)) * 80000  # 20 MB
    (network.directory / "www" / "large").write_bytes(content)
    fetched = network.directory / "fetched"
    curl(network, "-o", fetched, f"http://{VIP}:8000/files/large")
    assert fetched.read_bytes() == content


@pytest.mark.parametrize("workers", [["1@0", "2@1"], ["1@0", "2@1", "3@0", "4@1"]], ids=["two", "four"])
def test_92_real_clients_on_several_workers(on_network, network, workers):
    daemon = on_network(*EXAMPLE, workers=workers)
    assert wrk(network) > 100
    assert_shares(names(network, f"http://{VIP}:9000/", 1000), dict(zip(sorted(NAMES), (20, 30, 20))))
    assert sum(any(balance) for balance in daemon.balances()) == len(workers)


@pytest.mark.parametrize("workers", [["1@1"], ["1@0", "2@1", "3@0", "4@1"]], ids=["one", "four"])
def test_91_the_balance_holds_at_every_reading_under_load(on_network, network, workers):
    daemon = on_network(*EXAMPLE, workers=workers)
    readings, ending = [], time.monotonic() + 5
    with background(network.client, "wrk", "-t1", "-c32", "-d4s", f"http://{VIP}:8000/"):
        while time.monotonic() < ending:
            readings.append(daemon.balances())
    assert all(taken == given for reading in readings for taken, given in reading)
    totals = [sum(taken for taken, _ in reading) for reading in readings]
    assert totals == sorted(totals) and totals[-1] > totals[0] + 1000
    assert len(set(totals)) > 20, "too few readings fell into the load"
    assert daemon.faults() == []
