"""Users as the commands name them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError


def named(username: str, *, create: bool, admin: bool = False) -> User:
    """The active user of that name. With `create`, one is made where there is none: without a password, and as an
    admin (staff and superuser) with `admin`. Raises CommandError, saying what to do.
    """
    found = User.objects.filter(username=username).first()
    if found is None and create:
        return _made(username, admin=admin)
    if found is None:
        raise CommandError(f"there is no user {username!r}; --create (or --create-admin for a link) makes one")
    if not found.is_active:
        raise CommandError(f"user {username!r} is not active and may not sign in")
    return found


def _made(username: str, *, admin: bool) -> User:
    user = User(username=username, is_staff=admin, is_superuser=admin)
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as exc:
        raise CommandError(f"{username!r} cannot be a user's name: {' '.join(exc.messages)}") from exc
    user.save()
    return user
