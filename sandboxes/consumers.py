"""The live WebSocket: authorise, subscribe, relay. No business rule, no engine, no state but the last rev sent."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing, suppress
from time import monotonic
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.utils import await_many_dispatch
from django.contrib.auth.models import User

from people.rules import Verb
from sandboxes import access, credentials, lifetimes, operators, pods, upstream, wire
from sandboxes.errors import NotFound
from sandboxes.nudges import Nudge, Nudges
from sandboxes.publish import pod_group, user_group

log = logging.getLogger(__name__)
TRUSTED = 1.0  # a pod that is being built nudges many times a second: not each of them asks who is there


class PodLive(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """One page that shows one pod. First a Snapshot, then Snapshots and frames as they come, in their newest state."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As Channels has it, less the channel that it opens first: without Redis there would be no page at all."""
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            await await_many_dispatch([receive], self.dispatch)

    async def connect(self) -> None:
        self.rev, self.trusted_until, self.doubted, self.changed = -1, 0.0, False, asyncio.Event()
        self.work: asyncio.Task[None] | None = None
        self.user: User | None = await database_sync_to_async(credentials.who)(self.scope)
        if self.user is None:
            await self._refuse(wire.CLOSE_UNAUTHENTICATED)
            return
        try:
            pod = await database_sync_to_async(pods.live_pod)(
                self.user, **self.scope["url_route"]["kwargs"], verb=Verb.LOOK
            )
        except NotFound:
            await self._refuse(wire.CLOSE_NOT_FOUND)
            return
        await database_sync_to_async(operators.note_look)(self.user, pod, self.scope)
        self.uid, self.nudges = pod.uid, Nudges(pod_group(pod.uid), self._nudged, also=(user_group(self.user.pk),))
        await self.accept()
        self.work = asyncio.create_task(self._live())

    async def disconnect(self, code: int) -> None:
        if self.work is not None:
            self.work.cancel()
            await asyncio.gather(self.work, return_exceptions=True)

    def _nudged(self, nudge: Nudge) -> None:
        """The row may be newer than what was sent, or the user be another: look when the reader is free."""
        self.doubted |= nudge.get("type") == "user.changed"
        if nudge.get("rev", self.rev + 1) > self.rev:
            self.changed.set()

    async def _refuse(self, code: int) -> None:
        # A browser learns the code of a socket that was open, not of one that was refused.
        await self.accept()
        await self.close(code)

    async def _live(self) -> None:
        try:
            await self._snapshot()
            async with asyncio.TaskGroup() as group:
                group.create_task(self.nudges.run())
                group.create_task(self._frames())
                group.create_task(self._snapshots())
        except* OSError:
            pass  # the peer is gone: `disconnect` follows
        except* _End as ends:
            await self.close(ends.exceptions[0].args[0])
        except* Exception:  # the loop's top: the page connects again
            log.exception("live of pod %s", self.uid)
            await self.close(wire.CLOSE_FAILED)

    async def _frames(self) -> None:
        async with aclosing(upstream.live(self.uid)) as frames:
            async for frame in frames:
                await self.send(frame)

    async def _snapshots(self) -> None:
        while True:
            with suppress(TimeoutError):  # then it only authorises again, and catches up on a nudge that was lost
                await asyncio.wait_for(self.changed.wait(), self.nudges.patience)
            await self._snapshot()

    async def _snapshot(self) -> None:
        self.changed.clear()
        found = await database_sync_to_async(self._look)()
        if isinstance(found, wire.Gone) or found.rev > self.rev:
            await self.send(found.model_dump_json(by_alias=True))
        if isinstance(found, wire.Gone):
            raise _End(wire.CLOSE_GONE)
        self.rev = max(self.rev, found.rev)

    def _look(self) -> wire.Snapshot | wire.Gone:
        """The pod as it is now, if this user may still see it."""
        doubted, self.doubted = self.doubted, False
        if doubted or monotonic() >= self.trusted_until:
            # Before the pod is read: where a hundred pages are to close, that would take most of the time.
            user = credentials.who(self.scope)
            if user is None or user != self.user:
                raise _End(wire.CLOSE_UNAUTHENTICATED)
            if not access.may_still(user, Verb.LOOK, self.uid):
                return self._gone()
            self.trusted_until = monotonic() + TRUSTED
            lifetimes.note_use(self.uid)
        return pods.snapshot(self.uid)

    def _gone(self) -> wire.Gone:
        """For a pod that is not to be seen any more. Raises _End where it is there, and only not for this user."""
        found = pods.snapshot(self.uid)
        if isinstance(found, wire.Snapshot):
            raise _End(wire.CLOSE_NOT_FOUND)
        return found


class _End(Exception):
    """Close with this code."""
