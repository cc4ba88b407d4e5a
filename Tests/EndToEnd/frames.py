"""Ethernet frames, byte by byte: built, sent, read back, and their checksums recomputed from zero.

Nothing here shares a line with Sluice: the incremental checksums of the one are judged by the sums of the other.
"""

import errno
import random
import select
import socket
import struct
import time
from dataclasses import dataclass, replace

TCP, UDP, ICMP = socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMP
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

CLIENT_MAC, ROUTER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:fe"
BROADCAST = "ff:ff:ff:ff:ff:ff"

_SOL_PACKET, _PACKET_AUXDATA, _PACKET_OUTGOING = 263, 8, 4
_ETH_P_ALL, _SO_RCVBUFFORCE = 3, 33
_VLAN_VALID = 0x10


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ones_complement_sum(data):
    """The 16-bit one's complement sum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    # A number in base 65536 is congruent to the sum of its digits, modulo 65535.
    total = int.from_bytes(data, "big")
    return (total - 1) % 0xFFFF + 1 if total else 0


def checksum(data):
    return 0xFFFF ^ ones_complement_sum(data)


def ethernet(payload, kind=IPV4, source=CLIENT_MAC, destination=ROUTER_MAC):
    return mac(destination) + mac(source) + struct.pack("!H", kind) + payload


@dataclass(frozen=True)
class Packet:
    """An IPv4 packet in an Ethernet frame, in the words of a test. `bytes()` gives the frame, every sum right.

    `payload` follows the transport header; for protocols other than TCP, UDP and ICMP echo it follows the IP header.
    """

    source: str = "10.0.0.1"
    destination: str = "10.0.2.100"
    protocol: int = TCP
    sport: int = 0
    dport: int = 0
    payload: bytes = b""
    flags: int = SYN
    sequence: int = 0
    acknowledgement: int = 0
    ttl: int = 64
    tos: int = 0
    ident: int = 0
    fragment: int = 0x4000
    options: bytes = b""
    echo: int = 8  # the ICMP type; identifier and sequence number travel in sport and sequence
    udp_checksum: bool = True
    source_mac: str = CLIENT_MAC
    destination_mac: str = ROUTER_MAC

    def but(self, **changes):
        return replace(self, **changes)

    def reply(self, **changes):
        """The packet's answer: both ends exchanged."""
        exchanged = dict(
            source=self.destination, destination=self.source, sport=self.dport, dport=self.sport,
            source_mac=self.destination_mac, destination_mac=self.source_mac)
        if self.protocol == TCP:
            exchanged.update(flags=SYN | ACK, acknowledgement=self.sequence + 1)
        if self.protocol == ICMP:
            exchanged.update(sport=self.sport, dport=0, echo=0)
        exchanged.update(changes)
        return replace(self, **exchanged)

    @property
    def _pseudo_header(self):
        return socket.inet_aton(self.source) + socket.inet_aton(self.destination) + struct.pack("!xB", self.protocol)

    def _transport(self):
        if self.protocol == TCP:
            header = struct.pack(
                "!HHIIBBHHH", self.sport, self.dport, self.sequence & 0xFFFFFFFF,
                self.acknowledgement & 0xFFFFFFFF, 5 << 4, self.flags, 65535, 0, 0)
            return self._summed(header + self.payload, 16)
        if self.protocol == UDP:
            length = 8 + len(self.payload)
            data = struct.pack("!HHHH", self.sport, self.dport, length, 0) + self.payload
            return self._summed(data, 6) if self.udp_checksum else data
        if self.protocol == ICMP:
            data = struct.pack("!BBHHH", self.echo, 0, 0, self.sport, self.sequence & 0xFFFF) + self.payload
            return data[:2] + struct.pack("!H", checksum(data)) + data[4:]
        return self.payload

    def _summed(self, segment, at):
        total = checksum(self._pseudo_header + struct.pack("!H", len(segment)) + segment)
        if self.protocol == UDP:
            total = total or 0xFFFF  # RFC 768: a computed zero is sent as ones
        return segment[:at] + struct.pack("!H", total) + segment[at + 2:]

    def __bytes__(self):
        options = self.options + b"\0" * (-len(self.options) % 4)
        transport = self._transport()
        header = struct.pack(
            "!BBHHHBBH", 0x45 + len(options) // 4, self.tos, 20 + len(options) + len(transport), self.ident,
            self.fragment, self.ttl, self.protocol, 0)
        header += socket.inet_aton(self.source) + socket.inet_aton(self.destination) + options
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        return ethernet(header + transport, IPV4, self.source_mac, self.destination_mac)


