"""Profiles: what one kind of user may have at most, and what every pause has.

PURE. Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/): `restricted` is
Restricted and more (a user of the pod's own, a root file system nobody writes to), `baseline` is Baseline with Docker's
default capabilities less NET_RAW and MKNOD, `lab` is that with namespaces by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandboxes.policy.ipc import AS_KUBELET, FEW, Ipc
from sandboxes.policy.seccomp import seccomp_filter
from sandboxes.spec.files import Room

# Pause only waits and reaps, but runc joins these limits while it starts it: fewer pids than its threads fail.
PAUSE_MEMORY = 16 * 2**20
PAUSE_PIDS = 64
PAUSE_USER = "65535:65535"
PAUSE_CPU_SHARES = 2
# Of all termination messages of a pod, bytes: a kubelet reads 4 KiB of each.
MESSAGES = 2**20
# That a container may have open: the machine has some thousand for all of them (pty(7), kernel.pty.max).
TERMINALS = 64
# The bridge that pods are on: nobody reaches the next one, nobody is masqueraded (Docker's bridge driver options).
BRIDGE_OPTIONS = {
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "false",
}


# Of /proc and /sys what tells of the node or of others on it: what every runtime hides (a kubelet's containers have the
# same), and more of it (proc(5), sysfs(5)). READONLY_PATHS would change it.
HIDDEN = (
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
    "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
)  # fmt: skip
MORE_HIDDEN = (
    "/proc/cmdline", "/proc/config.gz", "/proc/interrupts", "/proc/kallsyms", "/proc/modules", "/sys/class/dmi",
    "/sys/kernel",
)  # fmt: skip
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


@dataclass(frozen=True)
class Tmpfs:
    """What is written to where the root file system cannot be: bytes and inodes of each, a volume among them, and how
    many a member has at most.

    All of it is memory, and counts as that of the member that wrote it.
    """

    size: int
    inodes: int
    most: int


@dataclass(frozen=True)
class Disk:
    """What a pod may have on the node's disk at most, in its members' root file systems and volumes: bytes, inodes."""

    size: int
    files: int


@dataclass(frozen=True)
class Profile:
    """The ceilings of one kind of user. Bytes, counts, milli-CPUs; ports inclusive.

    `capabilities` is what a member has that asks for none, `may_add` what it may ask for besides. `own_user`: members
    run as a number that is the pod's alone, whatever image and spec say, and never gain rights. `tmpfs`: their root
    file system is read-only, and volumes are memory; None where both are the node's disk, of which `disk` is a pod's
    part. `pulls`: images that no node has are pulled. `open_files`, `locked_memory` and `file_size` are setrlimit(2)'s;
    `ipc` is of all members together.
    """

    name: str
    capabilities: tuple[str, ...]
    may_add: tuple[str, ...]
    memory: int
    pids: int
    milli_cpus: int
    members: int
    host_ports: range
    log_bytes: int
    open_files: int
    file_size: int
    ipc: Ipc
    locked_memory: int = 64 * 2**10
    masked: tuple[str, ...] = HIDDEN
    pulls: bool = True
    own_user: bool = False
    tmpfs: Tmpfs | None = None
    disk: Disk | None = None

    @property
    def room(self) -> Room:
        """What volumes may take."""
        if self.tmpfs is None:
            return Room(self.memory)
        return Room(self.tmpfs.size, self.tmpfs.inodes, only_memory=True, messages=MESSAGES)

    @property
    def seccomp(self) -> str:
        """The filter of its members, JSON."""
        return seccomp_filter(self.name)


RESTRICTED = Profile(
    name="restricted",
    capabilities=(),
    may_add=(),
    memory=256 * 2**20,
    pids=64,
    milli_cpus=500,
    members=5,
    host_ports=range(0),
    log_bytes=1_000_000,
    open_files=1024,
    file_size=64 * 2**20,
    ipc=FEW,
    masked=HIDDEN + MORE_HIDDEN,
    pulls=False,
    own_user=True,
    tmpfs=Tmpfs(size=128 * 2**20, inodes=8192, most=16),
)

BASELINE = Profile(
    name="baseline",
    capabilities=(
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE",
        "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ),
    may_add=("MKNOD",),
    memory=512 * 2**20,
    pids=256,
    milli_cpus=1000,
    members=10,
    host_ports=range(1024, 65536),
    log_bytes=1_000_000,
    open_files=16384,
    file_size=2**30,
    ipc=AS_KUBELET,
    disk=Disk(size=2 * 2**30, files=100_000),
)  # fmt: skip

LAB = replace(BASELINE, name="lab")

# The strictest first.
PROFILES = {profile.name: profile for profile in (RESTRICTED, BASELINE, LAB)}


def profile_named(name: str) -> Profile:
    """The profile of that name, or the strictest there is for a name that nobody knows."""
    return PROFILES.get(name, RESTRICTED)


def on_offer(own: Profile, *, lab: bool) -> tuple[str, ...]:
    """Names of the profiles that a user may ask for: the own and stricter ones, and `lab` for whom it is given to."""
    known = list(PROFILES)
    return tuple(name for name in known if known.index(name) <= known.index(own.name) or (lab and name == LAB.name))


def user_of(number: int) -> int:
    """The UID and GID of the pod with that number, for `own_user`: no other pod's for as long as 33 million are made.

    A block of 64 each, above what any image or host gives to people and services.
    """
    return FIRST_USER + USERS_APART * (number % MOST_USERS)


FIRST_USER = 200_000
USERS_APART = 64
MOST_USERS = (2**31 - FIRST_USER) // USERS_APART


def dotted(sysctl: str) -> str:
    """A kernel setting's name as Docker takes it: with dots, as sysctl(8) has it, where slashes came first.

    The rule is Kubernetes' (component-helpers/node/util/sysctl, NormalizeName): a part may then have a dot, as
    in net/ipv4/conf/eth0.1/mtu.
    """
    first = next((char for char in sysctl if char in "./"), ".")
    return sysctl if first == "." else sysctl.translate(str.maketrans("./", "/."))


# What a pod may set in its own namespaces (pkg/kubelet/sysctl/safe_sysctls.go, v1.34).
SAFE_SYSCTLS = frozenset({
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
})  # fmt: skip
