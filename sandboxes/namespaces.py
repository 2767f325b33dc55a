"""Namespaces: whose they are, who may do what in them, and the one a user gets at first need. Never renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from people import rules
from people.models import Membership
from people.roles import is_guest, require_scope, role_of
from people.rules import Relation, Verb
from sandboxes.errors import NotAllowed, NotFound
from sandboxes.models import Counter, Namespace

LONGEST = 63  # a DNS label (RFC 1123)
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def authorize(user: User, verb: Verb, namespace: Namespace, *, kind: str = "namespaces", name: str = "") -> None:
    """May this user do that to what is in the namespace, `kind` and `name` of which are told, or to the namespace?

    The one rule for HTTP, sockets and the admin. Raises NotFound where the user may not even see it, for what exists is
    nobody else's business; NotAllowed where role or token do not suffice.
    """
    name = name or namespace.name
    role, relation = role_of(user), relation_of(user, namespace)
    if not rules.may(role, Verb.READ, relation):
        raise NotFound(f'{kind} "{name}" not found', kind=kind, name=name)
    if not rules.may(role, verb, relation):
        raise NotAllowed(f'{kind} "{name}" is forbidden: the role {role} may not {verb}', kind=kind, name=name)
    require_scope(user, verb, f'{kind} "{name}"')


def relation_of(user: User, namespace: Namespace) -> Relation:
    """The owner comes first; then what the user is in the namespace's team, if it has one."""
    if namespace.owner_id == user.pk:
        return Relation.OWNER
    return Relation.STRANGER if namespace.team_id is None else relation_to_team(user, namespace.team_id)


def relation_to_team(user: User, team: int) -> Relation:
    """What the user is in the team of that key."""
    found = Membership.objects.filter(team=team, user=user).first()
    if found is None:
        return Relation.STRANGER
    return Relation.TEAM_ADMIN if found.role == Membership.ADMIN else Relation.TEAM_MEMBER


def visible_namespaces(user: User) -> QuerySet[Namespace]:
    """This user's namespaces and their teams', or all for operators and auditors, by name."""
    found = Namespace.objects.order_by("name")
    return found if rules.sees_all(role_of(user)) else found.filter(Q(owner=user) | Q(team__in=teams_of(user)))


def teams_of(user: User) -> QuerySet[Membership, int]:
    """The keys of the teams that the user is in."""
    return Membership.objects.filter(user=user).values_list("team", flat=True)


def live_namespace(user: User, name: str, verb: Verb) -> Namespace:
    """The namespace of that name, for that verb. Raises NotFound when there is none, or when it is not this user's;
    NotAllowed as `authorize` does.

    A user's own one is made here too, if this is the first time it is needed.
    """
    # Also keeps what no name can hold (NUL, for one) away from the database.
    found = visible_namespaces(user).filter(name=name).first() if LABEL.fullmatch(name) else None
    if found is None and namespace_of(user).name == name:
        found = namespace_of(user)
    if found is None:
        raise NotFound(f'namespaces "{name}" not found', kind="namespaces", name=name)
    authorize(user, verb, found)
    return found


def namespace_of(user: User) -> Namespace:
    """The user's own namespace, made now if this is the first time it is needed."""
    found = _own(user)
    while found is None:
        try:
            with transaction.atomic():
                found = _make(user)
        except IntegrityError:  # another user took the name between the look and the insert
            continue
    return found


def hand_over(team: int, leaver: User) -> None:
    """A team's namespace is the team's: whoever leaves it leaves theirs of its namespaces to an admin of the team.

    The one who is longest in it, and has an account; without an admin a member. In a team without anybody they stay.
    """
    theirs = Namespace.objects.filter(team=team, owner=leaver)
    if not theirs.exists():
        return
    others = Membership.objects.filter(team=team, user__is_active=True).exclude(user=leaver).select_related("user")
    heir = min(others, key=lambda other: (other.role != Membership.ADMIN, is_guest(other.user), other.pk), default=None)
    if heir is not None:
        namespace_of(heir.user)  # first of all their own: the team's is never taken for it
        theirs.update(owner=heir.user)


def label_for(username: str) -> str:
    """A DNS label from a user's name: lower-cased, other characters to `-`, cut to length."""
    label = re.sub(r"[^a-z0-9]", "-", username.lower())[:LONGEST].strip("-")
    return label or "user"


def _own(user: User) -> Namespace | None:
    """Of the namespaces that are this user's rather the one that no team has, that has their name, the oldest."""
    label = label_for(user.username)[:50]
    found = Namespace.objects.filter(owner=user)
    return min(found, key=lambda one: (one.team_id is not None, not one.name.startswith(label), one.pk), default=None)


def _make(user: User) -> Namespace:
    # The user's row is the lock: two first requests at once make one namespace. Not its key, which a pod that is being
    # made refers to while it holds the counter.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = _own(user)
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
