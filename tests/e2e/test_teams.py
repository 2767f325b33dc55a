"""A team in a browser: founded, filled, emptied and deleted; and what closes for who is shown out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stack import Stack

from .axe import expect_none, violations

PODS = "/api/v1/namespaces/crew/pods"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "shared"},
    "spec": {"containers": [{"name": "box", "image": "playground/toolbox:1"}]},
}


@pytest.fixture
def bob(browser: Browser, stack: Stack) -> Iterator[Page]:
    """bob's own browser, signed in; he is no operator."""
    stack.token("bob")
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    page.goto(stack.manage("link", "bob").split()[-1])
    expect(page.get_by_role("heading", name="My pods")).to_be_visible()
    yield page
    context.close()
    with stack.client("admin") as client:
        client.delete(f"{PODS}/shared?gracePeriodSeconds=0")


def refused(page: Page, form: str, label: str, value: str, button: str, why: str) -> None:
    """What is typed there is told to be wrong, at the field."""
    found = page.get_by_role("form", name=form)
    found.get_by_label(label, exact=True).fill(value)
    found.get_by_role("button", name=button, exact=True).click()
    expect(found.get_by_text(why)).to_be_visible()
    expect(found.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")


def fits(page: Page) -> None:
    """Nothing scrolls sideways on a phone, and everybody can use it, in both themes."""
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect_none(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_team_is_founded_shared_and_deleted_and_who_is_shown_out_loses_the_page(
    home: Page, bob: Page, stack: Stack
) -> None:
    page = home
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Teams").click()
    refused(page, "Found a team", "Name", "The Crew", "Found the team", "must be 1-63 lower-case letters")
    refused(page, "Found a team", "Name", "admin", "Found the team", 'a team or a namespace is called "admin" already')
    page.get_by_label("Name", exact=True).fill("crew")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are the only admin")).to_be_visible()

    refused(page, "Add a member", "User name", "nobody", "Add", 'nobody here has the user name "nobody"')
    page.get_by_label("User name", exact=True).fill("bob")
    page.keyboard.press("Enter")
    members = page.get_by_role("region", name="Members")
    expect(members.get_by_role("button", name="Remove bob")).to_be_visible()
    with stack.client("bob") as client:
        client.post(PODS, json=POD).raise_for_status()
    expect(page.get_by_role("table", name="Pods of crew").get_by_role("link", name="shared")).to_be_visible()
    fits(page)

    bob.goto("/teams/crew")
    expect(bob.get_by_role("button", name="Leave the team")).to_be_visible()
    expect(bob.get_by_role("button", name="Delete team")).to_have_count(0)
    bob.get_by_role("link", name="shared").click()
    expect(bob.get_by_role("status", name="Connection: live")).to_be_visible()

    members.get_by_role("button", name="Remove bob").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    members.get_by_role("button", name="Remove bob").click()
    page.get_by_role("alertdialog", name="Remove bob from crew?").get_by_role("button", name="Remove bob").click()
    expect(members.get_by_role("listitem")).to_have_count(1)
    expect(bob.get_by_role("status", name="Connection: live")).to_have_count(0)
    bob.goto("/teams/crew")
    expect(bob.get_by_role("alert")).to_contain_text("no team of that name, or you are not in it")

    page.get_by_role("button", name="Delete team").click()
    question = page.get_by_role("alertdialog", name="Delete the team crew?")
    expect(question).to_contain_text("The namespace crew stays, with its owner admin alone.")
    question.get_by_role("button", name="Delete crew").click()
    expect(page.get_by_text("There is no team yet.")).to_be_visible()
