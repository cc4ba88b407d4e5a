"""Changes of a running instance, on bare cables: who gets which packet before, while and after."""

import json
import subprocess
import threading
import time

import pytest

from daemon import Daemon, backend, configuration, service, sluice
from frames import ACK, FIN, ICMP, PSH, RST, SYN, TCP, UDP, Packet, checksum_fault, parse, seeded
from test_selection import assert_shares, backends_of, flows, shares
from topology import until

VIP = "10.0.2.100"
POOL = ["10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004"]
WEB = service("web", *POOL)


PATIENT = {"capacity": 65536, "timeouts": {"tcp_syn": "120s"}}


@pytest.fixture
def running(on_wire):
    """A fresh instance with one service, whose changes no other test meets; half-open sessions last for all of it."""
    yield on_wire(WEB, fresh=True, sessions=PATIENT)
    on_wire.stop()


def on(number, **settings):
    return Packet(sport=number, dport=8000, **settings)


def chosen(wire, packet):
    wire.left.send(packet)
    frame = wire.right.receive()
    assert frame is not None, "the packet was lost"
    return parse(frame).backend


def answer(wire, packet, server, **changes):
    """The server's answer to a packet, as the client sees it."""
    address, port = server.split(":")
    wire.right.send(packet.but(destination=address, dport=int(port)).reply(**changes))
    return parse(wire.left.receive())


def established(wire, packet):
    server = chosen(wire, packet)
    assert answer(wire, packet, server).source == VIP
    assert chosen(wire, packet.but(flags=ACK)) == server
    return server


def path(address, name="web"):
    return f"/v1/services/{name}/backends/{address}"


@pytest.mark.parametrize("way", ["weight", "drain"])
def test_31_and_32_a_draining_backend_keeps_its_sessions_and_gets_none(running, wire, way):
    opened = [on(40000 + number) for number in range(60)]
    before = {packet: established(wire, packet) for packet in opened}
    drained = POOL[1]
    running.change("PATCH", path(drained), {"weight": 0} if way == "weight" else {"drain": True})
    assert {packet: chosen(wire, packet.but(flags=ACK)) for packet in opened} == before
    assert drained not in set(backends_of(wire, flows(300)).values())
    report = running.backend("web", drained)
    assert report["state"] == "drain" and report["active_sessions"] == sum(each == drained for each in before.values())
    running.change("PATCH", path(drained), {"weight": 1, "drain": False})
    assert drained in set(backends_of(wire, flows(300, first=50000)).values())


def test_32_with_all_weights_0_new_clients_meet_no_backend_and_old_ones_theirs(running, wire):
    packet = on(41000)
    server = established(wire, packet)
    for address in POOL:
        running.change("PATCH", path(address), {"weight": 0})
    assert chosen(wire, packet.but(flags=ACK)) == server
    assert chosen(wire, on(41001)) == f"{VIP}:8000", "when_empty: pass"
    running.change("PATCH", path(POOL[0]), {"weight": 1})
    assert chosen(wire, on(41002)) == POOL[0]


def test_32_the_end_of_draining_is_foreseen(on_wire, wire):
    daemon = on_wire(WEB, fresh=True, sessions={"capacity": 65536, "timeouts": {"tcp_syn": "1s"}})
    backends_of(wire, flows(200))
    daemon.change("PATCH", path(POOL[0]), {"drain": True})
    assert daemon.backend("web", POOL[0])["active_sessions"] > 10
    until(lambda: daemon.backend("web", POOL[0]).get("draining", {}).get("ended_per_second", 0) > 0, 20, "nothing is foreseen")
    until(lambda: daemon.backend("web", POOL[0]).get("draining", {}).get("empty_in_seconds") == 0, 20, "it is never empty")
    drained, = [line for line in daemon.command("backends", "web").splitlines() if POOL[0] in line]
    assert drained.endswith("empty")
    on_wire.stop()


def test_33_a_weight_counts_at_once_and_another_edit_leaves_it_alone(running, wire):
    running.command("backend", "set", "web", POOL[0], "--weight", "8")
    running.command("backend", "set", "web", POOL[0], "--name", "first")
    assert_shares(shares(wire, 4000), dict(zip(POOL, (8, 1, 1))))
    running.command("backend", "set", "web", "first", "--weight", "1")
    running.change("DELETE", "/v1/sessions?all=true")
    assert_shares(shares(wire, 4000), dict(zip(POOL, (1, 1, 1))))


