"""Fixtures of the end-to-end tests: two networks for the whole run, and Sluice started in them as a test asks.

    /usr/bin/python3 -m pytest Tests/EndToEnd        (as root; SLUICE names another binary)
"""

import contextlib
import json
import os

import pytest

import daemon
import topology


def pytest_configure(config):
    if os.geteuid():
        raise pytest.UsageError("network namespaces need root: run this with sudo")
    if not daemon.BINARY.exists():
        raise pytest.UsageError(f"{daemon.BINARY} is missing: swift build -c release --product sluice")


@pytest.fixture(scope="session", autouse=True)
def clean_slate():
    topology.remove_leftovers()


@pytest.fixture(scope="session")
def wire_topology():
    with contextlib.closing(topology.Wire()) as wire:
        yield wire


@pytest.fixture(scope="session")
def network_topology(tmp_path_factory):
    with contextlib.closing(topology.Network(tmp_path_factory.mktemp("network"))) as network:
        yield network


class Runner:
    """Starts Sluice in one namespace. A configuration that already runs there is used again, unless `fresh`."""

    def __init__(self, namespace, directories):
        self.namespace, self.directories = namespace, directories
        self.current = None

    def __call__(self, *services, fresh=False, **settings):
        wanted = daemon.configuration(*services, **settings)
        if fresh or not self._runs(wanted):
            self.stop()
            self.prepare(wanted).start()
        return self.current

    def prepare(self, wanted):
        """Writes a configuration and does not start it: for tests of starting itself."""
        self.stop()
        self.current = daemon.Daemon(self.namespace, self.directories.mktemp("sluice"), wanted)
        self.asked = json.dumps(wanted)
        return self.current

    def _runs(self, wanted):
        return self.current is not None and self.current.running and self.asked == json.dumps(wanted)

    def stop(self):
        if self.current is not None and self.current.running:
            self.current.stop()


@pytest.fixture(scope="session")
def _wire_runner(wire_topology, tmp_path_factory):
    runner = Runner(wire_topology.sluice, tmp_path_factory)
    yield runner
    runner.stop()


@pytest.fixture(scope="session")
def _network_runner(network_topology, tmp_path_factory):
    runner = Runner(network_topology.sluice, tmp_path_factory)
    yield runner
    runner.stop()


@pytest.fixture
def wire(wire_topology):
    """Two cables that the test holds (`wire.left`, `wire.right`), with nothing left in them."""
    wire_topology.quieten()
    return wire_topology


@pytest.fixture
def network(network_topology):
    """The example's network: client, router, three servers."""
    return network_topology


@pytest.fixture
def on_wire(wire, _wire_runner, request):
    """Starts Sluice on the wire: `on_wire(service(...), ...)`."""
    yield _wire_runner
    _keep_log(request, _wire_runner)


@pytest.fixture
def on_network(network, _network_runner, request):
    """Starts Sluice in the network: `on_network(service(...), ...)`."""
    yield _network_runner
    _keep_log(request, _network_runner)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    item.failed = getattr(item, "failed", False) or outcome.get_result().failed


def _keep_log(request, runner):
    """A failed test shows what Sluice said, and leaves no doubtful instance to the next one."""
    if getattr(request.node, "failed", False) and runner.current is not None:
        print(f"--- sluice's log\n{runner.current.log()}")
        runner.stop()
