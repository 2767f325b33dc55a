"""What operators do to the pods of others: warn, and each act in the pod's events, where its owner sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from people import trail
from people.roles import role_of
from people.rules import Role, sees_all
from sandboxes import rows
from sandboxes.errors import Cause, Malformed, NotFound
from sandboxes.journal import Entry
from sandboxes.models import Namespace, Pod

LONGEST_WARNING = 500
# As the API says of any path that leads nowhere.
NOT_THERE = "the server could not find the requested resource"


def tell_owner(actor: User, namespace: Namespace, pod: str, what: str) -> None:
    """An operator's act on a pod of somebody else's, for that pod's events; nothing for all other acts."""
    if namespace.owner_id == actor.pk or role_of(actor) is not Role.OPERATOR:
        return
    found = Pod.objects.filter(namespace=namespace, name=pod).order_by("-created_at").first()
    if found is not None:
        rows.tell(found.pk, (Entry("OperatorAct", f"operator {actor.username}: {what}"),), timezone.now())


def note_terminal(actor: User, pod: Pod, scope: Mapping[str, Any]) -> None:
    """Somebody comes to a terminal of the pod: an entry of the trail, which no request makes (it is a WebSocket)."""
    owner, client = pod.namespace.owner, scope.get("client") or ("",)
    deed = trail.Deed(
        act="ATTACH terminal",
        path=str(scope["path"]),
        actor=actor.username,
        role=role_of(actor).value,
        address=str(client[0]),
        owner=owner.username,
    )
    trail.append(deed)
    tell_owner(actor, pod.namespace, pod.name, deed.act)


def warn(actor: User, pod: Pod, message: str) -> None:
    """A word to the pod's owner, in its events. Raises NotFound for who is no operator, Malformed."""
    if role_of(actor) is not Role.OPERATOR:
        raise NotFound(NOT_THERE)
    if not message.strip() or len(message) > LONGEST_WARNING:
        told = f"must have 1 to {LONGEST_WARNING} characters"
        raise Malformed(f"message: {told}", (Cause("message", "FieldValueInvalid", told),))
    rows.tell(
        pod.pk, (Entry("OperatorWarning", f"operator {actor.username}: {message}", warning=True),), timezone.now()
    )


def require_sight_of_all(user: User) -> None:
    """Raises NotFound for who does not see what others have: for them the address leads nowhere."""
    if not sees_all(role_of(user)):
        raise NotFound(NOT_THERE)
