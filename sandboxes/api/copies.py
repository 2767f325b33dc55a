"""Files of a member as a tar, in and out: what `kubectl cp` moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Schema

from people.rules import Verb
from sandboxes import pods, upstream_copies
from sandboxes.api import playground_shapes as shapes
from sandboxes.api.answers import UnsupportedMedia, answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented
from sandboxes.api.downloads import while_allowed
from sandboxes.api.logs import member_for_exec

COPY = "/namespaces/{namespace}/pods/{name}/copy"
TAR = "application/x-tar"
A_TAR = {TAR: {"schema": {"type": "string", "format": "binary"}}}
PIECE = 64 * 1024


class CopyQuery(Schema):
    """Which member, by default the only one, and an absolute path in it."""

    container: str = ""
    path: str


def add(api: Documented) -> None:
    """The routes."""

    @api.get(COPY, operation_id="copyOut", openapi_extra={"responses": {200: {"content": A_TAR}}})
    async def out(request: SignedIn, namespace: str, name: str, query: Query[CopyQuery]) -> StreamingHttpResponse:
        """A tar of a file or folder of a member. It needs a `tar` in the member's image."""
        row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.COPY)
        member = member_for_exec(pods.pod_object(row), query.container)
        pieces = upstream_copies.copy_out(row.uid, member, query.path)
        await anext(pieces)  # what is refused is refused before an answer begins
        told = while_allowed(pieces, request, row, Verb.COPY, breaks=True)
        return StreamingHttpResponse(told, content_type=TAR)

    @api.put(COPY, operation_id="copyIn", response=shapes.Done, by_alias=True,
             openapi_extra={"requestBody": {"content": A_TAR, "required": True}})  # fmt: skip
    async def into(request: SignedIn, namespace: str, name: str, query: Query[CopyQuery]) -> HttpResponse:
        """Unpack a tar below a folder of a member, which must be there. It needs a `tar` in the member's image."""
        row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.COPY)
        if request.content_type != TAR:
            raise UnsupportedMedia
        member = member_for_exec(pods.pod_object(row), query.container)
        await upstream_copies.copy_in(row.uid, member, query.path, _body(request))
        return answer({"members": 1})


async def _body(request: HttpRequest) -> AsyncIterator[bytes]:
    """Django has all of it, on disk where it is long."""
    while piece := await sync_to_async(request.read)(PIECE):
        yield piece
