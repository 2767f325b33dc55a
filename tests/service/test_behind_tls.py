"""With TLS in front (PLAYGROUND_SECURE_COOKIES): what a browser keeps, where it sends it, and that it comes by TLS."""

from __future__ import annotations

import json
from http.cookies import Morsel
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.booted import settings_with
from tests.service.test_api_session import PASSWORD, SESSION

pytestmark = pytest.mark.django_db
HOST = "portal.example"
OURS = ("SESSION_COOKIE_", "CSRF_COOKIE_", "SECURE_")


@pytest.fixture(autouse=True)
def booted(settings: Any) -> None:
    """The settings that have to do with it, as the service has them then."""
    for name, value in settings_with(SECURE_COOKIES="true", HOSTS=HOST).items():
        if name.startswith(OURS):
            setattr(settings, name, value)
    settings.ALLOWED_HOSTS = [HOST]


def browser() -> Client:
    return Client(HTTP_HOST=HOST, raise_request_exception=False)


@pytest.fixture
def kept(settings: Any) -> dict[str, Morsel[str]]:
    """The cookies of a browser that has signed in, by their settings."""
    User.objects.create_user(PASSWORD["username"], password=PASSWORD["password"])
    client = browser()
    answer = client.post(SESSION, json.dumps(PASSWORD), content_type="application/json", secure=True)
    assert answer.status_code == 200, answer.content
    found = {"session": client.cookies[settings.SESSION_COOKIE_NAME], "csrf": client.cookies[settings.CSRF_COOKIE_NAME]}
    assert len(client.cookies) == 2
    return found


def test_cookies_are_locked_to_this_host(kept: dict[str, Morsel[str]]) -> None:
    """RFC 6265bis §4.1.3.2: `__Host-` wants Secure, Path=/ and no Domain, or a browser does not keep it."""
    for cookie in kept.values():
        assert cookie.key.startswith("__Host-")
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_cookies_do_not_come_along_from_elsewhere_and_no_script_reads_the_session(kept: dict[str, Morsel[str]]) -> None:
    assert {cookie["samesite"] for cookie in kept.values()} == {"Lax"}
    assert kept["session"]["httponly"] is True


def test_a_session_is_over_after_eight_hours(kept: dict[str, Morsel[str]]) -> None:
    assert kept["session"]["max-age"] == 8 * 3600


def test_a_browser_does_not_come_without_tls_again() -> None:
    assert browser().get(SESSION, secure=True).headers.get("Strict-Transport-Security") == "max-age=31536000"
    plain = browser().get("/pods/alice/web")
    assert (plain.status_code, plain.headers.get("Location")) == (301, f"https://{HOST}/pods/alice/web")
    assert not plain.cookies
