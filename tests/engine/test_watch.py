"""The real watch of a real node, seen from web: what it notices by itself, and how it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.stack import Stack

SOON = 30.0
NAMESPACE = "watcher"
POD = f"/api/v1/namespaces/{NAMESPACE}/pods/web"
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {
        "containers": [{"name": "a", "image": "playground/toolbox:1", "command": ["sh", "-c", "echo one; sleep 1000"]}],
        "terminationGracePeriodSeconds": 0,
        "restartPolicy": "Never",
    },
}


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """Signed in, with a pod that runs."""
    with stack.client(NAMESPACE) as client:
        client.get("/api/playground/v1/session").raise_for_status()
        created = client.post(f"/api/v1/namespaces/{NAMESPACE}/pods", json=MANIFEST)
        assert created.status_code == 201, created.text
        until(lambda: phase(client) == "Running")
        yield client
        client.delete(POD)
        until(lambda: client.get(POD).status_code == 404 and not stack_pods(stack))


def phase(client: httpx.Client) -> str:
    return str(client.get(POD).json()["status"].get("phase"))


def stack_pods(stack: Stack) -> list[str]:
    return [name for name in stack.containers() if "canary" not in name]


def until(true: Any, within: float = SOON) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "did not come true"
        time.sleep(0.02)


def live(stack: Stack, client: httpx.Client) -> connect:
    url = f"{stack.url.replace('http', 'ws', 1)}/ws/namespaces/{NAMESPACE}/pods/web/live"
    return connect(url, additional_headers={"Authorization": client.headers["authorization"]}, proxy=None)


async def frame(socket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """The next frame that has these values."""
    async with asyncio.timeout(SOON):
        while True:
            found: dict[str, Any] = json.loads(await socket.recv())
            if wanted.items() <= found.items():
                return found


def test_a_member_that_dies_by_itself_is_noticed_without_the_sweep(stack: Stack, client: httpx.Client) -> None:
    (name,) = (name for name in stack_pods(stack) if "_a_" in name)
    subprocess.run(["docker", "kill", name], check=True, capture_output=True)
    until(lambda: phase(client) == "Failed", within=20)  # the next look without an event is a minute away


async def test_term_ends_watch_with_streams_open_and_a_new_one_takes_them_up(
    stack: Stack, client: httpx.Client
) -> None:
    async with AsyncExitStack() as streams:
        sockets = [await streams.enter_async_context(live(stack, client)) for _ in range(20)]
        for socket in sockets:
            await frame(socket, type="stream", state="live")
        caller = await streams.enter_async_context(httpx.AsyncClient(base_url=stack.url, headers=client.headers))
        log = await streams.enter_async_context(caller.stream("GET", f"{POD}/log", params={"follow": "true"}))
        assert log.status_code == 200
        watch = stack.processes["watch"]
        watch.terminate()
        began = time.monotonic()
        assert await asyncio.to_thread(watch.wait, 10) == 0
        assert time.monotonic() - began <= 5
        for socket in sockets:
            await frame(socket, type="stream", state="unavailable")
        stack.launch("watch")
        for socket in sockets:
            await frame(socket, type="stream", state="live")
            await frame(socket, type="sample")


async def test_a_pod_where_nothing_changes_stays_live(stack: Stack, client: httpx.Client) -> None:
    async with live(stack, client) as socket:
        first = await frame(socket, type="still")
        for _ in range(3):
            assert (await frame(socket, type="still"))["rev"] >= first["rev"]
