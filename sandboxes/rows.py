"""The rows a pass works on: its claim, what it records, the journal. The one writer of status and memory; and `change`,
by which whoever has locked a pod's row writes its other columns.

Every write to the pod names the owner of the claim; one that finds another owner raises LostClaim, which takes the
journal entries of its transaction with it and ends the pass. No transaction is open across an engine call.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from sandboxes import publish, quotas
from sandboxes.journal import Entry
from sandboxes.models import Counter, Fact, Pod, PodEvent, Step
from sandboxes.outcome import Done, subject
from sandboxes.world import Fact as FactValue
from sandboxes.world import Memory, Wanted

LEASE = timedelta(seconds=15)
STEPS_KEPT = 200
EVENTS_KEPT = 500


@dataclass(frozen=True)
class Known:
    """What one look comes to: the PodStatus, what to remember, and what watch shall do."""

    status: dict[str, Any]
    memory: Memory
    wanted: tuple[Wanted, ...] = ()


class LostClaim(Exception):
    """Another pass owns the pod now: end quietly, it will see what changed."""


class Claim:
    """One pass's hold on one pod. `seen` is the count of wakes when the row was read last."""

    def __init__(self, uid: uuid.UUID, owner: str) -> None:
        self.uid = uid
        self.owner = owner
        self.seen = -1

    @classmethod
    def take(cls, uid: uuid.UUID, node: str, now: datetime) -> Claim | None:
        """Compare-and-swap on (owner, until); None when another pass holds it, nothing is left to do, or the pod is
        another node's: a message is no proof of that."""
        owner = str(uuid.uuid4())
        free = Pod.objects.filter(Q(owner="") | Q(until__lt=now), pk=uid, node_id=node, finished_at=None)
        return cls(uid, owner) if free.update(owner=owner, until=now + LEASE) else None

    def row(self) -> Pod:
        """The pod as it is now. Raises LostClaim when it is no longer ours."""
        row = Pod.objects.select_related("namespace", "node").filter(pk=self.uid, owner=self.owner).first()
        if row is None:
            raise LostClaim
        self.seen = row.wakes
        return row

    def renew(self, now: datetime) -> None:
        self._update(until=now + LEASE)

    def step(self, done: Done, entries: tuple[Entry, ...], now: datetime) -> None:
        """One engine call, for the page that watches the pod being built, and what the journal says of it."""
        with transaction.atomic():
            write(self.uid, entries, now)
            self._show(until=now + LEASE)
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

    def record(self, row: Pod, known: Known, entries: tuple[Entry, ...], now: datetime) -> None:
        """What a look has found; nudges only those to whom something is new."""
        memory, wanted = known.memory.model_dump(mode="json"), [want.model_dump(mode="json") for want in known.wanted]
        if known.status == row.status and memory == row.memory and wanted == row.wanted:
            return
        with transaction.atomic():
            write(self.uid, entries, now)
            if known.status == row.status:
                self._update(memory=memory, wanted=wanted)
            else:
                version = Counter.next()
                self._show(memory=memory, wanted=wanted, status=known.status, resource_version=version)

    def remember(self, memory: Memory) -> None:
        """Save what actions changed, before the next look."""
        self._update(memory=memory.model_dump(mode="json"))

    def release(self, row: Pod, look_at: datetime | None) -> bool:
        """Let go, unless someone woke the pod since `row` was read: then look again."""
        prune(self.uid)
        held = Pod.objects.filter(pk=self.uid, owner=self.owner, wakes=self.seen)
        released = held.update(owner="", until=None, next_look_at=look_at) == 1
        if released and row.node_id:
            publish.node_changed(row.node_id, self.uid, row.rev)
        return released

    def push(self, at: datetime, now: datetime) -> None:
        """Let go and look again at `at`; at once, if someone woke the pod since its row was read."""
        prune(self.uid)
        held = Pod.objects.filter(pk=self.uid, owner=self.owner)
        if not held.filter(wakes=self.seen).update(owner="", until=None, next_look_at=at):
            held.update(owner="", until=None, next_look_at=now)

    def finish(self, row: Pod, now: datetime) -> None:
        """Nothing is left of the pod: the row stays for a day, its name is free, and so is its place in the quotas."""
        with transaction.atomic():
            version = Counter.next()
            ended = {"finished_at": now, "gone_at": row.gone_at or now, "wanted": [], "next_look_at": None}
            self._show(**ended, resource_version=version, owner="", until=None)
            quotas.free(self.uid)
            Fact.objects.filter(pod_id=self.uid).delete()

    def _update(self, **changes: Any) -> None:
        if Pod.objects.filter(pk=self.uid, owner=self.owner).update(**changes) != 1:
            raise LostClaim

    def _show(self, **changes: Any) -> None:
        """A change that pages should see: a new rev, and a nudge with it once it can be read."""
        self._update(rev=F("rev") + 1, **changes)
        rev = Pod.objects.values_list("rev", flat=True).get(pk=self.uid)
        transaction.on_commit(lambda: publish.pod_changed(self.uid, rev))


def facts_of(row: Pod) -> tuple[FactValue, ...]:
    """What watch found out about this pod."""
    return tuple(
        FactValue.model_validate(fact)
        for fact in Fact.objects.filter(pod=row).values("kind", "member", "attempt", "name", "outcome", "message", "at")
    )


def prune(uid: uuid.UUID) -> None:
    """Keep a pod's newest steps and journal entries only."""
    for kind, kept in ((Step, STEPS_KEPT), (PodEvent, EVENTS_KEPT)):
        rows = kind.objects.filter(pod_id=uid)
        oldest = rows.order_by("-id").values_list("id", flat=True)[kept - 1 : kept].first()
        if oldest is not None:
            rows.filter(id__lt=oldest).delete()


def change(row: Pod, version: int, **changes: Any) -> None:
    """Other columns for a row that the caller has locked, after it took the counter for `version`; and the nudge, once
    they can be read.
    """
    Pod.objects.filter(pk=row.pk).update(**changes, rev=F("rev") + 1, resource_version=version)
    transaction.on_commit(lambda: publish.pod_changed(row.pk, row.rev + 1))


def tell(uid: uuid.UUID, entries: tuple[Entry, ...], now: datetime) -> None:
    """Add to the journal of a pod that no pass holds (a probe's failure), and nudge who watches it."""
    with transaction.atomic():
        if not Pod.objects.filter(pk=uid).update(rev=F("rev") + 1):
            return
        write(uid, entries, now)
        rev = Pod.objects.values_list("rev", flat=True).get(pk=uid)
        transaction.on_commit(lambda: publish.pod_changed(uid, rev))


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
