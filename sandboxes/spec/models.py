"""The subset of a Kubernetes Pod v1 that the playground accepts, as frozen values.

PURE. Shapes and names are Kubernetes' (camelCase outside, snake_case inside). Types only: what a value may be
is said in `validation.py`, so that a bad value gets Kubernetes' own message instead of a parser's.
"""

from __future__ import annotations

from pydantic import Field

from sandboxes.spec.containers import (
    AnyContainer,
    Capabilities,
    Container,
    ContainerPort,
    EnvFromSource,
    EnvVar,
    EnvVarSource,
    EphemeralContainer,
    ExecAction,
    GRPCAction,
    HTTPGetAction,
    HTTPHeader,
    Lifecycle,
    LifecycleHandler,
    Probe,
    ResourceRequirements,
    SeccompProfile,
    SecurityContext,
    SleepAction,
    SourceRef,
    TCPSocketAction,
)
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
from sandboxes.spec.volumes import (
    ConfigMapProjection,
    ConfigMapVolume,
    DownwardFile,
    DownwardProjection,
    DownwardVolume,
    EmptyDir,
    KeyToPath,
    ProjectedVolume,
    Projection,
    SecretProjection,
    SecretVolume,
    Volume,
    VolumeMount,
)

__all__ = [
    "AnyContainer", "Capabilities", "ConfigMapProjection", "ConfigMapVolume", "Container", "ContainerPort", "DNSConfig",
    "DNSConfigOption", "DownwardFile", "DownwardProjection", "DownwardVolume", "EmptyDir", "EnvFromSource", "EnvVar",
    "EnvVarSource", "EphemeralContainer", "ExecAction", "GRPCAction", "HTTPGetAction", "HTTPHeader", "HostAlias",
    "Int32", "Int64", "IntOrString", "KeyRef", "KeyToPath", "Lifecycle", "LifecycleHandler", "ObjectFieldRef",
    "ObjectMeta", "Pod", "PodSecurityContext", "PodSpec", "Probe", "ProjectedVolume", "Projection", "PullSecret",
    "Quantity", "ReadinessGate", "ResourceFieldRef", "ResourceRequirements", "SeccompProfile", "SecretProjection",
    "SecretVolume", "SecurityContext", "Shape", "SleepAction", "SourceRef", "Sysctl", "TCPSocketAction", "Volume",
    "VolumeMount",
]  # fmt: skip


class HostAlias(Shape):
    """A line of the members' hosts file."""

    ip: str = ""
    hostnames: tuple[str, ...] = ()


class DNSConfigOption(Shape):
    name: str = ""
    value: str | None = None


class DNSConfig(Shape):
    """What the members' resolv.conf says besides, or, under dnsPolicy None, all it says."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[DNSConfigOption, ...] = ()


class Sysctl(Shape):
    """A kernel setting of the pod's namespaces, set on pause."""

    name: str = ""
    value: str = ""


class PodSecurityContext(Shape):
    """What all members have unless they say otherwise; `fs_group` owns the volumes."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    fs_group: Int64 | None = None
    fs_group_change_policy: str | None = None
    supplemental_groups: tuple[Int64, ...] = ()
    supplemental_groups_policy: str | None = None
    seccomp_profile: SeccompProfile | None = None
    sysctls: tuple[Sysctl, ...] = ()


class ReadinessGate(Shape):
    """A condition that somebody else sets, and without which the pod is not Ready."""

    condition_type: str = ""


class PullSecret(Shape):
    name: str = ""


class PodSpec(Shape):
    """What the pod should be. `termination_grace_period_seconds` is in seconds; None is Kubernetes' default, 30."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[EphemeralContainer, ...] = ()
    volumes: tuple[Volume, ...] = ()
    hostname: str = ""
    subdomain: str = ""
    set_hostname_as_fqdn: bool | None = Field(default=None, alias="setHostnameAsFQDN")
    host_aliases: tuple[HostAlias, ...] = ()
    dns_policy: str = ""
    dns_config: DNSConfig | None = None
    share_process_namespace: bool | None = None
    restart_policy: str = ""
    termination_grace_period_seconds: Int64 | None = None
    active_deadline_seconds: Int64 | None = None
    readiness_gates: tuple[ReadinessGate, ...] = ()
    security_context: PodSecurityContext | None = None
    image_pull_secrets: tuple[PullSecret, ...] = ()
    enable_service_links: bool | None = None
    automount_service_account_token: bool | None = None


class ObjectMeta(Shape):
    """The client-set part of the metadata; server-owned fields are dropped before this is built."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Pod(Shape):
    """A Pod as a client sends it."""

    api_version: str = "v1"
    kind: str = "Pod"
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
