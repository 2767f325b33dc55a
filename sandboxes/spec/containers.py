"""Members of a pod: what runs, with which environment, limits, rights, probes and hooks."""

from __future__ import annotations

from pydantic import Field

from sandboxes.spec.shape import (
    Int32,
    Int64,
    IntOrString,
    KeyRef,
    ObjectFieldRef,
    Quantity,
    ResourceFieldRef,
    Shape,
)
from sandboxes.spec.volumes import VolumeMount


class EnvVarSource(Shape):
    """Where a variable's value comes from; exactly one is set."""

    field_ref: ObjectFieldRef | None = None
    resource_field_ref: ResourceFieldRef | None = None
    config_map_key_ref: KeyRef | None = None
    secret_key_ref: KeyRef | None = None


class EnvVar(Shape):
    """One environment variable. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#envvar-v1-core"""

    name: str = ""
    value: str = ""
    value_from: EnvVarSource | None = None


class SourceRef(Shape):
    """A whole ConfigMap or Secret."""

    name: str = ""
    optional: bool | None = None


class EnvFromSource(Shape):
    """All keys of a ConfigMap or Secret as variables; one of the two is set."""

    prefix: str = ""
    config_map_ref: SourceRef | None = None
    secret_ref: SourceRef | None = None


class ContainerPort(Shape):
    """A port a member listens on; with `host_port` it is published on pause. Ports are 1-65535; 0 is unset."""

    container_port: Int32 = 0
    name: str = ""
    protocol: str = ""
    host_port: Int32 = 0
    host_ip: str = Field(default="", alias="hostIP")


class ExecAction(Shape):
    """A command inside the member, without a shell."""

    command: tuple[str, ...] = ()


class HTTPHeader(Shape):
    name: str = ""
    value: str = ""


class HTTPGetAction(Shape):
    """A GET to the pod's own address; `host` is refused (policy.py). `scheme` is HTTP or HTTPS."""

    path: str = ""
    port: IntOrString = 0
    host: str = ""
    scheme: str = ""
    http_headers: tuple[HTTPHeader, ...] = ()


class TCPSocketAction(Shape):
    """A connection to the pod's own address."""

    port: IntOrString = 0
    host: str = ""


class GRPCAction(Shape):
    """grpc.health.v1.Health/Check of `service` at the pod's own address."""

    port: Int32 = 0
    service: str = ""


class SleepAction(Shape):
    seconds: Int64 = 0


class Probe(Shape):
    """How it is found out whether a member has started, lives, or is ready. Seconds and counts; 0 is unset."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    initial_delay_seconds: Int32 = 0
    timeout_seconds: Int32 = 0
    period_seconds: Int32 = 0
    success_threshold: Int32 = 0
    failure_threshold: Int32 = 0
    termination_grace_period_seconds: Int64 | None = None


class LifecycleHandler(Shape):
    """A hook; exactly one is set."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    sleep: SleepAction | None = None


class Lifecycle(Shape):
    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None


class ResourceRequirements(Shape):
    """By resource name: cpu, memory, ephemeral-storage."""

    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}


class Capabilities(Shape):
    """Names without CAP_, as capabilities(7) has them, or ALL."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SeccompProfile(Shape):
    """`type` is RuntimeDefault, Unconfined or Localhost."""

    type: str = ""
    localhost_profile: str | None = None


class SecurityContext(Shape):
    """A member's user and rights; what it sets wins over the pod's."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool | None = None
    allow_privilege_escalation: bool | None = None
    privileged: bool | None = None
    proc_mount: str | None = None
    capabilities: Capabilities | None = None
    seccomp_profile: SeccompProfile | None = None


class _Runs(Shape):
    """What members of all kinds have."""

    name: str = ""
    image: str = ""
    image_pull_policy: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    working_dir: str = ""
    volume_mounts: tuple[VolumeMount, ...] = ()
    security_context: SecurityContext | None = None
    termination_message_path: str = ""
    termination_message_policy: str = ""
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


class Container(_Runs):
    """A member of the pod. `command` replaces the image's ENTRYPOINT, `args` its CMD.

    `restart_policy` is for init members only: Always makes a sidecar of it.
    """

    ports: tuple[ContainerPort, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    restart_policy: str | None = None
    startup_probe: Probe | None = None
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    lifecycle: Lifecycle | None = None


# Whom a debug member may name besides a member. A member of that name comes first.
PAUSE_TARGET = "pause"


class EphemeralContainer(_Runs):
    """A member that comes later, to look (kubectl debug); with a target it joins that member's PID namespace.

    The target `pause`, where no member has that name, is pause: Kubernetes cannot name it.
    """

    target_container_name: str = ""


AnyContainer = Container | EphemeralContainer
