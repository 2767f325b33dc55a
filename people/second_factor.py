"""A second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Rows, codes and what counts as used are allauth's (docs.allauth.org, "MFA"). Its `internal` parts are asked only here;
the version is held in requirements.in.
"""

from __future__ import annotations

from base64 import b64encode

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from people import sign_in
from people.roles import role_of
from people.rules import Role
from sandboxes.errors import Conflict, PlaygroundError


class CodeNeeded(PlaygroundError):
    """A code of your authenticator app is needed, or a recovery code."""


class WrongCode(PlaygroundError):
    """This code is wrong, or was used already: wait for the next one."""


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def is_required(user: User) -> bool:
    """Of operators, where PLAYGROUND_STAFF_MFA says so."""
    return bool(settings.STAFF_MFA) and role_of(user) is Role.OPERATOR


def is_missing(user: User) -> bool:
    """Whether this user has to have one, and has none."""
    return is_required(user) and not is_on(user)


def codes_left(user: User) -> int:
    """Recovery codes that were not used."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return 0 if row is None else len(RecoveryCodes(row).get_unused_codes())


def check(user: User, code: str) -> None:
    """Whoever has a second factor must show it; of others nothing is asked. A code is good once.

    Counted for the user, wherever the codes come from. Raises CodeNeeded, WrongCode, TooManyFailures.
    """
    rows = list(Authenticator.objects.filter(user=user))
    if not rows:
        return
    if not code:
        raise CodeNeeded
    failure = sign_in.count("second factor", f"user {user.pk}")
    if not any(row.wrap().validate_code(code) for row in rows):
        raise WrongCode
    failure.delete()


def proposal(user: User) -> tuple[str, str, str]:
    """A new secret, its otpauth:// address, and that as a picture to scan (a data: address). Nothing is kept."""
    secret = generate_totp_secret()
    address = get_adapter().build_totp_url(user, secret)
    picture = b64encode(get_adapter().build_totp_svg(address).encode()).decode()
    return secret, address, f"data:image/svg+xml;base64,{picture}"


def turn_on(user: User, secret: str, code: str) -> list[str]:
    """Keep the secret, of which the code shows that an app has it. The recovery codes. Raises Conflict, WrongCode."""
    if not validate_totp_code(secret, code):
        raise WrongCode
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two at once one comes too late
        if is_on(user):
            raise Conflict("there is a second factor already: turn it off first")
        TOTP.activate(user, secret)
        return _fresh_codes(user)


def turn_off(user: User, code: str) -> None:
    """Raises CodeNeeded, WrongCode, TooManyFailures."""
    check(user, code)
    Authenticator.objects.filter(user=user).delete()


def new_codes(user: User, code: str) -> list[str]:
    """Other recovery codes instead of those there are. Raises Conflict, CodeNeeded, WrongCode, TooManyFailures."""
    if not is_on(user):
        raise Conflict("there is no second factor: turn it on first")
    check(user, code)
    with transaction.atomic():
        return _fresh_codes(user)


def _fresh_codes(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    found: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return found
