"""Does one thing inside another process's namespace, from a thread that ends with it.

A thread that went into a namespace is never used for anything else, so nothing can be done in the wrong one by mistake.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Literal, TypeVar

from sandboxes.errors import PlaygroundError

Result = TypeVar("Result")

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE = {"net": 0x40000000, "uts": 0x04000000}  # linux/sched.h


class NotEntered(PlaygroundError):
    """The namespace cannot be entered."""


def inside(folder: int, kind: Literal["net", "uts"], act: Callable[[], Result]) -> Result:
    """What `act` gives in namespace `kind` of the process whose /proc/<pid> directory is `folder`.

    Raises NotEntered, also when `act` fails with an OSError.
    """
    results: list[Result] = []
    problems: list[OSError] = []

    def visit() -> None:
        try:
            _enter(folder, kind)
            results.append(act())
        except OSError as exc:
            problems.append(exc)

    thread = threading.Thread(target=visit, name=f"in-{kind}")
    thread.start()
    thread.join()
    if not results:
        raise NotEntered(f"{kind} namespace: {os.strerror(problems[0].errno or 0) if problems else 'no answer'}")
    return results[0]


def _enter(folder: int, kind: Literal["net", "uts"]) -> None:
    namespace = os.open(f"ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        if _libc.setns(namespace, _CLONE[kind]) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(namespace)
