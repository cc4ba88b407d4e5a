"""Starting, stopping, refusing, links and large frames: behaviours 78, 95, 97 to 100 and 102."""

import contextlib
import copy
import json
import os
import pathlib
import time

import pytest

from daemon import JUMBO_PORTS, STOP_SECONDS, Daemon, backend, configuration, link_event, service, sluice
from frames import UDP, Packet, parse
from topology import Wire, until

POOL = ["10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004"]
WEB = service("web", *POOL)


def is_forwarding(wire):
    """A balanced frame crosses (a few tries: a link that just came up may lose the first)."""
    wire.quieten()
    for number in range(20):
        wire.left.send(Packet(sport=35000 + number, dport=8000))
        frame = wire.right.receive(0.25)
        if frame is not None and parse(frame).backend in POOL:
            return True
    return False


def ports(**changes):
    result = copy.deepcopy(configuration()["ports"])
    result.update(changes)
    return {name: port for name, port in result.items() if port}


THIRD = {"device": "net_af_packet2,iface=fe0", "role": "backend"}

REFUSED = [
    pytest.param(configuration(WEB, service("again", *POOL)), "again|10.0.2.100", id="duplicate-service"),
    pytest.param(configuration(service("web", POOL[0], POOL[0])), "10.0.1.2:8002", id="duplicate-backend"),
    pytest.param(configuration(service("web", *POOL, protocol="icmp") | {"port": 80}), "port", id="icmp-with-port"),
    pytest.param(configuration(WEB, ports=ports(backend=None)), "backend", id="no-backend-port"),
    pytest.param(configuration(WEB, ports=ports(another=THIRD)), "backend", id="two-backend-ports"),
    pytest.param(configuration(WEB, unmatched="perhaps"), "unmatched", id="unknown-value"),
    pytest.param(configuration(WEB, speed="high"), "speed", id="unknown-key"),
    pytest.param(configuration(service("web", backend("10.0.1.2:8002", -1))), "weight", id="negative-weight"),
    pytest.param(configuration(service("web", *POOL, mode="dsr")), "dsr", id="mode-not-built-yet"),
]


@pytest.mark.parametrize("settings, named", REFUSED)
def test_78_a_wrong_configuration_is_refused_by_check_and_run(wire, tmp_path, settings, named):
    daemon = Daemon(wire.sluice, tmp_path / "refused", settings)
    status, text = daemon.check()
    assert status == 1
    assert any(word in text for word in named.split("|")), text
    assert f"{daemon.file}:" in text, "the complaint names file and line"
    assert daemon.launch().wait() == 1
    assert any(word in daemon.log() for word in named.split("|"))
    assert set(daemon.directory.iterdir()) == {daemon.file, daemon.log_file}


def test_78_all_errors_are_reported_at_once_each_with_its_line(wire, tmp_path):
    daemon = Daemon(wire.sluice, tmp_path, configuration(WEB, unmatched="perhaps", speed="high", idle=7))
    _, text = daemon.check()
    lines = daemon.file.read_text().splitlines()
    for key in ("unmatched", "speed", "idle"):
        number = 1 + next(index for index, line in enumerate(lines) if f'"{key}"' in line)
        assert f"{daemon.file}:{number}:" in text, f"{key} of line {number} is missing:\n{text}"


def test_78_check_says_as_json_what_it_says_as_text(wire, tmp_path):
    bad = Daemon(wire.sluice, tmp_path / "bad", configuration(WEB, unmatched="perhaps", idle=7))
    status, text = sluice("check", "--json", bad.file)
    result = json.loads(text)
    assert status == 1 and not result["good"]
    assert {error["key"] for error in result["errors"]} == {"unmatched", "idle"}
    lines = bad.check()[1]
    for error in result["errors"]:
        place = f"{bad.file}:{error['line']}:{error['column']}: {error['key']}: "
        assert f"{place}found {error['found']}, expected {error['expected']}" in lines
    good = Daemon(wire.sluice, tmp_path / "good", configuration(WEB))
    status, text = sluice("check", "--json", good.file)
    result = json.loads(text)
    assert status == 0 and result["good"] and result["errors"] == []
    assert result["describes"] == {"ports": 2, "workers": 1, "services": 1, "backends": 3}


def test_check_accepts_what_run_accepts(wire, tmp_path):
    status, text = Daemon(wire.sluice, tmp_path, configuration(WEB)).check()
    assert status == 0, text


def test_a_missing_device_is_one_sentence(wire, tmp_path):
    settings = configuration(WEB, ports=ports(frontend={"device": "net_af_packet0,iface=missing0"}))
    daemon = Daemon(wire.sluice, tmp_path, settings).launch()
    assert daemon.wait() == 1
    assert daemon.count_in_log("missing0") >= 1
    assert not daemon.socket.exists()


@pytest.fixture
def jumbo_wire():
    with contextlib.closing(Wire(mtu=9000)) as wire:
        yield wire


def assert_jumbo_frames_cross_whole(wire):
    for length in (1400, 1968, 1969, 2048, 4000, 8000, 9000 - 28):
        packet = Packet(sport=36000, dport=8000, protocol=UDP, payload=os.urandom(length))
        wire.left.send(packet)
        frame = wire.right.receive()
        assert frame is not None, f"{length} bytes of payload were lost"
        seen = parse(frame)
        assert frame == bytes(packet.but(destination=seen.destination, dport=seen.dport))
        reply = packet.but(destination=seen.destination, dport=seen.dport).reply(payload=os.urandom(length))
        wire.right.send(reply)
        assert wire.left.receive() == bytes(reply.but(source="10.0.2.100", sport=8000))


