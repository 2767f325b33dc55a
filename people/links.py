"""One-time sign-in links: how the first admin gets in, and anyone whose password is not set."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from people import secret_text
from people.models import SignInLink

PREFIX = "pgl_"
GOOD_FOR = timedelta(minutes=15)


def issue(user: User) -> str:
    """A new link's text, good for 15 minutes and for one use."""
    text = secret_text.make(PREFIX)
    SignInLink.objects.create(user=user, digest=secret_text.digest(text), expires_at=timezone.now() + GOOD_FOR)
    return text


def owner_of(text: str) -> User | None:
    """Whose good link this is, which stays good; None for any other text."""
    link = _good(text).select_related("user").filter(user__is_active=True).first()
    return None if link is None else link.user


def redeem(text: str) -> User | None:
    """The user of a good link, which is used up by this call; None for any other text.

    The update is the claim: of two calls at once one changes the row, the other changes nothing. It asks for columns of
    its own row alone: with a join it would ask in a subquery, which Postgres does not ask again of a row that another
    call has just changed (READ COMMITTED, "13.2.1" of its manual).
    """
    good = _good(text)
    link = good.select_related("user").filter(user__is_active=True).first()
    if link is None or good.filter(pk=link.pk).update(used_at=timezone.now()) != 1:
        return None
    return link.user


def _good(text: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(digest=secret_text.digest(text), used_at=None, expires_at__gt=timezone.now())
