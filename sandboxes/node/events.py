"""The engine's events: an end wakes the pod's reconcile, an end or a start makes its sampler look again, and what
happens to a container is recorded.

An event says only that something happened; what is true is read by whoever is told.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes.engine.streams import EngineEvent, Streams
from sandboxes.models import Pod

# What changes which processes there are: a live view looks again.
POKING = frozenset({"start", "die", "destroy", "pause", "unpause"})
# What a pass did not do itself, or must hear of: a start is awaited by the pass that makes it.
WAKING = frozenset({"die", "destroy", "oom", "pause", "unpause"})


@dataclass(frozen=True)
class Listeners:
    """Who is told: `wake` and `poke` of a pod, each of `every` of every event."""

    wake: Callable[[UUID], None]
    poke: Callable[[UUID], None]
    every: tuple[Callable[[EngineEvent], None], ...] = ()


async def follow(streams: Streams, install: str, node: str, told: Listeners) -> None:
    """Until cancelled, or the engine goes: then it raises, and is to be started again.

    What happened while nobody listened is unknown, so every pod of the node is woken once. The events from before
    that reading are asked for: none falls between.
    """
    since = timezone.now()
    for uid in await database_sync_to_async(unfinished)(node):
        told.wake(uid)
    async with aclosing(streams.events(install, since)) as events:
        async for event in events:
            for listener in told.every:
                listener(event)
            if event.action in WAKING:
                told.wake(event.uid)
            if event.action in POKING:
                told.poke(event.uid)


def unfinished(node: str) -> list[UUID]:
    """The pods of the node that may have containers."""
    return list(Pod.objects.filter(node_id=node, finished_at=None).values_list("uid", flat=True))