def test_28_and_41_established_flows_keep_their_server_through_every_kind_of_change(running, wire):
    """Each change, then a packet of each flow in each direction."""
    random = seeded()
    opened = [on(42000 + number) for number in range(50)]
    home = {packet: established(wire, packet) for packet in opened}
    for step, change in enumerate(changes(running, random, 40)):
        for packet in opened:
            assert chosen(wire, packet.but(flags=ACK | PSH)) == home[packet], f"step {step}: {change}"
            assert answer(wire, packet, home[packet], flags=ACK).source == VIP, f"step {step}: {change}"
    assert running.faults() == []


def changes(daemon, random, count):
    """Random changes that end no session: each is made, then told."""
    spare = [f"10.0.1.{number}:80" for number in range(20, 40)]
    for _ in range(count):
        listed = [entry["address"] for entry in daemon.get("/v1/backends?service=web")["backends"]
                  if entry["state"] in ("up", "drain")]
        kind = random.choice(["add", "remove", "weight", "drain", "name", "replace", "rollback", "service", "reload"])
        one = random.choice(listed) if listed else None
        if kind == "add" or one is None:
            body = {"address": random.choice(spare), "weight": random.randint(1, 9)}
            daemon.change("PUT", path(body["address"]), body)
        elif kind == "remove":
            daemon.change("DELETE", path(one))
        elif kind in ("weight", "drain", "name"):
            value = {"weight": random.randint(0, 9), "drain": random.random() < 0.5, "name": f"n{random.random()}"}[kind]
            daemon.change("PATCH", path(one), {kind: value})
        elif kind == "replace":
            pool = random.sample(spare + POOL, random.randint(1, 8))
            daemon.change("PUT", "/v1/services/web/backends", [{"address": each} for each in pool])
        elif kind == "rollback":
            daemon.ask("POST", "/v1/rollback")
        elif kind == "service":
            daemon.change("PUT", "/v1/services/other", {"vip": "10.0.2.150", "protocol": "all", "port": 80,
                                                        "backends": random.sample(spare, 3)})
        else:
            daemon.change("POST", "/v1/reload?force=true")
        yield kind


def test_40_no_packet_is_lost_or_goes_astray_while_the_pool_changes(running, wire):
    """The middle backend comes and goes as fast as can be; the sessions of the two others do not notice, and new
    clients get a backend of the old list or of the new one."""
    opened = [on(43000 + number) for number in range(100)]
    home = {packet.sport: established(wire, packet) for packet in opened}
    steady = [packet for packet in opened if home[packet.sport] != POOL[1]]
    stop, made, failures = threading.Event(), [0], []

    def change():
        while not stop.is_set():
            try:
                running.change("DELETE", path(POOL[1]))
                running.change("PUT", path(POOL[1]), {"weight": 1 + made[0] % 5})
                made[0] += 2
            except AssertionError as error:
                failures.append(error)
                return

    changing = threading.Thread(target=change)
    changing.start()
    try:
        sent = 0
        until_then = time.monotonic() + 8
        while time.monotonic() < until_then:
            batch = [packet.but(flags=ACK | PSH, ident=sent % 65536) for packet in steady]
            fresh = [on(1024 + (sent + number) % 30000) for number in range(50)]
            for packet in batch + fresh:
                wire.left.send(packet)
            frames = [parse(frame) for frame in wire.right.receive_all(len(batch) + len(fresh))]
            assert len(frames) == len(batch) + len(fresh), "packets were lost"
            for seen in frames:
                assert seen.backend in POOL
                assert seen.backend == home.get(seen.sport, seen.backend)
            sent += len(frames)
    finally:
        stop.set()
        changing.join()
    assert not failures
    assert made[0] > 100 and sent > 5000
    print(f"{made[0]} changes while {sent} packets crossed")
    assert running.status()["generation"] == 1 + made[0]
    assert running.faults() == []


def test_45_a_new_connection_on_an_old_port_leaves_a_draining_backend(running, wire):
    packet = on(44000)
    server = established(wire, packet)
    running.change("PATCH", path(server), {"drain": True})
    assert chosen(wire, packet.but(flags=ACK)) == server
    assert answer(wire, packet, server, flags=FIN | ACK).source == VIP
    assert chosen(wire, packet.but(flags=FIN | ACK)) == server
    assert chosen(wire, packet) != server, "the port has come round: a new decision"


