"""Network namespaces for the tests: made, entered and removed here, with nothing outside them touched.

Every name carries this process's id, so that runs never meet, and so that what a run left behind (killed by
force, say) is recognised and removed by the next one.
"""

import contextlib
import ctypes
import itertools
import os
import pathlib
import signal
import subprocess
import time

from frames import Tap

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "reverse-proxy"
PREFIX = "sluice-e2e-"

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_serial = itertools.count()


def unique_name():
    """A prefix for the namespaces of one topology: `sluice-e2e-PID-N`."""
    return f"{PREFIX}{os.getpid()}-{next(_serial)}"


def sh(*command, **options):
    """Runs a command to its end; a failure carries what it wrote."""
    options.setdefault("timeout", 60)
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def remove_leftovers():
    """Removes the namespaces of test runs whose process is gone, and ends what still runs in them."""
    for line in sh("ip", "netns", "list").splitlines():
        name = line.split()[0]
        owner = name[len(PREFIX):].split("-")[0]
        if name.startswith(PREFIX) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            Namespace(name).delete()


def _set_namespace(descriptor):
    if _libc.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One network namespace, by its name under /run/netns."""

    def __init__(self, name):
        self.name = name

    def create(self):
        sh("ip", "netns", "add", self.name)
        return self

    def delete(self):
        """Ends every process inside, then removes the namespace."""
        for each in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), each)
            until(lambda: not self.pids(), seconds=2, otherwise=None)
        sh("ip", "netns", "delete", self.name)

    def pids(self):
        return sh("ip", "netns", "pids", self.name).split()

    @contextlib.contextmanager
    def inside(self):
        """Moves the calling thread into the namespace: sockets made here stay here."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            _set_namespace(there.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def run(self, *words, **options):
        return sh(*self.command(*words), **options)

    def start(self, *words, **options):
        return subprocess.Popen(self.command(*words), **options)

    def ip(self, *words):
        return sh("ip", "-n", self.name, *words)


def until(condition, seconds, otherwise="the condition was not met in time"):
    """Waits until `condition()` is true and returns what it returned; after `seconds`, fails with `otherwise`."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result or time.monotonic() > deadline:
            assert result or otherwise is None, otherwise
            return result
        time.sleep(0.02)


class Wire:
    """Sluice between two bare cables, both held by the test: what it sends on one, it reads from the other.

        left --- fe0 [Sluice] be0 --- right
    """

    def __init__(self, mtu=1500):
        name = unique_name()
        self.sluice, self.outside = Namespace(f"{name}-sluice"), Namespace(f"{name}-outside")
        for namespace in (self.sluice, self.outside):
            namespace.create()
            namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.mtu = mtu
        for inner, outer in (("fe0", "left"), ("be0", "right")):
            self.connect(inner, outer)
        with self.outside.inside():
            self.left, self.right = Tap("left"), Tap("right")

    def connect(self, inner, outer):
        """Makes one of the two cables."""
        self.sluice.ip("link", "add", inner, "type", "veth", "peer", "name", outer, "netns", self.outside.name)
        for namespace, interface in ((self.sluice, inner), (self.outside, outer)):
            namespace.ip("link", "set", interface, "mtu", str(self.mtu), "arp", "off", "up")
            namespace.run("ethtool", "-K", interface, *"tx off rx off tso off gso off gro off".split())
        # The kernel tells of a new link up to a second late.
        until(lambda: " UP " in self.sluice.ip("-br", "link", "show", inner), 3, "the link does not come up")

    def quieten(self):
        """Forgets what earlier tests left in the sockets."""
        self.left.drain()
        self.right.drain()

    def close(self):
        self.left.close()
        self.right.close()
        self.sluice.delete()
        self.outside.delete()


class Network:
    """The example's network: a client, a router, three nginx servers, and Sluice in the wire between them.

        client 10.0.0.1 --- fe0 [Sluice] be0 --- 10.0.0.254 router 10.0.1.254 --- 10.0.1.2, .3, .4
    """

    VIP = "10.0.2.100"
    CLIENT, CLIENT6 = "10.0.0.1", "fd00::1"
    ROUTER, ROUTER6 = "10.0.0.254", "fd00::254"
    SERVERS = ("10.0.1.2", "10.0.1.3", "10.0.1.4")

    def __init__(self, directory):
        self.name, self.directory = unique_name(), directory
        self.client = Namespace(f"{self.name}-client")
        self.sluice = Namespace(f"{self.name}-sluice")
        self.router = Namespace(f"{self.name}-router")
        self.servers = {address: Namespace(f"{self.name}-server{address[-1]}") for address in self.SERVERS}
        sh(EXAMPLE / "topology", "up", self.name, directory)

    def set_mtu(self, mtu):
        """Sets the MTU of every interface on the way from the client to the servers."""
        ends = [(self.client, "eth0"), (self.sluice, "fe0"), (self.sluice, "be0"), (self.router, "wan")]
        for address, server in self.servers.items():
            ends += [(server, "eth0"), (self.router, f"lan{address[-1]}")]
        for namespace, interface in ends + [(self.router, "lan")]:
            namespace.ip("link", "set", interface, "mtu", str(mtu))

    def close(self):
        sh(EXAMPLE / "topology", "down", self.name, self.directory)
