"""The rows by which watch answers what a pod's row wants."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sandboxes import tasks
from sandboxes.models import Fact, Pod
from sandboxes.world import ENDED, Wanted


class Answer(NamedTuple):
    """How it ended: "succeeded", or "failed" and why."""

    outcome: str
    message: str = ""


def answer_of(uid: UUID, wanted: Wanted) -> Answer | None:
    """How this very thing ended, if it was answered already (by this watch or the one before it)."""
    ended = facts_about(uid, wanted).filter(outcome__in=ENDED).values_list("outcome", "message").first()
    return Answer(*ended) if ended else None


def record(uid: UUID, wanted: Wanted, *, outcome: str, message: str) -> None:
    """The Fact, and a wake if it is news. A pod whose row is gone gets none."""
    with transaction.atomic():
        if not Pod.objects.filter(pk=uid).exists() or facts_about(uid, wanted).filter(outcome=outcome).exists():
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


def facts_about(uid: UUID, wanted: Wanted) -> QuerySet[Fact]:
    """Its rows: one, or none."""
    return _tries(uid, wanted).filter(attempt=wanted.attempt)


def _tries(uid: UUID, wanted: Wanted) -> QuerySet[Fact]:
    return Fact.objects.filter(pod_id=uid, member=wanted.member, kind=wanted.kind.value, name=wanted.name)
