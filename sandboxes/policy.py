"""Profiles: what a create body may contain. Every body the engine gets is built here, from types that cannot say
privileged, host namespace, host path or device.

PURE. `baseline` is Pod Security Standards' Baseline with Docker's default capabilities less NET_RAW and MKNOD
(https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from __future__ import annotations

from dataclasses import dataclass

from sandboxes.errors import Cause
from sandboxes.spec.models import Container, EphemeralContainer, Pod

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
    """The ceilings of one kind of user. Bytes, counts, milli-CPUs; ports inclusive."""

    name: str
    capabilities: tuple[str, ...]
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
    memory=512 * 2**20,
    pids=256,
    milli_cpus=1000,
    members=10,
    host_ports=range(1024, 65536),
    log_bytes=1_000_000,
)  # fmt: skip

PROFILES = {profile.name: profile for profile in (BASELINE,)}


@dataclass(frozen=True)
class PublishedPort:
    """A port published on pause. The node writes `host_ip`; a user never does."""

    container_port: int
    protocol: str
    host_ip: str
    host_port: int


@dataclass(frozen=True)
class PauseBody:
    """What a pause is created from."""

    image: str
    hostname: str
    ports: tuple[PublishedPort, ...]
    profile: Profile
    spec_hash: str


@dataclass(frozen=True)
class FileMount:
    """One of the node's own files, bound at `target`. `source` is made by `host/state.py`, never from user input."""

    source: str
    target: str
    read_only: bool


@dataclass(frozen=True)
class MemberBody:
    """What a member is created from. `env` are KEY=VALUE; empty `command`/`args` leave the image's own.

    `image` is the id that `reference` meant on this node at this moment.
    `share_pid` joins pause's PID namespace; network and IPC are always pause's.
    """

    image: str
    reference: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[str, ...]
    working_dir: str
    share_pid: bool
    mounts: tuple[FileMount, ...]
    profile: Profile
    spec_hash: str


def hostname_of(pod: Pod) -> str:
    """spec.hostname, or the pod's name cut to 63 characters (pkg/kubelet/util: GetPodHostname... PODS §4.12)."""
    return pod.spec.hostname or pod.metadata.name[:63].rstrip("-.")


def published(pod: Pod, host_ip: str) -> tuple[PublishedPort, ...]:
    """Every port with a hostPort, on the one address the node opens."""
    return tuple(
        PublishedPort(port.container_port, (port.protocol or "TCP").lower(), host_ip, port.host_port)
        for container in pod.spec.containers
        for port in container.ports
        if port.host_port
    )


@dataclass(frozen=True)
class Basis:
    """What all bodies of one pod have in common."""

    pod: Pod
    profile: Profile
    spec_hash: str


def pause_body(basis: Basis, *, image: str, host_ip: str) -> PauseBody:
    """The body of a pod's pause; `image` is the node's pause image."""
    pod = basis.pod
    return PauseBody(image, hostname_of(pod), published(pod, host_ip), basis.profile, basis.spec_hash)


def member_body(
    basis: Basis, member: Container | EphemeralContainer, *, image_id: str, mounts: tuple[FileMount, ...]
) -> MemberBody:
    """The body of one member; `image_id` is what its reference meant on this node at this moment."""
    # Docker sets HOSTNAME only for a container with a hostname of its own, which members have not.
    environment = {"HOSTNAME": hostname_of(basis.pod)} | {entry.name: entry.value for entry in member.env}
    return MemberBody(
        image=image_id,
        reference=member.image,
        command=member.command,
        args=member.args,
        env=tuple(f"{name}={value}" for name, value in environment.items()),
        working_dir=member.working_dir,
        share_pid=bool(basis.pod.spec.share_process_namespace),
        mounts=mounts,
        profile=basis.profile,
        spec_hash=basis.spec_hash,
    )


def refusals(pod: Pod, profile: Profile) -> tuple[Cause, ...]:
    """What a valid pod asks for that its profile does not give, each with the field that asks."""
    causes: list[Cause] = []
    if len(pod.spec.containers) > profile.members:
        causes.append(
            Cause("spec.containers", "FieldValueForbidden", f"Forbidden: must have at most {profile.members} items")
        )
    for i, container in enumerate(pod.spec.containers):
        for j, port in enumerate(container.ports):
            at = f"spec.containers[{i}].ports[{j}]"
            if port.host_ip:
                told = "Forbidden: the node decides which address a port is published on"
                causes.append(Cause(f"{at}.hostIP", "FieldValueForbidden", told))
            if port.host_port and port.host_port not in profile.host_ports:
                low, high = profile.host_ports.start, profile.host_ports.stop - 1
                told = f"Forbidden: host ports must be between {low} and {high}, inclusive, in profile {profile.name}"
                causes.append(Cause(f"{at}.hostPort", "FieldValueForbidden", told))
    return tuple(causes)
