"""Who opens a WebSocket, or still reads a long answer: a bearer token, or the session cookie of a page of this site.

A cookie travels with whatever page opens the socket, so its Origin must be ours; a token is held by its owner alone.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from people import second_factor, secret_text, tokens

DEFAULT_PORT = {"http": 80, "https": 443}


def who(scope: dict[str, Any]) -> User | None:
    """The active user of an ASGI scope, or None. Reads the database: not for the event loop."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        user = tokens.user_for(token.strip())
    elif same_site(headers, secure=scope.get("scheme") in ("wss", "https")):
        user = _of_session(headers.get("cookie", ""))
    else:
        user = None
    return user if user is not None and user.is_active else None


def name_of(scope: dict[str, Any]) -> str:
    """A name for the credential of a scope, which gives nothing of it away."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return name_of_token(secret_text.digest(token.strip()))
    return name_of_session(_session_key(headers.get("cookie", "")) or "")


def name_of_token(digest: str) -> str:
    return f"token {digest}"


def name_of_session(key: str) -> str:
    return f"session {secret_text.digest(key)}"


def again(request: HttpRequest) -> User | None:
    """Who a request that was let in comes from, by the rows of now: None once its token or session is revoked."""
    header = request.headers.get("Authorization")
    if header is not None:
        user = tokens.user_for(header.partition(" ")[2].strip())
    else:
        user = of_session(request.session.session_key)
    return user if user is not None and user.is_active else None


def same_site(headers: dict[str, str], *, secure: bool) -> bool:
    """The Origin is the scheme and host that was asked, or one the admin listed."""
    origin, host = headers.get("origin", ""), headers.get("host", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    asked = _place(f"{'https' if secure else 'http'}://{host}")
    return asked is not None and _place(origin) == asked


def _place(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin)
        if parts.scheme not in DEFAULT_PORT or not parts.hostname:
            return None
        return parts.scheme, parts.hostname, parts.port or DEFAULT_PORT[parts.scheme]
    except ValueError:
        return None


def _of_session(cookie: str) -> User | None:
    key = _session_key(cookie)
    return None if key is None else of_session(key)


def _session_key(cookie: str) -> str | None:
    try:
        return SimpleCookie(cookie)[settings.SESSION_COOKIE_NAME].value
    except (KeyError, CookieError):
        return None


def of_session(key: str | None) -> User | None:
    """The user of a session that holds, active or not."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)  # also refuses a session from before the password changed
    return user if isinstance(user, User) and not second_factor.is_missing(user) else None
