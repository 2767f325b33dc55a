"""What only shows from outside: zombies and whose they are, processes of a moment, a port that leads nowhere, rules."""

from __future__ import annotations

import os
import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.stack import run

from .axe import expect_none
from .conftest import OUT
from .test_states import PODS, Pods, pods

__all__ = ["pods"]
pytestmark = pytest.mark.timeout(240)
BOX = "playground/toolbox:1"
# A parent that never asks how its children ended: they were the shell's, and `sleep` took its place.
ZOMBIES = ["bash", "-c", "(sleep 0.2 & sleep 0.2 & exec sleep 9999)"]
MOMENTS = ["bash", "-c", "while :; do /bin/sleep 0.011; /bin/sleep 1; done"]
INSIDE = ["bash", "-c", "while :; do nc -l -s 127.0.0.1 -p 8000 > /dev/null; done"]


def tells_of_zombies_and_moments(page: Page) -> None:
    pane = page.locator("#processes")
    expect(pane).to_contain_text(
        re.compile(
            r"2 processes are zombies: ended, and the parent sleep \(PID \d of zombies\) has not asked how\. "
            "Once sleep ends, bash inherits them"
        )
    )
    zombies = pane.get_by_role("table", name="Processes").locator("tr.zombie")
    expect(zombies).to_have_count(2)
    expect(zombies.first).to_contain_text("[sleep] <defunct>")
    passed = pane.get_by_role("table", name="Came and went").get_by_role("row").filter(has_text="/bin/sleep 0.011")
    expect(passed.first).to_contain_text("moments")
    expect(passed.first).to_contain_text("exit 0")
    pane.screenshot(path=OUT / "lens-processes.png")


def test_zombies_moments_and_a_port_on_loopback_are_told_of_where_they_are(pods: Pods) -> None:
    page = pods.show(
        "lens",
        {"name": "zombies", "image": BOX, "command": ZOMBIES},
        {"name": "moments", "image": BOX, "command": MOMENTS},
        {"name": "inside", "image": BOX, "command": INSIDE, "ports": [{"containerPort": 8000, "hostPort": 18099}]},
    )
    tells_of_zombies_and_moments(page)
    port = page.get_by_role("img", name=re.compile("^Port 18099 of the host"))
    expect(port).to_have_accessible_name(
        "Port 18099 of the host leads to 8000 of the pod, "
        "where inside listens on 127.0.0.1 only, so a published port cannot reach it"
    )
    expect(port).to_contain_text("lo only")
    page.locator("#picture").screenshot(path=OUT / "lens-loopback.png")
    expect_none(page)
    page.locator("#rules").scroll_into_view_if_needed()
    rules = page.locator("#rules")
    rules.get_by_role("button", name="Show the rules").click()
    expect(rules.get_by_role("table", name="Firewall")).to_contain_text("All else: refused")
    expect(rules.get_by_role("table", name="DNS")).to_contain_text("127.0.0.1")
    rules.screenshot(path=OUT / "lens-rules.png")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(rules.get_by_role("table", name="Firewall")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_picture_is_taken_along_as_a_file_of_its_own(pods: Pods) -> None:
    page = pods.show("drawn", {"name": "web", "image": "nginx:latest"})
    expect(page.get_by_role("img", name=re.compile("^web: image nginx.*listens on 0.0.0.0:80"))).to_be_visible()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save the picture as SVG").click()
    svg = kept.value.path().read_text()
    assert kept.value.suggested_filename == "drawn-pod.svg"
    assert "nginx:latest" in svg and "class=" not in svg and "var(" not in svg
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save the picture as PNG").click()
    assert kept.value.path().read_bytes().startswith(b"\x89PNG")
    # A viewer that knows nothing of the page draws it too.
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def pid_namespaces(uid: str) -> set[str]:
    """Of every container of a pod, as the node's kernel names them."""
    found = run("docker", "ps", "-q", "--filter", f"label=playground/uid={uid}").split()
    pids = run("docker", "inspect", "--format", "{{.State.Pid}}", *found).split()
    return {os.readlink(f"/proc/{pid}/ns/pid") for pid in pids}


def test_a_preview_of_shared_pid_becomes_a_copy_in_which_it_is_so(pods: Pods) -> None:
    page = pods.show("alone", *({"name": name, "image": BOX} for name in ("web", "box")))
    matrix = page.locator("#matrix")
    cells = matrix.get_by_role("button", name=re.compile(r"\bpid 40\d+,"))
    expect(cells).to_have_count(3)
    cells.nth(1).click()
    detail = matrix.get_by_role("region", name="The pid namespace of web")
    expect(detail).to_contain_text(re.compile(r"Sees\d process"))
    expect(detail).to_contain_text("nor the node's")
    matrix.screenshot(path=OUT / "lens-cell.png")
    expect_none(page)
    page.keyboard.press("Escape")
    expect(cells.nth(1)).to_be_focused()
    matrix.get_by_role("button", name="Share pid").click()
    expect(matrix.get_by_role("button", name=re.compile(r"\bpid 40\d+, made by pause"))).to_have_count(2)
    matrix.screenshot(path=OUT / "lens-preview.png")
    expect_none(page)
    matrix.get_by_role("link", name="Make a copy that does").click()
    expect(page.get_by_role("heading", name="New pod")).to_be_visible()
    page.get_by_role("button", name="Create pod").click()
    expect(page).to_have_url(re.compile("/pods/admin/alone-2"))
    pods.names.append("alone-2")
    shared = page.locator("#matrix").get_by_role("button", name=re.compile(r"\bpid 40\d+,"))
    expect(shared).to_have_count(3)
    expect(page.locator("#matrix")).to_contain_text("pause, web and box share pid")
    with pods.stack.client("admin") as client:
        uid = client.get(f"{PODS}/alone-2").json()["metadata"]["uid"]
    (inode,) = pid_namespaces(uid)
    expect(shared.first).to_have_accessible_name(re.compile(inode.strip("pid:[]")))


def test_who_runs_the_node_sees_whose_each_network_namespace_is(pods: Pods) -> None:
    page = pods.show("held", {"name": "web", "image": "nginx:latest"})
    net = page.locator("#matrix").get_by_role("button", name=re.compile(r"\bnet 40\d+, its own, shared"))
    expect(net).to_be_visible()
    inode = re.search(r"net (40\d+)", net.get_attribute("title") or "")
    assert inode
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Nodes").click()
    row = page.get_by_role("table", name="Network namespaces").get_by_role("row").filter(has_text=inode[1])
    expect(row).to_contain_text("/pause")
    expect(row.get_by_role("link", name="held")).to_be_visible()
    expect(page.get_by_role("table", name="Ports of the bridge")).to_contain_text("held")
    expect_none(page)
    page.screenshot(path=OUT / "node-1440.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(row).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.screenshot(path=OUT / "node-390.png", full_page=True)
