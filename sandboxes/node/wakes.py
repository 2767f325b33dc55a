"""The road from watch's event loop to `tasks.wake`: uids to wake, each once however often it is named meanwhile.

A wake writes a row, so it runs in the database's thread. One that fails is tried again; the sweep is the net below.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from sandboxes import tasks

log = logging.getLogger(__name__)
RETRY = 1.0


class Waker:
    """`wake(uid)` from the event loop returns at once; `run()` does the work, until it is cancelled."""

    def __init__(self, wake: Callable[[UUID], None] = tasks.wake) -> None:
        self._wake = database_sync_to_async(wake)
        self._due: dict[UUID, None] = {}
        self._some = asyncio.Event()

    def wake(self, uid: UUID) -> None:
        """Have the pod reconciled soon; one without a row is nothing."""
        self._due[uid] = None
        self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            if not self._due:
                self._some.clear()
                continue
            uid = next(iter(self._due))
            del self._due[uid]
            try:
                await self._wake(uid)
            except DatabaseError as exc:
                log.warning("pod %s cannot be woken now: %s", uid, exc)
                self._due[uid] = None
                await asyncio.sleep(RETRY)
