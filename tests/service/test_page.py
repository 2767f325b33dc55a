"""The site's page: the same for every path that is not the API's, and shut to everything from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from sandboxes import page

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
    assert "csrftoken" in found.cookies
    assert found.headers["X-Frame-Options"] == "DENY"
    assert found.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_may_load_and_reach_this_site_alone(built: None) -> None:
    policy = dict(part.split(" ", 1) for part in Client().get("/").headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://testserver wss://testserver"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


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
