"""Signing in with a password, and the limit on wrong ones: 5 for one name from one address in 15 minutes, 50 for an
address. Kept in rows, so that every web process counts the same.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from people.models import LoginFailure
from sandboxes.errors import TooManyRequests

WINDOW = timedelta(minutes=15)
PER_NAME = 5
PER_ADDRESS = 50


class TooManyFailures(TooManyRequests):
    """Too many wrong passwords: try again in 15 minutes."""

    def __init__(self) -> None:
        super().__init__(seconds=int(WINDOW.total_seconds()))


def with_password(request: HttpRequest, username: str, password: str) -> User | None:
    """The user, or None when name or password is wrong. Raises TooManyFailures without trying the password.

    The failure is written before the password is tried and taken back when it was right: requests sent at the same
    time cannot all be counted as the first.
    """
    attempt = count(username, address_of(request))
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        return None
    LoginFailure.objects.filter(username=attempt.username, address=attempt.address).delete()
    return user


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as the server has it (behind a proxy: PLAYGROUND_PROXY)."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def subscriber(address: str) -> str:
    """Whom limits for an address count: of IPv6 the /64, the least that one subscriber has (RFC 6177)."""
    try:
        found = ip_address(address)
    except ValueError:  # no address: a name that stands for one
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return address


def count(username: str, address: str) -> LoginFailure:
    """Write a failure of that name from that address, for the caller to delete when it was none.

    Raises TooManyFailures.
    """
    now, address = timezone.now(), subscriber(address)
    LoginFailure.objects.filter(at__lt=now - WINDOW).delete()
    # Cut and folded, so that one name cannot be tried under many spellings.
    attempt = LoginFailure(username=username.casefold()[:150], address=address, at=now)
    from_address = LoginFailure.objects.filter(address=address)
    if from_address.filter(username=attempt.username).count() >= PER_NAME or from_address.count() >= PER_ADDRESS:
        raise TooManyFailures
    attempt.save()
    if from_address.filter(username=attempt.username).count() > PER_NAME or from_address.count() > PER_ADDRESS:
        raise TooManyFailures
    return attempt
