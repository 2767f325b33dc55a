"""The main job without a mouse: from the sign-in link on, nothing but keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.timeout(180)

SOON = 30_000  # milliseconds
FARTHEST = 80  # presses of Tab; more and nobody would go there


def has_focus(found: Locator) -> bool:
    """Whether the focus is on it; within the editor's shadow root too."""
    return bool(found.evaluate("element => element.getRootNode().activeElement === element"))


def tab_to(page: Page, found: Locator, key: str = "Tab") -> None:
    found.wait_for()
    for _ in range(FARTHEST):
        if has_focus(found):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{FARTHEST} × {key} do not lead to {found}")


def write(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def test_a_pod_from_sign_in_to_its_processes_by_keys_alone(home: Page) -> None:
    page = home
    tab_to(page, page.get_by_role("link", name="New pod").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New pod")).to_be_visible()

    write(page, "Pod name", "keys")
    write(page, "Member 1 name", "web")
    write(page, "Member 1 image", "ngin")
    page.keyboard.press("ArrowDown")
    image = page.get_by_role("combobox", name="Member 1 image")
    expect(image).to_have_attribute("aria-activedescendant", re.compile("nginx:latest"))
    page.keyboard.press("Enter")
    expect(image).to_have_value("nginx:latest")

    # Into the YAML, which follows; a key there changes the form; and Tab leads out of it again.
    editor = page.get_by_label("Pod as YAML")
    tab_to(page, editor)
    expect(editor).to_contain_text("image: nginx:latest")
    page.keyboard.press("Control+End")
    page.keyboard.type("  hostname: by-keys")
    expect(page.get_by_label("Hostname", exact=True)).to_have_value("by-keys")
    expect(page.get_by_text("Checked by the service")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Create pod"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("status", name="Connection: live")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("Running", exact=True).first).to_be_visible(timeout=SOON)
    processes = page.get_by_role("table", name="Processes")
    expect(processes.get_by_text("nginx: master process").first).to_be_visible(timeout=SOON)
