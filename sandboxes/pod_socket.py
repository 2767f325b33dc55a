"""What every WebSocket at a pod has: who may open it and stay, how many at once, and how fast a page may speak."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.utils import await_many_dispatch
from django.conf import settings
from django.contrib.auth.models import User

from people.rules import Verb
from people.sign_in import subscriber
from sandboxes import access, credentials, pods, throttle, wire
from sandboxes.errors import NotAllowed, NotFound, TooManyRequests
from sandboxes.models import Pod
from sandboxes.pace import Allowance, Pace

# A page acknowledges every 64 KiB of what a shell prints: that is 64 MiB at once, then 12 MiB/s. Nobody types as much.
MESSAGES = Allowance(rate=200, most=1000)
BYTES = Allowance(rate=256 * 1024, most=1024 * 1024)

Message = dict[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]

_open: Counter[int] = Counter()  # of each user, in this process


class Closed(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class PodSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Opens always and is closed with a code where it may not be: a browser learns the code of no other."""

    verb: ClassVar[Verb]
    uid: UUID
    user: User | None = None
    work: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        """As Channels has it, less the channel that it opens first: without Redis there would be no page at all."""
        self.scope, self.base_send = scope, send
        try:
            with suppress(StopConsumer):
                await await_many_dispatch([_paced(receive)], self.dispatch)
        finally:
            if self.user is not None:
                _leave(self.user.pk)

    async def connect(self) -> None:
        await self.accept()
        try:
            user = await database_sync_to_async(self._who)()
            _enter(user.pk)
            self.user = user
            pod = await database_sync_to_async(self._pod)(user)
        except Closed as end:
            await self.close(end.code)
            return
        self.uid = pod.uid
        self.work = asyncio.create_task(self.run(user))

    async def run(self, user: User) -> None:
        """The socket's life, from when its user was let in; closes it."""
        raise NotImplementedError

    def note(self, user: User, pod: Pod) -> None:
        """Write down that somebody came."""
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:
        if self.work is not None:
            self.work.cancel()
            await asyncio.gather(self.work, return_exceptions=True)

    def _who(self) -> User:
        """Raises Closed."""
        user = credentials.who(self.scope)
        host, _ = self.scope.get("client") or ("", 0)
        try:
            throttle.take(throttle.requests(), f"address-{subscriber(host)}" if user is None else f"user-{user.pk}")
        except TooManyRequests as exc:
            raise Closed(wire.CLOSE_LATER) from exc
        if user is None:
            raise Closed(wire.CLOSE_UNAUTHENTICATED)
        return user

    def _pod(self, user: User) -> Pod:
        """Raises Closed."""
        try:
            pod = pods.live_pod(user, **self.scope["url_route"]["kwargs"], verb=self.verb)
        except NotFound as exc:
            raise Closed(wire.CLOSE_NOT_FOUND) from exc
        except NotAllowed as exc:
            raise Closed(wire.CLOSE_FORBIDDEN) from exc
        self.note(user, pod)
        return pod

    def refusal(self) -> int:
        """The code to close with where its user may not be here any more, by the rows of now; else 0."""
        user = credentials.who(self.scope)
        if user is None or user != self.user:
            return wire.CLOSE_UNAUTHENTICATED
        return 0 if access.may_still(user, self.verb, self.uid) else wire.CLOSE_NOT_FOUND


def _paced(receive: Receive) -> Receive:
    """Hands on what MESSAGES and BYTES allow. The rest waits with the browser: the server reads no further."""
    messages, sizes = Pace(MESSAGES), Pace(BYTES)

    async def paced() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive":
            size = len(message.get("bytes") or b"") + len(message.get("text") or "")
            now = monotonic()
            wait = max(messages.take(1, now), sizes.take(size, now))
            if wait:
                await asyncio.sleep(wait)
        return message

    return paced


def _enter(user: int) -> None:
    """Raises Closed where the user has as many open as one may."""
    most = settings.SOCKETS_PER_USER
    if most and _open[user] >= most:
        raise Closed(wire.CLOSE_TOO_MANY)
    _open[user] += 1


def _leave(user: int) -> None:
    _open[user] -= 1
    if not _open[user]:
        del _open[user]
