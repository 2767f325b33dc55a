"""Processes of a container that came of one shell, and how they are ended: by host PID, for Docker cannot.

Needs root and the host's PID namespace. A process is a PID and when it began: the number alone may have been given to
another one meanwhile. proc(5), pidfd_open(2), pidfd_send_signal(2).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandboxes.host.cgroup import in_container

PROC = Path("/proc")
MARK = "PLAYGROUND_TERMINAL"
# Of /proc/<pid>/environ: as much as execve(2) takes, of which a shell's mark is a part. A process may tell the kernel
# that its environment is hundreds of gigabytes (prctl(2), PR_SET_MM_MAP), of pages that cost it nothing.
MOST_ENVIRON = 2 << 20
# What is forked while it is being killed is found in the next round.
KILL_WITHIN = 3.0


@dataclass(frozen=True)
class Born:
    """One process that is or was; `began` in ticks after boot. `session` is its session's leader."""

    pid: int
    began: int
    parent: int
    session: int


def mark(install: str, terminal: str) -> str:
    """The variable that a shell and all that comes of it carry, unless they clear it: NAME=value."""
    return f"{MARK}={install}/{terminal}"


def born(pid: int) -> Born | None:
    """The process of that PID as it is now; None when there is none, or a zombie."""
    try:
        text = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return Born(pid, began=int(fields[19]), parent=int(fields[1]), session=int(fields[3]))


def opened(pid: int, container_id: str) -> int:
    """A pidfd of a process that is in that container. Raises ProcessLookupError when it is not, or ended."""
    descriptor = os.pidfd_open(pid)
    try:
        inside = in_container((PROC / str(pid) / "cgroup").read_text(), container_id)
    except OSError:
        inside = False
    if not inside:
        os.close(descriptor)
        raise ProcessLookupError(f"{pid} is not in the container")
    return descriptor


def family(container_id: str, marked: str, known: Iterable[Born] = ()) -> set[Born]:
    """What is alive of a shell: the processes of the container that carry its mark, those that `known` were, and all
    that came of them or are in their sessions.
    """
    there = {each.pid: each for each in _in_container(container_id)}
    roots = {each for each in known if _same(there.get(each.pid), each)}
    roots |= {each for each in there.values() if _carries(each.pid, marked)}
    found: set[int] = set()
    more = {each.pid for each in roots}
    while more:
        found |= more
        more = {each.pid for each in there.values() if each.parent in found or each.session in found} - found
    return {there[pid] for pid in found}


def _same(now: Born | None, then: Born) -> bool:
    return now is not None and (now.pid, now.began) == (then.pid, then.began)


def _in_container(container_id: str) -> list[Born]:
    """Of all processes: a member's cgroup may have children of its own, and versions lay them out differently."""
    found = []
    for name in os.listdir(PROC):
        if name.isdecimal():
            with suppress(OSError):
                if in_container((PROC / name / "cgroup").read_text(), container_id) and (process := born(int(name))):
                    found.append(process)
    return found


def _carries(pid: int, marked: str) -> bool:
    try:
        return _variable(str(pid), marked.encode()) == marked.encode()
    except OSError:
        return False


def _variable(pid: str, begins: bytes) -> bytes:
    """The first variable of the process that begins so, b"" where none does. Raises OSError."""
    with open(PROC / pid / "environ", "rb", buffering=0) as file:
        found = b"\0" + (file.read(MOST_ENVIRON) or b"")
    at = found.find(b"\0" + begins)
    return found[at + 1 :].partition(b"\0")[0] if at >= 0 else b""


def hang_up(processes: Iterable[Born]) -> None:
    """HUP, and CONT so that who stands still hears it, as a terminal that goes away does (setpgid(2), orphaned)."""
    for each in processes:
        _send(each, signal.SIGHUP)
        _send(each, signal.SIGCONT)


def kill(container_id: str, marked: str, known: Iterable[Born] = ()) -> int:
    """KILL to the whole family, again until none is left. How many are left after all."""
    remembered, deadline = set(known), time.monotonic() + KILL_WITHIN
    while left := family(container_id, marked, remembered):
        if time.monotonic() > deadline:
            return len(left)
        remembered |= left
        for each in left:
            _send(each, signal.SIGKILL)
        time.sleep(0.01)
    return 0


def kill_marked(install: str) -> int:
    """KILL to what shells of this install still are, that a watch left behind which was killed itself: each mark that
    a process carries whose parent is in another PID namespace (it was executed from outside: the shell), and all who
    carry the same. How many there were. What outlived its shell before was left running by `exit`, and stays.
    """
    prefix, ours = f"{MARK}={install}/".encode(), _pid_namespace("self")
    carriers: dict[bytes, list[Born]] = {}
    for name in os.listdir(PROC):
        with suppress(OSError):
            if not name.isdecimal() or _pid_namespace(name) == ours:
                continue
            marked = _variable(name, prefix)
            if marked and (process := born(int(name))):
                carriers.setdefault(marked, []).append(process)
    found = [each for family in carriers.values() if any(map(_is_shell, family)) for each in family]
    for each in found:
        _send(each, signal.SIGKILL)
    return len(found)


def _is_shell(process: Born) -> bool:
    try:
        return _pid_namespace(str(process.parent)) != _pid_namespace(str(process.pid))
    except OSError:
        return False


def _pid_namespace(name: str) -> str:
    return os.readlink(PROC / name / "ns/pid")


def _send(process: Born, number: signal.Signals) -> None:
    """To this very process: the descriptor holds its PID, then it is looked at, then it is sent."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return
    try:
        if _same(born(process.pid), process):
            with suppress(OSError):  # it is gone, or is not ours to end: whoever asked looks again
                signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)
