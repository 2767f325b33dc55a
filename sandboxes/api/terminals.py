"""One's own shells in a pod: listed, named, ended. The shells themselves are at the pod's terminal WebSocket."""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse

from people.rules import Verb
from sandboxes import pods, upstream_terminals
from sandboxes.api import bodies
from sandboxes.api import terminal_shapes as shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of

TERMINALS = "/namespaces/{namespace}/pods/{name}/terminals"
ONE = TERMINALS + "/{terminal}"


def add(api: Documented) -> None:
    """The routes."""
    told = {"response": shapes.Terminals, "by_alias": True}

    @api.get(TERMINALS, operation_id="listTerminals", **told)  # type: ignore[arg-type]
    async def listed(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Your shells that live in the pod, oldest first."""
        return await _done(request, namespace, name, "list")

    @api.put(ONE, operation_id="nameTerminal", openapi_extra=body_of(shapes.NameTerminal), **told)  # type: ignore[arg-type]
    async def named(request: SignedIn, namespace: str, name: str, terminal: UUID) -> HttpResponse:
        """Give a shell another name."""
        asked = bodies.shaped(request, shapes.NameTerminal)
        return await _done(request, namespace, name, "name", terminal=str(terminal), name=asked.name)

    @api.delete(ONE, operation_id="endTerminal", **told)  # type: ignore[arg-type]
    async def ended(request: SignedIn, namespace: str, name: str, terminal: UUID) -> HttpResponse:
        """End a shell with all that came of it: HUP now, KILL after 5 s."""
        return await _done(request, namespace, name, "end", terminal=str(terminal))


async def _done(request: SignedIn, namespace: str, pod: str, act: str, **arguments: str) -> HttpResponse:
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, pod, Verb.ATTACH)
    owner = str(request.auth.pk)
    return answer({"items": await upstream_terminals.terminals(row.uid, owner, act, **arguments)})
