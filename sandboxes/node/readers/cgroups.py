"""Where a container's cgroup is, and which processes are in it (cgroups(7)), in version 1, version 2 and both at once.

A walk over all of /proc would cost with the whole machine; this costs with the container alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from sandboxes.host.cgroup import container_path

_MOST_FOLDERS = 256
_ROOM = 1 << 16
_SHORT = 2048


@dataclass(frozen=True)
class Hierarchy:
    """A mounted cgroup hierarchy. `controllers`: of version 1, with name=…; empty for version 2."""

    folder: str
    root: str
    controllers: frozenset[str]


def parse_hierarchies(mountinfo: str) -> tuple[Hierarchy, ...]:
    """Every cgroup mount of /proc/self/mountinfo (proc(5))."""
    found = []
    for line in mountinfo.splitlines():
        place, _, kind = line.partition(" - ")
        fields, filesystem = place.split(), kind.split()
        if filesystem[0] == "cgroup2":
            found.append(Hierarchy(fields[4], fields[3], frozenset()))
        elif filesystem[0] == "cgroup":
            found.append(Hierarchy(fields[4], fields[3], frozenset(filesystem[2].split(","))))
    return tuple(found)


def controller_folders(cgroup: str, container_id: str, hierarchies: tuple[Hierarchy, ...]) -> dict[str, str]:
    """The directories of the container's cgroup by controller, from /proc/<pid>/cgroup of a process in it.

    "" is version 2's, which has them all in one. There are none where the process is not in that container's cgroup,
    as after its PID was used again.
    """
    found: dict[str, str] = {}
    for line in cgroup.splitlines():
        number, controllers, path = line.split(":", 2)
        own = container_path(path, container_id)
        names = {""} if number == "0" else set(controllers.split(","))
        for hierarchy in hierarchies:
            same = names & (hierarchy.controllers or {""})
            if own and same and (own + "/").startswith(hierarchy.root.rstrip("/") + "/"):
                folder = hierarchy.folder + own[len(hierarchy.root.rstrip("/")) :]
                found |= {name: folder for name in sorted(names) if name not in found}
    return found


def mounted_hierarchies() -> tuple[Hierarchy, ...]:
    """The cgroup hierarchies this process sees."""
    with open("/proc/self/mountinfo") as mounts:
        return parse_hierarchies(mounts.read())


def cpu_account(folders: dict[str, str]) -> str:
    """The file that says how much CPU time a cgroup has used, of its `controller_folders`; "" where there is none."""
    if "cpuacct" in folders:
        return folders["cpuacct"] + "/cpuacct.usage"
    return folders[""] + "/cpu.stat" if "" in folders else ""


class Cgroup:
    """One container's cgroup, held open: who is in it and in the cgroups below, and whether any of them ran.

    `account`: see `cpu_account`.
    """

    def __init__(self, folder: str, account: str = "") -> None:
        self._fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._used = b""
        self._account = -1
        with contextlib.suppress(OSError):
            self._account = os.open(account, os.O_RDONLY | os.O_CLOEXEC)

    def ran(self) -> bool:
        """Whether any of its processes used the CPU since the last call; True too where that cannot be told."""
        if self._account < 0:
            return True
        try:
            used = os.pread(self._account, _SHORT, 0)
        except OSError:
            return True
        ran, self._used = used != self._used, used
        return ran

    def pids(self) -> Iterator[int]:
        """The node's PIDs of its processes, each at least once. Zombies are not among them: the kernel leaves them out.

        Raises OSError when the cgroup is gone.
        """
        for line in _procs(self._fd).split():
            yield int(line)
        # A directory counts one link for itself, one for its name, one for each directory in it.
        if os.fstat(self._fd).st_nlink > 2:
            yield from self._pids_below()

    def _pids_below(self) -> Iterator[int]:
        for count, (folder, names, _, fd) in enumerate(os.fwalk(".", dir_fd=self._fd, onerror=None)):
            if count >= _MOST_FOLDERS:
                names.clear()
            if folder != ".":
                yield from (int(line) for line in _procs(fd).split())

    def close(self) -> None:
        """Idempotent it is not: the owner closes it once."""
        os.close(self._fd)
        if self._account >= 0:
            os.close(self._account)


def _procs(folder: int) -> bytes:
    # Opened anew each time: version 1 answers a kept descriptor from a list up to a second old.
    fd = os.open("cgroup.procs", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        raw = part = os.read(fd, _ROOM)
        # The kernel fills a page before it returns less than was asked for: a short answer is the last one.
        while len(part) > _SHORT:
            part = os.read(fd, _ROOM)
            raw += part
        return raw
    finally:
        os.close(fd)