def fragments(packet, size):
    """The packet's frames, each with at most `size` octets of it, a multiple of eight (RFC 791, section 3.2)."""
    frame = bytes(packet)
    data = frame[34:]
    assert size % 8 == 0 and not packet.options
    frames = []
    for start in range(0, len(data), size):
        piece = data[start:start + size]
        more = 0x2000 if start + size < len(data) else 0
        header = frame[14:16] + struct.pack("!HHH", 20 + len(piece), packet.ident, more | start // 8) + frame[22:24]
        header += b"\0\0" + frame[26:34]
        frames.append(frame[:14] + header[:10] + struct.pack("!H", checksum(header)) + header[12:] + piece)
    return frames


@dataclass(frozen=True)
class Seen:
    """What a captured frame says: addresses and ports of an IPv4 packet, nothing for any other frame."""

    source: str
    destination: str
    protocol: int
    sport: int
    dport: int
    transport: bytes

    @property
    def flags(self):
        return self.transport[13]

    @property
    def backend(self):
        return f"{self.destination}:{self.dport}"


def parse(frame):
    """Reads an IPv4 frame; None for everything else."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00":
        return None
    header = (frame[14] & 0xF) * 4
    transport = frame[14 + header:14 + struct.unpack_from("!H", frame, 16)[0]]
    protocol, sport, dport = frame[23], 0, 0
    if protocol in (TCP, UDP) and len(transport) >= 4:
        sport, dport = struct.unpack_from("!HH", transport)
    elif protocol == ICMP and len(transport) >= 6:
        sport, = struct.unpack_from("!H", transport, 4)
    return Seen(socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34]), protocol, sport, dport, transport)


def checksum_fault(frame):
    """Says what is wrong with an IPv4 frame's checksums, each recomputed from zero; None when all are right."""
    if frame[12:14] != b"\x08\x00":
        return None
    header = frame[14:14 + (frame[14] & 0xF) * 4]
    if ones_complement_sum(header) != 0xFFFF:
        return "IPv4 header checksum"
    length, fragment = struct.unpack_from("!H2xH", header, 2)
    segment, protocol = frame[14 + len(header):14 + length], header[9]
    if len(segment) != length - len(header):
        return "frame shorter than its IPv4 length"
    if fragment & 0x3FFF:
        return None  # the sum covers the whole datagram, not this piece
    pseudo = header[12:20] + struct.pack("!xBH", protocol, len(segment))
    if protocol == UDP and segment[6:8] == b"\0\0":
        return None  # RFC 768: the sender made no checksum
    if protocol in (TCP, UDP) and ones_complement_sum(pseudo + segment) != 0xFFFF:
        return "TCP checksum" if protocol == TCP else "UDP checksum"
    if protocol == ICMP and ones_complement_sum(segment) != 0xFFFF:
        return "ICMP checksum"
    return None


def read_capture(path):
    """The frames of a pcap file, in little endian as on the machines we run on."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"), "not a pcap file"  # micro- or nanoseconds
    at = 24
    while at + 16 <= len(data):
        kept, = struct.unpack_from("<I", data, at + 8)
        yield data[at + 16:at + 16 + kept]
        at += 16 + kept


class Tap:
    """A packet socket on one interface: sends frames, and reads those that come in (never those that go out)."""

    def __init__(self, interface):
        self.interface = interface
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        self.socket.bind((interface, _ETH_P_ALL))
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()

    def send(self, frame):
        self.socket.send(bytes(frame))

    def receive(self, seconds=2.0):
        """The next frame that came in, or None after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            frame = self._read()
            if frame is not None:
                return frame
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None

    def receive_all(self, count, seconds=5.0, quiet=0.5):
        """Up to `count` frames: stops when they are there, after `seconds`, or when nothing comes for `quiet`."""
        frames, deadline = [], time.monotonic() + seconds
        while len(frames) < count and time.monotonic() < deadline:
            frame = self.receive(quiet)
            if frame is None:
                break
            frames.append(frame)
        return frames

    def drain(self):
        while self._read() is not None:
            pass

    def _read(self):
        while True:
            try:
                frame, extra, _, address = self.socket.recvmsg(65536, 64)
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno != errno.ENETDOWN:  # told once after the interface went down; it may be up again
                    raise
                continue
            if address[2] != _PACKET_OUTGOING:
                return _with_vlan_tag(frame, extra)


def _with_vlan_tag(frame, extra):
    """Puts a VLAN tag back where it was on the wire: the kernel takes it out and tells of it beside the frame."""
    for level, kind, data in extra:
        if level == _SOL_PACKET and kind == _PACKET_AUXDATA:
            status, _, _, _, _, tag, ethertype = struct.unpack("=IIIHHHH", data)
            if status & _VLAN_VALID:
                return frame[:12] + struct.pack("!HH", ethertype or 0x8100, tag) + frame[12:]
    return frame


def seeded(seed=None):
    """A generator of random numbers whose seed is printed, so that a failure can be repeated."""
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    print(f"seed {seed}")
    return random.Random(seed)
