"""A terminal's WebSocket: authorise, then hand on what page and node say to each other. Holds no byte of its own.

Whoever may no longer be there loses the shell with the socket: asked at least every 2 s.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.utils import await_many_dispatch
from django.contrib.auth.models import User
from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from people.rules import Verb
from sandboxes import access, credentials, lifetimes, operators, pods, upstream_terminals, wire
from sandboxes import terminal_wire as messages
from sandboxes.errors import NodeUnavailable, NotAllowed, NotFound

log = logging.getLogger(__name__)
REAUTHORISE = 1.5
FIRST_WORD_WITHIN = 30.0
# Of the node's close codes those that mean something to a page; any other is a connection that broke.
HANDED_ON = (messages.CLOSE_MALFORMED, messages.CLOSE_MOVED, messages.CLOSE_ENDED)


class PodTerminal(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """One page at one shell. Its first word says which; what comes after is the node's to understand."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As Channels has it, less the channel layer, which no terminal needs."""
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            await await_many_dispatch([receive], self.dispatch)

    async def connect(self) -> None:
        self.work: asyncio.Task[None] | None = None
        self.node: asyncio.Future[ClientConnection] = asyncio.get_running_loop().create_future()
        self.first: asyncio.Future[messages.First] = asyncio.get_running_loop().create_future()
        await self.accept()  # a browser learns the code of a socket that was open, not of one that was refused
        self.user: User | None = await database_sync_to_async(credentials.who)(self.scope)
        if self.user is None:
            await self.close(wire.CLOSE_UNAUTHENTICATED)
            return
        try:
            pod = await database_sync_to_async(pods.live_pod)(
                self.user, **self.scope["url_route"]["kwargs"], verb=Verb.ATTACH
            )
        except (NotFound, NotAllowed) as exc:
            await self.close(wire.CLOSE_NOT_FOUND if isinstance(exc, NotFound) else wire.CLOSE_FORBIDDEN)
            return
        self.uid, self.owner = pod.uid, str(self.user.pk)
        await database_sync_to_async(operators.note_terminal)(self.user, pod, self.scope)
        self.work = asyncio.create_task(self._work())

    async def disconnect(self, code: int) -> None:
        if self.work is not None:
            self.work.cancel()
            await asyncio.gather(self.work, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes = b"") -> None:
        """Awaits the node: a page that says more than the node takes is held back by its own connection."""
        if self.work is None or self.work.done():
            return
        if not self.first.done():
            try:
                self.first.set_result(messages.FIRST.validate_json(text_data or ""))
            except ValidationError:
                await self.close(messages.CLOSE_MALFORMED)
            return
        either: set[asyncio.Future[Any]] = {self.node, self.work}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self.node.done():
            with suppress(ConnectionClosed):  # `_work` closes the page's side
                await self.node.result().send(bytes_data if text_data is None else text_data)

    async def _work(self) -> None:
        try:
            async with asyncio.timeout(FIRST_WORD_WITHIN):
                first = await asyncio.shield(self.first)
            code = await self._at_shell(first)
        except TimeoutError:
            code = messages.CLOSE_MALFORMED
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
            watching = asyncio.create_task(self._until_refused())
            try:
                await asyncio.wait({relaying, watching}, return_when=asyncio.FIRST_COMPLETED)
                refused = watching.result() if watching.done() else 0
                if refused:
                    await self._take_away(first)
                    return refused
                return await relaying
            finally:
                relaying.cancel()
                watching.cancel()
                await asyncio.gather(relaying, watching, return_exceptions=True)

    async def _relay(self, node: ClientConnection) -> int:
        try:
            while True:
                frame = await node.recv()
                if isinstance(frame, bytes):
                    await self.send(bytes_data=frame)
                else:
                    await self.send(text_data=frame)
        except ConnectionClosed:
            code = node.close_code or 0
            return code if code in HANDED_ON else messages.CLOSE_AGAIN

    async def _until_refused(self) -> int:
        while True:
            await asyncio.sleep(REAUTHORISE)
            code: int = await database_sync_to_async(self._refusal)()
            if code:
                return code

    def _refusal(self) -> int:
        """The code to close with where this user may not be here any more, else 0."""
        user = credentials.who(self.scope)
        if user is None or user != self.user:
            return wire.CLOSE_UNAUTHENTICATED
        if not access.may_still(user, Verb.ATTACH, self.uid):
            return wire.CLOSE_NOT_FOUND
        lifetimes.note_use(self.uid)
        return 0

    async def _take_away(self, first: messages.First) -> None:
        with suppress(NotFound, NodeUnavailable):  # it is gone already, or its watch is and it with that
            terminal = str(first.terminal)
            await upstream_terminals.terminals(self.uid, self.owner, "sign-out", terminal=terminal)
