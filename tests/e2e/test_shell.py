"""What is around every page: the palette, my pods as living cards, a deletion that can be undone, the theme."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.engine.pods import wait_for
from tests.stack import Stack

from .axe import THEMES, violations

pytestmark = pytest.mark.timeout(240)

PODS = "/api/v1/namespaces/admin/pods"


@pytest.fixture
def pod(stack: Stack) -> Iterator[str]:
    """A pod of admin's with two members; its name."""
    name = f"shell-{secrets.token_hex(3)}"
    members = [
        {"name": "web", "image": "nginx:latest"},
        {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "infinity"]},
    ]
    spec = {"terminationGracePeriodSeconds": 0, "containers": members}
    with stack.client("admin") as client:
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        client.post(PODS, json=body).raise_for_status()
        yield name
        client.delete(f"{PODS}/{name}?gracePeriodSeconds=0")


def status(stack: Stack, name: str) -> int:
    with stack.client("admin") as client:
        return client.get(f"{PODS}/{name}").status_code


def test_the_keyboard_alone_leads_from_signing_in_through_the_palette_to_a_new_pod(page: Page, stack: Stack) -> None:
    password = secrets.token_urlsafe()
    make = f"from django.contrib.auth.models import User; User.objects.create_user('kay', password='{password}')"
    stack.manage("shell", "-c", make)
    page.goto(f"{stack.url}/sign-in")
    expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    page.keyboard.press("Tab")
    page.keyboard.type("kay")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My pods")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find a pod or a command")).to_be_focused()
    page.keyboard.type("create pod")
    expect(page.get_by_role("listbox", name="Commands").get_by_role("option").first).to_contain_text("New pod")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New pod")).to_be_visible()
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_a_card_shows_the_pods_namespaces_as_they_are_and_the_table_says_the_same(home: Page, pod: str) -> None:
    card = home.get_by_role("list", name="Pods").get_by_role("listitem").filter(has_text=pod).first
    expect(card.get_by_text("All 3 share net and ipc.")).to_be_visible()
    expect(card.get_by_role("img", name="net of pause is shared by pause, web and box")).to_be_visible()
    home.get_by_text("Table", exact=True).click()
    row = home.get_by_role("table", name="Pods").get_by_role("row").filter(has_text=pod)
    expect(row.get_by_text("All 3 share net and ipc.")).to_be_visible()
    home.reload()
    expect(home.get_by_role("table", name="Pods")).to_be_visible()


def test_a_deletion_can_be_undone_from_another_page_too(home: Page, pod: str, stack: Stack) -> None:
    home.get_by_role("button", name=f"Delete pod {pod}").click()
    notice = home.get_by_role("region", name="Notices")
    expect(notice.get_by_text(f"{pod} will be deleted in", exact=False).last).to_be_visible()
    home.keyboard.press("g")
    home.keyboard.press("a")
    expect(home.get_by_role("heading", name="Account")).to_be_visible()
    home.keyboard.press("F6")  # while somebody is there, nothing counts down
    notice.get_by_role("button", name="Undo").click()
    expect(home.get_by_text(f"{pod} stays")).to_be_visible()
    assert status(stack, pod) == 200


def test_a_page_that_is_left_sends_the_deletion_at_once(home: Page, pod: str, stack: Stack) -> None:
    home.get_by_role("button", name=f"Delete pod {pod}").click()
    expect(home.get_by_role("button", name=f"Undo deleting {pod}")).to_be_visible()
    home.goto("about:blank")
    wait_for(lambda: status(stack, pod) == 404, "the pod to go")


def test_the_chosen_theme_is_there_at_the_first_paint(home: Page) -> None:
    home.emulate_media(color_scheme="light")
    home.get_by_role("button", name="Theme: system").click()
    home.get_by_role("button", name="Theme: light").click()
    home.reload(wait_until="commit")
    home.wait_for_function("document.head?.querySelector('script') && document.documentElement.dataset.theme")
    assert home.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(home.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert home.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 19, 25)"


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(home: Page, pod: str, theme: Literal["dark", "light"]) -> None:
    home.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(home.get_by_text("All 3 share net and ipc.").first).to_be_visible()
    found = {"my pods": violations(home)}
    home.get_by_role("button", name=f"Delete pod {pod}").click()
    expect(home.get_by_role("region", name="Notices")).to_be_visible()
    found["a notice"] = violations(home)
    home.get_by_role("button", name=f"Undo deleting {pod}").click()
    home.get_by_text("Table", exact=True).click()
    found["the table"] = violations(home)
    home.keyboard.press("Control+k")
    expect(home.get_by_role("listbox", name="Commands").get_by_role("option").first).to_be_visible()
    found["the palette"] = violations(home)
    home.keyboard.press("Escape")
    home.get_by_role("button", name="Account: admin").press("?")
    expect(home.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found["shortcuts"] = violations(home)
    for address in ("/account", "/no/such/page"):
        home.goto(address)
        expect(home.get_by_role("heading", level=1)).to_be_visible()
        found[address] = violations(home)
    home.context.clear_cookies()
    home.goto("/sign-in")
    expect(home.get_by_role("button", name="Sign in")).to_be_visible()
    found["signing in"] = violations(home)
    assert {where: each for where, each in found.items() if each} == {}


def test_a_part_and_what_it_imports_are_asked_for_again_when_the_network_dropped_them(home: Page) -> None:
    dropped: list[str] = []

    def drop(route: Route) -> None:
        if route.request.url in dropped:
            route.continue_()
        else:
            dropped.append(route.request.url)
            route.abort("failed")

    home.route("**/static/*.js", drop)
    home.get_by_role("link", name="New pod").first.click()
    expect(home.get_by_role("heading", name="New pod")).to_be_visible()
    expect(home.get_by_label("Pod as YAML")).to_be_visible()
    assert len(dropped) > 2


@pytest.mark.parametrize(
    "part", ["main", pytest.param("imported", marks=pytest.mark.long), pytest.param("style", marks=pytest.mark.long)]
)
def test_a_page_whose_own_parts_the_network_dropped_loads_itself_anew(home: Page, part: str) -> None:
    dropped: list[str] = []
    of = {"main": "**/static/first-*.js", "imported": "**/static/rolldown-runtime-*.js", "style": "**/static/*.css"}

    def drop(route: Route) -> None:
        if dropped:
            route.continue_()
        else:
            dropped.append(route.request.url)
            route.abort("failed")

    home.route(of[part], drop)
    home.reload()
    expect(home.get_by_role("heading", name="My pods")).to_be_visible()
    assert len(dropped) == 1
