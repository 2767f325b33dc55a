"""Image pulls that rows ask for: one task per wanted pull, one Fact as its answer.

Knows nothing of back-off or policy: reconcile asks, and asks again under a new attempt. What is no longer wanted is
cancelled; what is wanted still but answered is not pulled again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sandboxes import tasks
from sandboxes.engine.streams import Streams
from sandboxes.errors import EngineError
from sandboxes.models import Fact, Pod
from sandboxes.world import Wanted, WantedKind

log = logging.getLogger(__name__)
Key = tuple[UUID, Wanted]


def tagged(reference: str) -> str:
    """The reference as the engine lists it: `nginx` means `nginx:latest`."""
    last = reference.rpartition("/")[2]
    return reference if ":" in last or "@" in last else f"{reference}:latest"


class Pulls:
    """All pulls of this node. `changed` is called when what `states` says is another."""

    def __init__(self, streams: Streams, *, changed: Callable[[], None] = lambda: None) -> None:
        self._streams = streams
        self.changed = changed
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._answered: dict[Key, str] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def want(self, uid: UUID, wanted: Iterable[Wanted]) -> None:
        """These, and no others, are the pulls that pod `uid` asks for now."""
        asked = {(uid, item) for item in wanted if item.kind is WantedKind.PULL}
        for key in [known for known in (*self._running, *self._answered) if known[0] == uid and known not in asked]:
            self._drop(key)
        for key in asked - self._running.keys() - self._answered.keys():
            task = asyncio.create_task(self._pull(key), name=f"pull {key[1].name}")
            self._running[key] = task
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            self.changed()

    def uids(self) -> set[UUID]:
        """The pods that have asked for something."""
        return {uid for uid, _ in (*self._running, *self._answered)}

    def waiting_for(self, references: Iterable[str]) -> set[UUID]:
        """The pods that want one of these images, whatever came of their pulls."""
        named = set(references)
        return {uid for uid, item in (*self._running, *self._answered) if tagged(item.name) in named}

    def states(self) -> dict[str, str]:
        """Reference → "pulling" or "failed", of what is wanted."""
        failed = {tagged(item.name): "failed" for (_, item), outcome in self._answered.items() if outcome == "failed"}
        return failed | {tagged(item.name): "pulling" for _, item in self._running}

    async def close(self) -> None:
        """Every pull is cancelled and its connection closed."""
        ending = tuple(self._ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _drop(self, key: Key) -> None:
        self._answered.pop(key, None)
        if task := self._running.pop(key, None):
            task.cancel()
        self.changed()

    async def _pull(self, key: Key) -> None:
        try:
            outcome = await database_sync_to_async(outcome_of)(*key)
            if outcome is None:
                outcome, message = await self._outcome(key[1].name)
                await database_sync_to_async(record)(*key, outcome=outcome, message=message)
            self._answered[key] = outcome
        except Exception:  # the loop's top: the row still asks, so its next reading starts this again
            log.exception("pull of %s for pod %s", key[1].name, key[0])
        finally:
            if self._running.get(key) is asyncio.current_task():
                del self._running[key]
                self.changed()

    async def _outcome(self, reference: str) -> tuple[str, str]:
        log.info("pull %s", reference)
        try:
            await self._streams.pull(reference)
        except EngineError as exc:
            log.info("pull %s failed: %s", reference, exc)
            return "failed", str(exc)
        return "succeeded", ""


def outcome_of(uid: UUID, wanted: Wanted) -> str | None:
    """How this very pull ended, if it was answered already (by this watch or the one before it)."""
    return _facts(uid, wanted).values_list("outcome", flat=True).first()


def record(uid: UUID, wanted: Wanted, *, outcome: str, message: str) -> None:
    """The Fact, and a wake if it is news. A pod whose row is gone gets none."""
    with transaction.atomic():
        if not Pod.objects.filter(pk=uid).exists() or _facts(uid, wanted).filter(outcome=outcome).exists():
            return
        Fact.objects.update_or_create(
            pod_id=uid,
            member=wanted.member,
            attempt=wanted.attempt,
            kind=wanted.kind.value,
            name=wanted.name,
            defaults={"outcome": outcome, "message": message, "at": timezone.now()},
        )
        # The tries before this one say nothing that it does not.
        _tries(uid, wanted).filter(attempt__lt=wanted.attempt).delete()
        tasks.wake(uid)


def _facts(uid: UUID, wanted: Wanted) -> QuerySet[Fact]:
    return _tries(uid, wanted).filter(attempt=wanted.attempt)


def _tries(uid: UUID, wanted: Wanted) -> QuerySet[Fact]:
    return Fact.objects.filter(pod_id=uid, member=wanted.member, kind=wanted.kind.value, name=wanted.name)
