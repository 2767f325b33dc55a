"""What a valid pod asks for that its profile does not give, each with the field that asks.

PURE.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandboxes.errors import Cause
from sandboxes.policy.limits import LEAST_MEMORY
from sandboxes.policy.profiles import SAFE_SYSCTLS, Profile, dotted
from sandboxes.policy.rights import capability
from sandboxes.spec.causes import forbidden
from sandboxes.spec.models import (
    AnyContainer,
    Container,
    ContainerPort,
    Lifecycle,
    LifecycleHandler,
    Pod,
    PodSecurityContext,
    Probe,
    SeccompProfile,
    SecurityContext,
)
from sandboxes.spec.quantity import whole


def refusals(pod: Pod, profile: Profile) -> tuple[Cause, ...]:
    """() when the profile gives all that is asked for."""
    return tuple(_pod(pod, profile))


def _pod(pod: Pod, profile: Profile) -> Iterator[Cause]:
    spec = pod.spec
    if len(spec.containers) > profile.members:
        yield forbidden("spec.containers", f"must have at most {profile.members} items")
    elif len(spec.containers) + len(spec.init_containers) > profile.members:
        yield forbidden("spec.initContainers", f"a pod has at most {profile.members} members")
    if spec.security_context is not None:
        yield from _seccomp("spec.securityContext.seccompProfile", spec.security_context.seccomp_profile)
        yield from _user("spec.securityContext", spec.security_context, profile)
        yield from _sysctls("spec.securityContext.sysctls", spec.security_context, profile)
    for key, listed in (("containers", spec.containers), ("initContainers", spec.init_containers)):
        for i, container in enumerate(listed):
            at = f"spec.{key}[{i}]"
            yield from _ports(f"{at}.ports", container.ports, profile)
            yield from _limits(f"{at}.resources", container, profile)
            yield from _rights(f"{at}.securityContext", container, profile)
            yield from _targets(at, container)
    if len(spec.ephemeral_containers) > profile.members:
        yield forbidden("spec.ephemeralContainers", f"must have at most {profile.members} items")
    for i, debug in enumerate(spec.ephemeral_containers):
        yield from _rights(f"spec.ephemeralContainers[{i}].securityContext", debug, profile)


def _ports(at: str, ports: tuple[ContainerPort, ...], profile: Profile) -> Iterator[Cause]:
    for j, port in enumerate(ports):
        if port.host_ip:
            yield forbidden(f"{at}[{j}].hostIP", "the node decides which address a port is published on")
        if port.host_port and port.host_port not in profile.host_ports:
            yield forbidden(f"{at}[{j}].hostPort", _which_ports(profile))


def _which_ports(profile: Profile) -> str:
    if not profile.host_ports:
        return f"profile {profile.name} publishes no port on the node: leave it out, the preview needs none"
    low, high = profile.host_ports.start, profile.host_ports.stop - 1
    return f"host ports must be between {low} and {high}, inclusive, in profile {profile.name}"


def _limits(at: str, container: Container, profile: Profile) -> Iterator[Cause]:
    """What is only requested is the scheduler's: a node that has not so much takes no such pod (place.py)."""
    limits = container.resources.limits
    if whole(limits.get("cpu", 0), "1m") > profile.milli_cpus:
        yield forbidden(f"{at}.limits[cpu]", f"at most {profile.milli_cpus}m in profile {profile.name}")
    memory = whole(limits.get("memory", 0))
    if memory > profile.memory:
        yield forbidden(f"{at}.limits[memory]", f"at most {profile.memory >> 20}Mi in profile {profile.name}")
    elif 0 < memory < LEAST_MEMORY:
        yield forbidden(f"{at}.limits[memory]", f"the engine takes no less than {LEAST_MEMORY >> 20}Mi")


