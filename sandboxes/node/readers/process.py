"""One process of a pod: its files of /proc kept open, read again for each sample, and the row they make.

A row is made anew only when something in it changed, so that an unchanged one is the same object.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from sandboxes import wire
from sandboxes.host.cgroup import in_container
from sandboxes.node.readers import ps
from sandboxes.node.readers.first import First, namespace_inode
from sandboxes.times import exact

LONGEST_CMDLINE = 4096
_NAMES = ("stat", "status", "cmdline")
_ROOM = 8192


@dataclass(frozen=True, slots=True)
class Moment:
    """What the rows of one sample share. `boot`: epoch seconds; `uptime`: ticks; `reapers`: by PID namespace."""

    uptime: int
    now: float
    boot: float
    day: int
    longest: int
    reapers: dict[int | None, int]

    def lasting(self) -> tuple[object, ...]:
        """What is the same in most moments."""
        return self.boot, self.day, self.longest, self.reapers


class Process:
    """A process of `first`'s container, by the node's PID. Raises OSError when it is gone, at any call.

    Its descriptors stand for the process, not the number. `keep` False holds none: for the many of a crowded pod.
    """

    def __init__(self, pid: int, first: First, *, keep: bool) -> None:
        self.pid = pid
        self.first = first
        self._fds = _open_files(pid) if keep else {}
        try:
            self._raw = dict.fromkeys(_NAMES, b"")
            self.stat = ps.parse_stat(self._read("stat"))
            self._parse_status(self._read("status"))
            self.pid_namespace = namespace_inode_of(pid)
        except BaseException:
            self.close()
            raise
        self._rendered: tuple[object, ...] = ()
        self._stale = True
        self._ppid = (-1, 0)
        self._measured = (self.stat.start, 0)  # when, and the CPU time it had used by then: ticks
        self._cpu = 0
        self.row: wire.Process | None = None

    def refresh(self, *, fully: bool) -> bool:
        """Its files read again; whether it has run since. A process that did not run has the command line it had."""
        stat, status = self._read("stat"), self._read("status")
        ran = stat != self._raw["stat"] or status != self._raw["status"]
        if ran:
            fresh = ps.parse_stat(stat)
            if fresh.start != self.stat.start:
                raise ProcessLookupError(errno.ESRCH, "the PID was used again")
            self._raw |= {"stat": stat, "status": status}
            self.stat = fresh
            self._parse_status(status)
        if ran or fully:
            cmdline = self._read("cmdline")[:LONGEST_CMDLINE]
            self._stale = self._stale or ran or cmdline != self._raw["cmdline"]
            self._raw["cmdline"] = cmdline
        return ran

    def _parse_status(self, raw: bytes) -> None:
        uid, self.ns_pids = ps.parse_status(raw)
        self.uid = ps.uid_inside(uid, self.first.uid_map)

    def belongs(self) -> bool:
        """It is in its container's cgroup: asked once, for a PID out of a list may have been used again meanwhile."""
        with open(f"/proc/{self.pid}/cgroup") as cgroup:
            return in_container(cgroup.read(), self.first.container_id)

    def children(self) -> list[int]:
        """The node's PIDs of its children, the dead ones too, over all its threads (proc(5))."""
        pids: list[int] = []
        threads = [str(self.pid)] if self.stat.threads == 1 else os.listdir(f"/proc/{self.pid}/task")
        for thread in threads:
            with open(f"/proc/{self.pid}/task/{thread}/children", "rb", buffering=0) as listed:
                pids += (int(child) for child in listed.read().split())
        return pids

    def render(self, moment: Moment, parent: Process | None, user: bytes | None) -> wire.Process:
        """Its row, the same object as long as nothing in it changed."""
        c = ps.percent(self.stat.ticks, lived=moment.uptime - self.stat.start)
        self._measure(moment.uptime)
        rendered = (c, self._cpu, user, moment.lasting())
        if self.row is None or self._stale or rendered != self._rendered:
            row = self._row(moment, self._parent(parent), ps.user_column(user, self.uid))
            self.row = row if row != self.row else self.row
            self._rendered, self._stale = rendered, False
        return self.row

    def _measure(self, uptime: int) -> None:
        """Its share of the CPU since it was last measured; at first, over its life."""
        since, used = self._measured
        if uptime - since >= ps.WINDOW:
            self._cpu = ps.cpu(self.stat.ticks - used, over=uptime - since)
            self._measured = (uptime, self.stat.ticks)

    def _row(self, moment: Moment, ppid: int, user: str) -> wire.Process:
        stat = self.stat
        started = moment.boot + stat.start / ps.TICKS
        cmdline = self._raw["cmdline"][: moment.longest]
        return wire.Process(
            member=self.first.member,
            host_pid=self.pid,
            host_ppid=stat.ppid,
            ns_pids=self.ns_pids,
            pid=self.ns_pids[-1],
            ppid=ppid,
            uid=self.uid,
            user=user,
            c=ps.percent(stat.ticks, lived=moment.uptime - stat.start),
            stime=ps.start_column(started, moment.now),
            started=exact(datetime.fromtimestamp(started, UTC)),
            tty=ps.tty_column(stat.tty),
            time=ps.time_column(stat.ticks),
            cmd=ps.command_column(cmdline, comm=stat.comm, state=stat.state),
            state=stat.state,
            threads=stat.threads,
            cpu=self._cpu,
            rss=ps.resident(stat.rss),
            reaper=moment.reapers.get(self.pid_namespace, 0),
        )

    def _parent(self, parent: Process | None) -> int:
        """Its parent's PID in its own PID namespace, 0 for one outside of it."""
        if self._ppid[0] != self.stat.ppid:
            self._ppid = (self.stat.ppid, self._parent_inside(parent))
        return self._ppid[1]

    def _parent_inside(self, parent: Process | None) -> int:
        if parent is not None:
            return parent.ns_pids[-1] if parent.pid_namespace == self.pid_namespace else 0
        if self.pid_namespace is None or namespace_inode_of(self.stat.ppid) != self.pid_namespace:
            return 0
        try:
            with open(f"/proc/{self.stat.ppid}/status", "rb", buffering=0) as status:
                return ps.parse_status(status.read())[1][-1]
        except OSError:
            return 0

    def _read(self, name: str) -> bytes:
        if self._fds:
            return os.pread(self._fds[name], _ROOM, 0)
        with open(f"/proc/{self.pid}/{name}", "rb", buffering=0) as file:
            return file.read(_ROOM) or b""

    def close(self) -> None:
        """Lets go of its files. Can be repeated."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds = {}


def namespace_inode_of(pid: int) -> int | None:
    """The PID namespace of a process by the node's number; None where it cannot be read."""
    try:
        folder = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return namespace_inode(folder, "pid")
    finally:
        os.close(folder)


def _open_files(pid: int) -> dict[str, int]:
    fds: dict[str, int] = {}
    try:
        for name in _NAMES:
            fds[name] = os.open(f"/proc/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as exc:
        for fd in fds.values():
            os.close(fd)
        if exc.errno in (errno.EMFILE, errno.ENFILE):
            return {}  # it is read by name then, which costs more and holds nothing
        raise
    return fds
