"""Which node takes a pod. PURE; messages are the Kubernetes scheduler's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sandboxes.spec.models import Pod


@dataclass(frozen=True)
class Candidate:
    """A node as `place` sees it: `pods` it has now, `ports` taken on it as (protocol, hostPort)."""

    name: str
    ready: bool
    pods: int
    max_pods: int
    ports: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Placement:
    """The node's name, or None and the reason as `FailedScheduling` gives it."""

    node: str | None
    message: str = ""


def host_ports(pod: Pod) -> frozenset[tuple[str, int]]:
    """What the pod would publish."""
    return frozenset((p.protocol, p.host_port) for c in pod.spec.containers for p in c.ports if p.host_port)


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
        elif wanted & node.ports:
            refused["node(s) didn't have free ports for the requested pod ports"] += 1
        else:
            fitting.append(node)
    if fitting:
        return Placement(min(fitting, key=lambda node: (node.pods, node.name)).name)
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))
    told = f"0/{len(nodes)} nodes are available" + (f": {reasons}." if reasons else ".")
    return Placement(None, told)
