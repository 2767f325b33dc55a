"""Answers that take long: they end within 2 s when whoever asked may have them no more, as open sockets do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels.db import database_sync_to_async

from people.rules import Verb
from sandboxes import access, credentials, lifetimes
from sandboxes.api.auth import SignedIn
from sandboxes.models import Pod

REAUTHORISE = 1.0  # seconds, which leaves one to ask


async def while_allowed(
    pieces: AsyncGenerator[bytes, None], request: SignedIn, row: Pod, verb: Verb, *, breaks: bool
) -> AsyncGenerator[bytes, None]:
    """The same pieces, for as long as who asked may do that to the pod, which is asked every second; then they end.

    With `breaks` by a ConnectionAbortedError, for what must not seem whole when it is not.
    """
    loop = asyncio.get_running_loop()
    due, coming = loop.time() + REAUTHORISE, None
    async with aclosing(pieces):  # the node stops reading when the client leaves
        try:
            while True:
                coming = coming or asyncio.create_task(_next(pieces))
                await asyncio.wait({coming}, timeout=due - loop.time())
                if loop.time() >= due:
                    if not await database_sync_to_async(_may_still)(request, row, verb):
                        break
                    due = loop.time() + REAUTHORISE
                if coming.done():
                    piece, coming = coming.result(), None
                    if piece is None:
                        return
                    yield piece
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
    if breaks:
        raise ConnectionAbortedError(f"whoever took it along may not {verb} any more")


async def _next(pieces: AsyncGenerator[bytes, None]) -> bytes | None:
    return await anext(pieces, None)


def _may_still(request: SignedIn, row: Pod, verb: Verb) -> bool:
    """By the rows of now; who may uses the pod."""
    user = credentials.again(request)
    if user is None or user != request.auth or not access.may_still(user, verb, row.pk):
        return False
    lifetimes.note_use(row.pk)
    return True
