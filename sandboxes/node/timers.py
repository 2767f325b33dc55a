"""What the rows of this node ask of watch: a look at a moment, pulls, hooks, probes. A nudge says which row to read.

A nudge carries no state: it is lost without harm, for every row is read at start and every 5 s.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone
from pydantic import ValidationError

from sandboxes.models import Pod
from sandboxes.publish import node_group
from sandboxes.world import Wanted

log = logging.getLogger(__name__)
REREAD = 5.0


@dataclass(frozen=True)
class Row:
    """What one pod asks for."""

    uid: UUID
    rev: int
    wanted: tuple[Wanted, ...]
    next_look_at: datetime | None


@dataclass(frozen=True)
class _Timer:
    at: datetime
    handle: asyncio.TimerHandle


class Doer(Protocol):
    """Who does what rows want: pulls, scans, or the rest."""

    def want(self, uid: UUID, wanted: Iterable[Wanted]) -> None:
        """These, and no others, are what the pod asks for now."""

    def uids(self) -> set[UUID]:
        """The pods that have asked for something."""


class Timers:
    """`wake` is called at each row's `next_look_at`, once per moment; the doers are told what each row wants.

    `news` is called when a row is another than at the last reading, or is no longer among those of the node.
    """

    def __init__(
        self,
        node: str,
        *,
        wake: Callable[[UUID], None],
        doers: Sequence[Doer],
        news: Callable[[UUID], None] = lambda _: None,
    ) -> None:
        self._node = node
        self._wake = wake
        self._news = news
        self._doers = doers
        self._timers: dict[UUID, _Timer] = {}
        self._revs: dict[UUID, int] = {}

    async def listen(self) -> None:
        """Nudges, until cancelled or Redis goes. Subscribed first, then everything read: nothing falls between."""
        layer = get_channel_layer()
        assert layer is not None, "CHANNEL_LAYERS is not set"
        channel, group = await layer.new_channel(), node_group(self._node)
        await layer.group_add(group, channel)
        try:
            await self.reread()
            while True:
                nudge = await layer.receive(channel)
                await self.reread(UUID(nudge["uid"]))
        finally:
            with suppress(Exception):  # Redis may be what ended us
                await layer.group_discard(group, channel)

    async def keep_reading(self) -> None:
        """Every row every 5 s, until cancelled."""
        while True:
            await self.reread()
            await asyncio.sleep(REREAD)

    async def reread(self, uid: UUID | None = None) -> None:
        """One row, or all, read and applied."""
        found = await database_sync_to_async(rows)(self._node, uid)
        for row in found:
            self._apply(row)
        asked = (
            {uid}
            if uid
            else self._timers.keys() | self._revs.keys() | {one for doer in self._doers for one in doer.uids()}
        )
        self._forget(asked - {row.uid for row in found})

    def close(self) -> None:
        """No timer is left."""
        self._forget(tuple(self._revs))

    def _apply(self, row: Row) -> None:
        if row.rev < self._revs.get(row.uid, 0):  # an older reading that was overtaken
            return
        if row.rev != self._revs.get(row.uid):
            self._news(row.uid)
        self._revs[row.uid] = row.rev
        for doer in self._doers:
            doer.want(row.uid, row.wanted)
        self._set(row.uid, row.next_look_at)

    def _set(self, uid: UUID, at: datetime | None) -> None:
        known = self._timers.get(uid)
        if known is not None and known.at == at:
            return
        if known is not None:
            self._timers.pop(uid).handle.cancel()
        if at is not None:
            delay = max((at - timezone.now()).total_seconds(), 0)
            # A timer that has gone off stays known: the same moment wakes once, the sweep is the net.
            self._timers[uid] = _Timer(at, asyncio.get_running_loop().call_later(delay, self._wake, uid))

    def _forget(self, uids: Iterable[UUID]) -> None:
        for uid in uids:
            self._set(uid, None)
            if self._revs.pop(uid, None) is not None:
                self._news(uid)
            for doer in self._doers:
                doer.want(uid, ())


def rows(node: str, uid: UUID | None = None) -> list[Row]:
    """The node's pods that are not finished, or the one of that uid. A row that asks for nonsense asks for nothing."""
    found = Pod.objects.filter(node_id=node, finished_at=None)
    if uid is not None:
        found = found.filter(uid=uid)
    return [
        # While a pass holds the row its moment is the old one; the pass writes a new one when it lets go.
        Row(uid, rev, _read(uid, wanted), None if owner else at)
        for uid, rev, wanted, at, owner in found.values_list("uid", "rev", "wanted", "next_look_at", "owner")
    ]


def _read(uid: UUID, wanted: list[object]) -> tuple[Wanted, ...]:
    try:
        return tuple(Wanted.model_validate(item) for item in wanted)
    except ValidationError as exc:
        log.warning("pod %s wants what cannot be read: %s", uid, exc)
        return ()