def test_95_jumbo_frames_are_rewritten_and_not_cut(jumbo_wire, tmp_path):
    settings = configuration(service("dns", *POOL, protocol="udp"), ports=JUMBO_PORTS)
    with Daemon(jumbo_wire.sluice, tmp_path, settings).up():
        assert_jumbo_frames_cross_whole(jumbo_wire)


def test_100_an_mtu_beyond_the_port_is_set_right_or_refused(jumbo_wire, tmp_path):
    """The device's own defaults would cut frames of more than 1 982 bytes without a word."""
    daemon = Daemon(jumbo_wire.sluice, tmp_path, configuration(service("dns", *POOL, protocol="udp"))).launch()
    until(lambda: daemon.answers() or not daemon.running, 20)
    try:
        if daemon.running:
            assert_jumbo_frames_cross_whole(jumbo_wire)
        else:
            assert daemon.process.returncode == 1
            assert daemon.count_in_log("(?i)mtu") >= 1 and "9000" in daemon.log()
    finally:
        if daemon.running:
            daemon.stop()


def test_100_an_mtu_that_is_raised_later_is_reported_once(on_wire, wire):
    """Frame sizes are chosen at start, so what is raised later must at least not pass in silence."""
    daemon = on_wire(WEB, fresh=True)
    raised = r"MTU of fe0 \(port frontend\) was raised to 4000"
    try:
        wire.sluice.ip("link", "set", "fe0", "mtu", "4000")
        until(lambda: daemon.count_in_log(raised) == 1, 5, daemon.log())
        time.sleep(1.5)
        assert daemon.count_in_log(raised) == 1
    finally:
        wire.sluice.ip("link", "set", "fe0", "mtu", "1500")
    assert is_forwarding(wire)


def test_97_sigterm_stops_cleanly_within_two_seconds(on_wire, wire):
    daemon = on_wire(WEB, fresh=True)
    assert is_forwarding(wire)
    status, seconds = daemon.stop()
    assert status == 0
    assert seconds < STOP_SECONDS
    assert not daemon.socket.exists()


def test_97_sigterm_under_load(on_wire, wire):
    daemon = on_wire(WEB, fresh=True, workers=["1@0", "2@1"])
    for number in range(2000):
        wire.left.send(Packet(sport=20000 + number, dport=8000))
    status, seconds = daemon.stop()
    assert (status, seconds < STOP_SECONDS) == (0, True)


def test_97_a_second_instance_on_the_socket_is_refused(on_wire, wire, tmp_path):
    first = on_wire(WEB)
    second = Daemon(wire.sluice, tmp_path, first.settings)
    assert second.socket == first.socket
    assert second.launch().wait() == 1
    assert second.count_in_log(str(first.socket)) >= 1
    assert first.running and first.status() and is_forwarding(wire)


def test_98_kill_9_needs_no_clean_up(on_wire, wire):
    daemon = on_wire(WEB, fresh=True)
    for _ in range(3):
        daemon.kill()
        assert daemon.socket.exists(), "this test wants a socket left behind"
        daemon.start()
        assert is_forwarding(wire)


@pytest.mark.parametrize("end", ["cable", "interface"])
@pytest.mark.parametrize("port", ["frontend", "backend"])
def test_99_a_link_down_and_up_is_logged_once_each_way(on_wire, wire, port, end):
    """The far end of the veth goes down (carrier lost), or the interface itself is switched off."""
    daemon = on_wire(WEB, fresh=True)
    near, far = {"frontend": ("fe0", "left"), "backend": ("be0", "right")}[port]
    namespace, interface = (wire.outside, far) if end == "cable" else (wire.sluice, near)
    assert is_forwarding(wire)
    for round in (1, 2):
        namespace.ip("link", "set", interface, "down")
        until(lambda: daemon.count_in_log(link_event(port, up=False)) >= round, 5, daemon.log())
        time.sleep(0.3)
        namespace.ip("link", "set", interface, "up")
        until(lambda: daemon.count_in_log(link_event(port, up=True)) >= round, 5, daemon.log())
        assert is_forwarding(wire)
    time.sleep(0.5)
    assert daemon.count_in_log(link_event(port, up=False)) == 2
    assert daemon.count_in_log(link_event(port, up=True)) == 2


def traces(prefix):
    """Files of one DPDK instance: huge pages, locks, sockets, its runtime directory, shared memory."""
    places = map(pathlib.Path, ("/dev/hugepages", "/run/dpdk", "/dev/shm", "/tmp/dpdk"))
    return {path for place in places for path in place.glob("**/*") if prefix in str(path)}


def test_102_nothing_is_left_after_stop_or_kill_and_the_next_start(on_wire, wire):
    daemon = on_wire(WEB, fresh=True)
    prefix, files = daemon.file_prefix, set(daemon.directory.iterdir()) - {daemon.socket}
    assert traces(prefix), "while it runs, there is its telemetry socket"
    daemon.stop()
    assert not traces(prefix)
    assert set(daemon.directory.iterdir()) == files

    daemon.start()
    daemon.kill()
    daemon.start()
    assert daemon.file_prefix == prefix, "or it cannot find what it left"
    daemon.stop()
    assert not traces(prefix)
    assert set(daemon.directory.iterdir()) == files
