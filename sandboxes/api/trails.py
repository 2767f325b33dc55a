"""The audit trail for operators and auditors: chosen, and to take along. To all others these paths are not there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from people import trail
from people.models import TrailEntry
from people.roles import role_of
from people.rules import Verb, sees_all
from sandboxes import credentials, operators, pods
from sandboxes.api import bodies
from sandboxes.api import trail_shapes as shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.times import exact

EXPORTED = {"responses": {200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}}}


def add(api: Documented) -> None:
    """The routes."""

    @api.get("/trail", response=shapes.Trail, by_alias=True, operation_id="readTrail")
    def read_trail(request: SignedIn, query: Query[shapes.TrailQuery]) -> HttpResponse:
        """Who did what, newest first. For operators and auditors."""
        operators.require_sight_of_all(request.auth)
        found = _before(query, query.before)[: query.limit]
        return answer({"items": [_told(row) for row in found]})

    @api.get("/trail/export", operation_id="exportTrail", openapi_extra=EXPORTED)
    def export_trail(request: SignedIn, query: Query[shapes.TrailQuery]) -> StreamingHttpResponse:
        """All of what is chosen, a line of JSON each, newest first. For operators and auditors."""
        operators.require_sight_of_all(request.auth)
        response = StreamingHttpResponse(_lines(request, query), content_type="application/x-ndjson")
        response.headers["Content-Disposition"] = 'attachment; filename="trail.ndjson"'
        return response

    @api.post(
        "/namespaces/{namespace}/pods/{name}/warn",
        response=shapes.Trail,
        by_alias=True,
        operation_id="warnOwner",
        openapi_extra=body_of(shapes.Warning),
    )
    def warn(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """A word to the pod's owner, in the pod's events. For operators."""
        pod = pods.live_pod(request.auth, namespace, name, Verb.ACT)
        operators.warn(request.auth, pod, bodies.shaped(request, shapes.Warning).message)
        return answer({"items": []})


async def _lines(request: SignedIn, query: shapes.TrailQuery) -> AsyncIterator[str]:
    """Piece by piece, each read when the one before was taken: Django would collect what does not await."""
    before = query.before
    while rows := await sync_to_async(_piece)(request, query, before):
        yield "".join(json.dumps(_told(row)) + "\n" for row in rows)
        before = rows[-1].pk


def _piece(request: SignedIn, query: shapes.TrailQuery, before: int | None) -> list[TrailEntry]:
    """Raises ConnectionAbortedError where the reader may not go on: an export must not seem whole when it is not."""
    user = credentials.again(request)
    if user is None or user != request.auth or not sees_all(role_of(user)):
        raise ConnectionAbortedError("whoever took the trail along may not read it any more")
    return list(_before(query, before)[: trail.AT_ONCE])


def _before(query: shapes.TrailQuery, before: int | None) -> QuerySet[TrailEntry]:
    found = trail.chosen(query.choice())
    return found if before is None else found.filter(pk__lt=before)


def _told(row: TrailEntry) -> dict[str, object]:
    return {
        "id": row.pk,
        "at": exact(row.at),
        "actor": row.actor,
        "role": row.role,
        "address": row.address,
        "act": row.act,
        "path": row.path,
        "owner": row.owner,
        "code": row.code,
        "request": row.request,
    }
