"""Passive observation (behaviour 87): no checks; what clients' connections meet takes real servers down."""

import re

import pytest

from daemon import service
from test_health import POOL, PORT, SERVERS, VIP, backends, hosts, state, unused  # noqa: F401 (hosts: a fixture)
from topology import until

PASSIVE = {"type": "none", "passive": True, "passive_window": "3s", "passive_sample": 5, "passive_failures": 0.5}

# Begins forty connections a second to the VIP, whatever becomes of them.
LOAD = """
import asyncio, sys
async def one():
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(sys.argv[1], int(sys.argv[2])), 4)
        writer.close()
    except (OSError, asyncio.TimeoutError): pass
async def main():
    begun = set()
    while True:
        task = asyncio.ensure_future(one())
        begun.add(task)
        task.add_done_callback(begun.discard)
        await asyncio.sleep(0.025)
asyncio.run(main())
"""


@pytest.fixture
def observing(on_network, network, hosts):
    """Starts an instance that observes, and clients that go on connecting."""
    loads = []

    def start(**health):
        instance = on_network(service("web", *POOL, health={**PASSIVE, **health}), fresh=True)
        loads.append(network.client.start("python3", "-c", LOAD, VIP, "8000"))
        until(lambda: all(answered(instance, address) > 20 for address in SERVERS), 15, "no connections")
        return instance

    yield start
    for load in loads:
        load.kill()
        load.wait()
    on_network.stop()


def answered(instance, address):
    return backends(instance)[address]["openings"]["answered"]


def down(instance):
    return {address for address, entry in backends(instance).items() if entry["state"] == "down"}


FAULTS = {
    "deaf": (lambda host: host.drop(), lambda host: host.hear(), r"passive: (\d+) of (\d+) SYNs unanswered in \d s"),
    "resets": (lambda host: host.kill(), lambda host: host.start(), r"passive: (\d+) of (\d+) SYNs refused in \d s"),
    "unreachable": (lambda host: host.drop(verdict="reject with icmp type port-unreachable"), lambda host: host.hear(),
                    # A kernel sends few such errors in a second; for the rest the server is silent.
                    r"passive: .* unreachable in \d s"),
}


def test_87_servers_that_drop_reset_or_cannot_be_reached_are_taken_down_by_observation_alone(
        observing, network, hosts):
    instance = observing()
    assert down(instance) == set() and instance.get("/v1/health")["prober"]["ejections"] == 0, "all is well"
    for (name, (hurt, mend, cause)), address in zip(FAULTS.items(), SERVERS):
        hurt(hosts[address])
        try:
            until(lambda: unused(instance, address), 9, f"{name} is not found")
            entry = backends(instance)[address]
            assert re.fullmatch(cause, entry["cause"]) and entry["source"] == "passive", entry
            assert down(instance) == {address}, "the others are well under the same load"
            assert instance.count_in_log(rf"health: backend {address}:{PORT} of web is down: passive: ") == 1
        finally:
            mend(hosts[address])
        # Nothing asks it, so somebody has to say it.
        instance.command("health", "set", "web", f"{address}:{PORT}", "up")
        before = answered(instance, address)
        until(lambda: answered(instance, address) > before + 5, 9, f"{name} does not serve again")
    assert down(instance) == set() and instance.get("/v1/health")["prober"]["ejections"] == len(FAULTS)
    assert "SYNs refused" in instance.command("events", "--since", 0, "--wait", 0)


def test_87_when_all_fail_the_cap_holds_and_what_nobody_checks_is_tried_again(observing, network, hosts):
    instance = observing(passive_ejected=0.67, passive_retry="2s")
    for address in SERVERS:
        hosts[address].kill()
    try:
        until(lambda: len(down(instance)) == 2, 9, "they are not found")
        last, = set(SERVERS) - down(instance)
        refused = backends(instance)[last]["openings"]["refused"]
        until(lambda: backends(instance)[last]["openings"]["refused"] > refused + 20, 9, "the last is not used")
        assert last not in down(instance)
    finally:
        for address in SERVERS:
            hosts[address].start()
    until(lambda: not down(instance), 15, "they do not come back")
    until(lambda: all(state(instance, address) in ("up", "unknown") for address in SERVERS), 3, "not all are up")
    assert "passive: tried again after" in instance.command("health", "web")
