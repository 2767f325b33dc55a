"""Bearer tokens: given out once, kept as a digest, looked up by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from people import secret_text
from people.models import AccessToken
from people.roles import require_scope, scopes_of
from people.rules import ALL_SCOPES, Scope, Verb
from sandboxes.errors import NotAllowed, NotFound, PlaygroundError

PREFIX = "pgt_"
# `last_used_at` is for people who tidy up: no write on every request.
USED_STEP = timedelta(minutes=1)
MOST = 50
USUAL_DAYS, MOST_DAYS = 30, 365


class TooManyTokens(PlaygroundError):
    """You have as many tokens as one may have: revoke some."""


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
    user.token_scopes = scopes_in(found)  # type: ignore[attr-defined]  # the user as this credential makes them
    user.token_expires_at = found.expires_at  # type: ignore[attr-defined]
    return user


def scopes_in(row: AccessToken) -> frozenset[Scope]:
    """As a set; a word that is none is left out, and gives nothing."""
    return frozenset(scope for scope in Scope if scope.value in row.scopes.split())


def of(user: User) -> QuerySet[AccessToken]:
    """The user's tokens, newest first; those whose time is over too, until they are deleted."""
    return AccessToken.objects.filter(user=user).order_by("-created_at", "-pk")


def grant(user: User, *, name: str, days: int, scopes: frozenset[Scope]) -> tuple[AccessToken, str]:
    """A token that this user asked for: its row and its text. `read` is added to whatever scopes there are.

    Raises NotAllowed where the user came with a token that may less, or ends before: no token makes a better one.
    Raises TooManyTokens.
    """
    require_scope(user, Verb.MANAGE, "tokens")
    wanted, until = scopes | {Scope.READ}, timezone.now() + timedelta(days=days)
    if missing := sorted(wanted - scopes_of(user)):
        raise NotAllowed(f'tokens is forbidden: this token does not have the scope "{missing[0]}" itself')
    own_end: datetime | None = getattr(user, "token_expires_at", None)
    if own_end is not None and until > own_end:
        raise NotAllowed("tokens is forbidden: this token ends before the one that was asked for")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # many at once are counted one at a time
        if of(user).count() >= MOST:
            raise TooManyTokens
        return issued(user, name=name, expires_at=until, scopes=wanted)


def revoke(user: User, key: int) -> None:
    """Raises NotFound for a token that is not this user's."""
    require_scope(user, Verb.MANAGE, "tokens")
    row = of(user).filter(pk=key).first()
    if row is None:
        raise NotFound(f'tokens "{key}" not found', kind="tokens", name=str(key))
    row.delete()
