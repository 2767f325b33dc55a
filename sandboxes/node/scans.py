"""Scans of images that rows ask for: the command of PLAYGROUND_IMAGE_SCAN, once for each image id.

Decides nothing about pods: what a scan came to is kept in a row, the pods that wait for it are woken, and reconcile
reads it. The command runs with the rights of this process, without the settings and keys of this service.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes.images import scan_is_due
from sandboxes.pins import keep_scan, scans_of
from sandboxes.policy import FAILED, is_image_id, judged
from sandboxes.world import Wanted, WantedKind

log = logging.getLogger(__name__)
AT_ONCE = 2
# Bytes from the end of what a scan said.
KEPT = 4096


class Scans:
    """All scans of this node. `wake` hears of the pods whose image has been scanned."""

    def __init__(self, command: tuple[str, ...], *, seconds: float, wake: Callable[[UUID], None]) -> None:
        self._command = command
        self._seconds = seconds
        self._wake = wake
        self._asked: dict[UUID, frozenset[str]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def want(self, uid: UUID, wanted: Iterable[Wanted]) -> None:
        """These, and no others, are the scans that pod `uid` asks for now."""
        asked = frozenset(item.name for item in wanted if item.kind is WantedKind.SCAN and is_image_id(item.name))
        self._asked.pop(uid, None)
        if asked:
            self._asked[uid] = asked
        needed = {each for some in self._asked.values() for each in some}
        for image_id in self._running.keys() - needed:
            self._running.pop(image_id).cancel()
        for image_id in asked - self._running.keys():
            task = asyncio.create_task(self._scan(image_id), name=f"scan {image_id[:19]}")
            self._running[image_id] = task
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def uids(self) -> set[UUID]:
        """The pods that have asked for something."""
        return set(self._asked)

    async def close(self) -> None:
        """Every scan is cancelled, and its command killed."""
        ending = tuple(self._ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _scan(self, image_id: str) -> None:
        try:
            async with self._turns:
                known = (await database_sync_to_async(scans_of)((image_id,))).get(image_id)
                if scan_is_due(known, timezone.now()):
                    outcome, words = await self._run(image_id)
                    log.info("scan of %s: %s %s", image_id, outcome, words)
                    await database_sync_to_async(keep_scan)(image_id, outcome, words, timezone.now())
            for uid in [uid for uid, asked in self._asked.items() if image_id in asked]:
                self._wake(uid)
        except Exception:  # the loop's top: the row still asks, so its next reading starts this again
            log.exception("scan of %s", image_id)
        finally:
            if self._running.get(image_id) is asyncio.current_task():
                del self._running[image_id]

    async def _run(self, image_id: str) -> tuple[str, str]:
        """(outcome, reason), see `policy.judged`."""
        if not self._command:
            return FAILED, "watch knows no command for it: PLAYGROUND_IMAGE_SCAN is set for the worker alone"
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                image_id,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        except OSError as exc:
            return FAILED, f"{self._command[0]} cannot be run: {exc.strerror}"
        try:
            async with asyncio.timeout(self._seconds):
                said = await _tail(process)
                return judged(await process.wait(), said)
        except TimeoutError:
            return FAILED, f"it took longer than {self._seconds:g} s"
        finally:
            await _end(process)


def _environment() -> dict[str, str]:
    """Ours, but for the settings of the service, of which some are secret."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PLAYGROUND_")}


async def _tail(process: Process) -> bytes:
    """The end of what it says until it closes its output."""
    assert process.stdout is not None
    said = b""
    while piece := await process.stdout.read(KEPT):
        said = (said + piece)[-KEPT:]
    return said


async def _end(process: Process) -> None:
    """It and what it started are gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # of a session of its own
        await process.wait()
