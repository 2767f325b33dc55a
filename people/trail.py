"""The audit trail: who did what, when, from where, and how it was answered; also what was refused.

Each entry has the digest of the one before in its own (a hash chain): one that is changed or taken out of the middle is
found by `broken`. Bodies are never kept, so no secret is; what one says that the trail should have too is in
`path` (`api/trail.py`, add_to_path).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from people.models import TrailEntry, TrailHead

HEAD = 1
LONGEST_PATH = 512
AT_ONCE = 500


@dataclass(frozen=True)
class Deed:
    """What was done, before it is an entry; see TrailEntry for what each is."""

    act: str
    path: str
    actor: str = ""
    role: str = ""
    address: str = ""
    owner: str = ""
    code: int = 0
    request: str = ""


@dataclass(frozen=True)
class Choice:
    """Which entries: those of an actor, of an act, about paths that contain a text, from and until a moment."""

    actor: str = ""
    act: str = ""
    path: str = ""
    since: datetime | None = None
    until: datetime | None = None


def append(deed: Deed) -> TrailEntry:
    """The deed as the newest entry. One at a time: the head's row is the lock."""
    row = TrailEntry(
        at=timezone.now(),
        actor=deed.actor[:150],
        role=deed.role,
        address=deed.address[:45],
        act=deed.act[:64],
        path=_printable(deed.path)[:LONGEST_PATH],
        owner=deed.owner[:150],
        code=deed.code,
        request=deed.request,
    )
    with transaction.atomic():
        head, _ = TrailHead.objects.select_for_update().get_or_create(pk=HEAD)
        row.previous = head.digest
        row.digest = head.digest = digest(row)
        row.save()
        head.save()
    return row


def digest(row: TrailEntry) -> str:
    """Of all that the row says, and of the one before it."""
    said = [row.at.isoformat(), row.actor, row.role, row.address, row.act, row.path, row.owner, row.code, row.request]
    return hashlib.sha256(json.dumps([*said, row.previous]).encode("utf-8", "surrogatepass")).hexdigest()


def _printable(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def chosen(choice: Choice) -> QuerySet[TrailEntry]:
    """The entries that are asked for, newest first."""
    found = TrailEntry.objects.order_by("-pk")
    exact = {"actor": choice.actor, "act": choice.act, "at__gte": choice.since, "at__lt": choice.until}
    found = found.filter(**{key: value for key, value in exact.items() if value})
    return found.filter(path__contains=choice.path) if choice.path else found


def broken() -> Iterator[TrailEntry]:
    """Entries that are not what they were, or before which one is missing. The last must be the head's."""
    previous: str | None = None
    for row in TrailEntry.objects.order_by("pk").iterator(AT_ONCE):
        if digest(row) != row.digest or (previous is not None and row.previous != previous):
            yield row
        previous = row.digest
    head = TrailHead.objects.filter(pk=HEAD).first()
    last = TrailEntry.objects.order_by("-pk").first()
    if last is not None and (head is None or head.digest != last.digest):
        yield last


def forget(days: int, now: datetime) -> int:
    """Entries that are older go, from the oldest on; how many those were. 0 days: none ever goes."""
    return TrailEntry.objects.filter(at__lt=now - timedelta(days=days)).delete()[0] if days else 0
