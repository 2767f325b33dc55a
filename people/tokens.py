"""Bearer tokens: given out once, kept as a digest, looked up by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from people import secret_text
from people.models import AccessToken
from people.rules import ALL_SCOPES, Scope

PREFIX = "pgt_"
# `last_used_at` is for people who tidy up: no write on every request.
USED_STEP = timedelta(minutes=1)


def issue(
    user: User, *, name: str = "", expires_at: datetime | None = None, scopes: frozenset[Scope] = ALL_SCOPES
) -> str:
    """A new token of this user. The text is not kept: it is shown now or never."""
    return issued(user, name=name, expires_at=expires_at, scopes=scopes)[1]


def issued(user: User, *, name: str, expires_at: datetime | None, scopes: frozenset[Scope]) -> tuple[AccessToken, str]:
    """The row of a new token, and its text."""
    text = secret_text.make(PREFIX)
    row = AccessToken.objects.create(
        user=user, name=name, digest=secret_text.digest(text), expires_at=expires_at, scopes=" ".join(sorted(scopes))
    )
    return row, text


def user_for(text: str) -> User | None:
    """Whose token this is, with its scopes (`roles.scopes_of`); None for an unknown or expired one, and for a user who
    is not active.

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
    user: User = found.user
    user.token_scopes = scopes_of(found)  # type: ignore[attr-defined]  # the user as this credential makes them
    user.token_expires_at = found.expires_at  # type: ignore[attr-defined]
    return user


def scopes_of(row: AccessToken) -> frozenset[Scope]:
    """As a set; a word that is none is left out, and gives nothing."""
    return frozenset(scope for scope in Scope if scope.value in row.scopes.split())
