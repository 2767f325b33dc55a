"""TCP sockets out of the kernel's answer, and what an answer cut short or a refusal comes to."""

from __future__ import annotations

import errno
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.readers.netfiles import Entry
from sandboxes.node.readers.sockdiag import parse_messages


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body + bytes(-len(body) % 4)


def told(family: int, state: int, local: tuple[str, int], remote: tuple[str, int], inode: int) -> bytes:
    addresses = [socket.inet_pton(family, each).ljust(16, b"\0") for each in (local[0], remote[0])]
    ports = struct.pack(">HH", local[1], remote[1])
    return message(
        20, bytes([family, state, 0, 0]) + ports + b"".join(addresses) + bytes(28) + struct.pack("=I", inode)
    )


V4 = told(socket.AF_INET, 1, ("127.0.0.1", 3306), ("127.0.0.1", 40_000), 77)
V6 = told(socket.AF_INET6, 10, ("::ffff:10.0.0.1", 80), ("::", 0), 78)
LAST = message(3, bytes(4))


def test_both_versions_of_ip_come_in_one_answer_that_says_when_it_ends() -> None:
    assert parse_messages(V4 + V6) == (
        [
            Entry("tcp", "ESTAB", "127.0.0.1", 3306, "127.0.0.1", 40_000, 77),
            Entry("tcp6", "LISTEN", "::ffff:10.0.0.1", 80, "::", 0, 78),
        ],
        False,
    )
    assert parse_messages(V4 + LAST + V6)[1] is True


def test_another_family_is_passed_over_and_a_refusal_says_why() -> None:
    unix = V4[:16] + bytes([socket.AF_UNIX]) + V4[17:]
    assert parse_messages(unix + V6 + LAST)[0] == parse_messages(V6)[0]
    with pytest.raises(OSError, match="No such file") as refused:
        parse_messages(message(2, struct.pack("=i", -errno.ENOENT) + bytes(16)))
    assert refused.value.errno == errno.ENOENT


@given(st.binary(max_size=300))
def test_no_answer_breaks_the_reader_or_holds_it(answer: bytes) -> None:
    try:
        entries, _ = parse_messages(answer)
    except OSError:
        return
    assert len(entries) <= len(answer) // 72
