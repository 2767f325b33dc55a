"""The node API: the one road from web to this node. A unix socket, a closed list of verbs, every call signed.

It trusts no caller: each call is checked for its signature, its verb, its time, that it was not used before, and that
the pod is this node's. It reads nothing of the pod itself; sampler and logs do.
"""

from __future__ import annotations

import asyncio
import grp
import logging
import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, aclosing, nullcontext
from pathlib import Path
from typing import Protocol
from uuid import UUID

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandboxes.calls import LIFETIME, Call, LogOptions, Verb, verify
from sandboxes.errors import CallRefused, EngineError, Malformed, NotFound, PlaygroundError

log = logging.getLogger(__name__)
MOST_STDIN = 1024 * 1024
STATUS: tuple[tuple[type[PlaygroundError], int], ...] = (
    (CallRefused, 403),
    (NotFound, 404),
    (Malformed, 400),
    (EngineError, 503),
    (PlaygroundError, 500),
)


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


class Door:
    """Who comes in: signed calls, each once, for pods that `owns` says are ours."""

    def __init__(self, key: str, owns: Callable[[UUID], Awaitable[bool]]) -> None:
        self._key = key
        self._owns = owns
        self._seen: dict[str, float] = {}

    async def admit(self, headers: Headers, verb: Verb) -> Call:
        """The call the Authorization header carries. Raises CallRefused, or NotFound for a pod that is not ours."""
        now = time.time()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise CallRefused("the call is not signed")
        call = verify(token, self._key, now)
        if call.verb is not verb:
            raise CallRefused(f"the call is for {call.verb}, not {verb}")
        self._use(call, now)
        if not await self._owns(call.uid):
            raise NotFound("no such pod on this node")
        return call

    def _use(self, call: Call, now: float) -> None:
        if call.nonce in self._seen:
            raise CallRefused("the call was used before")
        # In order of arrival, and none holds longer than LIFETIME: the oldest are the ones to forget.
        self._seen[call.nonce] = now
        while (oldest := next(iter(self._seen))) and self._seen[oldest] < now - LIFETIME:
            del self._seen[oldest]


class NodeApi:
    """The Starlette app `app`."""

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
            exception_handlers={PlaygroundError: _refused},
        )

    async def _live(self, websocket: WebSocket) -> None:
        try:
            call = await self._door.admit(websocket.headers, Verb.LIVE)
        except PlaygroundError as exc:
            await websocket.send_denial_response(_refusal(exc))
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


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: watch has its own."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


async def serve(app: Starlette, path: Path, group: str) -> None:
    """Serve on `path` until cancelled; open streams then get 2 s to end."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bind(path, group)]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def bind(path: Path, group: str) -> socket.socket:
    """A listening socket that only root and `group` can open: directory 0750, socket 0660. uvicorn's own would be 0666.

    A group that does not exist leaves both to root. Raises OSError when another watch answers there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o750)
    _free(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    bound.bind(str(path))
    path.chmod(0o660)
    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError:
        log.warning("there is no group %s: only watch's own user can call this node", group)
        return bound
    os.chown(path, -1, gid)
    os.chown(path.parent, -1, gid)
    return bound


def _free(path: Path) -> None:
    """What a watch that died left is removed; one that lives is left alone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(f"another watch answers at {path}")


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


def _refusal(exc: PlaygroundError) -> Response:
    status = next(code for kind, code in STATUS if isinstance(exc, kind))
    return JSONResponse({"message": str(exc)}, status)


async def _refused(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, PlaygroundError)
    return _refusal(exc)
