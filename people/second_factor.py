"""A second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Rows and codes are allauth's, by what it documents alone (docs.allauth.org, "MFA": the adapter, the model, and under
"Upgrading from django-allauth-2fa" what its rows hold). Which codes were used is in the rows: every process, and one
that was started again, knows.
"""

from __future__ import annotations

import secrets
from base64 import b32encode, b64encode
from datetime import UTC, datetime
from string import digits

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from people import sign_in
from people.roles import role_of
from people.rules import Role
from sandboxes.errors import Conflict, PlaygroundError

SECRET_BYTES = 20  # RFC 4226 §4: 160 bits are recommended
RECOVERY_CODES, RECOVERY_DIGITS = 10, 8
TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


class CodeNeeded(PlaygroundError):
    """A code of your authenticator app is needed, or a recovery code."""


class WrongCode(PlaygroundError):
    """This code is wrong, or was used already: wait for the next one."""


def is_on(user: User) -> bool:
    return bool(get_adapter().is_mfa_enabled(user, [TOTP]))


def is_required(user: User) -> bool:
    """Of operators, where PLAYGROUND_STAFF_MFA says so."""
    return bool(settings.STAFF_MFA) and role_of(user) is Role.OPERATOR


def is_missing(user: User) -> bool:
    """Whether this user has to have one, and has none."""
    return is_required(user) and not is_on(user)


def codes_left(user: User) -> int:
    """Recovery codes that were not used."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    return 0 if row is None else len(row.wrap().get_unused_codes())


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
    if not any(_takes(row, code) for row in rows):
        raise WrongCode
    failure.delete()


def _takes(row: Authenticator, code: str) -> bool:
    """Whether the code is good, which uses it up. Recovery codes are crossed out in their row, which is locked."""
    typed = "".join(letter for letter in code if letter.isalnum())
    return bool(row.wrap().validate_code(typed)) and (row.type != TOTP or _is_first_of_its_time(row))


def _is_first_of_its_time(row: Authenticator) -> bool:
    """Whether no code of this time step (RFC 6238 §4.2) was used before; from now on one was.

    A code is good in its own step alone (MFA_TOTP_TOLERANCE), and the step is read after the code was found good: none
    of an earlier one comes again. The update is the claim: of two at once one changes the row.
    """
    now, period = timezone.now(), settings.MFA_TOTP_PERIOD
    began = datetime.fromtimestamp(int(now.timestamp()) // period * period, UTC)
    unused = Q(last_used_at=None) | Q(last_used_at__lt=began)
    return bool(Authenticator.objects.filter(unused, pk=row.pk).update(last_used_at=now) == 1)


def proposal(user: User) -> tuple[str, str, str]:
    """A new secret, its otpauth:// address, and that as a picture to scan (a data: address). Nothing is kept."""
    secret = b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    address = get_adapter().build_totp_url(user, secret)
    picture = b64encode(get_adapter().build_totp_svg(address).encode()).decode()
    return secret, address, f"data:image/svg+xml;base64,{picture}"


def turn_on(user: User, secret: str, code: str) -> list[str]:
    """Keep the secret, of which the code shows that an app has it, and is used up by that. The recovery codes.

    Raises Conflict, WrongCode.
    """
    with transaction.atomic():
        _lock(user)
        if is_on(user):
            raise Conflict("there is a second factor already: turn it off first")
        row = Authenticator(user=user, type=TOTP, data={"secret": get_adapter().encrypt(secret)})
        row.save()
        if not _takes(row, code):
            raise WrongCode
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
        _lock(user)
        return _fresh_codes(user)


def _lock(user: User) -> None:
    """Of two that change what somebody has, at once, one waits."""
    User.objects.select_for_update().get(pk=user.pk)


def _fresh_codes(user: User) -> list[str]:
    found = [get_random_string(RECOVERY_DIGITS, digits) for _ in range(RECOVERY_CODES)]
    kept = [get_adapter().encrypt(code) for code in found]
    Authenticator.objects.update_or_create(user=user, type=RECOVERY, defaults={"data": {"migrated_codes": kept}})
    return found
