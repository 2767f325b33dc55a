"""Limits and rights: what holds a member back is drawn and said, what members may do is compared."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .axe import expect_none
from .conftest import OUT
from .test_states import Pods, pods

__all__ = ["pods"]
pytestmark = pytest.mark.timeout(240)
BOX = "playground/toolbox:1"


def test_a_throttled_member_and_one_out_of_memory_are_drawn_and_told(pods: Pods) -> None:
    burns = {"command": ["sh", "-c", "while :; do :; done"], "resources": {"limits": {"cpu": "100m"}}}
    eats = "sh -c 'sleep 2; x=a; while :; do x=$x$x; done'; exec sleep 600"
    page = pods.show(
        "limits",
        {"name": "burns", "image": BOX, "securityContext": {"runAsUser": 1234}} | burns,
        {"name": "eats", "image": BOX, "command": ["sh", "-c", eats], "resources": {"limits": {"memory": "32Mi"}}},
    )
    members = page.get_by_role("table", name="Members").get_by_role("row")
    expect(members.filter(has_text="eats")).to_contain_text("running")
    expect(page.get_by_role("region", name="Terminal")).to_be_visible()
    pane = page.locator("#limits")
    pane.scroll_into_view_if_needed()
    table = pane.get_by_role("table", name="Limits and use")
    expect(table.get_by_role("row").filter(has_text="burns")).to_contain_text("0.1 CPU")
    expect(pane).to_contain_text(re.compile(r"burns was throttled in \d+ % of the last minute"))
    expect(pane).to_contain_text(re.compile(r"process(es)? of eats ended for want of memory"))
    chart = pane.get_by_role("img", name=re.compile(r"^CPU: pause .*burns 0\.\d+ CPU"))
    expect(chart.locator("canvas")).to_be_visible()
    pane.screenshot(path=OUT / "limits-use.png")
    expect_none(page)
    pane.get_by_text("Rights", exact=True).click()
    rights = pane.get_by_role("table", name="Rights")
    expect(rights.get_by_role("row").filter(has_text="User differs")).to_contain_text("1234")
    expect(pane.get_by_role("table", name="Capabilities")).to_contain_text("change the owner of any file")
    pane.screenshot(path=OUT / "limits-rights.png")
    expect_none(page)
    pane.get_by_text("Mounts", exact=True).click()
    expect(pane.get_by_role("table", name="Mounts")).to_contain_text("the pod's hosts")
    pane.screenshot(path=OUT / "limits-mounts.png")
    pane.get_by_text("Environment", exact=True).click()
    expect(pane.get_by_role("table", name="Environment")).to_contain_text("HOSTNAME")
