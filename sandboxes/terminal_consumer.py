"""A terminal's WebSocket: authorise, then hand on what page and node say to each other. Holds no byte of its own.

Whoever may no longer be there loses the shell with the socket: asked at least every 2 s. One in which nothing happens
is let go of.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from people.rules import Verb
from sandboxes import credentials, lifetimes, operators, upstream_terminals, wire
from sandboxes import terminal_wire as messages
from sandboxes.errors import NodeUnavailable, NotFound
from sandboxes.models import Pod
from sandboxes.pod_socket import PodSocket

log = logging.getLogger(__name__)
REAUTHORISE = 1.5
FIRST_WORD_WITHIN = 30.0
# Of the node's close codes those that mean something to a page; any other is a connection that broke.
HANDED_ON = (wire.CLOSE_MALFORMED, messages.CLOSE_MOVED, messages.CLOSE_ENDED)


class PodTerminal(PodSocket):
    """One page at one shell. Its first word says which; what comes after is the node's to understand."""

    verb = Verb.ATTACH

    def __init__(self) -> None:
        super().__init__()
        loop = asyncio.get_running_loop()
        self.node: asyncio.Future[ClientConnection] = loop.create_future()
        self.first: asyncio.Future[messages.First] = loop.create_future()
        self.busy_at = monotonic()
        self.has_typed = True  # who opens a shell uses the pod

    def note(self, user: User, pod: Pod) -> None:
        operators.note_terminal(user, pod, self.scope)

    async def receive(self, text_data: str | None = None, bytes_data: bytes = b"") -> None:
        """Awaits the node: a page that says more than the node takes is held back by its own connection."""
        if self.work is None or self.work.done():
            return
        if not self.first.done():
            try:
                self.first.set_result(messages.FIRST.validate_json(text_data or ""))
            except ValidationError:
                await self.close(wire.CLOSE_MALFORMED)
            return
        either: set[asyncio.Future[Any]] = {self.node, self.work}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if bytes_data:
            self.has_typed, self.busy_at = True, monotonic()
        if self.node.done():
            with suppress(ConnectionClosed):  # `run` closes the page's side
                await self.node.result().send(bytes_data if text_data is None else text_data)

    async def run(self, user: User) -> None:
        self.owner = str(user.pk)
        try:
            async with asyncio.timeout(FIRST_WORD_WITHIN):
                first = await asyncio.shield(self.first)
            code = await self._at_shell(first)
        except TimeoutError:
            code = wire.CLOSE_MALFORMED
        except NotFound:
            code = wire.CLOSE_NOT_FOUND
        except (NodeUnavailable, OSError):
            code = messages.CLOSE_AGAIN
        except Exception:  # the loop's top: the page connects again
            log.exception("terminal of pod %s", self.uid)
            code = wire.CLOSE_FAILED
        await self.close(code)

    async def _at_shell(self, first: messages.First) -> int:
        """The code to close with."""
        credential = credentials.name_of(self.scope)
        async with upstream_terminals.terminal(self.uid, self.owner, credential, first) as node:
            self.node.set_result(node)
            relaying = asyncio.create_task(self._relay(node))
            watching = asyncio.create_task(self._until_over())
            try:
                await asyncio.wait({relaying, watching}, return_when=asyncio.FIRST_COMPLETED)
                if not watching.done():
                    return await relaying
                code: int = watching.result()
                if code != messages.CLOSE_IDLE:  # such a shell ends by itself, unless its page comes back
                    await self._take_away(first)
                return code
            finally:
                relaying.cancel()
                watching.cancel()
                await asyncio.gather(relaying, watching, return_exceptions=True)

    async def _relay(self, node: ClientConnection) -> int:
        try:
            while True:
                frame = await node.recv()
                if isinstance(frame, bytes):
                    self.busy_at = monotonic()
                    await self.send(bytes_data=frame)
                else:
                    await self.send(text_data=frame)
        except ConnectionClosed:
            code = node.close_code or 0
            return code if code in HANDED_ON else messages.CLOSE_AGAIN

    async def _until_over(self) -> int:
        """The code to close with once this user may not be here any more, or nobody does anything here."""
        while True:
            await asyncio.sleep(REAUTHORISE)
            code: int = await database_sync_to_async(self._still)()
            if code:
                return code
            if self._is_idle():
                return messages.CLOSE_IDLE

    def _is_idle(self) -> bool:
        return bool(settings.TERMINAL_IDLE) and monotonic() - self.busy_at >= settings.TERMINAL_IDLE

    def _still(self) -> int:
        code = self.refusal()
        # A shell that is only left open keeps no pod from being idle.
        if not code and self.has_typed:
            self.has_typed = False
            lifetimes.note_use(self.uid)
        return code

    async def _take_away(self, first: messages.First) -> None:
        with suppress(NotFound, NodeUnavailable):  # it is gone already, or its watch is and it with that
            terminal = str(first.terminal)
            await upstream_terminals.terminals(self.uid, self.owner, "sign-out", terminal=terminal)
