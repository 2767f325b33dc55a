"""Create bodies: what pause and members are made from, in types that cannot say privileged, host namespace, host path
or device.

PURE. Rules: PODS §4.10-4.12; pkg/kubelet/kuberuntime and pkg/kubelet/cm for what a spec means to a runtime.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import normpath

from sandboxes.errors import ConfigError
from sandboxes.policy.limits import Limits, limits_of
from sandboxes.policy.names import hostname_of
from sandboxes.policy.profiles import Profile, dotted
from sandboxes.policy.rights import Rights, Runner, rights_of
from sandboxes.policy.writes import reviewed
from sandboxes.spec.environment import Process, sub_path
from sandboxes.spec.models import AnyContainer, Pod

# The annotation that keeps each member's IPC namespace its own, to compare.
PRIVATE_IPC = "playground.dev/ipc"


@dataclass(frozen=True)
class PublishedPort:
    """A port published on pause. The node writes `host_ip`; a user never does."""

    container_port: int
    protocol: str
    host_ip: str
    host_port: int


@dataclass(frozen=True)
class PauseBody:
    """What a pause is created from. `sysctls` are what the pod asks for."""

    image: str
    hostname: str
    ports: tuple[PublishedPort, ...]
    sysctls: Mapping[str, str]
    profile: Profile
    spec_hash: str

    @property
    def settings(self) -> dict[str, str]:
        """All sysctls of its namespaces but for the one about IPv6; the profile's are the last word."""
        return dict(self.sysctls) | dict(self.profile.ipc.sysctls)


@dataclass(frozen=True)
class FileMount:
    """One of the node's own files, bound at `target`. `source` is made by `host/state.py`, never from user input."""

    source: str
    target: str
    read_only: bool


@dataclass(frozen=True)
class VolumeUse:
    """A volume as one member sees it; `sub_path` "" is all of it."""

    volume: str
    target: str
    read_only: bool
    sub_path: str = ""


@dataclass(frozen=True)
class MemberBody:
    """What a member is created from. `env` are KEY=VALUE; empty `command`/`args` leave the image's own.

    `image` is the id that `reference` meant on this node at this moment. The network is always pause's, IPC too unless
    it is private. `share_pid` joins pause's PID namespace, `pid_of` that of another container, by id. `tmpfs`: where
    memory is mounted, for what its read-only root would not let it write.
    """

    image: str
    reference: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[str, ...]
    working_dir: str
    share_pid: bool
    pid_of: str
    private_ipc: bool
    tty: bool
    stdin: bool
    stdin_once: bool
    mounts: tuple[FileMount, ...]
    tmpfs: tuple[str, ...]
    rights: Rights
    limits: Limits
    profile: Profile
    spec_hash: str


def published(pod: Pod, host_ip: str) -> tuple[PublishedPort, ...]:
    """Every port of a main member with a hostPort, on the one address the node opens.

    A kubelet maps no port of an init member, sidecars among them (kuberuntime_sandbox.go, generatePodSandboxConfig).
    """
    return tuple(
        PublishedPort(port.container_port, (port.protocol or "TCP").lower(), host_ip, port.host_port)
        for container in pod.spec.containers
        for port in container.ports
        if port.host_port
    )


def without_pulls(pod: Pod) -> Pod:
    """The pod as a profile that pulls nothing has it run: from what the node has (imagePullPolicy Never)."""
    never = {
        key: tuple(member.model_copy(update={"image_pull_policy": "Never"}) for member in members)
        for key, members in (
            ("containers", pod.spec.containers),
            ("init_containers", pod.spec.init_containers),
            ("ephemeral_containers", pod.spec.ephemeral_containers),
        )
    }
    return pod.model_copy(update={"spec": pod.spec.model_copy(update=never)})


@dataclass(frozen=True)
class Basis:
    """What all bodies of one pod have in common. `number` is the pod's on this service, from which its user follows."""

    pod: Pod
    profile: Profile
    spec_hash: str
    full_name: str = ""
    number: int = 0


