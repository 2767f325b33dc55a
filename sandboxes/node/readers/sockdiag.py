"""The TCP sockets of a network namespace, asked of the kernel (sock_diag(7), linux/inet_diag.h).

A table of /proc/net walks the same hash at ten times the cost (here 1.9 ms against 0.19 ms for both versions of IP).
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct

from sandboxes.node.readers.netfiles import STATES, Entry, Protocol

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_GETSOCK = 18  # TCPDIAG_GETSOCK: unlike SOCK_DIAG_BY_FAMILY it gives both versions of IP in one walk
_DUMP = 0x301
_ERROR, _DONE = 2, 3
_ALL_STATES = 0xFFE
_HEADER = struct.Struct("=IHHII")
# inet_diag_msg: family, state, timer, retransmits; ports and addresses in the network's order; interface, cookie,
# expiry, queues, uid, inode.
_MESSAGE = struct.Struct("=BBBB2s2s16s16sI8sIIIII")
_PROTOCOLS: dict[int, tuple[Protocol, int]] = {socket.AF_INET: ("tcp", 4), socket.AF_INET6: ("tcp6", 16)}
_ANSWER_WITHIN = 1.0
_ROOM = 1 << 16


def parse_messages(datagram: bytes) -> tuple[list[Entry], bool]:
    """The sockets of one datagram, and whether it is the last. Raises OSError with the kernel's refusal."""
    entries: list[Entry] = []
    at = 0
    while at + _HEADER.size <= len(datagram):
        length, kind, *_ = _HEADER.unpack_from(datagram, at)
        body = datagram[at + _HEADER.size : at + length]
        if kind == _DONE:
            return entries, True
        if kind == _ERROR:
            number = -struct.unpack_from("=i", body)[0] if len(body) >= 4 else errno.EPROTO
            raise OSError(number, os.strerror(number))
        if len(body) >= _MESSAGE.size and (entry := _entry(body)):
            entries.append(entry)
        at += max(_HEADER.size, length + 3 & ~3)
    return entries, False


def _entry(body: bytes) -> Entry | None:
    family, state, _, _, local_port, remote_port, local, remote, *_, inode = _MESSAGE.unpack_from(body)
    if family not in _PROTOCOLS:
        return None
    protocol, width = _PROTOCOLS[family]
    return Entry(
        protocol=protocol,
        state=STATES.get(state, f"{state:02X}"),
        local_address=socket.inet_ntop(family, local[:width]),
        local_port=int.from_bytes(local_port, "big"),
        remote_address=socket.inet_ntop(family, remote[:width]),
        remote_port=int.from_bytes(remote_port, "big"),
        inode=inode,
    )


class TcpDiag:
    """Questions to the network namespace it was made in. Open it keeps that alive."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG)
        self._socket.settimeout(_ANSWER_WITHIN)
        self._asked = 0

    def dump(self, most: int) -> list[Entry]:
        """The first sockets, those that listen before the others: `most` of them, or few more.

        Raises OSError: where the kernel has no such module, and when it does not answer. Where there were more, the
        rest of the answer is still to be read: this one is of no use any more then, see `spent`.
        """
        self._asked += 1
        question = bytes(52) + struct.pack("=II", _ALL_STATES, 0)
        self._socket.send(_HEADER.pack(_HEADER.size + len(question), _GETSOCK, _DUMP, self._asked, 0) + question)
        entries: list[Entry] = []
        while True:
            more, is_last = parse_messages(self._socket.recv(_ROOM))
            entries += more
            if is_last:
                return entries
            if len(entries) > most:
                self.close()
                return entries

    @property
    def spent(self) -> bool:
        """A new one is needed for the next question."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """Can be repeated."""
        self._socket.close()


def open_diag() -> TcpDiag | None:
    """One of the calling thread's namespace; None where the kernel does not answer such questions."""
    made: TcpDiag | None = None
    with contextlib.suppress(OSError):
        made = TcpDiag()
        made.dump(0)
        return TcpDiag() if made.spent else made
    if made is not None:
        made.close()
    return None
