"""The ways from a client to a server through a box between them: each `Way` is a box set up and running.

    client 10.0.0.1 eth0 --- fe0 [ box ] be0 --- eth0 server 10.0.1.2

Every way has the same two veth pairs, the same client and the same server. A box that routes is the next hop of both
sides. A box that is a bump in the wire (Sluice, testpmd) has no address; then the server answers for the next hop.
"""

import contextlib
import http.client
import os
import subprocess

from daemon import Daemon, backend, configuration, service
from topology import Namespace, unique_name, until

CLIENT, SERVER, VIP = "10.0.0.1", "10.0.1.2", "10.0.2.100"
CLIENT_HOP, SERVER_HOP = "10.0.0.254", "10.0.1.254"
VIP_PORT, HTTP_PORT, IPERF_PORT = 80, 8080, 5201

WORKER_CPU = min(1, os.cpu_count() - 1)

NGINX = """
daemon off;
worker_processes 2;
pid DIRECTORY/nginx.pid;
error_log DIRECTORY/nginx.log;
user root;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path DIRECTORY/body;
  fastcgi_temp_path DIRECTORY/fastcgi;
  proxy_temp_path DIRECTORY/proxy;
  scgi_temp_path DIRECTORY/scgi;
  uwsgi_temp_path DIRECTORY/uwsgi;
  default_type text/plain;
  server {
    listen 8080 backlog=4096;
    location / { return 200 "answered\\n"; }
  }
}
"""

HAPROXY = f"""
global
  maxconn 8192
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen web
  bind {VIP}:{VIP_PORT}
  server server {SERVER}:{HTTP_PORT}
listen iperf
  bind {VIP}:{IPERF_PORT}
  server server {SERVER}:{IPERF_PORT}
"""

DNAT = f"""
table ip balance {{
  chain in {{
    type nat hook prerouting priority dstnat;
    ip daddr {VIP} tcp dport {VIP_PORT} dnat to {SERVER}:{HTTP_PORT}
    ip daddr {VIP} tcp dport {IPERF_PORT} dnat to {SERVER}:{IPERF_PORT}
  }}
}}
"""

# Packet sockets read ahead of this point: only who holds them moves a frame.
QUIET = """
table netdev quiet {
  chain fe0 { type filter hook ingress device "fe0" priority 0; policy drop; }
  chain be0 { type filter hook ingress device "be0" priority 0; policy drop; }
}
"""


