"""One WebSocket of a browser, and the one to the pod behind it: messages both ways, each when the last was taken."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from sandboxes.preview import headers
from sandboxes.preview.exchange import Receive, Scope, Send, target_of
from sandboxes.preview.headers import Front
from sandboxes.preview.hosts import Place
from sandboxes.preview.reasons import Reason, Unreachable
from sandboxes.preview.tunnel import PIECE, Tunnel, tunnel

# As much as the site takes of a browser's (`--ws-max-size` is less); of a pod's messages 1 MiB, and two may wait.
MOST_MESSAGE = 2**20
MOST_WAITING = 2
HANDSHAKE_WITHIN = 10.0


@asynccontextmanager
async def connected(scope: Scope, place: Place, front: Front) -> AsyncIterator[ClientConnection]:
    """The pod's end, its handshake done as the browser asked for it. Raises Unreachable; follows no redirect."""
    handed_on = headers.without_handshake(headers.for_pod(scope["headers"], front))
    async with tunnel(place) as stream, _as_socket(stream) as ours:
        try:
            pod = await connect(
                f"ws://{front.host.decode('latin-1')}{target_of(scope).decode('latin-1')}",
                sock=ours,
                additional_headers=[
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in handed_on if name != b"host"
                ],
                subprotocols=[Subprotocol(each) for each in scope.get("subprotocols", ())] or None,
                user_agent_header=None,
                compression=None,
                max_size=MOST_MESSAGE,
                max_queue=MOST_WAITING,
                open_timeout=HANDSHAKE_WITHIN,
                close_timeout=1,
                ping_interval=None,
                proxy=None,
            )
        except TimeoutError as exc:
            raise Unreachable(Reason.NO_ANSWER) from exc
        except (WebSocketException, OSError, ValueError) as exc:  # ValueError: a redirect, which is not followed
            raise Unreachable(Reason.BROKEN) from exc
        try:
            yield pod
        finally:
            await pod.close()


async def converse(receive: Receive, send: Send, pod: ClientConnection) -> None:
    """Until either side closes; its code is handed on."""
    hearing = asyncio.create_task(_to_pod(receive, pod))
    telling = asyncio.create_task(_from_pod(pod, send))
    try:
        await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hearing.cancel()
        telling.cancel()
        await asyncio.gather(hearing, telling, return_exceptions=True)


async def _to_pod(receive: Receive, pod: ClientConnection) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            await pod.close(_sendable(message.get("code")))
            return
        data = message.get("text")
        await pod.send(message["bytes"] if data is None else data)


async def _from_pod(pod: ClientConnection, send: Send) -> None:
    try:
        while True:
            data = await pod.recv()
            told: Mapping[str, Any] = {"text": data} if isinstance(data, str) else {"bytes": data}
            await send({"type": "websocket.send", **told})
    except ConnectionClosed:
        await send({"type": "websocket.close", "code": _sendable(pod.close_code), "reason": pod.close_reason or ""})


def _sendable(code: int | None) -> int:
    """A close code that a frame may carry (RFC 6455 §7.4): 1005, 1006 and 1015 only say that there was none."""
    return code if code is not None and (1000 <= code <= 1003 or 1007 <= code <= 1014 or code >= 3000) else 1000


@asynccontextmanager
async def _as_socket(stream: Tunnel) -> AsyncIterator[socket.socket]:
    """The tunnel as a socket, which is what websockets can speak over; it holds some hundred KiB at most."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=theirs, limit=PIECE)
    pumps = (asyncio.create_task(_down(stream, writer)), asyncio.create_task(_up(reader, stream)))
    try:
        yield ours
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        writer.close()
        ours.close()


async def _down(stream: Tunnel, writer: asyncio.StreamWriter) -> None:
    while piece := await stream.read(PIECE):
        writer.write(piece)
        await writer.drain()
    writer.close()


async def _up(reader: asyncio.StreamReader, stream: Tunnel) -> None:
    while piece := await reader.read(PIECE):
        await stream.write(piece)
