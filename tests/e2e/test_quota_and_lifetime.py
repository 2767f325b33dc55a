"""What a person sees of limits: how much is in use and by what, when a pod ends, and what puts that off."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.engine.pods import toolbox, wait_for
from tests.stack import Stack

from .axe import expect_none
from .conftest import OUT
from .test_main_job import fill_member

pytestmark = pytest.mark.timeout(240)
PODS = "/api/v1/namespaces/gil/pods"
NARROW = 390
IN = "from datetime import timedelta; from django.db.models.functions import Now; from sandboxes.models import Pod; "


@pytest.fixture(scope="module")
def stack(images: None) -> Iterator[Stack]:
    """A service whose users may have two pods."""
    found = Stack(PODS_PER_USER="2")
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture
def gil(stack: Stack, page: Page) -> Iterator[httpx.Client]:
    """Somebody who is not staff, signed in on the page; their pods go at the end."""
    with stack.client("gil") as client:
        client.get("/api/v1/namespaces").raise_for_status()
        page.goto(stack.url + stack.manage("link", "gil").split()[-1])
        page.wait_for_url(lambda url: "/sign-in" not in url)
        yield client
        client.delete(PODS, params={"gracePeriodSeconds": 0})
        wait_for(lambda: client.get("/api/playground/v1/quota").json()["items"][0]["used"] == 0, "the places", 30)


def make(client: httpx.Client, name: str) -> None:
    spec = {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 1}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    client.post(PODS, json=body).raise_for_status()


def fits(page: Page, name: str) -> None:
    """Nothing is wider than a telephone, and axe finds nothing."""
    page.set_viewport_size({"width": NARROW, "height": 844})
    page.screenshot(path=OUT / f"{name}-390.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    expect_none(page)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.long
def test_a_countdown_says_when_the_pod_ends_and_a_press_puts_it_off(
    gil: httpx.Client, page: Page, stack: Stack
) -> None:
    make(gil, "short")
    page.goto(f"{stack.url}/pods/gil/short")
    lifetime = page.get_by_role("region", name="Lifetime")
    expect(lifetime.get_by_role("timer")).to_have_text("Ends in 7 h 59 min.")
    expect(lifetime).to_contain_text("it is deleted with its volumes. Extend it, up to")
    expect(lifetime).to_contain_text("Unused for 1 h, it is stopped before that and keeps its volumes.")
    fits(page, "lifetime")
    lifetime.get_by_role("button", name="Extend by 1 h").click()
    expect(lifetime.get_by_role("timer")).to_have_text("Ends in 8 h 59 min.")
    expect(page.get_by_text("short lives 1 h longer")).to_be_visible()

    moved = "Pod.objects.update(expires_at=Now() + timedelta(minutes=4), rev=1000)"
    stack.manage("shell", "-c", IN + moved)
    page.reload()
    expect(lifetime.get_by_role("timer")).to_contain_text("Ends in 3 min")
    expect(lifetime.get_by_role("status")).to_have_text("short ends in less than five minutes.")
    fits(page, "lifetime-near")
    page.goto(stack.url)
    expect(page.get_by_role("list", name="Pods")).to_contain_text("ends in 3 min")

    stack.manage("shell", "-c", IN + "Pod.objects.update(expires_at=Now())")
    expect(page.get_by_text("No pods here yet")).to_be_visible()


@pytest.mark.long
def test_a_full_quota_shows_what_is_in_the_way_and_deleting_one_makes_room(
    gil: httpx.Client, page: Page, stack: Stack
) -> None:
    make(gil, "one")
    page.goto(stack.url)
    quota = page.get_by_role("list", name="Quota")
    expect(quota).to_contain_text("1 of 2 pods")
    fits(page, "quota-list")
    make(gil, "two")
    expect(quota).to_contain_text("2 of 2 pods")

    page.goto(f"{stack.url}/new?start=nginx")
    expect(quota).to_contain_text("2 of 2 pods")
    in_use = page.get_by_role("region", name="In use")
    expect(in_use.get_by_role("link", name="one")).to_be_visible()
    fill_member(page, 1, name="a", image="playground/toolbox:1")
    page.get_by_label("Pod name", exact=True).fill("three")
    page.get_by_role("button", name="Create pod").click()
    refused = page.get_by_role("alert").filter(has_text="The pod was not made")
    expect(refused).to_contain_text("exceeded quota: user, requested: pods=1, used: pods=2, limited: pods=2")
    fits(page, "quota-full")

    in_use.get_by_role("button", name="Delete pod one").click()
    expect(quota).to_contain_text("1 of 2 pods")
    expect(in_use).to_be_hidden()
    page.get_by_role("button", name="Create pod").click()
    page.wait_for_url("**/pods/gil/three")
