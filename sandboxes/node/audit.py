"""Audits every live container of the node against its pod's profile: at its start, and all of them every minute.

What is above its profile was not made by us, or not by this version: it is killed, and its pod's journal says why. The
row stands, so the next pass makes the member anew from a body of ours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes import rows
from sandboxes.engine.audit import violations
from sandboxes.engine.naming import Identity
from sandboxes.engine.port import Engine, Inspection
from sandboxes.engine.seen import Seen
from sandboxes.engine.streams import EngineEvent
from sandboxes.errors import PlaygroundError
from sandboxes.journal import Entry
from sandboxes.models import Pod
from sandboxes.policy import RESTRICTED, profile_named

log = logging.getLogger(__name__)

EVERY = 60.0


@dataclass(frozen=True)
class Violation:
    """A container above its profile; `checks` are the names of those that did not hold."""

    id: str
    identity: Identity
    checks: tuple[str, ...]


class Audit:
    """`pods`: the node's folder of all pods' files; `pause_image` and `host_ip` are what its pauses are made with.
    `engine` is asked for at each use: it may not answer at first."""

    def __init__(self, engine: Callable[[], Engine], pods: Path, *, pause_image: str, host_ip: str) -> None:
        self._engine, self._pods = engine, pods
        self._pause_image, self._host_ip = pause_image, host_ip
        self._started: set[UUID] = set()
        self._some = asyncio.Event()

    def event(self, event: EngineEvent) -> None:
        """A container that starts is looked at next."""
        if event.action == "start":
            self._started.add(event.uid)
            self._some.set()

    async def keep(self) -> None:
        """Until cancelled. Raises PlaygroundError when the engine is away; all are looked at when it comes back."""
        while True:
            await self._of(None)
            try:
                async with asyncio.timeout(EVERY):
                    while True:
                        await self._some.wait()
                        self._some.clear()
                        started, self._started = self._started, set()
                        for uid in started:
                            await self._of(uid)
            except TimeoutError:
                continue

    async def _of(self, uid: UUID | None) -> None:
        found = await asyncio.to_thread(lambda: self._engine().inspections(uid))
        for violation in self.judge(await database_sync_to_async(self.seen)(found)):
            await asyncio.to_thread(self._kill, violation)
            await database_sync_to_async(tell)(violation)

    def seen(self, found: tuple[Inspection, ...]) -> list[Seen]:
        """Each with what its pod's row says it may be."""
        uids = {each.identity.uid for each in found}
        of = {row.uid: row for row in Pod.objects.filter(uid__in=uids).only("uid", "profile", "number")}
        ids: dict[UUID, set[str]] = {uid: set() for uid in uids}
        for each in found:
            ids[each.identity.uid].add(each.id)
        return [self._seen(each, of.get(each.identity.uid), frozenset(ids[each.identity.uid])) for each in found]

    def _seen(self, found: Inspection, row: Pod | None, of_pod: frozenset[str]) -> Seen:
        return Seen(
            identity=found.identity,
            inspected=found.inspected,
            # None: a canary, or an orphan, which the sweep removes.
            profile=profile_named(row.profile) if row else RESTRICTED,
            number=row.number if row else 0,
            of_pod=of_pod,
            folder=str(self._pods / str(found.identity.uid)),
            pause_image=self._pause_image,
            host_ip=self._host_ip,
        )

    def judge(self, found: Iterable[Seen]) -> list[Violation]:
        """Those that are not as their pod's profile has it."""
        judged = ((each, violations(each)) for each in found)
        return [Violation(each.inspected["Id"], each.identity, broken) for each, broken in judged if broken]

    def _kill(self, violation: Violation) -> None:
        log.error("%s violates its profile: %s", violation.identity, ", ".join(violation.checks))
        try:
            self._engine().signal(violation.id, "SIGKILL")
        except PlaygroundError as exc:
            log.error("%s could not be killed: %s", violation.identity, exc)


def tell(violation: Violation) -> None:
    """The pod's journal has it, for whoever it belongs to and for operators."""
    identity = violation.identity
    what = f"Container {identity.member}" if identity.member else "The pause container"
    told = f"{what} was killed: not as its profile has it ({', '.join(violation.checks)})"
    rows.tell(identity.uid, (Entry("PolicyViolation", told, warning=True),), timezone.now())
