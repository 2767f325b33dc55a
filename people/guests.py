"""Guests: users without an account, let in with the code of an event, or freely, for a while."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string

from people import secret_text, sign_in
from people.models import EventCode, Guest, GuestList
from sandboxes.errors import Cause, Malformed, PlaygroundError

# Read off a wall and typed: no letter that resembles another. 10 of 30 letters are 49 bits, and wrong ones are counted.
ALPHABET, LENGTH, GROUP = "abcdefghjkmnpqrstuvwxyz2345679", 10, 5
NAME_LENGTH = 8
LIST = 1  # the key of the row


class NoGuests(PlaygroundError):
    """Guests are not let in here: ask an admin for an account."""


class WrongCode(PlaygroundError):
    """This code is wrong or over, or as many guests came with it as may."""


class FullOfGuests(PlaygroundError):
    """There are as many guests as may be: try again later."""


def make_code(code: EventCode) -> str:
    """Give an event its code, and save it. The text is not kept: it is shown now or never."""
    text = get_random_string(LENGTH, ALPHABET)
    code.digest = secret_text.digest(text)
    code.save()
    return f"{text[:GROUP]}-{text[GROUP:]}"


def admit(request: HttpRequest, code: str) -> Guest:
    """A new guest, as a user of their own. Raises NoGuests, Malformed, WrongCode, FullOfGuests, TooManyFailures."""
    if settings.GUESTS == "off":
        raise NoGuests
    if settings.GUESTS == "codes" and not code:
        told = "guests need the code of an event"
        raise Malformed(f"code: {told}", (Cause("code", "FieldValueRequired", told),))
    with transaction.atomic():
        _check_room()
        guest = _with_code(request, code) if code else _made(None, settings.GUEST_MINUTES)
    if guest is None:  # after the transaction, in which it was counted
        raise WrongCode
    return guest


def _check_room() -> None:
    """Raises FullOfGuests. Whoever comes next is counted only after the caller's transaction: the row is the lock."""
    GuestList.objects.select_for_update().get_or_create(pk=LIST)
    if Guest.objects.filter(user__is_active=True, expires_at__gt=timezone.now()).count() >= settings.GUEST_MAX:
        raise FullOfGuests


def _with_code(request: HttpRequest, code: str) -> Guest | None:
    """A guest of the code's event; None for a wrong one. Raises TooManyFailures."""
    digest = secret_text.digest("".join(letter for letter in code.lower() if letter.isalnum()))
    # Counted before it is tried, as a password is; the name is the code's, so that a class may mistype each for itself.
    failure = sign_in.count(f"code {digest[:16]}", sign_in.address_of(request))
    event = _claim(digest)
    if event is None:
        return None
    failure.delete()
    return _made(event, event.guest_minutes)


def _claim(digest: str) -> EventCode | None:
    """The event of a good code, of which one place is taken by this call.

    The update is the claim: it asks its own row again once it may write it, so no two take the last place.
    """
    good = EventCode.objects.filter(digest=digest, expires_at__gt=timezone.now(), used__lt=F("most_guests"))
    if good.update(used=F("used") + 1) != 1:
        return None
    return EventCode.objects.get(digest=digest)


def _made(event: EventCode | None, minutes: int) -> Guest:
    user = User(username=f"guest-{get_random_string(NAME_LENGTH, ALPHABET)}")
    user.set_unusable_password()
    user.save()
    return Guest.objects.create(user=user, event=event, expires_at=timezone.now() + timedelta(minutes=minutes))
