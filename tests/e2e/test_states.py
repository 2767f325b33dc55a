"""What a pod's page says when something stands in the pod's way: what happened, why, and what to press."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack

from .axe import expect_none
from .conftest import signed_in

pytestmark = pytest.mark.timeout(240)

PODS = "/api/v1/namespaces/admin/pods"
Container = dict[str, Any]


@pytest.fixture
def pods(page: Page, stack: Stack) -> Iterator[Pods]:
    """Makes pods and opens their pages; they go at the end. What a test leaves to be seen is what axe looks at."""
    signed_in(page, stack)
    made = Pods(page, stack)
    yield made
    expect_none(page)
    with stack.client("admin") as client:
        for name in made.names:
            client.delete(f"{PODS}/{name}", params={"gracePeriodSeconds": 0})


class Pods:
    def __init__(self, page: Page, stack: Stack) -> None:
        self.page, self.stack, self.names = page, stack, list[str]()

    def show(self, name: str, *containers: Container, restart: str = "Always") -> Page:
        """The page of a new pod of those containers."""
        spec = {"restartPolicy": restart, "containers": containers}
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        with self.stack.client("admin") as client:
            client.post(PODS, json=body).raise_for_status()
        self.names.append(name)
        self.page.goto(f"{self.stack.url}/pods/admin/{name}")
        return self.page


def trouble(page: Page, *texts: str) -> Locator:
    """The alert on top, once it says all that."""
    alert = page.get_by_role("alert", name="Not all is well")
    for text in texts:
        expect(alert).to_contain_text(text)
    return alert


def test_an_image_that_is_nowhere_is_named_and_a_copy_can_be_edited(pods: Pods) -> None:
    page = pods.show("missing", {"name": "web", "image": "localhost/nowhere:1"})
    alert = trouble(page, "web has no image", "localhost/nowhere:1")
    expect(page.get_by_role("img", name="web: image localhost/nowhere:1, waits:")).to_be_visible()
    alert.get_by_role("link", name="Edit a copy").click()
    expect(page.get_by_role("heading", name="New pod")).to_be_visible()


def test_a_command_that_is_not_in_the_image_is_named(pods: Pods) -> None:
    page = pods.show("typo", {"name": "box", "image": "playground/toolbox:1", "command": ["slep", "9"]})
    trouble(page, "box cannot start: there is no slep", "executable file not found")
    failed = page.get_by_role("table", name="Engine calls").get_by_role("row").filter(has_text="Failed").first
    expect(failed).to_contain_text("Start box's first process")


def test_a_port_that_another_program_has_is_named(pods: Pods) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = [{"containerPort": 80, "hostPort": port}]
        page = pods.show("taken", {"name": "web", "image": "nginx:latest", "ports": ports})
        alert = trouble(page, f"127.0.0.1:{port} is taken", "address already in use")
        expect(alert.get_by_role("link", name="Edit a copy")).to_be_visible()


def test_a_member_that_ended_is_hollow_and_its_log_is_one_press_away(pods: Pods) -> None:
    says = ["bash", "-c", "echo out of luck; exit 3"]
    box = {"name": "box", "image": "playground/toolbox:1", "command": says}
    page = pods.show("ended", {"name": "web", "image": "nginx:latest"}, box, restart="Never")
    alert = trouble(page, "box has ended, exit code 3")
    expect(page.get_by_role("img", name="ended: Error, exit code 3")).to_be_visible()
    alert.get_by_role("button", name="Read its log").click()
    expect(page.get_by_label("Log of box")).to_contain_text("out of luck")


def test_a_pod_that_is_gone_keeps_its_last_picture_and_says_so(pods: Pods) -> None:
    box = {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "3600"]}
    page = pods.show("brief", box)
    expect(page.get_by_role("status", name="Connection: live")).to_be_visible()
    with pods.stack.client("admin") as client:
        client.delete(f"{PODS}/brief", params={"gracePeriodSeconds": 0}).raise_for_status()
    expect(page.get_by_text("brief is gone")).to_be_visible()
    expect(page.get_by_role("img", name="box: image playground/toolbox:1")).to_be_visible()
    expect(page.get_by_text("This is how the pod was last seen.")).to_be_visible()


def test_the_commands_and_the_yaml_of_a_pod_are_there_to_copy(pods: Pods) -> None:
    box = {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "3600"]}
    page = pods.show("byhand", box)
    page.get_by_role("button", name="Show the commands").click()
    expect(page.get_by_text("docker run --detach --name byhand_pause")).to_be_visible()
    yaml = page.get_by_role("region", name="YAML of byhand")
    expect(yaml).to_contain_text("image: playground/toolbox:1")
    expect(yaml).not_to_contain_text("status")


def test_what_the_focus_is_on_lights_in_the_other_views(pods: Pods) -> None:
    page = pods.show("lights", {"name": "web", "image": "nginx:latest"})
    rows = page.get_by_role("table", name="Processes").get_by_role("row")
    expect(rows.filter(has_text="nginx: master")).to_be_visible()
    page.get_by_role("img", name="web: image nginx:latest").focus()
    expect(rows.filter(has_text="nginx: master")).to_have_attribute("data-lit", "true")
    expect(rows.filter(has_text="/pause")).to_have_attribute("data-lit", "false")
    cell = page.get_by_role("table", name="Namespaces").get_by_role("button", name="its own, shared with web").first
    cell.click()
    expect(page.get_by_role("region", name="The net namespace of pause")).to_contain_text("nsenter --target")