def _rights(at: str, container: AnyContainer, profile: Profile) -> Iterator[Cause]:
    context = container.security_context
    if context is None:
        return
    if context.privileged:
        yield forbidden(f"{at}.privileged", f"no member is privileged in profile {profile.name}")
    if context.proc_mount not in (None, "Default"):
        yield forbidden(f"{at}.procMount", f"must be Default in profile {profile.name}")
    yield from _seccomp(f"{at}.seccompProfile", context.seccomp_profile)
    yield from _capabilities(at, context, profile)
    yield from _user(at, context, profile)
    if profile.own_user and context.allow_privilege_escalation:
        yield forbidden(f"{at}.allowPrivilegeEscalation", f"must be false in profile {profile.name}")
    if profile.tmpfs and context.read_only_root_filesystem is False:
        yield forbidden(f"{at}.readOnlyRootFilesystem", f"must be true in profile {profile.name}")


def _user(at: str, context: SecurityContext | PodSecurityContext, profile: Profile) -> Iterator[Cause]:
    if not profile.own_user:
        return
    given = {"runAsUser": context.run_as_user, "runAsGroup": context.run_as_group}
    if isinstance(context, PodSecurityContext):
        given["fsGroup"] = context.fs_group
        given |= {f"supplementalGroups[{i}]": group for i, group in enumerate(context.supplemental_groups)}
    for key, number in given.items():
        if number is not None:
            told = f"profile {profile.name} gives each pod a user of its own, in no other group: leave it out"
            yield forbidden(f"{at}.{key}", told)
    if context.run_as_non_root is False:
        yield forbidden(f"{at}.runAsNonRoot", f"must be true in profile {profile.name}")


def _sysctls(at: str, context: PodSecurityContext, profile: Profile) -> Iterator[Cause]:
    own = dict(profile.ipc.sysctls)
    for i, asked in enumerate(context.sysctls):
        value = own.get(dotted(asked.name))
        if value not in (None, asked.value):
            yield forbidden(f"{at}[{i}].value", f"must be {value} in profile {profile.name}")


def _capabilities(at: str, context: SecurityContext, profile: Profile) -> Iterator[Cause]:
    given = {*profile.capabilities, *profile.may_add}
    allowed = given | {"ALL"} if given else given
    listed = ", ".join(sorted(given)) or "none"
    for i, name in enumerate(context.capabilities.add if context.capabilities else ()):
        if capability(name) not in allowed:
            yield forbidden(f"{at}.capabilities.add[{i}]", f"profile {profile.name} gives {listed}")


def _seccomp(at: str, given: SeccompProfile | None) -> Iterator[Cause]:
    if given is not None and given.type != "RuntimeDefault":
        yield forbidden(f"{at}.type", "the profile's own filter is always on: RuntimeDefault")


def _targets(at: str, container: Container) -> Iterator[Cause]:
    """A probe or hook asks the pod itself; else the node would ask others on anyone's behalf."""
    hooks = container.lifecycle or Lifecycle()
    handlers: dict[str, Probe | LifecycleHandler | None] = {
        "startupProbe": container.startup_probe,
        "livenessProbe": container.liveness_probe,
        "readinessProbe": container.readiness_probe,
        "lifecycle.postStart": hooks.post_start,
        "lifecycle.preStop": hooks.pre_stop,
    }
    told = "it is always the pod's own address: leave it out"
    for key, handler in handlers.items():
        if handler is not None and handler.http_get is not None and handler.http_get.host:
            yield forbidden(f"{at}.{key}.httpGet.host", told)
        if handler is not None and handler.tcp_socket is not None and handler.tcp_socket.host:
            yield forbidden(f"{at}.{key}.tcpSocket.host", told)


def forbidden_sysctl(pod: Pod) -> str:
    """Why a kubelet would not admit the pod, "" when it would (pkg/kubelet/sysctl/allowlist.go)."""
    context = pod.spec.security_context
    unsafe = [sysctl.name for sysctl in context.sysctls if dotted(sysctl.name) not in SAFE_SYSCTLS] if context else []
    return f'forbidden sysctl: "{unsafe[0]}" not allowlisted' if unsafe else ""
