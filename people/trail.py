"""The audit trail: who did what, when, from where, and how it was answered; also what was refused.

Each entry has the digest of the one before in its own (a hash chain), and the head those at both ends: one that is
changed or missing is found by `broken`. It is not found where somebody who writes the database makes all digests anew.
Bodies are never kept, so no secret is; what one says that the trail should have too is in `path` (`add_to_path`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from people.models import TrailEntry, TrailHead
from sandboxes.visible import visible

HEAD = 1
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")  # RFC 9110 §9.2.1
LONGEST_PATH = 512
AT_ONCE = 500
LATELY = timedelta(minutes=10)


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


def leave_out(request: HttpRequest) -> None:
    """It changes nothing, although its method is one that does."""
    request.in_trail = False  # type: ignore[attr-defined]


def always(request: HttpRequest) -> None:
    """Whatever its method, and however many were refused before: for a sign-in, which is counted by itself."""
    request.in_trail = True  # type: ignore[attr-defined]


def is_always_for(request: HttpRequest) -> bool:
    """Whether somebody said so."""
    return getattr(request, "in_trail", False) is True


def add_to_path(request: HttpRequest, text: str) -> None:
    """What the path does not say of a deed and the trail should: "role=admin". Never anything secret."""
    request.trail_text = text  # type: ignore[attr-defined]


def path_of(request: HttpRequest) -> str:
    """What it was done to, with what was added."""
    added = getattr(request, "trail_text", "")
    return f"{request.path} {added}" if added else request.path


def is_for(request: HttpRequest) -> bool:
    """Whether the request as such stands in the trail: what may change something, where nobody said otherwise."""
    return bool(getattr(request, "in_trail", request.method not in SAFE))


def append(deed: Deed) -> TrailEntry:
    """The deed as the newest entry. One at a time: the head's row is the lock."""
    row = TrailEntry(
        at=timezone.now(),
        actor=deed.actor[:150],
        role=deed.role,
        address=deed.address[:45],
        act=deed.act[:64],
        path=_shown(deed.path),
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


def has_lately(deed: Deed) -> bool:
    """Whether the same was done minutes ago: a page that reads again and again is one reader."""
    same = TrailEntry.objects.filter(actor=deed.actor, at__gt=timezone.now() - LATELY, act=deed.act, code=deed.code)
    return same.filter(path=_shown(deed.path)).exists()


def digest(row: TrailEntry) -> str:
    """Of all that the row says, and of the one before it."""
    said = [row.at.isoformat(), row.actor, row.role, row.address, row.act, row.path, row.owner, row.code, row.request]
    return hashlib.sha256(json.dumps([*said, row.previous]).encode("utf-8", "surrogatepass")).hexdigest()


def _shown(path: str) -> str:
    return visible(path.encode("utf-8", "surrogateescape"))[:LONGEST_PATH]


def chosen(choice: Choice) -> QuerySet[TrailEntry]:
    """The entries that are asked for, newest first."""
    found = TrailEntry.objects.order_by("-pk")
    exact = {"actor": choice.actor, "act": choice.act, "at__gte": choice.since, "at__lt": choice.until}
    found = found.filter(**{key: value for key, value in exact.items() if value})
    return found.filter(path__contains=choice.path) if choice.path else found


def broken() -> Iterator[str]:
    """What is not as it was, a sentence each: entries that were changed, and places where some are missing."""
    head = TrailHead.objects.filter(pk=HEAD).first() or TrailHead()
    previous = head.cut
    for row in TrailEntry.objects.order_by("pk").iterator(AT_ONCE):
        if row.previous != previous:
            yield f"before entry {row.pk} of {row.at:%Y-%m-%d %H:%M:%S} one is missing"
        if digest(row) != row.digest:
            yield f"entry {row.pk} of {row.at:%Y-%m-%d %H:%M:%S} is not as it was"
        previous = row.digest
    if previous != head.digest:
        yield "the newest entries are missing"


def forget(days: int) -> int:
    """Entries that are older go, from the oldest on; how many those were. 0 days: none ever goes."""
    if not days:
        return 0
    with transaction.atomic():
        head, _ = TrailHead.objects.select_for_update().get_or_create(pk=HEAD)
        kept = TrailEntry.objects.filter(at__gte=Now() - timedelta(days=days)).order_by("pk").first()
        old = TrailEntry.objects.filter(pk__lt=kept.pk) if kept else TrailEntry.objects.all()
        last = old.order_by("-pk").first()
        if last is None:
            return 0
        head.cut = last.digest
        head.save()
        return old.delete()[0]
