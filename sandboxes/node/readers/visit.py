"""Does one thing inside another process's namespace, from a thread that ends with it.

A thread that went into a namespace is never used for anything else, so nothing can be done in the wrong one by mistake.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from sandboxes.errors import PlaygroundError

Result = TypeVar("Result")
Kind = Literal["net", "uts"]

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE = {"net": 0x40000000, "uts": 0x04000000}  # linux/sched.h


class NotEntered(PlaygroundError):
    """The namespace cannot be entered."""


def inside(folder: int, kind: Kind, act: Callable[[], Result]) -> Result:
    """What `act` gives in namespace `kind` of the process whose /proc/<pid> directory is `folder`.

    Raises NotEntered, also when `act` fails with an OSError.
    """
    (result,) = inside_each([folder], kind, act)
    if isinstance(result, NotEntered):
        raise result
    return result


def inside_each(folders: Sequence[int], kind: Kind, act: Callable[[], Result]) -> list[Result | NotEntered]:
    """The same for several processes, from one thread that goes from one to the next; failures in their places."""
    results: list[Result | NotEntered] = []

    def visit() -> None:
        for folder in folders:
            try:
                _enter(folder, kind)
                results.append(act())
            except OSError as exc:
                results.append(NotEntered(f"{kind} namespace: {os.strerror(exc.errno or 0)}"))

    thread = threading.Thread(target=visit, name=f"in-{kind}")
    thread.start()
    thread.join()
    return results


def _enter(folder: int, kind: Kind) -> None:
    namespace = os.open(f"ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        if _libc.setns(namespace, _CLONE[kind]) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(namespace)