def test_47_sessions_are_listed_counted_and_flushed(running, wire):
    opened = [on(45000 + number, source=f"10.0.0.{1 + number % 4}") for number in range(80)]
    home = {(packet.source, packet.sport): chosen(wire, packet) for packet in opened}
    until(lambda: running.active_sessions("web") == 80, 2)
    listed = running.sessions()
    assert {(each["client"], each["client_port"]): each["backend_address"] for each in listed} == home
    assert {each["phase"] for each in listed} == {"opening"} and {each["service"] for each in listed} == {"web"}
    assert len(running.sessions(client="10.0.0.2")) == 20
    assert len(running.sessions(client="10.0.0.2/31")) == 40
    on_first = [each for each in home.values() if each == POOL[0]]
    assert len(running.sessions(service="web", backend=POOL[0])) == len(on_first)
    assert len(running.sessions(limit=7)) == 7
    count = json.loads(running.command("sessions", "--count", "--json"))
    assert count == {"count": 80, "flushed": False, "silent_workers": []}
    assert "80 sessions" in running.command("sessions")
    flushed = running.command("sessions", "flush", "--service", "web", "--backend", POOL[0])
    assert f"{len(on_first)} sessions flushed" in flushed
    assert "20 sessions" not in running.command("sessions", "--client", "10.0.0.3", "--count") or on_first == []
    running.command("sessions", "flush", "--all")
    assert running.sessions() == []
    until(lambda: running.active_sessions("web") == 0, 2)
    assert running.status()["sessions"]["flushed"] == 80
    assert running.balances()[0][0] == running.balances()[0][1]


def test_47_a_direct_session_is_listed_when_asked_for(running, wire):
    wire.left.send(Packet(sport=45100, destination="10.0.1.2", dport=8002))
    assert wire.right.receive() is not None
    assert running.sessions() == []
    only, = running.sessions(direct="true")
    assert only["direct"] and only["backend_address"] == POOL[0]


