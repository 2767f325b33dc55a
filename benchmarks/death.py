"""How long after a member's death a page is told: from the KILL to the WebSocket frame that no longer shows it running.

Prints milliseconds. The member is killed by its PID on the host, as if it had died by itself.

    .venv/bin/python -m benchmarks.death [--rounds 20]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import websockets

from tests.stack import Stack, run

States = Mapping[str, Any]
SPEC = {
    "restartPolicy": "Never",
    "containers": [
        {"name": "dies", "image": "playground/toolbox:1", "command": ["sleep", "3600"]},
        {"name": "stays", "image": "playground/toolbox:1", "command": ["sleep", "3600"]},
    ],
}


async def measure(stack: Stack, rounds: int) -> None:
    token = stack.token("bench")
    headers = {"Authorization": f"Bearer {token}"}
    took: list[float] = []
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        await client.get("/api/v1/namespaces")
        for number in range(rounds):
            took.append(await one(stack, client, token, f"death-{number}"))
    took.sort()
    last = took[max(0, round(len(took) * 0.95) - 1)]
    print(f"death → frame, ms: {len(took)} rounds, median {statistics.median(took):.0f}, 95th percentile {last:.0f}, "
          f"max {took[-1]:.0f}")  # fmt: skip


async def one(stack: Stack, client: httpx.AsyncClient, token: str, name: str) -> float:
    """Milliseconds."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": SPEC}
    uid = (await client.post("/api/v1/namespaces/bench/pods", json=pod)).raise_for_status().json()["metadata"]["uid"]
    url = stack.url.replace("http", "ws") + f"/ws/namespaces/bench/pods/{name}/live"
    async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        await until(socket, lambda states: "running" in states.get("dies", ()))
        pid = int(await asyncio.to_thread(pid_of, uid))
        began = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        await until(socket, lambda states: "terminated" in states.get("dies", ()))
        took = (time.monotonic() - began) * 1000
    await client.delete(f"/api/v1/namespaces/bench/pods/{name}", params={"gracePeriodSeconds": 0})
    return took


async def until(socket: websockets.ClientConnection, true: Callable[[States], bool]) -> None:
    """Reads frames until a snapshot's members are as wanted: `true` of member → its state."""
    async with asyncio.timeout(30):
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] != "snapshot":
                continue
            statuses = message["pod"]["status"].get("containerStatuses", [])
            if true({status["name"]: status["state"] for status in statuses}):
                return


def pid_of(uid: str) -> str:
    filters = ["--filter", f"label=playground/uid={uid}", "--filter", "label=playground/member=dies"]
    found = run("docker", "ps", "-q", *filters).split()[0]
    return run("docker", "inspect", "--format", "{{.State.Pid}}", found).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    stack = Stack()
    try:
        stack.start()
        asyncio.run(measure(stack, rounds))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
