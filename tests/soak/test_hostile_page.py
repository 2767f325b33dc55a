"""A pod that does all it can to act on the page of whoever looks at it: what it writes is text, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.e2e.axe import expect_none
from tests.e2e.conftest import browser, home, page
from tests.stack import ROOT, Stack

__all__ = ["browser", "home", "page"]
pytestmark = pytest.mark.timeout(120)

PODS = "/api/v1/namespaces/admin/pods"
SOON = 20_000  # milliseconds
FAMILIES: dict[str, list[str]] = json.loads((ROOT / "frontend" / "src" / "testing" / "hostile.json").read_text())
# What no text on the page may hold: controls, what turns or hides text.
RAW = r"/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/"
# Its log, what a process calls itself, and the files that others of the pod see.
SAYS = r"""
printf %s "$STRINGS" | base64 -d > /tmp/strings
cat /tmp/strings; cat /tmp/strings >> /etc/hosts
(exec -a "$(printf '\033]0;pwned\007\342\200\256<img src=x onerror=alert(1)>')" sleep 3600) &
echo; echo all is said; exec sleep 3600
"""


def strings() -> str:
    """Some of every family, a line each, as many as a variable takes."""
    some = [text for family in FAMILIES.values() for text in family[::6] if len(text) < 120]
    raw = "\n".join(some).encode("utf-8", "surrogatepass")
    return base64.b64encode(raw).decode()


def test_a_hostile_pod_changes_nothing_but_its_own_text(home: Page, stack: Stack) -> None:
    asked: list[str] = []
    done: list[str] = []

    def refuse(dialog: Dialog) -> None:
        done.append(dialog.message)
        dialog.dismiss()

    home.on("request", lambda request: asked.append(request.url))
    home.on("dialog", refuse)
    home.on("popup", lambda popup: done.append(popup.url))
    home.on("download", lambda download: done.append(download.url))
    box: dict[str, Any] = {"name": "box", "image": "playground/toolbox:1", "command": ["bash", "-c", SAYS]}
    box["env"] = [{"name": "STRINGS", "value": strings()}]
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostile"}, "spec": {"containers": [box]}}
    with stack.client("admin") as client:
        client.post(PODS, json=body).raise_for_status()
    home.goto(f"{stack.url}/pods/admin/hostile")
    log = home.get_by_role("region", name="Log of box")
    expect(log).to_contain_text("all is said", timeout=SOON)
    expect(home.get_by_role("table", name="Processes")).to_contain_text("\\x1b]0;pwned\\x07\\u202e<img", timeout=SOON)
    title, address = home.title(), home.url
    for key in ("Home", "PageDown", "PageDown", "End"):
        log.press(key)
        assert not home.evaluate(f"{RAW}.test(document.body.innerText)")
    strangers = "main :is(img, script, iframe, object, embed, base, meta)"
    expect(home.locator(strangers)).to_have_count(0)
    assert home.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the layout is as wide as the window"
    assert (home.title(), home.url, done) == ("hostile · Pod playground", address, []), title
    assert not [url for url in asked if not url.startswith((stack.url, "blob:"))]
    expect_none(home)