@pytest.mark.parametrize("workers", [["1@1"], ["1@0", "2@1", "3@0"]], ids=["one", "three"])
def test_47_twenty_thousand_sessions_stream_while_packets_flow(on_wire, wire, workers):
    daemon = on_wire(WEB, fresh=True, workers=workers, sessions=PATIENT)
    count = 20000
    for start in range(0, count, 200):
        for number in range(start, start + 200):
            wire.left.send(Packet(source=f"10.0.{number % 50}.9", sport=2000 + number // 50, dport=8000))
        wire.right.receive_all(200)
    until(lambda: daemon.active_sessions("web") == count, 5)
    began = time.monotonic()
    listed = daemon.sessions()
    print(f"{len(listed)} sessions in {time.monotonic() - began:.2f} s")
    assert len({(each["client"], each["client_port"]) for each in listed}) == count
    assert {each["worker"] for each in listed} == set(range(len(workers)))
    assert daemon.change("DELETE", "/v1/sessions?service=web")["count"] == count
    on_wire.stop()


def killed(daemon, wire, on_kill):
    daemon.change("PUT", "/v1/services/web", {**without_name(WEB), "on_kill": on_kill})
    packet = on(46000)
    server = established(wire, packet)
    daemon.command("backend", "remove", "web", server, "--kill")
    return packet, server


def without_name(entry):
    return {key: value for key, value in entry.items() if key != "name"}


def test_48_the_sessions_of_a_killed_backend_choose_anew(running, wire):
    packet, server = killed(running, wire, "reselect")
    assert chosen(wire, packet.but(flags=ACK)) != server
    until(lambda: running.status()["sessions"]["killed"] == 1, 2)


def test_48_or_are_reset(running, wire):
    packet, server = killed(running, wire, "reset")
    wire.left.send(packet.but(flags=ACK, sequence=7, acknowledgement=1000))
    frame = wire.left.receive()
    seen = parse(frame)
    assert seen.flags & RST and (seen.source, seen.sport, seen.dport) == (VIP, 8000, 46000)
    assert checksum_fault(frame) is None
    assert wire.right.receive(0.3) is None
    assert chosen(wire, packet) != server, "the client may come again"


def test_48_the_answers_of_a_killed_backend_reach_nobody(running, wire):
    packet, server = killed(running, wire, "reselect")
    address, port = server.split(":")
    wire.right.send(packet.but(destination=address, dport=int(port)).reply(flags=ACK))
    assert wire.left.receive(0.3) is None
    until(lambda: running.drops()["session_killed"] == 1, 2)


def test_48_without_kill_a_removed_backend_keeps_its_sessions(running, wire):
    packet = on(46010)
    server = established(wire, packet)
    running.command("backend", "remove", "web", server)
    assert running.backend("web", server)["state"] == "removed"
    for _ in range(3):
        assert chosen(wire, packet.but(flags=ACK)) == server
        assert answer(wire, packet, server, flags=ACK).source == VIP
    running.command("sessions", "flush", "--service", "web", "--backend", server)
    gone = lambda: server not in [each["address"] for each in running.get("/v1/backends")["backends"]]
    until(gone, 5, "it is still listed without sessions")


def test_48_a_removed_service_keeps_its_sessions_or_kills_them(running, wire):
    packet = on(46020)
    server = established(wire, packet)
    running.command("service", "remove", "web")
    assert chosen(wire, packet.but(flags=ACK)) == server
    assert answer(wire, packet, server, flags=ACK).source == VIP
    assert chosen(wire, on(46021)) == f"{VIP}:8000", "nobody serves new clients: it crosses"
    running.change("POST", "/v1/rollback")
    assert chosen(wire, packet.but(flags=ACK)) == server
    running.command("service", "remove", "web", "--kill")
    assert chosen(wire, packet.but(flags=ACK)) == f"{VIP}:8000"


EVERY = {"name": "every", "vip": VIP, "protocol": "all", "port": 9000, "backends": ["10.0.1.2:9002"]}


def kinds(number, port):
    """A packet of each protocol."""
    return (Packet(sport=number, dport=port), Packet(sport=number, dport=port, protocol=UDP),
            Packet(sport=number, protocol=ICMP))


def test_57_a_service_of_all_protocols_comes_and_goes_whole(running, wire):
    assert [chosen(wire, packet) for packet in kinds(47000, 9000)] == [f"{VIP}:9000", f"{VIP}:9000", f"{VIP}:0"]
    running.change("POST", "/v1/services", EVERY)
    assert [chosen(wire, packet) for packet in kinds(47001, 9000)] == ["10.0.1.2:9002", "10.0.1.2:9002", "10.0.1.2:0"]
    running.command("service", "remove", "every")
    assert [chosen(wire, packet) for packet in kinds(47002, 9000)] == [f"{VIP}:9000", f"{VIP}:9000", f"{VIP}:0"]


def test_58_icmp_stays_while_another_service_needs_it(running, wire):
    running.change("POST", "/v1/services", EVERY)
    second = {**EVERY, "name": "second", "port": 9001, "backends": ["10.0.1.3:9003"]}
    running.change("POST", "/v1/services", second)
    assert [chosen(wire, packet) for packet in kinds(47010, 9001)] == ["10.0.1.3:9003", "10.0.1.3:9003", "10.0.1.2:0"]
    running.change("DELETE", "/v1/services/every")
    assert [chosen(wire, packet) for packet in kinds(47011, 9001)] == ["10.0.1.3:9003", "10.0.1.3:9003", "10.0.1.3:0"]
    status, reason = running.ask("POST", "/v1/services", {**second, "name": "third"})
    assert status == 409 and reason["error"]["code"] == "endpoint_taken"
    assert chosen(wire, Packet(sport=47012, protocol=ICMP)) == "10.0.1.3:0"


def test_80_the_whole_list_is_replaced_in_one_step(running, wire):
    opened = [on(48000 + number) for number in range(40)]
    home = {packet: established(wire, packet) for packet in opened}
    before = running.backend("web", POOL[2])
    running.command("backend", "replace", "web", "10.0.1.8:80=3", f"{POOL[2]}=1")
    after = running.backend("web", POOL[2])
    assert after["active_sessions"] == before["active_sessions"] and after["new_sessions"] == before["new_sessions"]
    assert {packet: chosen(wire, packet.but(flags=ACK)) for packet in opened} == home
    assert_shares(shares(wire, 4000), {"10.0.1.8:80": 3, POOL[2]: 1})


REFUSED = [
    (["service", "add", "web", "--vip", "10.0.2.9", "--protocol", "tcp", "--port", "1"], 1, "web"),
    (["service", "add", "new", "--vip", VIP, "--protocol", "tcp", "--port", "8000"], 1, VIP),
    (["service", "add", "new", "--vip", "10.0.2.9", "--protocol", "icmp", "--port", "80"], 1, "port"),
    (["service", "add", "new", "--vip", "10.0.2", "--protocol", "tcp", "--port", "80"], 1, "vip"),
    (["service", "add", "new", "--vip", "10.0.1.2", "--protocol", "tcp", "--port", "8002"], 1, "loop"),
    (["service", "remove", "nobody"], 1, "nobody"), (["service", "show", "nobody"], 1, "nobody"),
    (["backend", "add", "web", POOL[0]], 1, POOL[0]), (["backend", "add", "nobody", "10.0.1.9:80"], 1, "nobody"),
    (["backend", "add", "web", "10.0.1.9"], 1, "10.0.1.9"), (["backend", "remove", "web", "10.0.1.9:80"], 1, "10.0.1.9"),
    (["backend", "set", "web", POOL[0], "--weight", "-1"], 2, "weight"),
    (["backend", "set", "web", POOL[0], "--weight", "65536"], 1, "65535"),
    (["backend", "set", "web", POOL[0]], 2, "--weight"), (["backend", "replace", "web", "x"], 1, "x"),
    (["backend", "drain", "web", POOL[0], "--if-match", "99"], 1, "99"), (["rollback"], 1, "nothing"),
    (["reload", "/nowhere.yaml"], 1, "/nowhere.yaml"), (["log-level", "loud"], 1, "debug"),
    (["reload", "/dev/null"], 1, "/dev/null:"), (["plan", "/dev/null"], 1, "/dev/null:"),
    (["plan", "/"], 1, "Is a directory"), (["plan", "/nowhere.yaml"], 1, "/nowhere.yaml cannot be read: No such file"),
    (["sessions", "flush"], 2, "--service"), (["sessions", "flush", "--all", "--service", "web"], 2, "--all"), (["sessions", "--service", "nobody"], 1, "nobody"),
    (["explain", "--from", "10.0.0.1:1"], 2, "--to"), (["explain", "--packet", "xyz"], 1, "hexadecimal"),
    (["backend", "move", "web", POOL[0]], 2, "Usage"), (["top", "--once", "--interval", "0"], 2, "interval"),
]


def test_78_and_79_a_refused_command_says_why_and_changes_nothing(running, wire):
    before = running.get("/v1/config"), running.status()["generation"], running.status()["changed_at"]
    for words, expected, named in REFUSED:
        status, text = sluice(*words, "--socket", running.socket)
        assert status == expected, f"{words}: {status} {text}"
        assert named in text, f"{words}: {text}"
    assert (running.get("/v1/config"), running.status()["generation"], running.status()["changed_at"]) == before


def test_79_every_command_without_a_daemon_exits_with_3(wire, tmp_path):
    socket = tmp_path / "nobody.sock"
    file = tmp_path / "x.yaml"
    file.write_text(json.dumps(configuration(WEB)))
    for words in (["backend", "drain", "web", "a"], ["service", "remove", "web"], ["plan", file], ["reload"], ["rollback"],
                  ["sessions"], ["explain", "--from", "10.0.0.1:1", "--to", "10.0.0.2:2"], ["show-config"],
                  ["log-level"], ["top", "--once"], ["sessions", "flush", "--all"]):
        assert sluice(*words, "--socket", socket)[0] == 3, words


def test_81_what_is_shown_can_be_added(running, wire, tmp_path):
    file = tmp_path / "web.json"
    file.write_text(running.command("service", "show", "web", "--json"))
    before = running.get("/v1/config")
    running.command("service", "remove", "web")
    assert running.get("/v1/services")["services"] == []
    running.command("service", "add", "--file", file)
    assert running.get("/v1/config") == before
    assert chosen(wire, on(49000)) in POOL


def test_81_each_level_is_shown_as_text_and_json(running):
    for words in (["status"], ["services"], ["service", "show", "web"], ["backends", "web"], ["ports"], ["workers"],
                  ["sessions"], ["top", "--once", "--interval", "0.2"], ["show-config"], ["log-level"],
                  ["explain", "--from", "10.0.0.1:1", "--to", f"{VIP}:8000"]):
        assert running.command(*words).strip(), words
        assert json.loads(running.command(*words, "--json")) is not None, words


def test_82_the_time_of_the_last_change_is_told(running):
    before = running.status()
    time.sleep(1.1)
    running.change("PATCH", path(POOL[0]), {"weight": 3})
    after = running.status()
    assert after["changed_at"] > before["changed_at"] and after["started_at"] == before["started_at"]


def test_85_the_log_level_changes_while_it_runs(running):
    def requests_logged():
        return running.count_in_log(r"debug: .*GET /v1/ports")

    running.ports()
    assert requests_logged() == 0
    assert "debug" in running.command("log-level", "debug")
    running.ports()
    until(lambda: requests_logged() == 1, 2, running.log())
    running.command("log-level", "error")
    running.ports()
    running.change("PATCH", path(POOL[0]), {"weight": 3})
    assert requests_logged() == 1 and running.count_in_log("generation 2") == 0
    running.command("log-level", "info")
    running.change("PATCH", path(POOL[0]), {"weight": 4})
    until(lambda: running.count_in_log("generation 3") == 1, 2, running.log())


def tuples(random, count):
    return [Packet(source=f"10.0.{random.randint(0, 99)}.{random.randint(1, 254)}", sport=random.randint(1024, 65535),
                   dport=8000, flags=random.choice([SYN, ACK, ACK | PSH, FIN | ACK])) for _ in range(count)]


@pytest.mark.parametrize("workers", [["1@1"], ["1@0", "2@1", "3@0"]], ids=["one", "three"])
def test_93_explain_tells_what_the_next_packet_gets(on_wire, wire, workers):
    daemon = on_wire(WEB, service("empty", port=8102, when_empty="drop"), fresh=True, workers=workers)
    seen = tuples(seeded(), 60)
    for round in range(2):
        for packet in seen:
            before = daemon.status()["sessions"]["created"]
            told = daemon.explain(packet)
            assert told["verdict"] == "forwarded" and told["service"] == "web"
            assert ("session" in told) == (round == 1) and told["makes_session"] == (round == 0)
            assert daemon.status()["sessions"]["created"] == before, "asking makes no session"
            assert chosen(wire, packet) == told["backend"]["address"]
            assert told["rewrite"] == {"end": "destination", "from": f"{VIP}:8000 tcp",
                                       "to": f"{told['backend']['address']} tcp"}
            back = packet.but(destination=told["backend"]["address"].split(":")[0],
                              dport=int(told["backend"]["address"].split(":")[1])).reply(flags=ACK)
            told = daemon.explain(back, "backend")
            assert told["verdict"] == "returned" and told["session"]["standing"] == "alive"
    for packet, verdict, reason in ((Packet(sport=1, dport=8102), "dropped", "no_backend"),
                                    (Packet(sport=1, dport=9), "passed", "no_service")):
        told = daemon.explain(packet)
        assert (told["verdict"], told["reason"]) == (verdict, reason)
    text = daemon.command("explain", "--from", f"{seen[0].source}:{seen[0].sport}", "--to", f"{VIP}:8000")
    assert "alive" in text and "forwarded" in text
    on_wire.stop()


def test_94_a_plan_foretells_the_shares_that_move(running, wire, tmp_path):
    random = seeded()
    opened = list({(packet.source, packet.sport): packet.but(flags=SYN) for packet in tuples(random, 400)}.values())
    home = {packet: chosen(wire, packet) for packet in opened}
    asked = tuples(random, 1500)
    told = [choice(running, packet) for packet in asked]
    new = {**running.settings, "services": [service("web", backend(POOL[0], 3), POOL[1], "10.0.1.9:80")]}
    file = tmp_path / "new.yaml"
    file.write_text(json.dumps(new))
    until(lambda: running.active_sessions("web") == len(opened), 2)
    plan, = json.loads(running.command("plan", file, "--json"))["services"]
    assert running.status()["generation"] == 1
    text = running.command("plan", file)
    assert "+ backend 10.0.1.9:80" in text and f"- backend {POOL[2]}" in text and "slots" in text
    assert plan["sessions"] == len(opened) and plan["sessions_moved"] == 0
    assert plan["sessions_draining"] == sum(each == POOL[2] for each in home.values())
    done = json.loads(running.command("reload", file, "--json"))
    assert done["services"] == [plan] and done["applied"]
    moved = sum(before != choice(running, packet) for before, packet in zip(told, asked)) / len(asked)
    assert abs(moved - plan["slots_moved_share"]) < 5 * (0.25 / len(asked)) ** 0.5, (moved, plan["slots_moved_share"])
    assert {packet: chosen(wire, packet.but(flags=ACK)) for packet in opened} == home, "no live session moves"


def choice(daemon, packet):
    told = daemon.explain(packet)
    assert "session" not in told
    return told["choice"]["backend"]["address"]


def test_94_with_kill_live_sessions_move_as_foretold(running, wire, tmp_path):
    opened = [on(51000 + number) for number in range(90)]
    home = {packet: chosen(wire, packet) for packet in opened}
    until(lambda: running.active_sessions("web") == len(opened), 2)
    file = tmp_path / "new.yaml"
    file.write_text(json.dumps({**running.settings, "services": [service("web", *POOL[:2])]}))
    plan, = json.loads(running.command("plan", file, "--kill", "--json"))["services"]
    running.command("reload", file, "--kill")
    moved = [packet for packet in opened if chosen(wire, packet.but(flags=ACK)) != home[packet]]
    assert len(moved) == plan["sessions_moved"] == sum(each == POOL[2] for each in home.values())
    assert plan["sessions_moved_share"] == pytest.approx(len(moved) / len(opened), abs=1e-6)


def test_a_reload_is_held_against_the_rules_of_a_start(running):
    status, reason = running.ask("POST", "/v1/reload", json.dumps({**running.settings, "unmatched": "perhaps"}))
    assert status == 422 and "unmatched" in reason["error"]["message"]
    running.change("POST", "/v1/reload", json.dumps({**running.settings, "unmatched": "drop"}))
    assert running.status()["unmatched"] == "drop"


def test_show_config_starts_an_identical_instance(on_wire, wire, tmp_path):
    daemon = on_wire(WEB, service("dns", *POOL, protocol="udp", port=53), fresh=True)
    daemon.command("backend", "drain", "web", POOL[0])
    daemon.command("backend", "add", "dns", "10.0.1.9:53", "--weight", "4", "--name", "nine")
    text = daemon.command("show-config")
    file = tmp_path / "saved.yaml"
    file.write_text(text)
    assert sluice("check", file)[0] == 0
    packets = flows(300)
    before = backends_of(wire, packets)
    on_wire.stop()
    again = Daemon(wire.sluice, tmp_path / "again", json.loads(json.dumps(daemon.settings)))
    again.file.write_text(text)
    again.socket = daemon.socket
    with again.up():
        assert again.get("/v1/config") == text
        assert backends_of(wire, packets) == before


def test_reload_save_survives_a_restart(on_wire, wire):
    daemon = on_wire(WEB, fresh=True)
    daemon.command("backend", "drain", "web", POOL[1], "--save")
    daemon.stop()
    daemon.start()
    assert daemon.backend("web", POOL[1])["state"] == "drain"
    on_wire.stop()


def test_a_reload_that_removes_most_backends_needs_force(running, tmp_path):
    file = tmp_path / "few.yaml"
    file.write_text(json.dumps({**running.settings, "services": [service("web", POOL[0])]}))
    status, text = sluice("reload", file, "--socket", running.socket)
    assert status == 1 and "66.67 %" in text
    assert running.status()["generation"] == 1
    assert "needs --force" in running.command("plan", file)
    running.command("reload", file, "--force")
    assert running.status()["backends"] == 1


def test_the_socket_has_the_configured_mode_and_group(wire, tmp_path):
    control = {"socket": str(tmp_path / "s.sock"), "socket_mode": "0660", "socket_group": "daemon", "connections": 2}
    with Daemon(wire.sluice, tmp_path / "run", configuration(WEB, control=control)).up() as daemon:
        status = daemon.socket.stat()
        assert status.st_mode & 0o777 == 0o660 and status.st_gid == 1


def test_curl_works_as_the_documentation_says(running):
    def curl(*words):
        done = subprocess.run(["curl", "-sS", "--unix-socket", running.socket, *words], capture_output=True, text=True,
                              timeout=20, check=True)
        return json.loads(done.stdout)

    url = "http://localhost/v1/services/web/backends"
    assert curl("-X", "PATCH", "--json", '{"weight": 5}', f"{url}/{POOL[0]}")["generation"] == 2
    assert curl("-X", "PATCH", "-H", "If-Match: 1", "--json", '{"weight": 6}', f"{url}/{POOL[0]}")["error"]["code"] == \
        "stale_generation"
    assert curl("-X", "PUT", "--json", json.dumps([{"address": each} for each in POOL]), url)["applied"]
