"""The audit trail for operators and auditors: chosen, and to take along. To all others these paths are not there."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from people import trail
from people.models import TrailEntry
from people.rules import Verb
from sandboxes import operators, pods
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
        found = trail.chosen(query.choice())
        if query.before is not None:
            found = found.filter(pk__lt=query.before)
        return answer({"items": [_told(row) for row in found[: query.limit]]})

    @api.get("/trail/export", operation_id="exportTrail", openapi_extra=EXPORTED)
    def export_trail(request: SignedIn, query: Query[shapes.TrailQuery]) -> StreamingHttpResponse:
        """All of what is chosen, a line of JSON each, newest first. For operators and auditors."""
        operators.require_sight_of_all(request.auth)
        found = trail.chosen(query.choice())
        response = StreamingHttpResponse(_lines(found.iterator(trail.AT_ONCE)), content_type="application/x-ndjson")
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


def _lines(found: Iterator[TrailEntry]) -> Iterator[str]:
    for row in found:
        yield json.dumps(_told(row)) + "\n"


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
