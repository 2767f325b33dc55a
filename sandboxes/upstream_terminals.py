"""Web's side of the node API's verbs about shells. Authorises nobody: whoever calls has done that."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import InvalidStatus, WebSocketException

from sandboxes import terminal_wire as wire
from sandboxes.calling import ANSWER_WITHIN, client, refuse, signed, silent
from sandboxes.calls import NODE, Verb

MAX_FRAME = 64 * 1024
SIGNED_OUT_WITHIN = 2.0


@asynccontextmanager
async def terminal(uid: UUID, owner: str, credential: str, first: wire.First) -> AsyncIterator[ClientConnection]:
    """A connection to a shell, its frames as terminal_wire has them. Raises NotFound, NodeUnavailable."""
    arguments = {"owner": owner, "credential": credential, "first": first.model_dump(mode="json", by_alias=True)}
    try:
        connecting = unix_connect(
            str(settings.NODE_SOCKET),
            "ws://node/terminal",
            additional_headers=signed(Verb.TERMINAL, uid, arguments),
            max_size=MAX_FRAME,
            # What waits in web is bounded by this, and by the page's window.
            max_queue=8,
            compression=None,
            open_timeout=ANSWER_WITHIN,
            close_timeout=1,
            proxy=None,
        )
        node = await connecting
    except InvalidStatus as exc:
        refuse(exc.response.status_code, bytes(exc.response.body or b""))
        raise
    except (OSError, WebSocketException) as exc:
        raise silent(exc) from exc
    try:
        yield node
    finally:
        await node.close()


async def terminals(uid: UUID, owner: str, act: str = "list", **arguments: str) -> list[dict[str, Any]]:
    """The user's shells in the pod after an act: `list`, `name` (`terminal`, `name`), `end` or `sign-out` (`terminal`).

    Raises NodeUnavailable, NotFound.
    """
    headers = signed(Verb.TERMINALS, uid, {"owner": owner, "act": act} | arguments)
    async with client(read=ANSWER_WITHIN) as node:
        try:
            answer = await node.post("/terminals", headers=headers)
        except httpx.HTTPError as exc:
            raise silent(exc) from exc
    if answer.status_code != 200:
        refuse(answer.status_code, answer.content)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def sign_out(owner: str, credential: str) -> int:
    """End all shells of a user, or with a credential only those it opened; how many there were. Not for an event loop.

    Raises NodeUnavailable.
    """
    if not settings.NODE_SOCKET.exists():  # httpcore would leave the socket open with which it finds that out
        raise silent(FileNotFoundError(errno.ENOENT, "no socket"))
    headers = signed(Verb.SIGN_OUT, NODE, {"owner": owner, "credential": credential})
    transport = httpx.HTTPTransport(uds=str(settings.NODE_SOCKET))
    with httpx.Client(transport=transport, base_url="http://node", timeout=SIGNED_OUT_WITHIN, trust_env=False) as node:
        try:
            answer = node.post("/sign-out", headers=headers)
        except httpx.HTTPError as exc:
            raise silent(exc) from exc
    if answer.status_code != 200:
        refuse(answer.status_code, answer.content)
    return int(answer.json()["ended"])
