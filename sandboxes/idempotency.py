"""A request for a pod that is sent again makes no second one: the header Idempotency-Key, by which a client says that
it is the same (draft-ietf-httpapi-idempotency-key-header-07).

The key is a row, written in the transaction that makes the pod: there are both or neither, and the database lets one
row of a key in. So nothing is ever in flight for others to see: who comes meanwhile waits for that transaction, and is
answered with its pod. What was refused leaves no key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from sandboxes.errors import Cause, PlaygroundError, SpecRefused, TooManyRequests
from sandboxes.models import IdempotencyKey, Namespace, Pod

HEADER = "Idempotency-Key"
GOOD_FOR = timedelta(hours=24)
MOST = 1000  # of one user


@dataclass(frozen=True)
class Key:
    """What the header said, and the fingerprint of the request: 64 hexadecimal digits."""

    text: str
    fingerprint: str


def once(user: User, home: Namespace, key: Key | None, make: Callable[[], Pod]) -> Pod:
    """The pod that `make` makes, or the one that it made under this key, as it is by now.

    Raises SpecRefused where another request had this key, TooManyRequests, and what `make` raises.
    """
    if key is None:
        return make()
    if (there := _made(user, home, key)) is not None:
        return there
    try:
        with transaction.atomic():
            row = make()
            _keep(user, home, key, row)
    except (PlaygroundError, IntegrityError):
        # Perhaps by itself, sent twice: that has the name, the place in a quota, or the key.
        if (there := _made(user, home, key)) is None:
            raise
        return there
    return row


def _made(user: User, home: Namespace, key: Key) -> Pod | None:
    fresh = IdempotencyKey.objects.filter(created_at__gt=Now() - GOOD_FOR)
    rows = fresh.filter(user=user, namespace=home, key=key.text)
    row = rows.select_related("pod__namespace", "pod__node").first()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        told = "this key is that of another request: a new request needs a new key"
        raise SpecRefused("", (Cause(HEADER, "FieldValueInvalid", told),), kind="CreateOptions.meta.k8s.io")
    return row.pod


def _keep(user: User, home: Namespace, key: Key, row: Pod) -> None:
    """After the pod was made, for which the counter was taken: of many at once each sees the last."""
    there = IdempotencyKey.objects.filter(user=user)
    there.filter(created_at__lte=Now() - GOOD_FOR).delete()
    _check_room(there)
    IdempotencyKey.objects.create(user=user, namespace=home, key=key.text, fingerprint=key.fingerprint, pod=row)


def _check_room(there: QuerySet[IdempotencyKey]) -> None:
    """Raises TooManyRequests with the seconds until the oldest is no more."""
    if there.count() < MOST:
        return
    oldest = there.order_by("created_at").values_list(Now() - F("created_at"), flat=True)[0]
    told = f"too many keys: {HEADER} is good for 24 h, and a user has {MOST} at most; a pod needs none"
    raise TooManyRequests(told, seconds=max(1, ceil((GOOD_FOR - oldest).total_seconds())))


def forget() -> None:
    """Drop the keys that hold no more."""
    IdempotencyKey.objects.filter(created_at__lte=Now() - GOOD_FOR).delete()
