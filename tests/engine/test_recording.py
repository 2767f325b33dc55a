"""A real pod's recording: a member is restarted, and what was before it is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.engine.pods import wait_for
from tests.stack import Stack

NAMESPACE = "recorded"
POD = f"/api/v1/namespaces/{NAMESPACE}/pods/taped"
PLAYGROUND = f"/api/playground/v1/namespaces/{NAMESPACE}/pods/taped"
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "taped"},
    "spec": {
        "containers": [
            {"name": "a", "image": "playground/toolbox:1", "command": ["sleep", "1111"]},
            {"name": "b", "image": "playground/toolbox:1", "command": ["sleep", "2222"]},
        ],
        "terminationGracePeriodSeconds": 0,
    },
}
Json = dict[str, Any]


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """Signed in, with a pod that runs."""
    with stack.client(NAMESPACE) as client:
        client.get("/api/playground/v1/session").raise_for_status()
        client.post(f"/api/v1/namespaces/{NAMESPACE}/pods", json=MANIFEST).raise_for_status()
        wait_for(lambda: client.get(POD).json()["status"].get("phase") == "Running", "the pod to run")
        yield client
        client.delete(POD)
        wait_for(lambda: client.get(POD).status_code == 404, "the pod to go")


def recording(client: httpx.Client, uid: str = "") -> Json:
    found: Json = client.get(f"{PLAYGROUND}/recording", params={"uid": uid} if uid else {}).raise_for_status().json()
    return found


def moment(client: httpx.Client, at: str) -> Json:
    found: Json = client.get(f"{PLAYGROUND}/recording/samples", params={"from": at}).raise_for_status().json()
    return found


def happened(client: httpx.Client, action: str, member: str, attempt: int) -> str:
    """When the engine did that; "" while it is not recorded."""
    wanted = {"action": action, "member": member, "attempt": attempt}
    return next((each["at"] for each in recording(client)["markers"] if wanted.items() <= each.items()), "")


async def eventually(true: Callable[[], object], what: str) -> None:
    await asyncio.to_thread(wait_for, lambda: bool(true()), what)


def attempts(frames: Json) -> dict[str, int]:
    """member → the attempt whose processes the one sample shows."""
    (sample,) = frames["samples"]
    seen = {process["member"] for process in sample["processes"]}
    return {each["member"]: each["attempt"] for each in sample["members"] if each["member"] in seen}


async def test_a_moment_before_a_restart_is_read_back_as_it_was(stack: Stack, client: httpx.Client) -> None:
    url = f"{stack.url.replace('http', 'ws', 1)}/ws/namespaces/{NAMESPACE}/pods/taped/live"
    headers = {"Authorization": client.headers["authorization"]}
    async with connect(url, additional_headers=headers, proxy=None) as watching:
        draining = asyncio.create_task(_drain(watching))
        await eventually(lambda: recording(client)["spans"], "a first sample to be recorded")
        before = datetime.now(UTC).isoformat()
        client.post(f"{PLAYGROUND}/restart", json={"container": "a"}).raise_for_status()
        await eventually(lambda: happened(client, "start", "a", 1), "the second attempt to be recorded")
        after = happened(client, "start", "a", 1)
        await eventually(
            lambda: attempts(moment(client, datetime.now(UTC).isoformat())) == {"": 0, "a": 1, "b": 0},
            "the second attempt to be sampled",
        )
        then = moment(client, before)
        assert attempts(then) == {"": 0, "a": 0, "b": 0}
        (status,) = then["statuses"]
        assert {each["name"]: each["restartCount"] for each in status["status"]["containerStatuses"]} == {
            "a": 0,
            "b": 0,
        }
        assert happened(client, "die", "a", 0) < after
        draining.cancel()

    # Nobody watches: the span ends, and what the engine does is recorded all the same.
    await eventually(lambda: not recording(client)["spans"][-1]["isOpen"], "the span to end")
    client.post(f"{PLAYGROUND}/kill", json={"container": "b", "signal": "KILL"}).raise_for_status()
    await eventually(lambda: happened(client, "start", "b", 1), "an unwatched restart to be recorded")
    assert len(recording(client)["spans"]) == 1

    uid = client.get(POD).json()["metadata"]["uid"]
    client.delete(POD)
    await eventually(lambda: client.get(POD).status_code == 404, "the pod to go")
    gone = recording(client, uid)
    assert len(gone["spans"]) == 1, "it outlives its pod"
    with stack.client("stranger") as stranger:
        assert stranger.get(f"{PLAYGROUND}/recording", params={"uid": uid}).status_code == 404


async def _drain(socket: Any) -> None:
    async for _ in socket:
        pass
