"""What the kernel tells of processes that begin and end anywhere on the machine (linux/cn_proc.h, linux/connector.h).

Only root of the node's own PID namespace may listen. While nobody does, the kernel tells nobody and it costs nothing.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from dataclasses import dataclass

_CONNECTOR = 11  # NETLINK_CONNECTOR
_PROC_IDX = _PROC_VAL = 1
_LISTEN = 1
_NLMSG_DONE = 3
_NONE, _FORK, _EXEC, _EXIT = 0x0, 0x1, 0x2, 0x80000000
_HEADS = 16 + 20  # nlmsghdr and cn_msg
_EVENT = struct.Struct("=IIQ")  # what, cpu, nanoseconds of the monotonic clock
_ROOM = 4096
_KEPT_BYTES = 4 << 20
_ANSWER_WITHIN = 1.0
_QUIET = 0.25


@dataclass(frozen=True, slots=True)
class Forked:
    """A process made another one. `at`: nanoseconds of the monotonic clock, as in all of these."""

    parent: int
    pid: int
    at: int


@dataclass(frozen=True, slots=True)
class Executed:
    """A process runs another program now."""

    pid: int
    at: int


@dataclass(frozen=True, slots=True)
class Exited:
    """A process ended; `status` as wait(2) gives it."""

    pid: int
    status: int
    at: int


Event = Forked | Executed | Exited


def parse_event(datagram: bytes) -> Event | None:
    """The event of one datagram; None where it is of a thread, of another kind, or too short to be one."""
    body = datagram[_HEADS:]
    if len(body) < _EVENT.size + 16:
        return None
    what, _, at = _EVENT.unpack_from(body)
    first, second, third, fourth = struct.unpack_from("=4I", body, _EVENT.size)
    match what:
        case _ if what == _FORK and third == fourth:
            return Forked(second, fourth, at)
        case _ if what == _EXEC:
            return Executed(second, at)
        case _ if what == _EXIT and first == second:
            return Exited(second, third, at)
        case _:
            return None


class ProcessEvents:
    """Listens from when it is made until it is closed. Raises OSError where the kernel does not let us."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _CONNECTOR)
        try:
            self._widen()
            self._socket.bind((0, _PROC_IDX))
            self._socket.settimeout(_ANSWER_WITHIN)
            self._socket.send(_listen())
            self._await_answer()
            self._socket.settimeout(_QUIET)
        except OSError:
            self._socket.close()
            raise

    def _widen(self) -> None:
        try:  # past net.core.rmem_max for who has CAP_NET_ADMIN (socket(7)); less room loses events sooner, no more
            self._socket.setsockopt(socket.SOL_SOCKET, 33, _KEPT_BYTES)  # SO_RCVBUFFORCE
        except OSError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KEPT_BYTES)

    def _await_answer(self) -> None:
        """The kernel answers with an event that is none. Where it refuses it may also say nothing: TimeoutError."""
        while True:
            body = self._socket.recv(_ROOM)[_HEADS:]
            if len(body) >= _EVENT.size + 4 and _EVENT.unpack_from(body)[0] == _NONE:
                (refused,) = struct.unpack_from("=I", body, _EVENT.size)
                if refused:
                    raise OSError(refused, os.strerror(refused))
                return

    def next(self) -> Event | None:
        """The next event; None for one that does not count, and after a quarter of a second without any.

        Raises OSError; `is_overflow` says which one only means that the kernel told more than was listened to.
        """
        try:
            return parse_event(self._socket.recv(_ROOM))
        except TimeoutError:
            return None

    def close(self) -> None:
        """The kernel stops telling once the last who listens has closed."""
        self._socket.close()


def _listen() -> bytes:
    asked = struct.pack("=I", _LISTEN)
    message = struct.pack("=IIIIHH", _PROC_IDX, _PROC_VAL, 0, 0, len(asked), 0) + asked
    return struct.pack("=IHHII", 16 + len(message), _NLMSG_DONE, 0, 0, 0) + message


def is_overflow(problem: OSError) -> bool:
    """Events were lost, and those that follow can be heard."""
    return problem.errno == errno.ENOBUFS
