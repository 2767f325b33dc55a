"""The timeline: a pod is watched, a member dies, and the moment before is there again, by slider and by link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import expect_none
from tests.e2e.test_main_job import container, row
from tests.engine.pods import wait_for
from tests.stack import Stack, run

pytestmark = pytest.mark.timeout(240)

# A process that only the first life of the member has.
ONCE = "[ -e /first ] || { touch /first; sleep 4321 & }; exec sleep 1000"
POD = "/api/v1/namespaces/admin/pods/taped"
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "taped"},
    "spec": {
        "volumes": [{"name": "kept", "emptyDir": {}}],
        "containers": [
            {
                "name": "box",
                "image": "playground/toolbox:1",
                "command": ["bash", "-c", ONCE.replace("/first", "/kept/first")],
                "volumeMounts": [{"name": "kept", "mountPath": "/kept"}],
            }
        ],
        "terminationGracePeriodSeconds": 0,
    },
}


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("admin") as found:
        yield found


def test_a_dead_members_process_is_there_again_at_a_past_moment_and_in_a_link(
    home: Page, stack: Stack, client: httpx.Client
) -> None:
    page = home
    client.post("/api/v1/namespaces/admin/pods", json=MANIFEST).raise_for_status()
    page.goto(f"{stack.url}/pods/admin/taped")
    expect(row(page, "Processes", "box", "sleep 4321")).to_be_visible()
    recorded = "/api/playground/v1/namespaces/admin/pods/taped/recording/samples"

    def shows_it() -> bool:
        return "sleep 4321" in client.get(recorded, params={"from": datetime.now(UTC).isoformat()}).text

    wait_for(shows_it, "what the page shows to be recorded")
    run("docker", "kill", container(stack, "taped", "box"))
    expect(row(page, "Processes", "sleep 4321")).to_have_count(0)

    page.get_by_role("button", name="Show the timeline").click()
    page.get_by_role("group", name="Show the timeline as").get_by_text("Table", exact=True).click()
    died = page.get_by_role("button", name=re.compile("box ended with 137"))
    expect(died).to_be_visible()
    died.click()
    page.get_by_role("group", name="Show the timeline as").get_by_text("Line", exact=True).click()
    page.get_by_role("button", name="Earlier event").click()
    expect(page.get_by_role("status", name=re.compile("^Connection: recorded, "))).to_be_visible()
    expect(row(page, "Processes", "box", "sleep 4321")).to_be_visible()
    expect(page.get_by_text("The page shows")).not_to_contain_text("Nobody watched")
    expect_none(page)

    expect(page).to_have_url(re.compile(r"\?at=20.*Z$"))
    link = f"{page.url}&mark=before+the+crash"
    page.get_by_role("button", name="Back to live").click()
    expect(page.get_by_role("status", name="Connection: live")).to_be_visible()
    expect(row(page, "Processes", "sleep 4321")).to_have_count(0)
    wait_for(lambda: "?at" not in page.evaluate("location.href"), "the address to be the present's")

    page.goto(link)
    expect(row(page, "Processes", "box", "sleep 4321")).to_be_visible()
    expect(page.get_by_text("(before the crash)")).to_be_visible()
    expect(page.get_by_role("slider", name="Moment")).to_be_visible()

    # The link outlives the pod.
    client.delete(f"{POD}?gracePeriodSeconds=0").raise_for_status()
    wait_for(lambda: client.get(POD).status_code == 404, "the pod to be gone")
    page.goto(link)
    expect(row(page, "Processes", "box", "sleep 4321")).to_be_visible()
    page.get_by_role("button", name="Back to live").click()
    expect(page.get_by_text("taped is gone")).to_be_visible()
