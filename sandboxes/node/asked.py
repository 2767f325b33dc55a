"""What rows want besides pulls and scans: hooks, probes, use of the disk. One task for each, Facts as its answers.

Decides nothing: reconcile asks, and cancels by asking no more. What was answered once by a hook is not run again; a
hook whose answer was lost with its watch is. A probe goes on for as long as it is wanted, and begins its counts anew
with a new watch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from channels.db import database_sync_to_async

from sandboxes.engine.port import Engine
from sandboxes.engine.streams import Streams
from sandboxes.errors import PlaygroundError
from sandboxes.host.port import Host
from sandboxes.node.facts import answer_of, record
from sandboxes.node.hooks import run_hook
from sandboxes.node.probes import Prober
from sandboxes.node.subject import Subject, subject_of
from sandboxes.node.usage import Usage
from sandboxes.world import Wanted, WantedKind

log = logging.getLogger(__name__)
Key = tuple[UUID, Wanted]
OTHERS = (WantedKind.PULL, WantedKind.SCAN)
HOOKS = (WantedKind.POST_START, WantedKind.PRE_STOP)
# Seconds until what could not be begun is tried again.
RETRY = 1.0


class Asked:
    """All hooks, probes and measurements of this node. `engine` is asked for at each use: it may not answer yet."""

    def __init__(self, streams: Streams, engine: Callable[[], Engine], host: Host) -> None:
        self._streams = streams
        self._engine = engine
        self._usage = Usage(engine, host)
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def want(self, uid: UUID, wanted: Iterable[Wanted]) -> None:
        """These, and no others, are what pod `uid` asks for now."""
        asked = {(uid, item) for item in wanted if item.kind not in OTHERS}
        for key in [known for known in self._running if known[0] == uid and known not in asked]:
            self._running.pop(key).cancel()
        for key in asked - self._running.keys():
            task = asyncio.create_task(self._do(key), name=f"{key[1].kind} {key[1].member}")
            self._running[key] = task
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def uids(self) -> set[UUID]:
        return {uid for uid, _ in self._running}

    async def close(self) -> None:
        """Everything is cancelled, and what it executed is killed."""
        ending = tuple(self._ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _do(self, key: Key) -> None:
        """Until it is done or no longer wanted; what goes wrong on the way is tried again."""
        uid, want = key
        while True:
            try:
                await self._once(uid, want)
                return
            except PlaygroundError as exc:
                log.info("%s of %s in pod %s: %s", want.kind, want.member, uid, exc)
            except Exception:  # the loop's top: it is tried again, and the others go on
                log.exception("%s of %s in pod %s", want.kind, want.member, uid)
            await asyncio.sleep(RETRY)

    async def _once(self, uid: UUID, want: Wanted) -> None:
        if want.kind is WantedKind.USAGE:
            told = await self._usage.until_over(uid, want.name)
            await database_sync_to_async(record)(uid, want, outcome="failed", message=told)
        elif want.kind in HOOKS:
            await self._hook(uid, want)
        else:
            subject = await self._subject(uid, want)
            await Prober(self._streams, subject, want).run()

    async def _hook(self, uid: UUID, want: Wanted) -> None:
        if await database_sync_to_async(answer_of)(uid, want) is not None:
            return
        subject = await self._subject(uid, want)
        answer = await run_hook(self._streams, subject, want)
        await database_sync_to_async(record)(uid, want, outcome=answer.outcome, message=answer.message)

    async def _subject(self, uid: UUID, want: Wanted) -> Subject:
        found = await asyncio.to_thread(lambda: self._engine().observe(uid))
        try:
            subject: Subject = await database_sync_to_async(subject_of)(uid, want, found)
        except LookupError as exc:
            raise PlaygroundError(f"attempt {want.attempt} of {want.member} does not run") from exc
        return subject
