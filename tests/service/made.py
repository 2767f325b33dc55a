"""Rows as tests need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from people.models import Guest, Membership, Team
from sandboxes.models import Namespace, Node, Pod

MANIFEST: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "alice"},
    "spec": {"containers": [{"name": "a", "image": "nginx"}]},
}


def pod(*, user: str = "alice", name: str = "web", node: str = "n1", **columns: Any) -> Pod:
    """A pod of this user on this node, made with whatever it needs to exist."""
    owner, _ = User.objects.get_or_create(username=user)
    home, _ = Namespace.objects.get_or_create(name=user, defaults={"owner": owner})
    Node.objects.get_or_create(name=node)
    given = {"manifest": MANIFEST, "spec_hash": "h", "created_at": timezone.now(), "rev": 1} | columns
    return Pod.objects.create(namespace=home, name=name, node_id=node, **given)


def guest(user: User, *, minutes: int = 60) -> Guest:
    """The user as a guest, for so many minutes from now on."""
    return Guest.objects.create(user=user, expires_at=timezone.now() + timedelta(minutes=minutes))


def team(name: str, *, admin: str, member: str = "") -> Team:
    """A team of these users, made with whatever it needs to exist; as it was, if there was one."""
    found, _ = Team.objects.get_or_create(name=name)
    for username, role in ((admin, Membership.ADMIN), (member, Membership.MEMBER)):
        if username:
            user, _ = User.objects.get_or_create(username=username)
            Membership.objects.update_or_create(team=found, user=user, defaults={"role": role})
    return found


def wanted(pod: Pod) -> list[Any]:
    """What the row wants of watch, but for the measuring that goes on for as long as the pod does."""
    return [want for want in pod.wanted if (want["kind"], want["name"]) != ("usage", "")]
