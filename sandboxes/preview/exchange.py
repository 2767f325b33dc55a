"""One HTTP request of a browser, carried to a pod, and the pod's answer back: piece by piece, each when there is room.

Redirects are the browser's to follow. A connection serves one request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpcore

from sandboxes.preview import headers
from sandboxes.preview.headers import Front, Headers
from sandboxes.preview.hosts import Place
from sandboxes.preview.reasons import Reason, Unreachable
from sandboxes.preview.tunnel import tunnel

Message = Mapping[str, Any]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MOST_BODY = 10 * 2**20
LONGEST_NUMBER = 12  # digits of a content-length that is worth reading
# Seconds: until the answer begins, and until a piece of the request is taken. An answer may take as long as it likes.
BEGIN_WITHIN = 60.0
# Nothing of it is looked up: the tunnel leads to the pod already.
ORIGIN = httpcore.Origin(b"http", b"pod", 80)


class TooLarge(Exception):
    """The request brings more than 10 MiB."""


class Unsendable(Exception):
    """The request is not one that HTTP can carry on."""


class Left(Exception):
    """The browser has left."""


class Request:
    """What a browser sends. One reader at a time: first the body, then whether the browser is still there."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method = str(scope["method"])
        self.headers: Headers = list(scope["headers"])
        self.target = target_of(scope)
        self._receive = receive
        self._read = asyncio.Event()

    @property
    def is_too_large(self) -> bool:
        """It says so."""
        said = dict(self.headers).get(b"content-length", b"0")
        return not said.isdigit() or len(said) > LONGEST_NUMBER or int(said) > MOST_BODY

    async def body(self) -> AsyncIterator[bytes]:
        """Raises TooLarge, Left."""
        taken, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Left
            piece = bytes(message.get("body", b""))
            taken += len(piece)
            if taken > MOST_BODY:
                raise TooLarge
            more = message.get("more_body", False)
            if piece:
                yield piece
        self._read.set()

    async def left(self) -> None:
        """Raises Left when the browser leaves, which shows once its request was read."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        raise Left


def target_of(scope: Scope) -> bytes:
    """The path as it came, and the query."""
    path = bytes(scope.get("raw_path") or scope["path"].encode())
    query = bytes(scope["query_string"])
    return path + (b"?" + query if query else b"")


async def exchange(request: Request, send: Send, place: Place, front: Front) -> None:
    """Carry it. Raises Unreachable, TooLarge, Unsendable, Left; Unreachable also where an answer breaks off."""
    handed_on = headers.for_pod(request.headers, front)
    if request.method == "CONNECT":  # a tunnel, which no answer of a pod's is
        raise Unsendable
    timeouts: dict[str, float | None] = {"read": BEGIN_WITHIN, "write": BEGIN_WITHIN}
    asked = httpcore.Request(
        method=request.method.encode(),
        url=httpcore.URL(scheme=b"http", host=b"pod", port=80, target=request.target),
        headers=headers.framed(handed_on, request.headers),
        content=request.body(),
        extensions={"timeout": timeouts},
    )
    async with tunnel(place) as stream:
        connection = httpcore.AsyncHTTP11Connection(origin=ORIGIN, stream=stream)
        try:
            answer = await connection.handle_async_request(asked)
        except httpcore.TimeoutException as exc:
            raise Unreachable(Reason.NO_ANSWER) from exc
        except httpcore.LocalProtocolError as exc:
            raise Unsendable from exc
        except (httpcore.ProtocolError, httpcore.NetworkError) as exc:
            raise Unreachable(Reason.BROKEN) from exc
        timeouts["read"] = None
        if answer.status < 200:  # a protocol that nobody asked for
            raise Unreachable(Reason.BROKEN)
        told = headers.for_browser(answer.headers, front.portal)
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        try:
            async for piece in answer.aiter_stream():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except (httpcore.ProtocolError, httpcore.NetworkError) as exc:
            raise Unreachable(Reason.BROKEN) from exc
        await send({"type": "http.response.body", "body": b"", "more_body": False})
