"""What Kubernetes fills in where a client said nothing (pkg/apis/core/v1/defaults.go, v1.34).

PURE. Filling in twice changes nothing. A name from `generateName` is made by the caller, for it is random.
"""

from __future__ import annotations

from sandboxes.spec import images
from sandboxes.spec.models import Container, Pod

# Seconds. The longest is what the column holds, and a timedelta too: 68 years.
DEFAULT_GRACE = 30
LONGEST_GRACE = 2**31 - 1


def with_defaults(pod: Pod) -> Pod:
    """The pod as it is stored: policies, protocols and the grace period written out."""
    spec = pod.spec.model_copy(
        update={
            "containers": tuple(_container(container) for container in pod.spec.containers),
            "restart_policy": pod.spec.restart_policy or "Always",
            "termination_grace_period_seconds": _grace(pod.spec.termination_grace_period_seconds),
        }
    )
    return pod.model_copy(update={"spec": spec})


def _grace(seconds: int | None) -> int:
    """A negative grace is taken and means 1 second, as a real API server has it."""
    if seconds is None:
        return DEFAULT_GRACE
    return 1 if seconds < 0 else seconds


def _container(container: Container) -> Container:
    ports = tuple(port.model_copy(update={"protocol": port.protocol or "TCP"}) for port in container.ports)
    policy = container.image_pull_policy or _pull_policy(container.image)
    return container.model_copy(update={"ports": ports, "image_pull_policy": policy})


def _pull_policy(image: str) -> str:
    """Always for the tag `latest`, said or meant; a digest without a tag, or what does not parse, has no tag."""
    reference = images.parse(image)
    return "Always" if reference and reference.tag == "latest" else "IfNotPresent"
