"""150 live streams of a pod in which nothing changes: does each stay live, and what does that cost.

Prints the longest silence of any stream, how many ever said anything but live, and CPU seconds per second of web and
watch, with the streams and without.

    .venv/bin/python -m benchmarks.streams [--streams 150] [--seconds 65]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from dataclasses import dataclass, field

import httpx
import websockets

from tests.stack import Stack

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "still"},
    "spec": {
        "containers": [{"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "3600"]}],
        "terminationGracePeriodSeconds": 0,
    },
}


@dataclass
class Seen:
    """What one stream has seen: frames by type, its longest silence in seconds, states other than live."""

    frames: dict[str, int] = field(default_factory=dict)
    silence: float = 0.0
    bad: int = 0


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its reaped children (proc(5))."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


async def follow(url: str, token: str, ready: asyncio.Semaphore, until: asyncio.Event) -> Seen:
    """One stream, until told to end; silence counts from its first sample."""
    seen, last = Seen(), 0.0
    async with ready:
        socket = await websockets.connect(url, additional_headers={"Authorization": f"Bearer {token}"})
    async with socket:
        while not until.is_set():
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 1))
            except TimeoutError:
                continue
            kind, now = frame["type"], time.monotonic()
            seen.frames[kind] = seen.frames.get(kind, 0) + 1
            if kind == "stream" and frame["state"] != "live" and last:
                seen.bad += 1
            if kind in ("sample", "still"):
                seen.silence = max(seen.silence, now - last if last else 0.0)
                last = now
    return seen


async def measure(stack: Stack, streams: int, seconds: float) -> None:
    token = stack.token("bench")
    headers = {"Authorization": f"Bearer {token}"}
    pids = {name: stack.processes[name].pid for name in ("web", "watch")}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        await client.get("/api/v1/namespaces")
        (await client.post("/api/v1/namespaces/bench/pods", json=POD)).raise_for_status()
        await asyncio.sleep(3)
        print("nobody watches:", await spent(pids, 10))
        url = f"{stack.url.replace('http', 'ws')}/ws/namespaces/bench/pods/still/live"
        until, ready = asyncio.Event(), asyncio.Semaphore(10)
        begun = time.monotonic()
        tasks = [asyncio.create_task(follow(url, token, ready, until)) for _ in range(streams)]
        await asyncio.sleep(5)
        print(f"{streams} streams:", await spent(pids, seconds))
        until.set()
        seen = await asyncio.gather(*tasks)
        print(f"followed for {time.monotonic() - begun:.0f} s")
    print(f"longest silence of any stream {max(one.silence for one in seen):.2f} s")
    print(f"streams that left live {sum(1 for one in seen if one.bad)}")
    frames = sorted(sum(one.frames.values()) for one in seen)
    print(f"frames a stream: min {frames[0]}, max {frames[-1]}; of the first {seen[0].frames}")


async def spent(pids: dict[str, int], seconds: float) -> str:
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    await asyncio.sleep(seconds)
    used = {name: (cpu_seconds(pid) - before[name]) / seconds for name, pid in pids.items()}
    return ", ".join(f"{name} {share:.3f} CPU s/s" for name, share in used.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=65)
    given = parser.parse_args()
    stack = Stack()
    try:
        stack.start()
        asyncio.run(measure(stack, given.streams, given.seconds))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
