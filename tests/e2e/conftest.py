"""A real browser: the machine's Chromium, headless, with no profile and no network of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, TimeoutError, expect, sync_playwright

from tests.stack import Stack

OUT = Path(__file__).resolve().parent / "out"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# For whatever a page is to show: beside other tests on a slow machine a pod's processes come seconds later.
expect.set_options(timeout=20_000)

# What the browser reports by itself: a refused form, which is a 4xx; what it gave up, a WebSocket too, because an
# interface of this machine came or went with some pod. Whether the page asked again is what tests see.
BROWSERS_OWN = ("Failed to load resource", "net::ERR_NETWORK_CHANGED")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path is not None, "no Chromium on this machine: ./play test installs it"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page on the running site. An error in its console fails the test; a picture is kept in out/."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 900})
    found = context.new_page()
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in BROWSERS_OWN):
            errors.append(message.text)

    found.on("console", note)
    found.on("pageerror", lambda error: errors.append(str(error)))
    yield found
    OUT.mkdir(exist_ok=True)
    # For who looks into a failure: a browser that has no time for it fails nothing.
    with suppress(TimeoutError):
        found.screenshot(path=OUT / f"{request.node.name}.png", full_page=True, timeout=10_000)
    context.close()
    assert not errors, f"the browser's console: {errors}"


def sign_in(page: Page, stack: Stack, user: str = "admin") -> str:
    """Sign in by a one-time link, as its reader would: open it and wait until the page has used it. The link's path."""
    link = stack.manage("link", user, "--create-admin").split()[-1]
    page.goto(stack.url + link)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return link


_kept: dict[str, list[Any]] = {}


def signed_in(page: Page, stack: Stack) -> None:
    """On my pods, as admin: with the session of the test before, as long as nobody signed out of it."""
    page.context.add_cookies(_kept.get(stack.url, []))
    session = page.request.get(f"{stack.url}/api/playground/v1/session").json()
    if session["user"] is None:
        sign_in(page, stack)
        _kept[stack.url] = list(page.context.cookies())
    else:
        page.goto(stack.url)


@pytest.fixture
def home(page: Page, stack: Stack) -> Iterator[Page]:
    """My pods, signed in as admin; pods that a test made go at its end."""
    signed_in(page, stack)
    expect(page.get_by_role("heading", name="My pods")).to_be_visible()
    yield page
    with stack.client("admin") as client:
        for item in client.get("/api/v1/namespaces/admin/pods").json()["items"]:
            client.delete(f"/api/v1/namespaces/admin/pods/{item['metadata']['name']}?gracePeriodSeconds=0")
