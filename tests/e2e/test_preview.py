"""A pod's web application in the browser: opened from the pod's page, on another site, and shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.engine.pods import wait_for
from tests.stack import Stack

from .axe import expect_none
from .conftest import OUT

ECHO = Path(__file__).parents[1] / "engine" / "echo.pl"


def make(stack: Stack, name: str, container: dict[str, Any]) -> None:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container]}}
    with stack.client("admin") as client:
        assert client.post("/api/v1/namespaces/admin/pods", json=body).status_code == 201


def open_preview(page: Page, port: int) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=f"Open preview of port {port}").click()
    return opened.value


def test_nginx_opens_on_another_site_and_a_shared_link_until_it_is_revoked(
    home: Page, stack: Stack, browser: Browser
) -> None:
    make(stack, "shown", {"name": "web", "image": "nginx", "ports": [{"containerPort": 80}]})
    home.goto(f"{stack.url}/pods/admin/shown")
    preview = open_preview(home, 80)
    expect(preview.get_by_role("heading", name="Welcome to nginx")).to_be_visible(timeout=20_000)
    where = urlsplit(preview.url)
    assert (where.path, where.port) == ("/", stack.port)
    assert (where.hostname or "").startswith("80-") and (where.hostname or "").endswith(".preview.localhost")
    assert preview.evaluate("window.opener") is None
    assert [cookie["name"] for cookie in home.context.cookies(preview.url)] == [f"preview_{stack.install}"]
    assert preview.evaluate("document.cookie") == ""
    pane = home.get_by_role("region", name="Previews")
    expect(pane.get_by_role("row").filter(has_text="80")).to_contain_text("web: nginx")
    pane.screenshot(path=OUT / "previews.png")

    home.get_by_role("button", name="Share port 80").click()
    home.get_by_role("button", name="Create a link").click()
    dialog = home.get_by_role("dialog")
    expect(dialog.get_by_role("list", name="Links that lead here").get_by_role("listitem")).to_have_count(1)
    home.screenshot(path=OUT / "preview-share.png")
    expect_none(home)
    link = dialog.locator(".made-link").inner_text()
    stranger = browser.new_context().new_page()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Welcome to nginx")).to_be_visible()
    home.get_by_role("button", name="Revoke").click()
    expect(home.get_by_text("No link leads here.")).to_be_visible()
    private = stranger.get_by_role("heading", name="This preview is private")
    wait_for(lambda: stranger.reload() and private.is_visible(), "the link to open nothing any more")
    stranger.context.close()


def test_the_application_gets_no_cookie_of_the_portal_and_a_page_that_waits_opens_by_itself(
    home: Page, stack: Stack
) -> None:
    start = f"sleep 8; exec perl -e '{ECHO.read_text().replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}' 8080 0.0.0.0"
    ports = [{"containerPort": 8080}]
    make(
        stack, "echo", {"name": "app", "image": "playground/toolbox:1", "command": ["sh", "-c", start], "ports": ports}
    )
    home.goto(f"{stack.url}/pods/admin/echo")
    preview = open_preview(home, 8080)
    # The pod is not running yet, or nothing listens yet: the page says so, and needs no hand to become the other.
    expect(preview.get_by_text("GET / HTTP/1.1")).to_be_visible(timeout=30_000)
    seen = preview.locator("body").inner_text().lower()
    assert "user-agent:" in seen
    assert "sessionid" not in seen and "csrftoken" not in seen and "preview_" not in seen
    assert "cookie:" not in seen
