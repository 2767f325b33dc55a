"""What Kubernetes fills in where a client said nothing (pkg/apis/core/v1/defaults.go, v1.34).

PURE. Filling in twice changes nothing. A name from `generateName` is made by the caller, for it is random.
"""

from __future__ import annotations

from typing import TypeVar

from sandboxes.spec import images
from sandboxes.spec.models import (
    Container,
    EmptyDir,
    EphemeralContainer,
    HTTPGetAction,
    Lifecycle,
    Pod,
    Probe,
    Volume,
)

# Seconds. The longest is what the column holds, and a timedelta too: 68 years.
DEFAULT_GRACE = 30
LONGEST_GRACE = 2**31 - 1
Running = TypeVar("Running", Container, EphemeralContainer)
PROBES = ("startup_probe", "liveness_probe", "readiness_probe")


def with_defaults(pod: Pod) -> Pod:
    """The pod as it is stored: policies, protocols, the grace period, and the numbers of probes written out.

    What means the same unset is left unset (dnsPolicy, terminationMessagePath …), so that a pod stays readable.
    """
    spec = pod.spec.model_copy(
        update={
            "containers": tuple(_container(container) for container in pod.spec.containers),
            "init_containers": tuple(_init(container) for container in pod.spec.init_containers),
            "ephemeral_containers": tuple(_pulled(container) for container in pod.spec.ephemeral_containers),
            "volumes": tuple(_volume(volume) for volume in pod.spec.volumes),
            "restart_policy": pod.spec.restart_policy or "Always",
            "termination_grace_period_seconds": _grace(pod.spec.termination_grace_period_seconds),
        }
    )
    return pod.model_copy(update={"spec": spec})


def _volume(volume: Volume) -> Volume:
    """A volume of which only the name is said is an emptyDir."""
    return volume.model_copy(update={"empty_dir": EmptyDir()}) if volume == Volume(name=volume.name) else volume


def _grace(seconds: int | None) -> int:
    """A negative grace is taken and means 1 second, as a real API server has it."""
    if seconds is None:
        return DEFAULT_GRACE
    return 1 if seconds < 0 else seconds


def _container(container: Container) -> Container:
    """restartPolicy of a main member is taken and dropped, as a real API server does (recorded: invalid-49)."""
    ports = tuple(port.model_copy(update={"protocol": port.protocol or "TCP"}) for port in container.ports)
    asked = container.resources
    resources = asked.model_copy(update={"requests": asked.limits | asked.requests}) if asked.limits else asked
    probes = {kind: _probe(getattr(container, kind)) for kind in PROBES}
    hooks = {"lifecycle": _lifecycle(container.lifecycle), "restart_policy": None}
    return _pulled(container.model_copy(update={"ports": ports, "resources": resources} | hooks | probes))


def _init(container: Container) -> Container:
    policy = container.restart_policy if container.restart_policy == "Always" else None
    return _container(container).model_copy(update={"restart_policy": policy})


def _pulled(container: Running) -> Running:
    policy = container.image_pull_policy or _pull_policy(container.image)
    return container.model_copy(update={"image_pull_policy": policy})


def _pull_policy(image: str) -> str:
    """Always for the tag `latest`, said or meant; a digest without a tag, or what does not parse, has no tag."""
    reference = images.parse(image)
    return "Always" if reference and reference.tag == "latest" else "IfNotPresent"


def _probe(probe: Probe | None) -> Probe | None:
    if probe is None:
        return None
    numbers = {
        "timeout_seconds": probe.timeout_seconds or 1,
        "period_seconds": probe.period_seconds or 10,
        "success_threshold": probe.success_threshold or 1,
        "failure_threshold": probe.failure_threshold or 3,
    }
    return probe.model_copy(update=numbers | {"http_get": _http(probe.http_get)})


def _lifecycle(lifecycle: Lifecycle | None) -> Lifecycle | None:
    if lifecycle is None:
        return None
    hooks = {
        name: hook.model_copy(update={"http_get": _http(hook.http_get)})
        for name in ("post_start", "pre_stop")
        if (hook := getattr(lifecycle, name)) is not None
    }
    return lifecycle.model_copy(update=hooks)


def _http(action: HTTPGetAction | None) -> HTTPGetAction | None:
    if action is None:
        return None
    return action.model_copy(update={"path": action.path or "/", "scheme": action.scheme or "HTTP"})
