"""Use cases of nodes, for who runs them: to everyone else there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User

from people import rules
from people.roles import role_of
from sandboxes import quotas, upstream
from sandboxes.errors import NodeUnavailable, NotFound
from sandboxes.models import Node
from sandboxes.quota import Resource, limited


@dataclass(frozen=True)
class Taken:
    """What a node's pods have of a resource together. `limit` None: any amount. `machine`: what there is of it, None
    for what is not the machine's, and until its watch has told.
    """

    resource: Resource
    used: int
    limit: int | None
    machine: int | None


def visible_nodes(user: User) -> list[Node]:
    """Every node, for operators and auditors. Raises NotFound for others: that there is such a list is nobody else's
    business.
    """
    if not rules.sees_all(role_of(user)):
        raise NotFound("not found", kind="nodes")
    return list(Node.objects.order_by("name"))


def visible_node(user: User, name: str) -> Node:
    """The node of that name. Raises NotFound where there is none, or it is not for this user to see."""
    node = next((each for each in visible_nodes(user) if each.name == name), None)
    if node is None:
        raise NotFound(f'nodes "{name}" not found', kind="nodes", name=name)
    return node


def taken(nodes: Iterable[Node]) -> dict[str, tuple[Taken, ...]]:
    """By node's name what its pods have of pods, CPU and memory: what places a pod there, or lets it wait."""
    found = list(nodes)
    used = quotas.used_on(found)
    return {node.name: _taken(node, used) for node in found}


def _taken(node: Node, used: dict[tuple[str, str], int]) -> tuple[Taken, ...]:
    pool, machine = quotas.pool_of_node(node), limited({Resource.CPU: node.cpu, Resource.MEMORY: node.memory})
    return tuple(
        Taken(each, used.get((pool.name, each), 0), pool.limits.get(each), machine.get(each))
        for each in (Resource.PODS, *pool.budgets)
    )


async def view(node: Node) -> str:
    """A NodeView as JSON. Raises NodeUnavailable, also for a node whose socket is not this machine's."""
    if node.name != settings.NODE_NAME:
        raise NodeUnavailable(f"node {node.name} is on another machine, and can only be seen from there")
    return await upstream.node_view()
