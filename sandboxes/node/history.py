"""What is recorded of the engine and of rows, and whose recording is kept: the recorder's side towards the database."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from sandboxes.engine.naming import canary_uids
from sandboxes.engine.streams import EngineEvent
from sandboxes.models import Pod
from sandboxes.node.recorder import Recorder
from sandboxes.node.recording import ENGINE, STATUS
from sandboxes.node.recordings import Recordings

log = logging.getLogger(__name__)

# What happens to a container. Commands that probes and people execute in one are left out: there is no end of them.
RECORDED = frozenset({"create", "start", "kill", "die", "oom", "pause", "unpause", "destroy"})
CLEANED_EVERY = 600.0


class History:
    """Notes engine events and the status of rows; takes recordings away whose row is gone."""

    def __init__(self, recorder: Recorder, recordings: Recordings) -> None:
        self._recorder = recorder
        self._recordings = recordings
        self._changed: set[UUID] = set()
        self._some = asyncio.Event()

    def event(self, event: EngineEvent) -> None:
        """An event of a pod's container."""
        if event.action not in RECORDED or event.uid in canary_uids(settings.INSTALL):
            return
        told: dict[str, Any] = {"action": event.action, "member": event.member, "attempt": event.attempt}
        told |= {"exitCode": event.exit_code, "signal": event.signal}
        self._recorder.note(event.uid, ENGINE, event.at, json.dumps(told).encode())

    def news(self, uid: UUID) -> None:
        """The pod's row is another than it was."""
        self._changed.add(uid)
        self._some.set()

    async def note_statuses(self) -> None:
        """Reads the rows there is news of, until cancelled. Many changes at once are one status, of the last."""
        while True:
            await self._some.wait()
            self._some.clear()
            changed, self._changed = self._changed, set()
            try:
                found = await database_sync_to_async(statuses)(changed)
            except BaseException:
                self._changed |= changed  # asked again when this part is started again
                self._some.set()
                raise
            for uid, told in found:
                self._recorder.note(uid, STATUS, timezone.now(), json.dumps(told).encode())

    async def keep_clean(self) -> None:
        """Removes what is left of pods without a row, now and every ten minutes, until cancelled."""
        while True:
            await self.clean()
            await asyncio.sleep(CLEANED_EVERY)

    async def clean(self) -> None:
        """A row that goes takes its recording along; a failed query removes nothing."""
        there = await asyncio.to_thread(self._recordings.uids)
        kept = await database_sync_to_async(rows_among)(there)
        for uid in set(there) - kept:
            try:
                await asyncio.to_thread(self._recordings.remove, uid)
            except OSError as exc:
                log.warning("the recording of pod %s stays: %s", uid, exc)


def statuses(uids: Iterable[UUID]) -> list[tuple[UUID, dict[str, Any]]]:
    """Of each row its status as the API shows it, and whether somebody has asked for the pod to go."""
    found = Pod.objects.filter(uid__in=list(uids)).values_list("uid", "status", "deletion_at")
    return [(uid, {"status": status, "isEnding": ending is not None}) for uid, status, ending in found]


def rows_among(uids: Iterable[UUID]) -> set[UUID]:
    """Those that still have a row."""
    return set(Pod.objects.filter(uid__in=list(uids)).values_list("uid", flat=True))


def recorded_here(uid: UUID) -> bool:
    """The pod is this node's, whether it has ended or not."""
    return Pod.objects.filter(uid=uid, node_id=settings.NODE_NAME).exists()
