"""Lifetimes in the database: what a pod is given, when it was used, and which pods' time is over.

Every comparison is made in SQL with the database's now(): the clock of a web or worker host, however wrong, ends no pod
early and lets none live longer.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Now

from people.roles import is_guest
from sandboxes import deletion, rows, sweep
from sandboxes.journal import Entry
from sandboxes.lifetime import Among, Rule, Terms, noted_every, rules, told
from sandboxes.models import Counter, Pod
from sandboxes.world import Desired

log = logging.getLogger(__name__)

MOST_NOTED = 10_000
PENDING = Q(status__phase="Pending") | Q(status__phase__isnull=True)
TO_RUN = Q(desired=Desired.RUNNING.value) & (PENDING | Q(status__phase="Running"))
AMONG = {
    Among.ALL: ~Q(desired=Desired.GONE.value),
    Among.WANTED: TO_RUN,
    Among.STARTING: Q(desired=Desired.RUNNING.value) & PENDING,
    Among.UNUSED: TO_RUN & Q(used_at=None),
}


@dataclass(frozen=True)
class Over:
    """A pod whose time is over by a rule."""

    uid: uuid.UUID
    rule: Rule


def terms() -> Terms:
    """The installation's."""
    return Terms(settings.IDLE, settings.NEVER_USED, settings.START_WITHIN)


@dataclass(frozen=True)
class Grant:
    """The seconds that a new pod lives (0: until somebody deletes it), and up to which it can be extended."""

    seconds: int
    most: int


def granted(*users: User) -> Grant:
    """What a new pod of theirs gets: by its namespace's owner and its maker, who may be two, the stricter."""
    grants = [found for found in map(_granted, users) if found.seconds]
    if not grants:
        return Grant(0, 0)
    return Grant(min(found.seconds for found in grants), min(found.most for found in grants))


def _granted(user: User) -> Grant:
    if is_guest(user):
        return Grant(settings.GUEST_TTL, max(settings.GUEST_TTL, settings.GUEST_TTL_MAX))
    return Grant(settings.POD_TTL, max(settings.POD_TTL, settings.POD_TTL_MAX))


def begin(row: Pod, grant: Grant) -> None:
    """Give a new pod its time, in the transaction that makes it."""
    if not grant.seconds:
        return
    columns = {"expires_at": grant.seconds, "ends_at_latest": grant.most}
    changes = {column: Now() + timedelta(seconds=span) for column, span in columns.items()}
    Pod.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db(fields=list(columns))


noted: dict[uuid.UUID, float] = {}


def note_use(uid: uuid.UUID) -> None:
    """Somebody watches the pod or asks for something of it. Written at most once a minute, and harmless to repeat."""
    every, now = noted_every(terms()), monotonic()
    if now - noted.get(uid, -every) < every:
        return
    if len(noted) > MOST_NOTED:
        noted.clear()
    noted[uid] = now
    # After the caller's transaction: it takes the counter before a pod's row, as every writer does.
    transaction.on_commit(lambda: _note(uid, every))


def _note(uid: uuid.UUID, every: float) -> None:
    stale = Q(used_at=None) | Q(used_at__lte=Now() - timedelta(seconds=every))
    try:
        Pod.objects.filter(stale, pk=uid).update(used_at=Now())
    except OperationalError as exc:  # a database that is busy fails no reader: the next use is written
        noted.pop(uid, None)
        log.warning("pod %s: its use was not noted: %s", uid, exc)


def over() -> list[Over]:
    """The pods whose time is over, each by the first rule that fits; one query."""
    known = {rule.why.value: rule for rule in rules(terms())}
    return [Over(uid, known[why]) for uid, why in _over().values_list("uid", "why")]


def end_all(now: datetime) -> None:
    """End every pod whose time is over. One that cannot be ended keeps no other from its end."""
    for found in over():
        try:
            end(found, now)
        except Exception:  # its row is not as any of our code writes it
            log.exception("pod %s: not ended (%s)", found.uid, found.rule.why)


def _over() -> QuerySet[Any]:
    # No cases at all would be no expression: the rule of expiry is always there.
    cases = [When(_fits(rule), then=Value(rule.why.value)) for rule in rules(terms())]
    living = Pod.objects.filter(gone_at=None, finished_at=None).exclude(desired=Desired.GONE.value)
    reason: Any = Case(*cases, default=Value(""), output_field=CharField())
    return living.annotate(why=reason).exclude(why="")


def _fits(rule: Rule) -> Q:
    return AMONG[rule.among] & Q(**{f"{rule.since}__lte": Now() - timedelta(seconds=rule.seconds)})


def end(found: Over, now: datetime) -> bool:
    """Delete or stop the pod, with an Event that says why; False when its time is not over any more."""
    with transaction.atomic():
        version = Counter.next()
        over = _over().annotate(now=Now()).select_for_update(of=("self",))
        row = over.filter(pk=found.uid, why=found.rule.why.value).first()
        if row is None:
            return False
        reason, message = found.rule.why.value, told(found.rule, row.status)
        changes = deletion.columns(row, None, row.now) if found.rule.deletes else {"desired": Desired.STOPPED.value}
        changes |= {"ending": {"reason": reason, "message": message}}
        rows.write(row.uid, (Entry(reason, message, warning=not found.rule.deletes),), now)
        rows.change(row, version, **changes)
        sweep.wake(row.uid, now)  # no message: the sweep then sends to every pod that is due
    log.info("pod %s: %s", row.uid, reason)
    return True
