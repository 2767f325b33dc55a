"""Use cases of nodes, for who runs them: to everyone else there are none."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User

from people import rules
from people.roles import role_of
from sandboxes import upstream
from sandboxes.errors import NodeUnavailable, NotFound
from sandboxes.models import Node


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


async def view(node: Node) -> str:
    """A NodeView as JSON. Raises NodeUnavailable, also for a node whose socket is not this machine's."""
    if node.name != settings.NODE_NAME:
        raise NodeUnavailable(f"node {node.name} is on another machine, and can only be seen from there")
    return await upstream.node_view()
