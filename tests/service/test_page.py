"""The site's page: the same for every path that is not the API's, and shut to everything from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from people.models import Team
from sandboxes import page, violations
from tests.service import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "index.html"
    index.write_text("<!doctype html><title>pods</title>")
    monkeypatch.setattr(page, "INDEX", index)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/pods/alice/web", "/apiary", "/pods/%00/x"])
def test_every_path_shows_the_page(built: None, path: str) -> None:
    found = Client().get(path)
    assert found.status_code == 200
    assert b"<title>pods</title>" in found.content
    assert settings.CSRF_COOKIE_NAME in found.cookies
    said = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    said |= {"Cross-Origin-Opener-Policy": "same-origin"}
    assert said.items() <= dict(found.headers).items()


def test_the_page_may_load_and_reach_this_site_alone(built: None) -> None:
    policy = dict(part.split(" ", 1) for part in Client().get("/").headers["Content-Security-Policy"].split("; "))
    assert {name: sources for name, sources in policy.items() if name not in ("img-src", "style-src-attr")} == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self' ws://testserver wss://testserver",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "report-uri": violations.PATH,
        "report-to": "csp",
    }


@pytest.mark.parametrize("path", ["/api", "/static/x.js", "/ws/x", "/admin"])
def test_other_peoples_paths_are_not_the_page(built: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_the_page_is_only_read(built: None) -> None:
    assert Client().post("/").status_code == 405


def test_a_missing_build_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "INDEX", tmp_path / "none.html")
    found = Client().get("/")
    assert found.status_code == 503
    assert b"npm run build" in found.content


def test_the_admin_is_for_staff_and_has_a_policy_too() -> None:
    found = Client().get("/admin/")
    assert found.status_code == 302
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


def test_the_admins_sign_in_is_the_sites_own_and_takes_no_password() -> None:
    User.objects.create_superuser("root", password="right horse")
    client = Client()
    tried = client.post("/admin/login/?next=/admin/", {"username": "root", "password": "right horse"})
    assert (tried.status_code, tried.headers["Location"]) == (302, "/sign-in?next=%2Fadmin%2F")
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    asked = client.get("/admin/auth/user/")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/admin/login/?next=/admin/auth/user/")
    assert client.get(asked.headers["Location"]).headers["Location"] == "/sign-in?next=%2Fadmin%2Fauth%2Fuser%2F"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "", "\\\\evil.example"]
)
def test_the_admins_sign_in_leads_nowhere_else(elsewhere: str) -> None:
    found = Client().get("/admin/login/", {"next": elsewhere})
    assert (found.status_code, found.headers["Location"]) == (302, "/sign-in?next=%2Fadmin%2F")


def test_staff_who_are_signed_in_go_where_they_wanted() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/admin/").status_code == 200
    found = client.get("/admin/login/?next=/admin/auth/user/")
    assert (found.status_code, found.headers["Location"]) == (302, "/admin/auth/user/")


def test_a_form_of_the_admin_needs_its_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    assert client.post("/admin/people/team/add/", {"name": "crew"}).status_code == 403
    assert not Team.objects.exists()


def test_nobody_changes_a_pod_in_the_admin() -> None:
    pod = made.pod()
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    at = f"/admin/sandboxes/pod/{pod.pk}"
    for path in ("/admin/sandboxes/pod/add/", f"{at}/change/", f"{at}/delete/"):
        assert client.post(path, {"desired": "GONE", "post": "yes"}).status_code == 403
    pod.refresh_from_db()
    assert pod.desired == "RUNNING"


def test_who_is_not_staff_is_not_sent_round_in_circles() -> None:
    client = Client()
    client.force_login(User.objects.create_user("alice"))
    assert client.get("/admin/", follow=True).redirect_chain[-1] == ("/sign-in?next=%2Fadmin%2F", 302)
