"""A ceiling on request bodies, before Django: it would spool all of a body to disk before anyone asks who sent it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from sandboxes import credentials
from sandboxes.api.answers import status

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
# As Django's ASGI handler types them, which is not quite as asgiref does.
App = Callable[[dict[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]
LONGEST_NUMBER = 12  # digits of a content-length that is worth reading


class BodyLimit:
    """ASGI: answers 413 with a Status as soon as a body is, or says it is, longer than `most` gives for the request."""

    def __init__(self, app: App, most: Callable[[dict[str, Any]], Awaitable[int]]) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = await self.most(scope)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > LONGEST_NUMBER or int(declared) > most:
            await _refuse(send)
            return
        taken, answered = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= most else {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.app(scope, counted, noted)
        if taken > most and not answered:
            await _refuse(send)


async def most_of(scope: dict[str, Any]) -> int:
    """Bytes that a request may bring: for a tar, from somebody who is signed in, more than for all else."""
    if scope["method"] == "PUT" and scope["path"].endswith("/copy"):
        user = await database_sync_to_async(credentials.who)(scope)
        if user is not None:
            return int(settings.COPY_MOST)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


async def _refuse(send: Send) -> None:
    body = json.dumps(status(413)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
