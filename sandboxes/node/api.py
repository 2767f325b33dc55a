"""The node API: the one road from web to this node. A unix socket, a closed list of verbs, every call signed.

It trusts no caller: each call is checked for its signature, its verb, its time, that it was not used before, and that
the pod is this node's. It reads nothing of the pod itself; sampler and logs do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandboxes.calls import Call, LogOptions, Verb
from sandboxes.errors import CallRefused, Malformed, PlaygroundError
from sandboxes.node.door import Door, refusal, refused

log = logging.getLogger(__name__)
MOST_STDIN = 1024 * 1024


class Samples(Protocol):
    """What the API needs of the sampler."""

    def stream(self, uid: UUID) -> AsyncGenerator[str, None]: ...

    async def once(self, uid: UUID) -> str: ...


class LogSource(Protocol):
    """What the API needs of the logs."""

    async def open(self, uid: UUID, member: str, options: LogOptions) -> AsyncGenerator[bytes, None]: ...


class ExecutionSource(Protocol):
    """What the API needs of who executes commands."""

    async def run(
        self, uid: UUID, member: str, command: tuple[str, ...], *, stdin: bytes, seconds: float
    ) -> dict[str, object]: ...


class ActSource(Protocol):
    """What the API needs of who acts on members."""

    async def run(self, uid: UUID, member: str, act: str, *, name: str = "") -> int: ...


class NodeApi:
    """The Starlette app `app`. Verbs that have a file of their own bring their routes: `add`."""

    def __init__(
        self, door: Door, samples: Samples, logs: LogSource, executions: ExecutionSource, acts: ActSource
    ) -> None:
        self._door = door
        self._samples = samples
        self._logs = logs
        self._executions = executions
        self._acts = acts
        self.app = Starlette(
            routes=[
                WebSocketRoute("/live", self._live),
                Route("/sample", self._sample),
                Route("/log", self._log),
                Route("/execute", self._execute, methods=["POST"]),
                Route("/act", self._act, methods=["POST"]),
            ],
            exception_handlers={PlaygroundError: refused},
        )

    def add(self, routes: Sequence[BaseRoute]) -> None:
        self.app.router.routes.extend(routes)

    async def _live(self, websocket: WebSocket) -> None:
        try:
            call = await self._door.admit(websocket.headers, Verb.LIVE)
        except PlaygroundError as exc:
            await websocket.send_denial_response(refusal(exc))
            return
        await websocket.accept()
        relaying = asyncio.create_task(self._relay(websocket, call.uid))
        leaving = asyncio.create_task(_closed(websocket))
        try:
            await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            relaying.cancel()
            leaving.cancel()
            await asyncio.gather(relaying, leaving, return_exceptions=True)
        _report(relaying, call)

    async def _relay(self, websocket: WebSocket, uid: UUID) -> None:
        async with aclosing(self._samples.stream(uid)) as frames:
            async for frame in frames:
                await websocket.send_text(frame)

    async def _sample(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.SAMPLE)
        return Response(await self._samples.once(call.uid), media_type="application/json")

    async def _log(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.LOG)
        try:
            member, options = str(call.arguments["member"]), LogOptions(**call.arguments["options"])
        except (KeyError, TypeError) as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        pieces = await self._logs.open(call.uid, member, options)
        return StreamingResponse(_closing(pieces), media_type="application/octet-stream")

    async def _execute(self, request: Request) -> Response:
        """The call names the command; what it reads is the body, which is no secret of the signature."""
        call = await self._door.admit(request.headers, Verb.EXECUTE)
        try:
            member, command = str(call.arguments["member"]), tuple(map(str, call.arguments["command"]))
            seconds = float(call.arguments["seconds"])
        except (KeyError, TypeError, ValueError) as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        stdin = await _body(request, MOST_STDIN)
        return JSONResponse(await self._executions.run(call.uid, member, command, stdin=stdin, seconds=seconds))

    async def _act(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.ACT)
        try:
            member, act, name = (str(call.arguments[key]) for key in ("member", "act", "signal"))
        except KeyError as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        return JSONResponse({"members": await self._acts.run(call.uid, member, act, name=name)})


async def _body(request: Request, most: int) -> bytes:
    """The body, as it comes. Raises Malformed for one of more bytes."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > most:
            raise Malformed(f"stdin may have at most {most} bytes")
    return bytes(read)


async def _closed(websocket: WebSocket) -> None:
    """Until the caller leaves; what it says is not listened to."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _closing(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


def _report(relaying: asyncio.Task[None], call: Call) -> None:
    if relaying.cancelled():
        return
    exc = relaying.exception()
    if exc is not None and not isinstance(exc, WebSocketDisconnect):
        log.error("live of pod %s ended", call.uid, exc_info=exc)
