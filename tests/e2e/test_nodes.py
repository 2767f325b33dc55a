"""What an operator sees of a node: what pods have taken of it, and what is in use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.engine.pods import pod, toolbox
from tests.stack import Stack

from .axe import THEMES, expect_none
from .conftest import OUT

pytestmark = pytest.mark.timeout(240)
NARROW = 390


def test_a_pods_limits_are_told_of_its_node(home: Page, stack: Stack) -> None:
    limits = {"resources": {"limits": {"cpu": "500m", "memory": "128Mi"}}}
    with pod(stack, "weighed", {"containers": [{**toolbox("a"), **limits}]}):
        home.goto(f"{stack.url}/nodes")
        taken = home.get_by_role("table", name="Taken by pods")
        row = {name: taken.get_by_role("row", name=re.compile(f"^{name}")) for name in ("Pods", "CPU", "Memory")}
        # Other tests' users may have pods there as well.
        expect(row["Pods"]).to_contain_text(re.compile(r"[1-9]\d* of 100 pods"))
        expect(row["CPU"]).to_contain_text(re.compile(r"[\d.]+ CPUs?, any amount"))
        expect(row["CPU"]).to_contain_text("% of ")
        expect(row["Memory"]).to_contain_text(re.compile(r"[1-9]\d* MiB of memory, any amount"))
        expect(home.get_by_text(re.compile(r"There is room for \d\d pods\."))).to_be_visible()
        expect(home.get_by_role("table", name="Ports of the bridge")).to_be_visible()
        home.set_viewport_size({"width": NARROW, "height": 844})
        home.screenshot(path=OUT / "node-390.png", full_page=True)
        assert home.evaluate("document.documentElement.scrollWidth") == NARROW
        home.set_viewport_size({"width": 1280, "height": 900})
        for theme in THEMES:
            home.emulate_media(color_scheme=theme, reduced_motion="reduce")
            home.screenshot(path=OUT / f"node-{theme}.png")
        expect_none(home)
