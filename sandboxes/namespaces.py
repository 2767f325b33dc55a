"""Namespaces: whose they are, and the one a user gets at first need. Never renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sandboxes.errors import NotFound
from sandboxes.models import Counter, Namespace

LONGEST = 63  # a DNS label (RFC 1123)
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def may(user: User, namespace: Namespace) -> bool:
    """The one rule so far, for every verb: owner or staff."""
    return user.is_staff or namespace.owner_id == user.pk


def visible_namespaces(user: User) -> QuerySet[Namespace]:
    """This user's namespaces, or all for staff, by name."""
    found = Namespace.objects.order_by("name")
    return found if user.is_staff else found.filter(owner=user)


def live_namespace(user: User, name: str) -> Namespace:
    """The namespace of that name. Raises NotFound when there is none, or when it is not this user's.

    A user's own one is made here too, if this is the first time it is needed.
    """
    # Also keeps what no name can hold (NUL, for one) away from the database.
    found = visible_namespaces(user).filter(name=name).first() if LABEL.fullmatch(name) else None
    if found is None and namespace_of(user).name == name:
        return namespace_of(user)
    if found is None:
        raise NotFound(f'namespaces "{name}" not found', kind="namespaces", name=name)
    return found


def namespace_of(user: User) -> Namespace:
    """The user's own namespace, made now if this is the first time it is needed."""
    found = Namespace.objects.filter(owner=user).order_by("pk").first()
    while found is None:
        try:
            with transaction.atomic():
                found = _make(user)
        except IntegrityError:  # another user took the name between the look and the insert
            continue
    return found


def label_for(username: str) -> str:
    """A DNS label from a user's name: lower-cased, other characters to `-`, cut to length."""
    label = re.sub(r"[^a-z0-9]", "-", username.lower())[:LONGEST].strip("-")
    return label or "user"


def _make(user: User) -> Namespace:
    # The user's row is the lock: two first requests at once make one namespace.
    User.objects.select_for_update().get(pk=user.pk)
    found = Namespace.objects.filter(owner=user).order_by("pk").first()
    if found is not None:
        return found
    taken = set(Namespace.objects.filter(name__startswith=label_for(user.username)[:50]).values_list("name", flat=True))
    name = next(name for name in _candidates(label_for(user.username)) if name not in taken)
    return Namespace.objects.create(name=name, owner=user, resource_version=Counter.next())


def _candidates(label: str) -> Iterator[str]:
    yield label
    for number in count(2):
        tail = f"-{number}"
        yield label[: LONGEST - len(tail)].rstrip("-") + tail
