"""Quotas and lifetimes on the whole service: many requests at once, and pods that end with nobody's help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for
from .test_members import statuses

pytestmark = pytest.mark.timeout(180)
Json = dict[str, Any]
PODS = "/api/v1/namespaces/ada/pods"
TTL = 15  # seconds
SPEC: Json = {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 1}


@pytest.fixture(scope="module")
def hurried(images: None) -> Iterator[Stack]:
    """A service whose pods live for seconds."""
    found = Stack(PODS_PER_USER="3", POD_TTL=str(TTL), POD_TTL_MAX="100", IDLE="6", NEVER_USED="6", START_WITHIN="12")
    try:
        found.start()
        yield found
    finally:
        found.stop()


def listed(found: LivePod) -> Json:
    """The pod as the list shows it: to list pods is no use of them."""
    items = found.client.get(PODS).raise_for_status().json()["items"]
    return next((dict(item) for item in items if item["metadata"]["name"] == found.name), {})


@pytest.mark.long
def test_thirty_creates_at_once_make_three_pods_and_their_end_frees_the_places(hurried: Stack) -> None:
    with hurried.client("ada") as client:
        client.get("/api/v1/namespaces").raise_for_status()

        def create(i: int) -> tuple[int, str]:
            body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"many-{i}"}, "spec": SPEC}
            answer = client.post(PODS, json=body)
            return answer.status_code, answer.json().get("message", "")

        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(create, range(30)))
        assert Counter(code for code, _ in answers) == {201: 3, 403: 27}
        assert all(
            "exceeded quota: user, requested: pods=1, used: pods=3" in text for code, text in answers if code == 403
        )
        quota = client.get("/api/playground/v1/quota").json()["items"][0]
        assert (quota["used"], quota["limit"], len(quota["by"])) == (3, 3, 3)
        names = [item["metadata"]["name"] for item in client.get(PODS).json()["items"]]
        wait_for(lambda: not client.get(PODS).json()["items"], "all of them to end", TTL + 30)
        left = [name for name in hurried.containers() if name.split("_")[3] in names]
        assert left == []
        events = client.get("/api/v1/namespaces/ada/events").json()["items"]
        assert {e["involvedObject"]["name"] for e in events if e["reason"] == "Expired"} == set(names)
        assert client.get("/api/playground/v1/quota").json()["items"][0]["used"] == 0


@pytest.mark.long
def test_a_pod_that_is_extended_outlives_its_time_and_is_stopped_when_nobody_uses_it(hurried: Stack) -> None:
    with pod(hurried, "longer", SPEC) as found:
        found.wait_phase("Running")
        path = f"/api/playground/v1/namespaces/ada/pods/{found.name}"
        assert found.client.post(f"{path}/extend", json={"minutes": 1}).status_code == 200
        refused = found.client.post(f"{path}/extend", json={"minutes": 1})
        assert (refused.status_code, refused.json()["details"]["causes"][0]["field"]) == (422, "minutes")
        wait_for(lambda: listed(found)["status"].get("reason") == "Idle", "it to be stopped", 40)
        wait_for(lambda: not [name for name in found.left() if "_POD_" in name], "its pause to go")
        assert "nobody has watched or used it for 6 s" in listed(found)["status"]["message"]
        assert found.client.post(f"{path}/start").status_code == 200
        wait_for(lambda: "running" in statuses(found)["a"]["state"], "its member to run again")
        assert "reason" not in found.read()["status"]


@pytest.mark.long
def test_a_start_that_hangs_ends_with_what_it_waited_for(hurried: Stack) -> None:
    hanging = {"containers": [{"name": "a", "image": "playground/none:1"}], "terminationGracePeriodSeconds": 1}
    with pod(hurried, "hangs", hanging) as found:
        path = f"/api/playground/v1/namespaces/ada/pods/{found.name}/extend"
        assert found.client.post(path, json={"minutes": 1}).status_code == 200

        def stopped() -> bool:
            # Each read is a use of it: it is not idle, and does not come to run.
            return bool(found.read()["status"].get("reason") == "StartDeadlineExceeded")

        wait_for(stopped, "it to be given up", 50)
        message = found.read()["status"]["message"]
        assert "did not come to run within 12 s. Member a waits: ErrImageNeverPull" in message
        assert [event["type"] for event in found.events() if event["reason"] == "StartDeadlineExceeded"] == ["Warning"]
