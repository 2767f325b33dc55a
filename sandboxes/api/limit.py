"""A ceiling on request bodies, before Django: it would spool all of a body to disk before anyone asks who sent it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandboxes.api.answers import status

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
# As Django's ASGI handler types them, which is not quite as asgiref does.
App = Callable[[dict[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]
LONGEST_NUMBER = 12  # digits of a content-length that is worth reading


class BodyLimit:
    """ASGI: answers 413 with a Status as soon as a body is, or says it is, longer than `most` bytes."""

    def __init__(self, app: App, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > LONGEST_NUMBER or int(declared) > self.most:
            await _refuse(send)
            return
        taken, answered = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self.most else {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.app(scope, counted, noted)
        if taken > self.most and not answered:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    body = json.dumps(status(413)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
