"""Bearer tokens: given out once, kept as a digest, looked up by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from people import secret_text
from people.models import AccessToken

PREFIX = "pgt_"
# `last_used_at` is for people who tidy up: no write on every request.
USED_STEP = timedelta(minutes=1)


def issue(user: User, *, name: str = "", expires_at: datetime | None = None) -> str:
    """A new token of this user. The text is not kept: it is shown now or never."""
    text = secret_text.make(PREFIX)
    AccessToken.objects.create(user=user, name=name, digest=secret_text.digest(text), expires_at=expires_at)
    return text


def user_for(text: str) -> User | None:
    """Whose token this is; None for an unknown or expired one and for a user who is not active.

    One hash and one look-up by digest whatever the text is, so the time taken says nothing about a near miss.
    """
    now = timezone.now()
    usable = Q(expires_at=None) | Q(expires_at__gt=now)
    found = (
        AccessToken.objects.filter(usable, digest=secret_text.digest(text), user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > USED_STEP:
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user
