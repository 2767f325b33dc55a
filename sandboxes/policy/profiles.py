"""Profiles: what one kind of user may have at most, and what every pause has.

PURE. `baseline` is Pod Security Standards' Baseline with Docker's default capabilities less NET_RAW and MKNOD
(https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from __future__ import annotations

from dataclasses import dataclass

# Pause only waits and reaps, but runc joins these limits while it starts it: fewer pids than its threads fail.
PAUSE_MEMORY = 16 * 2**20
PAUSE_PIDS = 64
PAUSE_USER = "65535:65535"
PAUSE_CPU_SHARES = 2
# Of the one /dev/shm that the members share, bytes: Docker's default, said so that it is the same everywhere.
PAUSE_SHM = 64 * 2**20
# The bridge that pods are on: nobody reaches the next one, nobody is masqueraded (Docker's bridge driver options).
BRIDGE_OPTIONS = {
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "false",
}


@dataclass(frozen=True)
class Profile:
    """The ceilings of one kind of user. Bytes, counts, milli-CPUs; ports inclusive.

    `capabilities` is what a member has that asks for none, `may_add` what it may ask for besides.
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
)  # fmt: skip

PROFILES = {profile.name: profile for profile in (BASELINE,)}


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
