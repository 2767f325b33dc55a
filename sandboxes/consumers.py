"""The live WebSocket: authorise, subscribe, relay. No business rule, no engine, no state but the last rev sent."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing, suppress
from time import monotonic

from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from people.rules import Verb
from sandboxes import lifetimes, operators, pods, upstream, wire
from sandboxes.models import Pod
from sandboxes.nudges import Nudge, Nudges
from sandboxes.pod_socket import Closed, PodSocket
from sandboxes.publish import pod_group, user_group

log = logging.getLogger(__name__)
TRUSTED = 1.0  # a pod that is being built nudges many times a second: not each of them asks who is there


class PodLive(PodSocket):
    """One page that shows one pod. First a Snapshot, then Snapshots and frames as they come, in their newest state."""

    verb = Verb.LOOK

    def note(self, user: User, pod: Pod) -> None:
        operators.note_look(user, pod, self.scope)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A page says nothing here."""
        await self.close(wire.CLOSE_MALFORMED)

    def _nudged(self, nudge: Nudge) -> None:
        """The row may be newer than what was sent, or the user be another: look when the reader is free.

        Both after {}: who was shown out before this page listened was told to nobody.
        """
        self.doubted |= nudge.get("type", "user.changed") == "user.changed"
        if nudge.get("rev", self.rev + 1) > self.rev:
            self.changed.set()

    async def run(self, user: User) -> None:
        self.rev, self.trusted_until, self.doubted, self.changed = -1, 0.0, False, asyncio.Event()
        self.nudges = Nudges(pod_group(self.uid), self._nudged, also=(user_group(user.pk),))
        try:
            await self._snapshot()
            async with asyncio.TaskGroup() as group:
                group.create_task(self.nudges.run())
                group.create_task(self._frames())
                group.create_task(self._snapshots())
        except* OSError:
            pass  # the peer is gone: `disconnect` follows
        except* Closed as ends:
            await self.close(next(each.code for each in ends.exceptions if isinstance(each, Closed)))
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
            raise Closed(wire.CLOSE_GONE)
        self.rev = max(self.rev, found.rev)

    def _look(self) -> wire.Snapshot | wire.Gone:
        """The pod as it is now, if this user may still see it."""
        doubted, self.doubted = self.doubted, False
        if doubted or monotonic() >= self.trusted_until:
            # Before the pod is read: where a hundred pages are to close, that would take most of the time.
            code = self.refusal()
            if code == wire.CLOSE_NOT_FOUND:
                return self._gone()
            if code:
                raise Closed(code)
            self.trusted_until = monotonic() + TRUSTED
            lifetimes.note_use(self.uid)
        return pods.snapshot(self.uid)

    def _gone(self) -> wire.Gone:
        """For a pod that is not to be seen any more. Raises Closed where it is there, and only not for this user."""
        found = pods.snapshot(self.uid)
        if isinstance(found, wire.Snapshot):
            raise Closed(wire.CLOSE_NOT_FOUND)
        return found
