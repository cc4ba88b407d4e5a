"""Two segments of clients, each on a frontend of its own, and one machine that is both servers; a flat network.

    client1 10.77.1.2 --- fe0 [        ]
                              [ Sluice ] be0 --- server 10.77.9.2, 10.77.9.3
    client2 10.77.2.2 --- fe1 [        ]

Every host takes 10.77.0.0/16 for its own segment. The VIP is reached by way of 10.77.9.2, as of a router.
"""

import contextlib

from daemon import Daemon, configuration
from topology import Namespace, unique_name, until

VIP = "10.77.8.100"
CLIENTS = ("10.77.1.2", "10.77.2.2")
SERVERS = ("10.77.9.2", "10.77.9.3")
PORTS = {
    "frontend1": {"device": "net_af_packet0,iface=fe0", "ip": "10.77.1.0/24"},
    "frontend2": {"device": "net_af_packet1,iface=fe1", "ip": "10.77.2.0/24"},
    "backend": {"device": "net_af_packet2,iface=be0"},
}

# Both answer with the address under which they see their client.
_HTTP = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (self.client_address[0] + " " + self.connection.getsockname()[0] + "\\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""
_UDP = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{address}", 5353))
while True:
    data, peer = server.recvfrom(2048)
    server.sendto(peer[0].encode(), peer)
"""
_ASK = """
import socket
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(5)
client.sendto(b"who", ("{vip}", 53))
data, peer = client.recvfrom(2048)
print(data.decode(), *peer)
"""


class Segments:
    """The network, with the servers' programs; `sluice(...)` starts Sluice in it."""

    def __init__(self, directory):
        name = unique_name()
        self.directory, self.daemon, self.programs = directory, None, []
        self.sluice, self.server = Namespace(f"{name}-sluice"), Namespace(f"{name}-server")
        self.clients = [Namespace(f"{name}-client{number}") for number in (1, 2)]
        for namespace in (self.sluice, self.server, *self.clients):
            namespace.create()
            namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            namespace.ip("link", "set", "lo", "up")
        for interface, outside in zip(("fe0", "fe1", "be0"), (*self.clients, self.server)):
            self._connect(interface, outside)
        for client, address in zip(self.clients, CLIENTS):
            client.ip("address", "add", f"{address}/16", "dev", "eth0")
            client.ip("route", "add", VIP, "via", SERVERS[0])
        for address in SERVERS:
            self.server.ip("address", "add", f"{address}/16", "dev", "eth0")
        self._serve(_HTTP)
        for address in SERVERS:
            self._serve(_UDP.format(address=address))
        until(lambda: "8080" in self.server.run("ss", "-Hltn") and self.server.run("ss", "-Hlun").count(":5353") == 2, 10,
              "the servers do not listen")

    def _connect(self, interface, outside):
        self.sluice.ip("link", "add", interface, "type", "veth", "peer", "name", "eth0", "netns", outside.name)
        for namespace, name in ((self.sluice, interface), (outside, "eth0")):
            namespace.ip("link", "set", name, "up")
            namespace.run("ethtool", "-K", name, *"tx off rx off tso off gso off gro off".split())
        # The kernel must not answer or forward what is Sluice's to see.
        self.sluice.ip("link", "set", interface, "arp", "off")
        until(lambda: " UP " in self.sluice.ip("-br", "link", "show", interface), 3, "the link does not come up")

    def _serve(self, program):
        self.programs.append(self.server.start("/usr/bin/python3", "-c", program))

    def start(self, *services, **settings):
        """Sluice with three ports."""
        self.daemon = Daemon(self.sluice, self.directory, configuration(*services, ports=PORTS, **settings))
        return self.daemon.start()

    def fetch(self, client):
        """What a server says: the address under which it sees the client, and its own."""
        return self.clients[client].run("curl", "-sS", "--fail", "--max-time", "10", f"http://{VIP}:80/").split()

    def datagram(self, client):
        """What a server says to a datagram: the address under which it sees the client; and who says it, and its port."""
        return self.clients[client].run("/usr/bin/python3", "-c", _ASK.format(vip=VIP)).split()

    def ping(self, namespace, address, *options):
        """Three echoes, every one answered."""
        assert " 0% packet loss" in namespace.run("ping", "-c", "3", "-i", "0.2", "-W", "5", *options, address)

    def close(self):
        if self.daemon is not None and self.daemon.running:
            self.daemon.stop()
        for program in self.programs:
            program.kill()
            program.wait()
        for namespace in (self.sluice, self.server, *self.clients):
            with contextlib.suppress(RuntimeError):
                namespace.delete()
