"""Which node takes a pod. PURE; messages are the Kubernetes scheduler's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sandboxes.quota import Amounts, Resource
from sandboxes.spec.models import Pod
from sandboxes.spec.quantity import whole

LACKING = {
    Resource.PODS: "Too many pods",
    Resource.CPU: "Insufficient cpu",
    Resource.MEMORY: "Insufficient memory",
}
REQUESTED = {Resource.CPU: ("cpu", "1m"), Resource.MEMORY: ("memory", "1")}


@dataclass(frozen=True)
class Candidate:
    """A node as `place` sees it: `ports` taken on it as (protocol, hostPort), what its pods have of each resource and
    what they may have together; no entry: any amount.

    `machine` is what there is of CPU and memory: who requests more of it is refused, whatever others have.
    """

    name: str
    ready: bool
    ports: frozenset[tuple[str, int]] = frozenset()
    used: Amounts = field(default_factory=dict)
    limits: Amounts = field(default_factory=dict)
    machine: Amounts = field(default_factory=dict)


@dataclass(frozen=True)
class Placement:
    """The node's name, or None and the reason as `FailedScheduling` gives it."""

    node: str | None
    message: str = ""


def host_ports(pod: Pod) -> frozenset[tuple[str, int]]:
    """What the pod would publish."""
    return frozenset((p.protocol, p.host_port) for c in pod.spec.containers for p in c.ports if p.host_port)


def _requested(pod: Pod, resource: Resource) -> int:
    """What its main members request together, or one init member alone (component-helpers/resource)."""
    if resource not in REQUESTED:
        return 0
    spec, (name, unit) = pod.spec, REQUESTED[resource]
    together = sum(whole(container.resources.requests.get(name, 0), unit) for container in spec.containers)
    alone = (whole(container.resources.requests.get(name, 0), unit) for container in spec.init_containers)
    return max(together, *alone, 0)


def full(nodes: int, lacking: Resource) -> Placement:
    """As when each of so many nodes has too little of that."""
    return Placement(None, f"0/{nodes} nodes are available: {nodes} {LACKING[lacking]}.")


def place(pod: Pod, amounts: Amounts, nodes: tuple[Candidate, ...]) -> Placement:
    """The ready node with the fewest pods that has room and the ports free; ties go by name.

    `amounts`: what the pod counts as (`quota.amounts_of`).
    """
    told = [_refusal(pod, amounts, node) for node in nodes]
    fitting = [node for node, refusal in zip(nodes, told, strict=True) if not refusal]
    if fitting:
        return Placement(min(fitting, key=lambda node: (node.used.get(Resource.PODS, 0), node.name)).name)
    refused = Counter(told)
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))
    return Placement(None, f"0/{len(nodes)} nodes are available" + (f": {reasons}." if reasons else "."))


def _refusal(pod: Pod, amounts: Amounts, node: Candidate) -> str:
    """The first reason why the node does not take the pod, "" for none."""
    if not node.ready:
        return "node(s) were not ready"
    for resource, reason in LACKING.items():
        used, limit, there = (of.get(resource) for of in (node.used, node.limits, node.machine))
        if limit is not None and (used or 0) + amounts[resource] > limit:
            return reason
        if there is not None and _requested(pod, resource) > there:
            return reason
    if host_ports(pod) & node.ports:
        return "node(s) didn't have free ports for the requested pod ports"
    return ""
