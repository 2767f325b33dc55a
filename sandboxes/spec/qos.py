"""The quality of service class of a pod.

PURE. pkg/apis/core/v1/helper/qos/qos.go: only cpu and memory count, and only what is above zero.
"""

from __future__ import annotations

from sandboxes.spec.models import Container, PodSpec
from sandboxes.spec.quantity import parse
from sandboxes.spec.shape import Quantity

COUNTED = ("cpu", "memory")


def qos_class(spec: PodSpec) -> str:
    """Guaranteed, Burstable or BestEffort. Requests are as `with_defaults` fills them in from limits."""
    containers = (*spec.containers, *spec.init_containers)
    if not any(_given(c.resources.requests) or _given(c.resources.limits) for c in containers):
        return "BestEffort"
    return "Guaranteed" if all(_is_guaranteed(container) for container in containers) else "Burstable"


def _given(amounts: dict[str, Quantity]) -> dict[str, object]:
    return {name: parse(text) for name, text in amounts.items() if name in COUNTED and parse(text)}


def _is_guaranteed(container: Container) -> bool:
    limits, requests = _given(container.resources.limits), _given(container.resources.requests)
    return set(limits) == set(COUNTED) and all(requests.get(name, limits[name]) == limits[name] for name in COUNTED)
