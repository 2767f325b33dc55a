"""The tables of /proc/<pid>/net."""

from __future__ import annotations

import ipaddress
import sys

from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.readers.netfiles import (
    Counters,
    Entry,
    Inventory,
    endpoint,
    inventory,
    parse_counters,
    parse_sockets,
    tcp_activity,
)

LISTENER = (
    b"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000 100 0\n"
)
WAITING = b"   1: 0100007F:1F90 0100007F:C350 06 00000000:00000000 03:00000ACD 00000000     0        0 0 3 0000\n"


def written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bytes:
    packed = address.packed
    words = (int.from_bytes(packed[at : at + 4], sys.byteorder) for at in range(0, len(packed), 4))
    return "".join(f"{word:08X}" for word in words).encode()


@given(st.ip_addresses(), st.integers(0, 65535))
def test_every_address_is_read_back(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    text, found = endpoint(written(address) + f":{port:04X}".encode())
    assert (ipaddress.ip_address(text), found) == (address, port)


def test_addresses_are_in_the_machines_order_and_ports_are_not() -> None:
    assert endpoint(b"0100007F:1F90") == ("127.0.0.1", 8080)
    assert endpoint(b"00000000000000000000000001000000:0035") == ("::1", 53)
    assert endpoint(b"0000000000000000FFFF00000100007F:0050") == ("::ffff:127.0.0.1", 80)


def test_sockets_have_the_states_ss_names() -> None:
    assert parse_sockets("tcp", LISTENER + WAITING) == [
        Entry("tcp", "LISTEN", "127.0.0.1", 8080, "0.0.0.0", 0, 4711),
        Entry("tcp", "TIME-WAIT", "127.0.0.1", 8080, "127.0.0.1", 50000, 0),
    ]


def test_a_udp_socket_without_a_peer_is_unconnected() -> None:
    assert parse_sockets("udp", LISTENER.replace(b" 0A ", b" 07 "))[0].state == "UNCONN"


def test_a_line_cut_short_is_left_out() -> None:
    assert len(parse_sockets("tcp", LISTENER + LISTENER[:60])) == 1
    assert parse_sockets("tcp", b"") == []


def test_counters_are_taken_from_their_columns() -> None:
    raw = (
        b"Inter-|   Receive                                                |  Transmit\n"
        b" face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
        b"    lo:       1       2    3    4    0     0          0         0        5       6    7    8 0 0 0 0\n"
        b"eth0.1:1808 28 0 0 0 0 0 0 12 1 0 0 0 0 0 0\n"
    )
    assert parse_counters(raw) == {
        "lo": Counters(1, 2, 3, 4, 5, 6, 7, 8),
        "eth0.1": Counters(1808, 28, 0, 0, 12, 1, 0, 0),
    }


def test_what_tells_that_tcp_changed_is_the_namespaces_own() -> None:
    sockstat = b"sockets: used 9\nTCP: inuse 3 orphan 40 tw 2 alloc 50 mem 60\nUDP: inuse 1 mem 0\n"
    assert inventory(sockstat, b"TCP6: inuse 4\nUDP6: inuse 5\n") == Inventory(3, 4, 2, 1, 5)
    assert inventory(sockstat, b"") == Inventory(3, 0, 2, 1, 0)
    assert tcp_activity(b"Ip: x\nTcp: Names\nTcp: 1 200\nUdp: y\n") == b"Tcp: 1 200"
