"""The nudges that a page gets: they make it quick, and it lives without them. Knows the channel layer, no pod.

Nothing here fails: without a layer `patience` is short, so that whoever waits for a nudge soon looks for itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# How long to wait for a nudge before looking, in seconds: with a layer, and without.
LISTENING, ALONE = 15.0, 2.0
NOBODY = "nobody"  # a group that none is in: what is sent there only shows that the layer answers
AWAY = (RedisError, OSError)  # TimeoutError is one of them

Nudge = dict[str, Any]


class Nudges:
    """Tells `nudged` of what is sent to a group, or to others `also`, while `run` runs; of {} when some may have been
    missed.
    """

    def __init__(self, group: str, nudged: Callable[[Nudge], None], also: tuple[str, ...] = ()) -> None:
        self._group = group
        self._groups = (group, *also)
        self._nudged = nudged
        self.patience = ALONE

    async def run(self) -> None:
        """Listens until cancelled, again and again."""
        level = logging.WARNING
        while True:
            try:
                await self._listen()
            except* AWAY as exc:
                level = logging.WARNING if self.patience == LISTENING else level  # an outage is told once
                log.log(level, "no nudges to %s: %r", self._group, exc.exceptions[0])
            level, self.patience = logging.DEBUG, ALONE
            await asyncio.sleep(ALONE)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        await _answers(layer)  # first, for a failed new_channel leaves a queue behind in the process
        async with asyncio.timeout(ALONE):
            channel = await layer.new_channel()
        try:
            async with asyncio.timeout(ALONE):
                for group in self._groups:
                    await layer.group_add(group, channel)
            self.patience = LISTENING
            self._nudged({})
            async with asyncio.TaskGroup() as both:
                both.create_task(self._relay(layer, channel))
                both.create_task(_watch(layer))
        finally:
            with suppress(*AWAY):
                async with asyncio.timeout(ALONE):
                    for group in self._groups:
                        await layer.group_discard(group, channel)

    async def _relay(self, layer: Any, channel: str) -> None:
        while True:
            self._nudged(await layer.receive(channel))


async def _watch(layer: Any) -> None:
    """Returns never; a layer that is away says so only when it is asked."""
    while True:
        await asyncio.sleep(LISTENING)
        await _answers(layer)


async def _answers(layer: Any) -> None:
    async with asyncio.timeout(ALONE):
        await layer.group_send(NOBODY, {"type": "nobody"})
