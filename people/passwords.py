"""One's own password: changed by who knows the old one. Who signs in by a link or elsewhere has none."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from people import sessions, sign_in
from sandboxes.errors import Cause, Conflict, Malformed


def change(request: HttpRequest, user: User, old: str, new: str) -> None:
    """Set another password, and end all sessions but the one that asks. Tokens stay.

    A wrong old one counts as one at the sign-in does. Raises Conflict where there is none, Malformed (`old`, `new`),
    TooManyFailures.
    """
    if not user.has_usable_password():
        raise Conflict("you have no password: you sign in by a link, or with your organisation")
    failure = sign_in.count(user.username, sign_in.address_of(request))
    if not user.check_password(old):
        raise _wrong("old", ["this is not your password"])
    failure.delete()
    try:
        validate_password(new, user)
    except ValidationError as exc:
        raise _wrong("new", exc.messages) from exc
    user.set_password(new)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    sessions.end_others(user, request.session.session_key)


def _wrong(field: str, told: list[str]) -> Malformed:
    return Malformed(f"{field}: {' '.join(told)}", tuple(Cause(field, "FieldValueInvalid", each) for each in told))
