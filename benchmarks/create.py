"""How long a two-member pod takes from POST to the WebSocket frame that says Running, beside the same pod by hand.

By hand is what an article tells people to type: three `docker run`, one after the other. Both in turn in one run, so
that the machine's other work hits both alike. Prints milliseconds and the ratio pair by pair.

    .venv/bin/python -m benchmarks.create [--rounds 15]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import time
import uuid

import httpx
import websockets

from tests.stack import Stack

MEMBERS = [
    {"name": "web", "image": "nginx:latest"},
    {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "3600"]},
]


def by_hand(name: str) -> float:
    """Milliseconds until the third `docker run` has returned; then it is all removed."""
    pause, web, box = (f"bench-{name}-{part}" for part in ("pause", "web", "box"))
    joined = [f"--network=container:{pause}", f"--ipc=container:{pause}"]
    commands = [
        ["--name", pause, "--hostname", name, "--ipc=shareable", "playground/pause:1"],
        ["--name", web, *joined, "nginx:latest"],
        ["--name", box, *joined, "playground/toolbox:1", "sleep", "3600"],
    ]
    try:
        begun = time.perf_counter()
        for command in commands:
            subprocess.run(["docker", "run", "-d", *command], check=True, capture_output=True)
        return (time.perf_counter() - begun) * 1000
    finally:
        subprocess.run(["docker", "rm", "-f", box, web, pause], check=True, capture_output=True)


async def by_us(stack: Stack, client: httpx.AsyncClient, token: str, name: str) -> float:
    """Milliseconds from sending POST until a frame says Running; the socket is opened as the page opens it."""
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": MEMBERS}}
    path = "/api/v1/namespaces/bench/pods"
    begun = time.perf_counter()
    (await client.post(path, json=manifest)).raise_for_status()
    url = f"{stack.url.replace('http', 'ws')}/ws/namespaces/bench/pods/{name}/live"
    async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "snapshot" and frame["pod"]["status"].get("phase") == "Running":
                break
    took = (time.perf_counter() - begun) * 1000
    await client.delete(f"{path}/{name}?gracePeriodSeconds=0")
    while any(name in found for found in stack.containers()):
        await asyncio.sleep(0.05)
    return took


async def measure(stack: Stack, rounds: int) -> None:
    """Rounds in turn, the first one not counted."""
    token = stack.token("bench")
    headers = {"Authorization": f"Bearer {token}"}
    ours, hands = [], []
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        (await client.get("/api/v1/namespaces")).raise_for_status()
        for number in range(rounds + 1):
            name = f"p{uuid.uuid4().hex[:8]}"
            ours.append(await by_us(stack, client, token, name))
            hands.append(by_hand(name))
            print(f"{number:3}  POST → Running frame {ours[-1]:6.0f} ms   docker run ×3 {hands[-1]:6.0f} ms")
    report(ours[1:], hands[1:])


def report(ours: list[float], hands: list[float]) -> None:
    """Medians and spreads, and the ratio pair by pair."""
    ratios = [one / other for one, other in zip(ours, hands, strict=True)]
    for title, figures, form in (("ours, ms", ours, ".0f"), ("by hand, ms", hands, ".0f"), ("ratio", ratios, ".2f")):
        low, middle, high = min(figures), statistics.median(figures), max(figures)
        print(f"{title:12} median {middle:{form}}  min {low:{form}}  max {high:{form}}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    stack = Stack()
    try:
        stack.start()
        asyncio.run(measure(stack, rounds))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
