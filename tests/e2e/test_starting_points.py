"""A newcomer's path: from the sign-in to WordPress' installation page, with as few clicks as there can be."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.engine.pods import wait_for
from tests.stack import free_port

from .axe import expect_none

pytestmark = pytest.mark.timeout(300)

SOON = 60_000  # milliseconds: two large containers start, a database is made
FEW = 4


class Clicks:
    """Clicks, counted."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, found: Locator) -> None:
        found.click()
        self.count += 1


def answers(url: str) -> bool:
    """Whether something there speaks HTTP; until then the port may refuse, or reset what it took."""
    try:
        return httpx.get(url).status_code == httpx.codes.FOUND
    except httpx.TransportError:
        return False


def test_wordpress_from_sign_in_to_its_installation_page(home: Page) -> None:
    page, clicks = home, Clicks()
    clicks.on(page.get_by_role("link", name="New pod").first)
    clicks.on(page.get_by_role("button", name="WordPress + MySQL"))
    expect(page.get_by_label("Pod name", exact=True)).to_have_value("wordpress")
    # The port that is suggested may be anybody's on this machine.
    port = free_port()
    page.get_by_label("Member 2 port 1 host port").fill(str(port))
    expect(page.get_by_text("Checked by the service")).to_be_visible()
    expect_none(page)
    clicks.on(page.get_by_role("button", name="Create pod"))
    expect(page.get_by_text("Running", exact=True).first).to_be_visible(timeout=SOON)

    site = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(site), "WordPress", 60)
    page.goto(site)
    expect(page.get_by_role("heading", name="Information needed")).to_be_visible()
    assert clicks.count < FEW  # one is left for the link to the site


def test_a_starting_point_takes_the_next_free_name_and_port(home: Page) -> None:
    page = home
    port = free_port()
    for name in ("nginx-debug", "nginx-debug-2"):
        page.goto("/new?start=nginx-debug")
        expect(page.get_by_label("Pod name", exact=True)).to_have_value(name)
        page.get_by_label("Member 1 port 1 host port").fill(str(port))
        port = free_port()
        page.get_by_role("button", name="Create pod").click()
        page.wait_for_url(f"**/pods/admin/{name}")
