"""Whoever signs out, or is shown out, loses the shells that were opened with that credential, and the pages: at once,
all of them. So does whoever has other rights than before, as far as these no longer suffice. And who leaves a team
leaves it its namespaces.

What is attached is also found out by its own socket, every 1.5 s; this is for the shells that nobody is attached to,
and for haste. Only rows that are changed through Django's models are heard of.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from people.models import AccessToken, Membership, RoleAssignment, Session
from sandboxes import credentials, namespaces, publish, upstream_terminals
from sandboxes.errors import PlaygroundError

log = logging.getLogger(__name__)
EVERY = ""  # credential of the user


@receiver(post_delete, sender=Session)
def _session_ended(instance: Session, **_: Any) -> None:
    """Signed out, by whom ever: Django deletes the row in `logout` too."""
    if instance.user_id is not None:
        _after(instance.user_id, credentials.name_of_session(instance.session_key))


@receiver(post_delete, sender=AccessToken)
def _token_deleted(instance: AccessToken, **_: Any) -> None:
    _after(instance.user_id, credentials.name_of_token(instance.digest))


@receiver(post_save, sender=User)
def _user_changed(instance: User, created: bool, update_fields: Any = None, **_: Any) -> None:
    """Shown out, or another password: with it every session of before is worth nothing (Django's session hash)."""
    if created or update_fields == frozenset({"last_login"}):
        return
    # Django keeps the new password there until it is saved (AbstractBaseUser.save); one hashed anew is no other.
    is_new_password = getattr(instance, "_password", None) is not None
    if not instance.is_active or is_new_password:
        _after(instance.pk, EVERY)
    else:
        transaction.on_commit(lambda: publish.user_changed(instance.pk))


@receiver(post_save, sender=RoleAssignment)
@receiver(post_delete, sender=RoleAssignment)
@receiver(post_save, sender=Membership)
@receiver(post_delete, sender=Membership)
def _rights_changed(instance: RoleAssignment | Membership, created: bool = False, **_: Any) -> None:
    """Other rights: shells begin anew, pages look whether they may stay. Who joins a team has lost none."""
    if not (created and isinstance(instance, Membership)):
        _after(instance.user_id, EVERY)


@receiver(post_delete, sender=Membership)
def _left_team(instance: Membership, **_: Any) -> None:
    """By whom ever: also in the admin, and by groups of the identity provider. Of a team that goes nothing is left."""
    namespaces.hand_over(instance.team_id, instance.user)


def _after(user: int, credential: str) -> None:
    def ended() -> None:
        publish.user_changed(user)
        _end(user, credential)

    transaction.on_commit(ended)


def _end(owner: int, credential: str) -> None:
    try:
        upstream_terminals.sign_out(str(owner), credential)
    except (PlaygroundError, OSError) as exc:  # signing out must not fail because a node is away
        log.warning("the shells of user %s were not ended: %s", owner, exc)
