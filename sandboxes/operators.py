"""What operators and auditors do to the pods of others: warn, look; each act in the pod's events, for its owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from people import trail
from people.roles import role_of
from people.rules import Relation, Role, sees_all
from sandboxes import rows
from sandboxes.errors import Cause, Malformed, NotFound
from sandboxes.journal import Entry
from sandboxes.models import Namespace, Pod
from sandboxes.namespaces import relation_of

LONGEST_WARNING = 500
# As the API says of any path that leads nowhere.
NOT_THERE = "the server could not find the requested resource"


def is_stranger_with_sight(actor: User, namespace: Namespace) -> bool:
    """Somebody who only sees the namespace because operators and auditors see all."""
    return sees_all(role_of(actor)) and relation_of(actor, namespace) is Relation.STRANGER


def tell_owner(actor: User, namespace: Namespace, pod: str, what: str) -> None:
    """An operator's or auditor's act on a pod of somebody else's, for that pod's events; nothing for all other acts."""
    if not is_stranger_with_sight(actor, namespace):
        return
    found = Pod.objects.filter(namespace=namespace, name=pod).order_by("-created_at").first()
    if found is not None:
        rows.tell(found.pk, (Entry("OperatorAct", f"{role_of(actor)} {actor.username}: {what}"),), timezone.now())


def note_look(actor: User, pod: Pod, scope: Mapping[str, Any]) -> None:
    """A page of somebody else's pod that stays open: an entry of the trail where the one who looks is a stranger."""
    if is_stranger_with_sight(actor, pod.namespace):
        _note_socket(actor, pod, scope, "WATCH live")


def note_terminal(actor: User, pod: Pod, scope: Mapping[str, Any]) -> None:
    """Somebody comes to a terminal of the pod: an entry of the trail, which no request makes (it is a WebSocket)."""
    _note_socket(actor, pod, scope, "ATTACH terminal")


def _note_socket(actor: User, pod: Pod, scope: Mapping[str, Any], act: str) -> None:
    owner, client = pod.namespace.owner, scope.get("client") or ("",)
    deed = trail.Deed(
        act=act,
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
