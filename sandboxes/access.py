"""Who may see a pod, and do what to it: the rules of its namespace, asked of a pod."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from people import rules
from people.roles import role_of
from people.rules import Verb
from sandboxes import namespaces
from sandboxes.errors import NotAllowed
from sandboxes.models import Namespace, Pod
from sandboxes.namespaces import teams_of


def visible_to(user: User) -> QuerySet[Pod]:
    """The living pods this user may see: their own and their teams', or all for operators and auditors."""
    living = Pod.objects.filter(gone_at=None).select_related("namespace", "node")
    if rules.sees_all(role_of(user)):
        return living
    return living.filter(Q(namespace__owner=user) | Q(namespace__team__in=teams_of(user)))


def authorize(user: User, verb: Verb, obj: Namespace | Pod) -> None:
    """As `namespaces.authorize`, also for a pod: what may be done to it, the rules say of its namespace."""
    if isinstance(obj, Pod):
        namespaces.authorize(user, verb, obj.namespace, kind="pods", name=obj.name)
    else:
        namespaces.authorize(user, verb, obj)


def may_still(user: User, verb: Verb, uid: uuid.UUID) -> bool:
    """Whether what was allowed once, to this living pod, is allowed by the rows of now."""
    row = visible_to(user).filter(pk=uid).first()
    try:
        if row is not None:
            authorize(user, verb, row)
    except NotAllowed:
        return False
    return row is not None
