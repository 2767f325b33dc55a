"""What a container's cgroups allow and have counted, from the files of version 1 and of version 2.

The texts' meanings: Documentation/admin-guide/cgroup-v1/{memory,pids,blkio-controller}.rst, scheduler/sched-bwc.rst and
admin-guide/cgroup-v2.rst of the kernel. What is not there is None.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from sandboxes import inspection_wire as wire

# Version 1 says "no limit" with the largest number of pages, in bytes; nothing of a machine is near it.
NO_LIMIT = 2**60
Read = Callable[[str], str | None]


def read_limits(folders: Mapping[str, str]) -> tuple[wire.Limits, wire.Usage]:
    """Of the cgroup in these folders: by controller in version 1, under "" in version 2."""
    if "memory" in folders or "cpu" in folders:
        return version_1(lambda name: _file(folders.get(name.partition(".")[0], ""), name))
    return version_2(lambda name: _file(folders.get("", ""), name))


def version_1(read: Read) -> tuple[wire.Limits, wire.Usage]:
    """From the controllers' own files; each begins with its controller's name."""
    quota, period = number(read("cpu.cfs_quota_us")), number(read("cpu.cfs_period_us"))
    memory, both = _limit(read("memory.limit_in_bytes")), _limit(read("memory.memsw.limit_in_bytes"))
    cpu = pairs(read("cpu.stat"))
    moved = blkio(read("blkio.throttle.io_service_bytes"))
    limits = wire.Limits(
        version=1,
        cpus=quota / period if quota is not None and period and quota > 0 else None,
        cpu_shares=number(read("cpu.shares")),
        memory=memory,
        swap=both - memory if both is not None and memory is not None else None,
        pids=number(read("pids.max")),
    )
    usage = wire.Usage(
        cpu_us=_thousandth(number(read("cpuacct.usage"))),
        periods=cpu.get("nr_periods"),
        throttled=cpu.get("nr_throttled"),
        throttled_us=_thousandth(cpu.get("throttled_time")),
        memory=number(read("memory.usage_in_bytes")),
        memory_peak=number(read("memory.max_usage_in_bytes")),
        pids=number(read("pids.current")),
        io_read=moved.get("Read"),
        io_written=moved.get("Write"),
        oom_kills=pairs(read("memory.oom_control")).get("oom_kill"),
    )
    return limits, usage


def version_2(read: Read) -> tuple[wire.Limits, wire.Usage]:
    """From the files of one folder."""
    quota, _, period = (read("cpu.max") or "").strip().partition(" ")
    weight = number(read("cpu.weight"))
    cpu = pairs(read("cpu.stat"))
    moved = io(read("io.stat"))
    limits = wire.Limits(
        version=2,
        cpus=int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None,
        cpu_shares=None if weight is None else shares_of(weight),
        memory=number(read("memory.max")),
        swap=number(read("memory.swap.max")),
        pids=number(read("pids.max")),
    )
    usage = wire.Usage(
        cpu_us=cpu.get("usage_usec"),
        periods=cpu.get("nr_periods"),
        throttled=cpu.get("nr_throttled"),
        throttled_us=cpu.get("throttled_usec"),
        memory=number(read("memory.current")),
        memory_peak=number(read("memory.peak")),
        pids=number(read("pids.current")),
        io_read=moved.get("rbytes"),
        io_written=moved.get("wbytes"),
        oom_kills=pairs(read("memory.events")).get("oom_kill"),
    )
    return limits, usage


def shares_of(weight: int) -> int:
    """The shares of version 1 (2 to 262144) that a runtime makes this weight (1 to 10000) of: runc,
    libcontainer/cgroups/utils.go.
    """
    return 2 + (weight - 1) * 262142 // 9999


def number(text: str | None) -> int | None:
    """A file of one number; None for "max", for anything else, and where there is no file."""
    word = (text or "").strip()
    return int(word) if word.lstrip("-").isdecimal() and word.isascii() else None


def pairs(text: str | None) -> dict[str, int]:
    """A flat keyed file: a name and a number a line."""
    found: dict[str, int] = {}
    for line in (text or "").splitlines():
        name, _, value = line.partition(" ")
        count = number(value)
        if count is not None:
            found[name] = count
    return found


def blkio(text: str | None) -> dict[str, int]:
    """Bytes by Read, Write …, over all devices: lines of "8:0 Read 4096", and a total."""
    found: dict[str, int] = {}
    for line in (text or "").splitlines():
        words = line.split()
        count = number(words[-1]) if words else None
        if len(words) == 3 and count is not None:
            found[words[1]] = found.get(words[1], 0) + count
    return found


def io(text: str | None) -> dict[str, int]:
    """Counts by name, over all devices: lines of "8:0 rbytes=4096 wbytes=0 …"."""
    found: dict[str, int] = {}
    for line in (text or "").splitlines():
        for word in line.split()[1:]:
            name, _, value = word.partition("=")
            found[name] = found.get(name, 0) + (number(value) or 0)
    return found


def _limit(text: str | None) -> int | None:
    found = number(text)
    return None if found is None or found >= NO_LIMIT else found


def _thousandth(nanoseconds: int | None) -> int | None:
    return None if nanoseconds is None else nanoseconds // 1000


def _file(folder: str, name: str) -> str | None:
    if not folder:
        return None
    try:
        with open(os.path.join(folder, name), encoding="ascii", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return None
