"""Web's side of the node API's verb `preview`: a byte stream to a port of a pod. Authorises nobody: its caller has.

HTTP is spoken over it here in web, by httpcore and websockets: what a pod answers is read by a process that may little.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpcore
from django.conf import settings
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from sandboxes.calling import ANSWER_WITHIN, signed
from sandboxes.calls import Verb
from sandboxes.preview.hosts import Place
from sandboxes.preview.reasons import Reason, Unreachable

# One frame, and how many of the node's may wait here: with this a connection holds at most 512 KiB.
PIECE = 64 * 1024
MOST_WAITING = 4
# The node's answer to a pod that it does not have: not placed yet, or at its end.
NOT_FOUND = 404


class Tunnel(httpcore.AsyncNetworkStream):
    """Bytes to and from the pod, as httpcore wants them. Whoever reads slowly holds back the pod."""

    def __init__(self, node: ClientConnection) -> None:
        self._node = node
        self._rest = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most so many bytes, none at the end. Raises httpcore.ReadTimeout."""
        try:
            async with asyncio.timeout(timeout):
                while not self._rest:
                    frame = await self._node.recv(decode=False)
                    self._rest = bytes(frame)
        except TimeoutError as exc:
            raise httpcore.ReadTimeout from exc
        except ConnectionClosed:
            return b""
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return taken

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it. Raises httpcore.WriteTimeout, httpcore.WriteError."""
        try:
            async with asyncio.timeout(timeout):
                for start in range(0, len(buffer), PIECE):
                    await self._node.send(buffer[start : start + PIECE])
        except TimeoutError as exc:
            raise httpcore.WriteTimeout from exc
        except ConnectionClosed as exc:
            raise httpcore.WriteError from exc

    async def aclose(self) -> None:
        """At once, and the pod's side with it: a closing handshake would wait behind what nobody reads any more."""
        self._node.transport.abort()
        await self._node.wait_closed()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Previews speak plain HTTP to a pod."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        """Nothing is known of the pod's end."""
        return None


@asynccontextmanager
async def tunnel(place: Place) -> AsyncIterator[Tunnel]:
    """A connection to that port of that pod. Raises Unreachable."""
    try:
        node = await unix_connect(
            str(settings.NODE_SOCKET),
            "ws://node/preview",
            additional_headers=signed(Verb.PREVIEW, place.uid, {"port": place.port}),
            max_size=PIECE,
            max_queue=MOST_WAITING,
            write_limit=PIECE,
            compression=None,
            open_timeout=ANSWER_WITHIN,
            close_timeout=1,
            ping_interval=None,  # a busy pod's bytes may keep a pong waiting; both ends are on one machine
            proxy=None,
        )
    except InvalidStatus as exc:
        raise Unreachable(_reason(exc.response.status_code, bytes(exc.response.body or b""))) from exc
    except (OSError, WebSocketException) as exc:
        raise Unreachable(Reason.NODE_AWAY) from exc
    found = Tunnel(node)
    try:
        yield found
    finally:
        await found.aclose()


def _reason(status: int, body: bytes) -> Reason:
    if status == NOT_FOUND:
        return Reason.NOT_RUNNING
    try:
        return Reason(json.loads(body)["reason"])
    except (ValueError, KeyError, TypeError):
        return Reason.NODE_AWAY
