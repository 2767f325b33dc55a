"""The machine that pods run on: its capacity, and who is in which network namespace, from /proc and /sys."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandboxes.host.cgroup import containers_named
from sandboxes.node.readers.cgroups import Hierarchy
from sandboxes.node.readers.first import read_at
from sandboxes.node.readers.ps import command_column, parse_stat

_LONGEST_CMD = 256
_NET = re.compile(r"net:\[(\d+)\]")
_MEMINFO = re.compile(r"^(MemTotal|MemAvailable): +(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Lead:
    """The process with the lowest PID of a network namespace, and how many are in it."""

    inode: int
    pid: int
    processes: int


@dataclass(frozen=True)
class Who:
    """What that process is. `containers`: ids that its cgroup names."""

    user: str
    command: str
    containers: frozenset[str]


def leads(links: Iterable[tuple[int, str]]) -> tuple[Lead, ...]:
    """Of (PID, what /proc/<pid>/ns/net links to), by lowest PID; what is no such link is passed over."""
    pids: dict[int, list[int]] = {}
    for pid, link in links:
        if found := _NET.fullmatch(link):
            pids.setdefault(int(found[1]), []).append(pid)
    return tuple(sorted((Lead(key, min(of), len(of)) for key, of in pids.items()), key=lambda lead: lead.pid))


def network_links() -> Iterable[tuple[int, str]]:
    """Every process of the node and its network namespace."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield int(name), os.readlink(f"/proc/{name}/ns/net")
            except OSError:  # it ended, or has none
                continue


def who(pid: int) -> Who | None:
    """None when the process is gone."""
    try:
        folder = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        stat = parse_stat(read_at(folder, "stat"))
        command = command_column(read_at(folder, "cmdline", limit=_LONGEST_CMD), comm=stat.comm, state=stat.state)
        containers = containers_named(read_at(folder, "cgroup").decode("utf-8", "replace"))
        return Who(_user(os.fstat(folder).st_uid), command, containers)
    except (OSError, ValueError):
        return None
    finally:
        os.close(folder)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def parse_memory(meminfo: str) -> tuple[int, int]:
    """Bytes there are and bytes that programs could still have (proc(5)); 0 where a line is missing."""
    found: Mapping[str, int] = {name: int(size) * 1024 for name, size in _MEMINFO.findall(meminfo)}
    return found.get("MemTotal", 0), found.get("MemAvailable", 0)


def parse_load(loadavg: str) -> tuple[tuple[float, float, float], int]:
    """Load averages over 1, 5 and 15 minutes, and how many tasks there are (proc(5), loadavg)."""
    one, five, fifteen, tasks, *_ = loadavg.split()
    return (float(one), float(five), float(fifteen)), int(tasks.partition("/")[2])


def cgroup_version(hierarchies: tuple[Hierarchy, ...]) -> str:
    """ "v2" where it is the only one, "v1" where it is not mounted, "v1 and v2" on a hybrid node."""
    first = any(each.controllers for each in hierarchies)
    second = any(not each.controllers for each in hierarchies)
    return "v1 and v2" if first and second else "v2" if second else "v1"
