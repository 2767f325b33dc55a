"""A thread that goes into other processes' namespaces and ends with its work, so that no other thread is ever moved.

Needs root. Knows no container: a namespace is an open descriptor (setns(2), namespaces(7)).
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Literal, TypeVar

T = TypeVar("T")
Kind = Literal["net", "uts"]

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE = {"net": 0x40000000, "uts": 0x04000000}  # linux/sched.h


def in_own_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises, run in a thread made for it: the only kind in which `enter` may be called."""
    results: list[T] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as exc:  # handed to the caller below, whatever it is
            failures.append(exc)

    thread = threading.Thread(target=body, name="namespace", daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def enter(namespace: int, kind: Kind) -> None:
    """Moves the calling thread into the namespace of that descriptor, for good. Raises OSError."""
    if _libc.setns(namespace, _CLONE[kind]) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
