"""Whoever signs out, or is shown out, loses the shells that were opened with that credential: at once, all of them.

What is attached is also found out by its own socket, every 2 s; this is for the shells that nobody is attached to, and
for haste. Only rows that are changed through Django's models are heard of.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from people.models import AccessToken
from sandboxes import credentials, upstream_terminals
from sandboxes.errors import PlaygroundError

log = logging.getLogger(__name__)


@receiver(user_logged_out)
def _signed_out(request: Any, user: Any, **_: Any) -> None:
    if isinstance(user, User) and request is not None:
        _end(user.pk, credentials.name_of_session(request.session.session_key or ""))


@receiver(post_delete, sender=AccessToken)
def _token_deleted(instance: AccessToken, **_: Any) -> None:
    owner, credential = instance.user_id, credentials.name_of_token(instance.digest)
    transaction.on_commit(lambda: _end(owner, credential))


@receiver(post_save, sender=User)
def _user_changed(instance: User, created: bool, **_: Any) -> None:
    """Shown out, or another password: with it every session of before is worth nothing (Django's session hash)."""
    # Django keeps the new password there until it is saved (AbstractBaseUser.save); one hashed anew is no other.
    is_new_password = getattr(instance, "_password", None) is not None
    if not created and (not instance.is_active or is_new_password):
        transaction.on_commit(lambda: _end(instance.pk, ""))


def _end(owner: int, credential: str) -> None:
    try:
        upstream_terminals.sign_out(str(owner), credential)
    except (PlaygroundError, OSError) as exc:  # signing out must not fail because a node is away
        log.warning("the shells of user %s were not ended: %s", owner, exc)
