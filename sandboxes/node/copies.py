"""Files of a member, as a tar in and out: tar runs in the member, as kubectl cp has it (ARCHITECTURE §6).

The engine's archive call is never used: it would resolve a member's paths as root, outside of the member.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandboxes.calls import Call, Verb
from sandboxes.engine.port import Engine
from sandboxes.engine.streams import Streams
from sandboxes.errors import CallRefused, Malformed
from sandboxes.node.door import Door
from sandboxes.node.executions import running_member

# So much is waited for before an answer begins: what fails by then is refused, what fails later ends the connection.
FIRST = 64 * 1024


class Copies:
    """`engine` is asked for at each use: it may not answer when watch starts."""

    def __init__(self, streams: Streams, engine: Callable[[], Engine]) -> None:
        self._streams = streams
        self._engine = engine

    async def out(self, uid: UUID, member: str, path: str) -> AsyncGenerator[bytes, None]:
        """A tar of `path`, its entries below its last part. Raises Malformed in tar's words, or the runtime's."""
        container = await asyncio.to_thread(running_member, self._engine(), uid, member)
        folder, name = posixpath.split(path.rstrip("/") or "/.")
        command = ("tar", "-c", "-f", "-", "-C", folder or ".", f"./{name}")
        async with aclosing(self._streams.pipe(container.id, command)) as pieces:
            async for piece in pieces:
                yield piece

    async def into(self, uid: UUID, member: str, path: str, tar: AsyncIterator[bytes]) -> None:
        """Unpacks it below `path`, which must be there. Raises Malformed in tar's words, or the runtime's."""
        container = await asyncio.to_thread(running_member, self._engine(), uid, member)
        command = ("tar", "-x", "-f", "-", "-C", path)
        async with aclosing(self._streams.pipe(container.id, command, tar)) as pieces:
            async for _ in pieces:
                pass  # tar says nothing here that anybody would want to read


class CopyApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, copies: Copies) -> None:
        self._door, self._copies = door, copies
        self.routes: tuple[BaseRoute, ...] = (
            Route("/copy", self._out),
            Route("/copy", self._into, methods=["PUT"]),
        )

    async def _out(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.COPY_OUT)
        pieces = self._copies.out(call.uid, *_place(call))
        return StreamingResponse(begun(pieces, await first(pieces)), media_type="application/x-tar")

    async def _into(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.COPY_IN)
        tar = _Body(request)
        try:
            await self._copies.into(call.uid, *_place(call), tar=tar)
        finally:
            # web hears no answer before it has said all.
            async for _ in tar:
                pass
        return JSONResponse({})


class _Body:
    """What a request brings. Unlike `request.stream()` it goes on after whoever read it was cancelled."""

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self._is_over = False

    def __aiter__(self) -> _Body:
        return self

    async def __anext__(self) -> bytes:
        if self._is_over:
            raise StopAsyncIteration
        message = await self._receive()
        self._is_over = not message.get("more_body", False)
        if message["type"] != "http.request":
            raise Malformed("the tar broke off")
        return bytes(message.get("body", b""))


def _place(call: Call) -> tuple[str, str]:
    """Member and path, which begins with a slash. Raises CallRefused, Malformed."""
    try:
        member, path = str(call.arguments["member"]), str(call.arguments["path"])
    except KeyError as exc:
        raise CallRefused("the call's arguments cannot be read") from exc
    if not path.startswith("/") or "\0" in path:
        raise Malformed("path must begin with a slash")
    return member, path


async def first(pieces: AsyncGenerator[bytes, None]) -> list[bytes]:
    """The beginning, all of it when it is short. Raises what `pieces` raises by then."""
    found: list[bytes] = []
    while sum(map(len, found)) < FIRST:
        try:
            found.append(await anext(pieces))
        except StopAsyncIteration:
            break
    return found


async def begun(rest: AsyncGenerator[bytes, None], beginning: list[bytes]) -> AsyncGenerator[bytes, None]:
    """All of it."""
    async with aclosing(rest):
        for piece in beginning:
            yield piece
        async for piece in rest:
            yield piece
