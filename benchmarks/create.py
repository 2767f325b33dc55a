"""How long a two-member pod takes from POST to the WebSocket frame that says Running, beside the same pod by hand.

By hand is three `docker run`, one after the other: as an article tells people to type them, and with every option that
our pod has. In turn in one run, so that the machine's other work hits all alike. Prints milliseconds and the ratios,
pair by pair.

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

from sandboxes.engine.naming import network_name
from sandboxes.policy import BASELINE, PAUSE_MEMORY, PAUSE_PIDS, PAUSE_USER
from tests.stack import Stack

MEMBERS = [
    {"name": "web", "image": "nginx:latest"},
    {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "3600"]},
]


LIMITS = ["--cgroupns=private", "--log-opt=max-size=1000000", "--log-opt=max-file=2", "--cap-drop=ALL"]
PAUSE = [
    *LIMITS, "--dns=127.0.0.1", "--sysctl=net.ipv6.conf.all.disable_ipv6=1", "--security-opt=no-new-privileges",
    "--read-only", f"--memory={PAUSE_MEMORY}", f"--memory-swap={PAUSE_MEMORY}", f"--pids-limit={PAUSE_PIDS}",
    "--cpu-shares=2", f"--user={PAUSE_USER}",
]  # fmt: skip
MEMBER = [
    *LIMITS, *(f"--cap-add={name}" for name in BASELINE.capabilities), f"--memory={BASELINE.memory}",
    f"--memory-swap={BASELINE.memory}", f"--pids-limit={BASELINE.pids}", f"--cpus={BASELINE.milli_cpus / 1000}",
]  # fmt: skip


def by_hand(name: str, network: str = "") -> float:
    """Milliseconds until the third `docker run` has returned; then it is all removed.

    Without a network: as an article types it. With one: the same pod as ours, option for option.
    """
    pause, web, box = (f"bench-{name}-{part}" for part in ("pause", "web", "box"))
    joined = [f"--network=container:{pause}", f"--ipc=container:{pause}", *(MEMBER if network else [])]
    own = [f"--network={network}", *PAUSE] if network else []
    commands = [
        ["--name", pause, "--hostname", name, "--ipc=shareable", *own, "playground/pause:1"],
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
    ours, bare, equal = [], [], []
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        (await client.get("/api/v1/namespaces")).raise_for_status()
        for number in range(rounds + 1):
            name = f"p{uuid.uuid4().hex[:8]}"
            ours.append(await by_us(stack, client, token, name))
            bare.append(by_hand(name))
            equal.append(by_hand(name, network_name(stack.install)))
            told = f"docker run ×3 {bare[-1]:6.0f} ms, option for option {equal[-1]:6.0f} ms"
            print(f"{number:3}  POST → Running frame {ours[-1]:6.0f} ms   {told}")
    show("ours, ms", ours[1:], ".0f")
    for title, hands in (("docker run", bare[1:]), ("option for option", equal[1:])):
        show(f"{title}, ms", hands, ".0f")
        show(f"ours / {title}", [one / other for one, other in zip(ours[1:], hands, strict=True)], ".2f")


def show(title: str, figures: list[float], form: str) -> None:
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    print(f"{title:24} median {middle:{form}}  min {low:{form}}  max {high:{form}}")


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
