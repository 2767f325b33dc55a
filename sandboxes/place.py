"""Which node takes a pod. PURE; messages are the Kubernetes scheduler's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sandboxes.spec.models import Pod
from sandboxes.spec.quantity import whole


@dataclass(frozen=True)
class Candidate:
    """A node as `place` sees it: `pods` it has now, `ports` taken on it as (protocol, hostPort).

    `milli_cpus` and `memory` (bytes) are what the machine has. Pods share it: only who asks for more is refused.
    """

    name: str
    ready: bool
    pods: int
    max_pods: int
    ports: frozenset[tuple[str, int]]
    milli_cpus: int = 2**31
    memory: int = 2**63


@dataclass(frozen=True)
class Placement:
    """The node's name, or None and the reason as `FailedScheduling` gives it."""

    node: str | None
    message: str = ""


def host_ports(pod: Pod) -> frozenset[tuple[str, int]]:
    """What the pod would publish."""
    return frozenset((p.protocol, p.host_port) for c in pod.spec.containers for p in c.ports if p.host_port)


def _requested(pod: Pod, name: str, unit: str) -> int:
    """What its main members request together, or one init member alone (component-helpers/resource)."""
    spec = pod.spec
    together = sum(whole(container.resources.requests.get(name, 0), unit) for container in spec.containers)
    alone = (whole(container.resources.requests.get(name, 0), unit) for container in spec.init_containers)
    return max(together, *alone, 0)


def full(nodes: int) -> Placement:
    """As when each of so many nodes has all the pods it takes."""
    return Placement(None, f"0/{nodes} nodes are available: {nodes} Too many pods.")


def place(pod: Pod, nodes: tuple[Candidate, ...]) -> Placement:
    """The ready node with the fewest pods that has room and the ports free; ties go by name."""
    wanted = host_ports(pod)
    refused: Counter[str] = Counter()
    fitting: list[Candidate] = []
    for node in nodes:
        if not node.ready:
            refused["node(s) were not ready"] += 1
        elif node.pods >= node.max_pods:
            refused["Too many pods"] += 1
        elif _requested(pod, "cpu", "1m") > node.milli_cpus:
            refused["Insufficient cpu"] += 1
        elif _requested(pod, "memory", "1") > node.memory:
            refused["Insufficient memory"] += 1
        elif wanted & node.ports:
            refused["node(s) didn't have free ports for the requested pod ports"] += 1
        else:
            fitting.append(node)
    if fitting:
        return Placement(min(fitting, key=lambda node: (node.pods, node.name)).name)
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))
    told = f"0/{len(nodes)} nodes are available" + (f": {reasons}." if reasons else ".")
    return Placement(None, told)
