"""The nodes that pods run on, for staff: to all others these paths are not there."""

from __future__ import annotations

from dataclasses import asdict

from asgiref.sync import sync_to_async
from django.http import HttpResponse

from sandboxes import node_wire, nodes
from sandboxes.api import playground_shapes as shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented
from sandboxes.models import Node
from sandboxes.times import stamp


def add(api: Documented) -> None:
    """The routes."""

    @api.get("/nodes", response=shapes.NodeList, by_alias=True, operation_id="listNodes")
    def list_nodes(request: SignedIn) -> HttpResponse:
        """The nodes by name: whether each takes pods, why not, and what its pods have of it. For staff."""
        found = nodes.visible_nodes(request.auth)
        taken = nodes.taken(found)
        return answer({"items": [_listed(node, taken[node.name]) for node in found]})

    @api.get("/nodes/{name}", response=node_wire.NodeView, by_alias=True, operation_id="readNode")
    async def read_node(request: SignedIn, name: str) -> HttpResponse:
        """A node's capacity, its network namespaces as lsns(8) has them, and the pods on its bridge. For staff."""
        node = await sync_to_async(nodes.visible_node)(request.auth, name)
        return HttpResponse(await nodes.view(node), content_type="application/json")


def _listed(node: Node, taken: tuple[nodes.Taken, ...]) -> dict[str, object]:
    return {
        "name": node.name,
        "ready": node.ready,
        "reason": node.reason,
        "engine": node.engine,
        "mostPods": node.max_pods,
        "seenAt": stamp(node.seen_at) if node.seen_at else None,
        "quota": [asdict(each) for each in taken],
    }
