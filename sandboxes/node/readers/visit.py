"""Does one thing inside the namespaces of pods' processes, given by their /proc directories, held open.

What cannot be entered is told and stops nothing; the thread that enters is made for it (`host/enter.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from sandboxes.errors import PlaygroundError
from sandboxes.host.enter import Kind, enter, in_own_thread

Result = TypeVar("Result")


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
    return in_own_thread(lambda: [_visit(folder, kind, act) for folder in folders])


def _visit(folder: int, kind: Kind, act: Callable[[], Result]) -> Result | NotEntered:
    try:
        namespace = os.open(f"ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
        try:
            enter(namespace, kind)
        finally:
            os.close(namespace)
        return act()
    except OSError as exc:
        return NotEntered(f"{kind} namespace: {os.strerror(exc.errno or 0)}")
