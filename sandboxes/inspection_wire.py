"""What `inspect` tells of each container of a pod: its cgroup's limits and use, rights, mounts, environment.

PURE. One reading, asked for when somebody wants it. None is "the kernel does not say", never 0. Text that a process
chose itself has its control characters written out.
"""

from __future__ import annotations

from sandboxes.wire_message import Message


class Limits(Message):
    """What the cgroup allows (cgroups(7), kernel's cgroup-v1 and cgroup-v2 documents). None: no limit, or not told.

    `cpus` is quota by period, in CPUs; `cpu_shares` as version 1 counts them, 1024 one CPU's worth; memory in bytes,
    `swap` how many of swap beside it.
    """

    version: int
    cpus: float | None
    cpu_shares: int | None
    memory: int | None
    swap: int | None
    pids: int | None


class Usage(Message):
    """What it has used so far, and uses now. CPU times are in microseconds, all since the container began.

    `periods` and `throttled` count the quota's periods and those in which it was used up; memory and io are bytes,
    `memory_peak` the most there ever was; `oom_kills` are processes that the kernel ended for want of memory.
    """

    cpu_us: int | None
    periods: int | None
    throttled: int | None
    throttled_us: int | None
    memory: int | None
    memory_peak: int | None
    pids: int | None
    io_read: int | None
    io_written: int | None
    oom_kills: int | None


class HeldCapabilities(Message):
    """Names as capabilities(7) has them, without CAP_; a bit that has no name yet is its number."""

    effective: tuple[str, ...]
    permitted: tuple[str, ...]
    inheritable: tuple[str, ...]
    bounding: tuple[str, ...]
    ambient: tuple[str, ...]


class IdRange(Message):
    """A line of uid_map or gid_map (user_namespaces(7)): `count` ids from `inside` on are those from `outside` on."""

    inside: int
    outside: int
    count: int


class Rights(Message):
    """Of the first process (proc_pid_status(5)). `seccomp` is 0 off, 1 strict, 2 filter, with `filters` of them."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    capabilities: HeldCapabilities
    seccomp: int | None
    filters: int | None
    no_new_privileges: bool | None
    uid_map: tuple[IdRange, ...]
    gid_map: tuple[IdRange, ...]


class Mount(Message):
    """One line of proc_pid_mountinfo(5). `source` is what of the node it is, in words: its paths are not told.

    `hidden` is the point of a later mount on the same place or above it, "" while the mount can be seen.
    """

    point: str
    type: str
    source: str
    options: tuple[str, ...]
    read_only: bool
    hidden: str


class Variable(Message):
    """One of the first process's environment as it began. `value` None: it comes from a Secret, and is not told."""

    name: str
    value: str | None


class Inspected(Message):
    """One container; pause is member "". `problems` names what could not be read, and is None where it was not."""

    member: str
    attempt: int
    host_pid: int
    limits: Limits | None
    usage: Usage | None
    rights: Rights | None
    mounts: tuple[Mount, ...]
    environment: tuple[Variable, ...]
    problems: tuple[str, ...]


class Inspection(Message):
    """All that run, pause first. `at` is the node's time, `monotonic` its clock in microseconds, to make rates with."""

    at: str
    monotonic: int
    members: tuple[Inspected, ...]
