"""What a person does to a pod from its page: freeze, restart, look from a debug member, stop and start."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .axe import expect_none
from .conftest import OUT
from .test_states import Pods, pods

__all__ = ["pods"]
pytestmark = pytest.mark.timeout(240)


def act(page: Page, who: str, what: str) -> None:
    page.get_by_role("button", name=f"Actions of {who}", exact=True).click()
    page.get_by_role("menuitem", name=re.compile(f"^{what}")).click()


def test_a_pod_is_frozen_restarted_debugged_stopped_and_started(pods: Pods) -> None:
    page = pods.show("ops", {"name": "web", "image": "nginx"}, {"name": "box", "image": "playground/toolbox:1"})
    members = page.get_by_role("table", name="Members")
    row = {name: members.get_by_role("row").filter(has_text=name) for name in ("web", "box", "dbg")}
    expect(row["web"]).to_contain_text("running")

    act(page, "web", "Freeze")
    expect(row["web"]).to_contain_text("running, frozen")
    page.get_by_role("button", name="Actions of web", exact=True).click()
    expect(page.get_by_role("menuitem", name="Let it go on")).to_be_visible()
    page.wait_for_function("document.activeElement?.getAttribute('role')?.startsWith('menu')")
    page.screenshot(path=OUT / "operations-menu.png")
    expect_none(page)
    page.get_by_role("menuitem", name="Let it go on").click()
    expect(row["web"]).not_to_contain_text("frozen")

    act(page, "web", "Restart")
    expect(page.get_by_role("table", name="Events")).to_contain_text("Started container web ×2")
    expect(row["web"]).to_contain_text("running")

    act(page, "box", "Debug it")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Processes it sees")).to_have_value("box")
    dialog.get_by_label("Name", exact=True).fill("dbg")
    page.screenshot(path=OUT / "operations-debug.png")
    expect_none(page)
    dialog.get_by_role("button", name="Add dbg").click()
    expect(row["dbg"]).to_contain_text("running")

    act(page, "ops", "Stop the pod")
    expect(page.get_by_role("alert", name="Not all is well")).to_contain_text("The pod is stopped")
    act(page, "ops", "Start the pod")
    expect(row["web"]).to_contain_text("running")
