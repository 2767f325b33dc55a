"""The Image rows of this node: what the engine has by name, and what is being pulled.

Rows are made from those two alone and every time anew: a row that neither explains goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction

from sandboxes.engine.streams import EngineImage, Streams
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
        """The engine's images or the pulls are not what they were."""
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
        shown = tuple(image for image in images if image.reference not in self._hidden)
        pulled = {name: state for name, state in self._pulls.states().items() if name not in present | self._hidden}
        await database_sync_to_async(write)(self._node, shown, pulled)


def write(node: str, images: tuple[EngineImage, ...], pulled: dict[str, str]) -> None:
    """Make the node's rows these, touching only those that differ."""
    wanted = {image.reference: (image.id, image.size, "ready") for image in images}
    wanted |= {reference: ("", 0, state) for reference, state in pulled.items()}
    with transaction.atomic():
        known = {
            reference: (image_id, size, state)
            for reference, image_id, size, state in Image.objects.filter(node_id=node).values_list(
                "reference", "image_id", "size", "state"
            )
        }
        Image.objects.filter(node_id=node, reference__in=known.keys() - wanted.keys()).delete()
        for reference, (image_id, size, state) in wanted.items():
            if known.get(reference) != (image_id, size, state):
                Image.objects.update_or_create(
                    node_id=node,
                    reference=reference,
                    defaults={"image_id": image_id, "size": size, "state": state},
                )
