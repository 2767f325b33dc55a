"""The Image rows of this node: what the engine has by name, and what is being pulled or built.

Rows are made from those two alone and every time anew: a row that neither explains goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import NamedTuple
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction

from sandboxes.engine.streams import Streams
from sandboxes.models import Image
from sandboxes.node.pulls import Pulls

EVERY = 60.0
# Image events come in bursts (a build, a prune): one reading for all of them.
SETTLED = 0.2


class Catalogue:
    """`hidden` are references that are not for users: pause. `wake` hears of pods whose image has turned up."""

    def __init__(
        self, streams: Streams, node: str, *, hidden: frozenset[str], pulls: Pulls, wake: Callable[[UUID], None]
    ) -> None:
        self._streams = streams
        self._node = node
        self._hidden = hidden
        self._pulls = pulls
        self._wake = wake
        self._present: frozenset[str] = frozenset()
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """The engine's images, the pulls or the builds are not what they were."""
        self._changed.set()

    async def follow(self) -> None:
        """Image events, until cancelled or the engine goes."""
        async with aclosing(self._streams.image_events()) as events:
            async for _ in events:
                self.changed()

    async def keep_reading(self) -> None:
        """Read at start, when something changed, and every 60 s; until cancelled."""
        while True:
            self._changed.clear()
            await self.refresh()
            try:
                await asyncio.wait_for(self._changed.wait(), EVERY)
                await asyncio.sleep(SETTLED)
            except TimeoutError:
                continue

    async def refresh(self) -> None:
        """The rows say what is so."""
        images = await self._streams.list_images()
        present = frozenset(image.reference for image in images)
        for uid in self._pulls.waiting_for(present - self._present):
            self._wake(uid)
        self._present = present
        shown = {name: Row("", 0, state, words) for name, (state, words) in self._pulls.states().items()}
        shown |= {image.reference: Row(image.id, image.size, "ready") for image in images}
        shown = {reference: row for reference, row in shown.items() if reference not in self._hidden}
        await database_sync_to_async(write)(self._node, shown)


class Row(NamedTuple):
    """What an Image row says of its reference; the names are its columns."""

    image_id: str
    size: int
    state: str
    message: str = ""


def write(node: str, wanted: Mapping[str, Row]) -> None:
    """Make the node's rows these, by reference, touching only those that differ."""
    with transaction.atomic():
        rows = Image.objects.filter(node_id=node)
        known = {reference: Row(*told) for reference, *told in rows.values_list("reference", *Row._fields)}
        rows.filter(reference__in=known.keys() - wanted.keys()).delete()
        for reference, row in wanted.items():
            if known.get(reference) != row:
                Image.objects.update_or_create(node_id=node, reference=reference, defaults=row._asdict())
