"""Who is asking: a bearer token, or the session's cookie with a CSRF token for what changes something.

A request that brings an Authorization header stands or falls with it: a bad bearer is never saved by a good cookie.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from people import second_factor, tokens
from people.sign_in import address_of, subscriber
from sandboxes import throttle
from sandboxes.api.answers import Forbidden, Unauthenticated


class SignedIn(HttpRequest):
    """A request that one of the classes below let through."""

    auth: User


class MaybeSignedIn(HttpRequest):
    """A request that `visitor` let through."""

    auth: User | AnonymousUser


class BearerToken(AuthBase):
    """`Authorization: Bearer …`; None leaves the request to the next one in line."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> User | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, text = header.partition(" ")
        user = tokens.user_for(text.strip()) if scheme.lower() == "bearer" else None
        if user is None:
            raise Unauthenticated
        throttle.take(throttle.requests(), f"user-{user.pk}")
        return user


class SessionCookie(AuthBase):
    """The session of a browser. Safe methods need nothing more, the others the X-CSRFToken header and a good Origin."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        if not isinstance(request.user, User):
            return None
        _refuse_forgery(request)
        if second_factor.is_missing(request.user):
            raise Forbidden("you need a second factor: set one up on your account page")
        throttle.take(throttle.requests(), f"user-{request.user.pk}")
        return request.user


class Browser(AuthBase):
    """A session whatever it lacks, and no token: for what gives a session what it lacks."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        if "Authorization" in request.headers:
            raise Forbidden("this is for browsers: a token may not do it")
        if not isinstance(request.user, User):
            return None
        _refuse_forgery(request)
        return request.user


def visitor(request: HttpRequest) -> User | AnonymousUser:
    """Whoever asks, signed in or not; what changes something still needs the CSRF token, or a bearer."""
    bearer = BearerToken()(request)
    if bearer is not None:
        return bearer
    _refuse_forgery(request)
    throttle.take(throttle.requests(), f"address-{subscriber(address_of(request))}")
    return request.user if isinstance(request.user, User) else AnonymousUser()


def _refuse_forgery(request: HttpRequest) -> None:
    if check_csrf(request) is not None:
        raise Forbidden(
            "CSRF verification failed: send the token of GET session as X-CSRFToken, from this site's pages"
        )


SIGNED_IN = [BearerToken(), SessionCookie()]
BROWSER = [Browser()]