def pause_body(basis: Basis, *, image: str, host_ip: str) -> PauseBody:
    """The body of a pod's pause; `image` is the node's pause image."""
    pod = basis.pod
    context = pod.spec.security_context
    sysctls = {dotted(sysctl.name): sysctl.value for sysctl in context.sysctls} if context else {}
    ports = published(pod, host_ip)
    return PauseBody(image, hostname_of(pod), ports, sysctls, basis.profile, basis.spec_hash)


@dataclass(frozen=True)
class Made:
    """What the node found out for one member: its image's id, user and the paths it writes to, its process, its files,
    and, for a debug member with a target, whose PID namespace it joins."""

    image_id: str
    process: Process
    image_user: str = ""
    mounts: tuple[FileMount, ...] = ()
    pid_of: str = ""
    writes: tuple[str, ...] = ()


def member_body(basis: Basis, member: AnyContainer, made: Made) -> MemberBody:
    """The body of one member. Raises ConfigError for a user or a VOLUME that may not be."""
    _check_writes(made.writes)
    # Docker sets HOSTNAME only for a container with a hostname of its own, which members have not.
    environment = {"HOSTNAME": hostname_of(basis.pod)} | dict(made.process.env)
    return MemberBody(
        image=made.image_id,
        reference=member.image,
        command=made.process.command,
        args=made.process.args,
        env=tuple(f"{name}={value}" for name, value in environment.items()),
        working_dir=member.working_dir,
        share_pid=bool(basis.pod.spec.share_process_namespace) and not made.pid_of,
        pid_of=made.pid_of,
        private_ipc=basis.pod.metadata.annotations.get(PRIVATE_IPC) == "private",
        tty=member.tty,
        stdin=member.stdin,
        stdin_once=member.stdin_once,
        mounts=made.mounts,
        tmpfs=_tmpfs(basis.profile, member.image, made),
        rights=rights_of(basis.pod, member, basis.profile, Runner(made.image_user, basis.full_name, basis.number)),
        limits=limits_of(basis.pod, member, basis.profile),
        profile=basis.profile,
        spec_hash=basis.spec_hash,
    )


# Where programs write that were told nothing else (Filesystem Hierarchy Standard 3.0).
SCRATCH = ("/run", "/tmp", "/var/tmp")  # noqa: S108 - tmpfs of the member's own
_FOLDER = re.compile(r"(/[A-Za-z0-9._-]{1,64}){1,8}")
_NOT_BELOW = ("/proc", "/sys", "/dev")


def _check_writes(writes: tuple[str, ...]) -> None:
    """A VOLUME of an image over /dev would hide the runtime's, with whatever the image has there."""
    for path in writes:
        if "/" + normpath(f"/{path}").strip("/").partition("/")[0] in _NOT_BELOW:
            raise ConfigError(f"the image has a VOLUME at {path}, which is the runtime's")


def _tmpfs(profile: Profile, image: str, made: Made) -> tuple[str, ...]:
    """Where the image writes, but for what is mounted there. What is no plain folder of its own is left out."""
    if profile.tmpfs is None:
        return ()
    mounted = {mount.target for mount in made.mounts}
    wanted = dict.fromkeys((*SCRATCH, *(path.rstrip("/") for path in made.writes), *reviewed(image)))
    return tuple(path for path in wanted if path not in mounted and _is_plain(path))[: profile.tmpfs.most]


def _is_plain(path: str) -> bool:
    parts = path.split("/")
    return bool(_FOLDER.fullmatch(path)) and not {".", ".."} & set(parts) and f"/{parts[1]}" not in _NOT_BELOW


def uses_of(pod: Pod, member: AnyContainer, env: Mapping[str, str]) -> tuple[VolumeUse, ...]:
    """Where the member sees which volume; subPathExpr is expanded from its environment. What is given is read-only.

    Raises SourceMissing.
    """
    empty = {volume.name for volume in pod.spec.volumes if volume.empty_dir is not None}
    return tuple(
        VolumeUse(
            mount.name,
            mount.mount_path.rstrip("/"),
            bool(mount.read_only) or mount.name not in empty,
            sub_path(mount, env),
        )
        for mount in member.volume_mounts
    )
