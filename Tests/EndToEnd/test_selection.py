"""Which server a flow gets, and that it keeps it: behaviours 26, 29 to 31, 35, 36 and 92, on bare cables."""

import collections
import contextlib

import pytest

from daemon import Daemon, backend, configuration, service
from frames import ACK, ICMP, PSH, TCP, UDP, Packet, checksum_fault, parse, seeded
from topology import Wire

POOL = [f"10.0.1.{number}:80" for number in range(2, 12)]
BATCH = 200  # frames on their way at once: fewer than the receive rings of net_af_packet hold


def flows(count, protocol=TCP, first=20000):
    """Packets that open `count` different flows, from 64 clients."""
    return [Packet(source=f"10.0.0.{1 + number % 64}", protocol=protocol, sport=first + number // 64, dport=8000,
                   payload=number.to_bytes(4, "big")) for number in range(count)]


def identity(seen):
    return seen.source, seen.sport, seen.protocol


def backends_of(wire, packets):
    """Sends each packet from the client's side; returns flow -> (backend, packet)."""
    chosen = {}
    for start in range(0, len(packets), BATCH):
        batch = packets[start:start + BATCH]
        for packet in batch:
            wire.left.send(packet)
        frames = wire.right.receive_all(len(batch))
        assert len(frames) == len(batch), f"{len(batch) - len(frames)} of {len(batch)} frames were lost"
        for frame in frames:
            seen = parse(frame)
            chosen[identity(seen)] = seen.backend
    return chosen


def shares(wire, count, protocol=TCP):
    chosen = backends_of(wire, flows(count, protocol))
    assert len(chosen) == count
    return collections.Counter(chosen.values())


def assert_shares(counted, weights):
    """Each backend's count lies within five standard deviations of its weight's share."""
    total, count = sum(weights.values()), sum(counted.values())
    for address, weight in weights.items():
        share = weight / total
        allowance = 5 * (count * share * (1 - share)) ** 0.5 + 0.01 * count * share
        assert abs(counted[address] - count * share) <= allowance, f"{address} got {counted[address]} of {count}"
    assert not set(counted) - set(weights)


@pytest.mark.parametrize("protocol", [TCP, UDP], ids=["tcp", "udp"])
def test_26_all_packets_of_a_flow_reach_one_server_in_any_order(on_wire, wire, protocol):
    on_wire(service("pool", *POOL, protocol="tcp" if protocol == TCP else "udp"))
    opened = flows(300, protocol, first=21000)
    first = backends_of(wire, opened)
    assert len(set(first.values())) > 5
    later = [packet.but(flags=ACK | PSH, ident=round, payload=b"data" * round)
             for packet in opened for round in range(1, 6)]
    seeded().shuffle(later)
    for start in range(0, len(later), BATCH):
        again = backends_of(wire, later[start:start + BATCH])
        assert all(first[flow] == server for flow, server in again.items())


def test_29_weight_10_to_5_shares_two_to_one(on_wire, wire):
    on_wire(service("pool", backend("10.0.1.2:80", 10), backend("10.0.1.3:80", 5)))
    assert_shares(shares(wire, 6000), {"10.0.1.2:80": 10, "10.0.1.3:80": 5})


@pytest.mark.parametrize("weights", [(10, 100, 1), (20, 30, 20), (1000, 1)], ids=["ten", "twenty", "thousand"])
def test_30_uneven_weights_get_their_shares(on_wire, wire, weights):
    pool = {f"10.0.1.{number}:80": weight for number, weight in enumerate(weights, 2)}
    on_wire(service("pool", *(backend(address, weight) for address, weight in pool.items())))
    assert_shares(shares(wire, 8000), pool)


def test_31_default_weight_is_one_and_zero_takes_none(on_wire, wire):
    on_wire(service("pool", "10.0.1.2:80", backend("10.0.1.3:80", 1), backend("10.0.1.4:80", 0)))
    counted = shares(wire, 4000)
    assert_shares(counted, {"10.0.1.2:80": 1, "10.0.1.3:80": 1})


def test_35_a_restart_and_another_order_choose_the_same_servers(on_wire, wire):
    before = backends_of_fresh(on_wire, wire, POOL)
    assert backends_of_fresh(on_wire, wire, POOL) == before
    assert backends_of_fresh(on_wire, wire, POOL[::-1]) == before


def backends_of_fresh(on_wire, wire, pool):
    wire.quieten()
    on_wire(service("pool", *pool), fresh=True)
    return backends_of(wire, flows(1000))


def test_35_two_instances_choose_the_same_servers(on_wire, wire, tmp_path):
    on_wire(service("pool", *POOL), fresh=True)
    settings = configuration(service("pool", *POOL[::-1]))
    with contextlib.closing(Wire()) as other, Daemon(other.sluice, tmp_path, settings).up():
        assert backends_of(wire, flows(1000)) == backends_of(other, flows(1000))


def test_36_another_seed_chooses_other_servers(on_wire, wire):
    before = backends_of_fresh(on_wire, wire, POOL)
    on_wire(service("pool", *POOL), hash_seed=0xBAD, fresh=True)
    after = backends_of(wire, flows(1000))
    same = sum(after[flow] == server for flow, server in before.items())
    assert same < 200, "one in ten would agree by chance"


@pytest.mark.parametrize("workers", [["1@0", "2@1"], ["1@0", "2@1", "3@0", "4@1"]], ids=["two", "four"])
def test_92_a_thousand_flows_keep_their_server_on_any_number_of_workers(on_wire, wire, workers):
    """Frames arrive on any worker: `net_af_packet` has no RSS. Three kinds of flows, requests and replies mixed."""
    daemon = on_wire(service("web", *POOL), service("dns", *POOL, protocol="udp"),
                     service("ping", *(address.split(":")[0] for address in POOL), protocol="icmp"), workers=workers)
    opened = flows(400) + flows(400, UDP) + flows(200, ICMP)
    first = backends_of(wire, opened)
    assert len(first) == 1000

    generator = seeded()
    for round in range(1, 4):
        generator.shuffle(opened)
        for start in range(0, len(opened), BATCH):
            batch = opened[start:start + BATCH]
            for packet in batch:
                address, port = first[packet.source, packet.sport, packet.protocol].split(":")
                wire.left.send(packet.but(flags=ACK, payload=b"more" * round))
                wire.right.send(packet.but(destination=address, dport=int(port)).reply(payload=b"answer" * round))
            requests, replies = wire.right.receive_all(len(batch)), wire.left.receive_all(len(batch))
            assert len(requests) == len(replies) == len(batch)
            assert all(first[identity(parse(frame))] == parse(frame).backend for frame in requests)
            assert {parse(frame).source for frame in replies} == {"10.0.2.100"}
            assert not [fault for fault in map(checksum_fault, requests + replies) if fault]
    assert len(daemon.workers()) == len(workers)
    assert daemon.handed_over() > 1000, "one queue a port: most frames must change workers"
    assert all(taken == given for taken, given in daemon.balances())
