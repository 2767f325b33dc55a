"""The processes of a pod, as `ps -ef` shows them from inside, read from the node's /proc.

Who is in the pod comes from each member's cgroup. The dead who wait for their parent are in no list of a cgroup: they
are processes seen before that still answer, and children of the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandboxes import wire
from sandboxes.node.readers import ps
from sandboxes.node.readers.first import First, shown
from sandboxes.node.readers.process import LONGEST_CMDLINE, Moment, Process

MOST = 1000
_MOST_KEPT = 200  # with their files open: three each
_ALL_CMDLINES = 256 * 1024  # what the command lines of one sample may take together
_CLOCK_STEP = 2.0


@dataclass(frozen=True)
class Seen:
    """One look at the processes. `alive` are the readers behind the rows; `problems` say whose could not be read."""

    rows: tuple[wire.Process, ...]
    truncated: bool
    alive: tuple[Process, ...]
    problems: tuple[str, ...]


class Processes:
    """The processes of one pod, over time."""

    def __init__(self) -> None:
        self._held: dict[int, Process] = {}
        self._boot = _boot_time()

    def read(self, firsts: Sequence[First], names: Mapping[str, Mapping[int, bytes]], *, fully: bool) -> Seen:
        """All processes of these containers; `names` gives, per member, its accounts; `fully` asks for every file."""
        # Before anything is read: who runs meanwhile has run by the next time.
        idle = set() if fully else {id(first) for first in firsts if not first.cgroup.ran()}
        listed, problems = _listed(firsts)
        truncated = len(listed) > MOST
        if truncated:
            listed = dict(list(listed.items())[:MOST])
        self._open_new(listed)
        ran = self._refresh(listed, {id(first) for first in firsts}, idle, fully=fully)
        if not truncated:
            self._find_dead(self._held.values() if fully else ran)
        return Seen(self._rows(firsts, names), truncated, tuple(self._held.values()), problems)

    def _open_new(self, listed: Mapping[int, First]) -> None:
        for pid, first in listed.items():
            if pid not in self._held and (process := self._opened(pid, first)):
                if process.belongs():
                    self._held[pid] = process
                else:
                    process.close()

    def _opened(self, pid: int, first: First) -> Process | None:
        try:
            process = Process(pid, first, keep=len(self._held) < _MOST_KEPT)
        except (OSError, ValueError):  # it ended meanwhile: no file, or an empty one
            return None
        return process

    def _refresh(self, listed: Mapping[int, First], firsts: set[int], idle: set[int], *, fully: bool) -> list[Process]:
        """Every process read again, the ones that are gone dropped; those that have run.

        One of an `idle` container has not run, and is as it was; a dead one may have been buried by another's process.
        """
        ran = []
        for pid, process in list(self._held.items()):
            if id(process.first) in idle and pid in listed and process.row is not None:
                continue
            try:
                if process.refresh(fully=fully or process.row is None):
                    ran.append(process)
                gone = id(process.first) not in firsts or (pid not in listed and process.stat.state != "Z")
            except (OSError, ValueError):
                gone = True
            if gone:
                self._held.pop(pid).close()
        return ran

    def _find_dead(self, parents: Iterable[Process]) -> None:
        for parent in list(parents):
            try:
                children = parent.children()
            except OSError:
                continue
            for pid in children:
                if pid not in self._held and len(self._held) < MOST and (child := self._opened(pid, parent.first)):
                    if child.stat.state == "Z" and child.stat.ppid == parent.pid:
                        self._held[pid] = child
                    else:  # alive: its cgroup will list it
                        child.close()

    def _rows(self, firsts: Sequence[First], names: Mapping[str, Mapping[int, bytes]]) -> tuple[wire.Process, ...]:
        moment = self._moment()
        order = {first.member: place for place, first in enumerate(firsts)}
        rows = []
        for process in self._held.values():
            user = names.get(process.first.member, {}).get(process.uid)
            rows.append(process.render(moment, self._held.get(process.stat.ppid), user))
        return tuple(sorted(rows, key=lambda row: (order[row.member], row.pid, row.host_pid)))

    def _moment(self) -> Moment:
        uptime, now = time.clock_gettime(time.CLOCK_BOOTTIME), time.time()
        if abs(now - uptime - self._boot) > _CLOCK_STEP:
            self._boot = _boot_time()
        return Moment(
            boot=self._boot,
            uptime=int(uptime * ps.TICKS),
            now=now,
            day=int(now // 86400),
            longest=longest_cmdline(len(self._held)),
            reapers={held.pid_namespace: pid for pid, held in self._held.items() if held.ns_pids[-1] == 1},
        )

    def close(self) -> None:
        """Lets go of every process."""
        for process in self._held.values():
            process.close()
        self._held.clear()


def longest_cmdline(processes: int) -> int:
    """Bytes of each command line shown when there are so many: 4 KiB, less in a crowd, in steps of two."""
    return min(LONGEST_CMDLINE, _ALL_CMDLINES >> max(0, processes - 1).bit_length())


def _listed(firsts: Sequence[First]) -> tuple[dict[int, First], tuple[str, ...]]:
    listed: dict[int, First] = {}
    problems = []
    for first in firsts:
        try:
            for pid in first.cgroup.pids():
                listed.setdefault(pid, first)
        except OSError as exc:
            problems.append(f"processes of {shown(first.member)}: {os.strerror(exc.errno or 0)}")
    return listed, tuple(problems)


def _boot_time() -> float:
    """When the machine started, in epoch seconds (btime of /proc/stat): the one procps counts from."""
    with open("/proc/stat", "rb") as lines:
        return float(next(line for line in lines if line.startswith(b"btime ")).split()[1])