class Network:
    """The three hosts and two wires, and the server's programs. Everything it starts ends with `close`."""

    def __init__(self, directory, offloads):
        """`offloads`: the kernel's defaults, or False for frames as a cable carries them, with checksums done."""
        self.directory = directory
        self.programs = contextlib.ExitStack()
        name = unique_name()
        self.client, self.box, self.server = (Namespace(f"{name}-{host}") for host in ("client", "box", "server"))
        self.hosts = self.client, self.box, self.server
        for host in self.hosts:
            host.create()
            host.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            host.ip("link", "set", "lo", "up")
        for inner, host in (("fe0", self.client), ("be0", self.server)):
            self.box.ip("link", "add", inner, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            for namespace, interface in ((self.box, inner), (host, "eth0")):
                if not offloads:
                    namespace.run("ethtool", "-K", interface, *"tx off rx off tso off gso off gro off".split())
                namespace.ip("link", "set", interface, "up")
        # The kernel tells of a new link up to a second late.
        until(lambda: self.box.ip("-br", "link", "show", "up").count(" UP ") == 2, 3, "the links do not come up")
        self.client.ip("address", "add", f"{CLIENT}/24", "dev", "eth0")
        self.client.ip("route", "add", "default", "via", CLIENT_HOP)

    def through_router(self):
        """The box is the next hop of both sides and forwards."""
        self.box.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.box.ip("address", "add", f"{CLIENT_HOP}/24", "dev", "fe0")
        self.box.ip("address", "add", f"{SERVER_HOP}/24", "dev", "be0")
        self.server.ip("address", "add", f"{SERVER}/24", "dev", "eth0")
        self.server.ip("route", "add", "default", "via", SERVER_HOP)

    def through_bump(self):
        """The box has no address, and its kernel stays out of it; the server is the client's next hop."""
        self.box.run("nft", "-f", "-", input=QUIET)
        self.server.ip("address", "add", f"{CLIENT_HOP}/24", "dev", "eth0")
        self.server.ip("address", "add", f"{SERVER}/32", "dev", "eth0")

    def run(self, host, *words, **environment):
        """Starts a program that ends with this network."""
        log = self.directory / f"{words[0]}.log"
        self.programs.enter_context(_running(host, log, words, os.environ | environment))

    def serve(self):
        file = self.directory / "nginx.conf"
        file.write_text(NGINX.replace("DIRECTORY", str(self.directory)))
        self.run(self.server, "nginx", "-e", self.directory / "nginx.log", "-c", file)
        self.run(self.server, "iperf3", "-s", "-p", IPERF_PORT)

    def await_answer(self, address, port):
        """Returns when the client gets an answer from nginx; fails with what the programs wrote."""
        with self.client.inside():
            answered = until(lambda: _answers(address, port), 20, otherwise=None)
        if not answered:
            logs = "".join(f"{log.name}:\n{log.read_text()}" for log in self.directory.rglob("*log"))
            raise RuntimeError(f"no answer from {address}:{port}\n{logs}")

    def close(self):
        self.programs.close()
        for host in self.hosts:
            host.delete()


@contextlib.contextmanager
def _running(host, log, words, environment):
    with open(log, "w") as output:
        # testpmd ends when its input does.
        process = host.start(*words, stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()


def _answers(address, port):
    connection = http.client.HTTPConnection(address, port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def direct(network):
    """The box's kernel forwards: routing alone, no netfilter hook, no connection tracking."""
    network.through_router()


def dnat(network):
    """The box's kernel forwards and translates, with connection tracking."""
    network.through_router()
    network.box.run("nft", "-f", "-", input=DNAT)


def haproxy(network):
    """A proxy in the box ends each connection and opens another to the server; a thread for each CPU."""
    network.through_router()
    network.box.ip("address", "add", f"{VIP}/32", "dev", "lo")
    file = network.directory / "haproxy.cfg"
    file.write_text(HAPROXY)
    network.run(network.box, "haproxy", "-db", "-f", file)


def testpmd(network):
    """DPDK's own test program copies frames from each port to the other, unread, with one polling worker."""
    network.through_bump()
    network.run(
        network.box, "dpdk-testpmd", "--lcores", f"0@0,1@{WORKER_CPU}", "--no-pci", "--in-memory", "--no-telemetry",
        "--vdev=net_af_packet0,iface=fe0", "--vdev=net_af_packet1,iface=be0",
        "--", "--forward-mode=io", "--auto-start", "--nb-cores=1", "--total-num-mbufs=16384",
        RUNTIME_DIRECTORY=str(network.directory))  # where DPDK puts what it would leave in /run/dpdk


def sluice(network):
    """Sluice, with one polling worker. Returns the daemon."""
    network.through_bump()
    settings = configuration(
        service("web", backend(f"{SERVER}:{HTTP_PORT}"), vip=VIP, port=VIP_PORT),
        service("iperf", backend(f"{SERVER}:{IPERF_PORT}"), vip=VIP, port=IPERF_PORT),
        workers=[f"1@{WORKER_CPU}"], idle="poll", sessions={"capacity": 1 << 20})
    daemon = Daemon(network.box, network.directory / "sluice", settings)
    network.programs.enter_context(daemon.up())
    return daemon


class Way:
    """One way through the box: its name, who moves the frames, the address the client asks, and the offloads."""

    def __init__(self, name, box, address, offloads=False):
        self.name, self.box, self.address, self.offloads = name, box, address, offloads
        self.port = VIP_PORT if address == VIP else HTTP_PORT

    @property
    def key(self):
        return self.name, self.offloads

    @contextlib.contextmanager
    def open(self, directory):
        """Sets everything up and yields the network and the daemon (None unless the box is Sluice)."""
        directory.mkdir()
        network = Network(directory, self.offloads)
        with contextlib.closing(network):
            daemon = self.box(network)
            network.serve()
            network.await_answer(self.address, self.port)
            yield network, daemon


WIRE_WAYS = [
    Way("direct", direct, SERVER),
    Way("nftables DNAT", dnat, VIP),
    Way("HAProxy TCP", haproxy, VIP),
    Way("testpmd io", testpmd, SERVER),
    Way("Sluice, passing", sluice, SERVER),
    Way("Sluice", sluice, VIP),
]
DEFAULT_WAYS = [Way(way.name, way.box, way.address, offloads=True) for way in WIRE_WAYS[:3]]
