"""The text of /proc/<pid>/net: interface counters, sockets, and the counters that tell whether sockets changed.

PURE. proc(5); the kernel's Documentation/networking/proc_net_tcp.rst.
"""

from __future__ import annotations

import re
import socket
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Protocol = Literal["tcp", "tcp6", "udp", "udp6"]
PROTOCOLS: tuple[Protocol, ...] = ("tcp", "tcp6", "udp", "udp6")

# include/net/tcp_states.h, named as ss names them.
STATES = {
    1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "UNCONN",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECV",
}  # fmt: skip

# What stands beside these numbers is counted for the whole machine.
_SOCKSTAT = re.compile(rb"^TCP: inuse (\d+) .*?\btw (\d+) .*\nUDP: inuse (\d+)", re.MULTILINE)
_SOCKSTAT6 = re.compile(rb"^TCP6: inuse (\d+)\nUDP6: inuse (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Counters:
    """Received and sent by one interface since it came up."""

    rx_bytes: int
    rx_packets: int
    rx_errors: int
    rx_dropped: int
    tx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_dropped: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """How many sockets of the namespace are in use; `waiting`: TCP ones, of both versions, in TIME-WAIT."""

    tcp: int
    tcp6: int
    waiting: int
    udp: int
    udp6: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One socket of a table. `inode` is 0 for one that no process holds any more."""

    protocol: Protocol
    state: str
    local_address: str
    local_port: int
    remote_address: str
    remote_port: int
    inode: int


def parse_counters(raw: bytes) -> dict[str, Counters]:
    """/proc/net/dev by interface name: two header lines, then 8 numbers received and 8 sent."""
    counters = {}
    for line in raw.splitlines()[2:]:
        name, _, numbers = line.rpartition(b":")
        rx = [int(number) for number in numbers.split()]
        counters[name.strip().decode("utf-8", "replace")] = Counters(*rx[:4], *rx[8:12])
    return counters


def parse_sockets(protocol: Protocol, raw: bytes) -> list[Entry]:
    """A socket table without its header; a last line cut short is left out."""
    entries = []
    for line in raw[: raw.rfind(b"\n") + 1].splitlines():
        fields = line.split(None, 10)
        local, remote = endpoint(fields[1]), endpoint(fields[2])
        state = STATES.get(int(fields[3], 16), fields[3].decode())
        entries.append(Entry(protocol, state, *local, *remote, int(fields[9])))
    return entries


@lru_cache(maxsize=8192)
def endpoint(text: bytes) -> tuple[str, int]:
    """Address and port of `0100007F:1F90`: the address in 32-bit words of the machine's byte order, the port not."""
    address, _, port = text.partition(b":")
    words = (int(address[at : at + 8], 16) for at in range(0, len(address), 8))
    packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def inventory(sockstat: bytes, sockstat6: bytes) -> Inventory:
    """From /proc/net/sockstat and sockstat6; the second is empty on a machine without IPv6."""
    found, found6 = _SOCKSTAT.search(sockstat), _SOCKSTAT6.search(sockstat6)
    tcp, waiting, udp = map(int, found.groups()) if found else (0, 0, 0)
    tcp6, udp6 = map(int, found6.groups()) if found6 else (0, 0)
    return Inventory(tcp=tcp, tcp6=tcp6, waiting=waiting, udp=udp, udp6=udp6)


def tcp_activity(snmp: bytes) -> bytes:
    """The counters of /proc/net/snmp that move with every TCP segment and every connection."""
    return next((line for line in reversed(snmp.splitlines()) if line.startswith(b"Tcp: ")), b"")
