"""Web's side of the node API's verbs about files. Authorises nobody: whoever calls has done that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from uuid import UUID

import httpx

from sandboxes.calling import client, refuse, signed, silent
from sandboxes.calls import Verb

# node/copies.py gives up what stands still before that.
SILENT_WITHIN = 90.0


async def copy_out(uid: UUID, member: str, path: str) -> AsyncGenerator[bytes, None]:
    """A tar of a member's files; the first piece is empty and says that the node has begun.

    Raises NodeUnavailable, NotFound, Malformed; later NodeUnavailable when it ends before its end.
    """
    headers = signed(Verb.COPY_OUT, uid, {"member": member, "path": path})
    try:
        async with client(read=SILENT_WITHIN) as node, node.stream("GET", "/copy", headers=headers) as answer:
            if answer.status_code != 200:
                refuse(answer.status_code, await answer.aread())
            yield b""
            async for piece in answer.aiter_raw():
                yield piece
    except httpx.HTTPError as exc:
        raise silent(exc) from exc


async def copy_in(uid: UUID, member: str, path: str, tar: AsyncIterator[bytes]) -> None:
    """Unpack a tar below a folder of the member. Raises NodeUnavailable, NotFound, Malformed."""
    headers = signed(Verb.COPY_IN, uid, {"member": member, "path": path})
    async with client(read=SILENT_WITHIN) as node:
        try:
            answer = await node.put("/copy", headers=headers, content=tar)
        except httpx.HTTPError as exc:
            raise silent(exc) from exc
    if answer.status_code != 200:
        refuse(answer.status_code, answer.content)
