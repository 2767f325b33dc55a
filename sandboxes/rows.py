"""The rows a pass works on: its claim, what it records, the journal. The one writer of status and memory.

Every write names the owner of the claim; a write that finds another owner raises LostClaim and the pass ends.
No transaction is open across an engine call.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from sandboxes import publish
from sandboxes.models import Counter, Fact, Pod, PodEvent, Step
from sandboxes.outcome import Done, Entry, subject
from sandboxes.world import Fact as FactValue
from sandboxes.world import Memory, Wanted

LEASE = timedelta(seconds=15)
STEPS_KEPT = 200


class LostClaim(Exception):
    """Another pass owns the pod now: end quietly, it will see what changed."""


class Claim:
    """One pass's hold on one pod."""

    def __init__(self, uid: uuid.UUID, owner: str) -> None:
        self.uid = uid
        self.owner = owner

    @classmethod
    def take(cls, uid: uuid.UUID, now: datetime) -> Claim | None:
        """Compare-and-swap on (owner, until); None when another pass holds it, or nothing is left to do."""
        owner = str(uuid.uuid4())
        free = Pod.objects.filter(Q(owner="") | Q(until__lt=now), pk=uid, finished_at=None)
        return cls(uid, owner) if free.update(owner=owner, until=now + LEASE) else None

    def row(self) -> Pod:
        """The pod as it is now. Raises LostClaim when it is no longer ours."""
        row = Pod.objects.select_related("namespace", "node").filter(pk=self.uid, owner=self.owner).first()
        if row is None:
            raise LostClaim
        return row

    def renew(self, now: datetime) -> None:
        self._update(until=now + LEASE)

    def step(self, done: Done, entries: tuple[Entry, ...], now: datetime) -> None:
        """One engine call, for the page that watches the pod being built, and what the journal says of it."""
        with transaction.atomic():
            write(self.uid, entries, now)
            self._update(until=now + LEASE, rev=F("rev") + 1)
            Step.objects.create(
                pod_id=self.uid,
                pass_id=self.owner,
                verb=type(done.action).__name__,
                object=subject(done.action),
                started=done.started,
                ms=done.ms,
                outcome=str(done.error) if done.error else "ok",
                effect=done.effect,
            )
            rev = Pod.objects.values_list("rev", flat=True).get(pk=self.uid)
        publish.pod_changed(self.uid, rev)

    def record(self, row: Pod, *, status: dict[str, Any], memory: Memory, wanted: tuple[Wanted, ...]) -> None:
        """Status, memory and what watch shall do; nudges only those to whom something is new."""
        kept, asked = memory.model_dump(mode="json"), [want.model_dump(mode="json") for want in wanted]
        news = status != row.status
        if not news and kept == row.memory and asked == row.wanted:
            return
        with transaction.atomic():
            changes: dict[str, Any] = {"memory": kept, "wanted": asked, "status": status}
            if news:
                changes |= {"rev": F("rev") + 1, "resource_version": Counter.next()}
            self._update(**changes)
        if news:
            publish.pod_changed(self.uid, row.rev + 1)

    def remember(self, memory: Memory) -> None:
        """Save what actions changed, before the next look."""
        self._update(memory=memory.model_dump(mode="json"))

    def release(self, row: Pod, look_at: datetime | None) -> bool:
        """Let go, unless someone woke the pod since `row` was read: then look again."""
        held = Pod.objects.filter(pk=self.uid, owner=self.owner, wakes=row.wakes)
        released = held.update(owner="", until=None, next_look_at=look_at) == 1
        if released and row.node_id:
            publish.node_changed(row.node_id, self.uid, row.rev)
        return released

    def push(self, at: datetime) -> None:
        """Let go and look again at `at`, whatever happened meanwhile."""
        Pod.objects.filter(pk=self.uid, owner=self.owner).update(owner="", until=None, next_look_at=at)

    def finish(self, row: Pod, now: datetime) -> None:
        """Nothing is left of the pod: the row stays for a day, its name is free."""
        with transaction.atomic():
            self._update(
                finished_at=now, gone_at=row.gone_at or now, wanted=[], next_look_at=None, owner="", until=None,
                rev=F("rev") + 1, resource_version=Counter.next(),
            )  # fmt: skip
            Fact.objects.filter(pod_id=self.uid).delete()
        publish.pod_changed(self.uid, row.rev + 1)

    def prune_steps(self) -> None:
        """Keep the newest steps only."""
        newest = Step.objects.filter(pod_id=self.uid).order_by("-id").values_list("id", flat=True)
        oldest_kept = newest[STEPS_KEPT - 1 : STEPS_KEPT].first()
        if oldest_kept is not None:
            Step.objects.filter(pod_id=self.uid, id__lt=oldest_kept).delete()

    def _update(self, **changes: Any) -> None:
        if Pod.objects.filter(pk=self.uid, owner=self.owner).update(**changes) != 1:
            raise LostClaim


def facts_of(row: Pod) -> tuple[FactValue, ...]:
    """What watch found out about this pod."""
    return tuple(
        FactValue.model_validate(fact)
        for fact in Fact.objects.filter(pod=row).values("kind", "member", "attempt", "name", "outcome", "message", "at")
    )


def write(uid: uuid.UUID, entries: tuple[Entry, ...], now: datetime) -> None:
    """Add to the journal; an entry that stands there already is counted."""
    if not entries:
        return
    with transaction.atomic():
        version = Counter.next()
        for entry in entries:
            kind = "Warning" if entry.warning else "Normal"
            text = "\0".join((kind, entry.reason, entry.message, entry.field_path))
            digest = hashlib.sha256(text.encode()).hexdigest()
            same = PodEvent.objects.filter(pod_id=uid, digest=digest)
            if same.update(count=F("count") + 1, last_seen=now, resource_version=version):
                continue
            PodEvent.objects.create(
                pod_id=uid,
                type=kind,
                reason=entry.reason,
                message=entry.message,
                field_path=entry.field_path,
                digest=digest,
                first_seen=now,
                last_seen=now,
                resource_version=version,
            )
