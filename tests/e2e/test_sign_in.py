"""The first thing anybody does: the link that `./play up` prints."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.conftest import sign_in
from tests.stack import Stack


def test_the_one_time_link_signs_in_and_works_once(page: Page, stack: Stack) -> None:
    link = sign_in(page, stack)
    assert page.evaluate("fetch('/api/playground/v1/session').then(r => r.json())")["user"]["name"] == "admin"
    page.context.clear_cookies()
    page.goto(stack.url + "/nowhere")  # away from the page, or only the fragment would change
    page.goto(stack.url + link)
    page.get_by_role("alert").wait_for()
    assert page.evaluate("fetch('/api/playground/v1/session').then(r => r.json())")["user"] is None
