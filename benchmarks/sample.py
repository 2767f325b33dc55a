"""What a live sample costs and how soon a process or a connection is seen, beside the ways that ask the engine.

Prints figures; asserts nothing. Run as root: `python -m benchmarks.sample [--pods N] [--rounds N] [--recorded]`. It
makes its pods (pause and two members, and one of ten members with 200 processes) with the Docker SDK and removes them.
The kernel's process events are listened to, and with `--recorded` all is recorded, as watch does it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import docker
from docker.models.containers import Container

from sandboxes import wire
from sandboxes.node.passing import Passing
from sandboxes.node.recorder import Recorder
from sandboxes.node.sampler import Sampler, Watched
from sandboxes.node.segments import Bounds

PAUSE, TOOLBOX, NGINX = "playground/pause:1", "playground/toolbox:1", "nginx:latest"
LABELS = {"playground-test": "readers-benchmark"}
# Each time it is told to go, it prints the time and starts a process: that is when the process was forked.
STARTER = 'i=0; while read -r go; do i=$((i+1)); date +%s.%N; (exec -a "seen-$i" sleep 30) & done'


# Each time it is told to go, it prints the time and connects to nginx over loopback; it never closes.
CONNECTER = "while read -r go; do date +%s.%N; exec {fd}<>/dev/tcp/127.0.0.1/80; done"
CROWD_MEMBERS, CROWD_PROCESSES = 10, 200


@dataclass
class Pod:
    """A pod on the engine: pause first."""

    containers: tuple[Container, ...]

    def watched(self) -> Watched:
        names = ("", "web", "box", *(f"box-{number}" for number in range(len(self.containers) - 3)))
        return Watched(tuple(map(_state, names, self.containers)), ())


def _state(member: str, found: Container) -> wire.MemberState:
    return wire.MemberState(
        member=member,
        container_id=found.id or "",
        attempt=0,
        host_pid=int(found.attrs["State"]["Pid"]),
        running=True,
        frozen=False,
    )


@contextmanager
def pods(client: docker.DockerClient, count: int) -> Iterator[list[Pod]]:
    made: list[Container] = []

    def run(image: str, **options: Any) -> Container:
        found: Container = client.containers.run(image, detach=True, labels=LABELS, **options)
        made.append(found)
        found.reload()
        return found

    def pod(boxes: int = 1, command: list[str] | None = None) -> Pod:
        pause = run(PAUSE, ipc_mode="shareable")
        joined = {"network_mode": f"container:{pause.id}", "ipc_mode": f"container:{pause.id}"}
        return Pod((pause, run(NGINX, **joined), *(run(TOOLBOX, command=command, **joined) for _ in range(boxes))))

    each = CROWD_PROCESSES // CROWD_MEMBERS
    sleeps = f"for i in $(seq {each - 1}); do sleep 3600 & done; wait"
    try:
        yield [*(pod() for _ in range(count)), pod(CROWD_MEMBERS - 1, ["bash", "-c", sleeps])]
    finally:
        for found in reversed(made):
            found.remove(force=True)


def told(what: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    middle = statistics.median(ordered)
    print(f"{what:<52} p50 {middle:8.2f} ms   p95 {p95:8.2f} ms   n {len(ordered)}")


async def cost(sampler: Sampler, watched: list[UUID], seconds: float, what: str = "pod(s)") -> None:
    """CPU time of the sampler's thread per sample, serialising included, with every pod watched and nobody reading."""
    streams = [sampler.stream(uid) for uid in watched]
    for stream in streams:
        await anext(stream)
        await anext(stream)
    samples, cpu, began = sampler.samples, sampler.cpu, time.monotonic()
    await asyncio.sleep(seconds)
    samples, cpu, took = sampler.samples - samples, sampler.cpu - cpu, time.monotonic() - began
    for stream in streams:
        await stream.aclose()
    rate = samples / took / len(watched)
    each = cpu / samples * 1000
    print(f"CPU per sample, {len(watched)} {what} at {rate:.1f} Hz: {each:.3f} ms; {cpu / took:.1%} of a core")


async def delays(
    stream: AsyncGenerator[str, None], box: Container, script: str, rounds: int, shows: Callable[[str, int], bool]
) -> list[float]:
    """Milliseconds from when the script says that it begins until a frame `shows` that round, for each."""
    doer = await asyncio.create_subprocess_exec(
        *("docker", "exec", "-i", box.id or "", "bash", "-c", script),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert doer.stdin and doer.stdout
    took = []
    for number in range(1, rounds + 1):
        doer.stdin.write(b"go\n")
        began = float(await doer.stdout.readline())
        async for frame in stream:
            if shows(frame, number):
                took.append((time.time() - began) * 1000)
                break
        # The next one at another moment of the period, or all would wait equally long.
        await asyncio.sleep(0.037 + number % 7 * 0.011)
    await stream.aclose()
    doer.stdin.close()
    await doer.wait()
    return took


def _started(frame: str, number: int) -> bool:
    return f"seen-{number} " in frame


def _wired(frame: str, number: int) -> bool:
    return _both_ends(frame) >= number


def _both_ends(frame: str) -> int:
    """How many connections to port 80 the frame has whose client and server are both in it."""
    found = json.loads(frame)
    sockets = (found.get("network") or {}).get("sockets", [])
    open_ones = [each for each in sockets if each["state"] == "ESTAB"]
    servers = {each["remotePort"] for each in open_ones if each["localPort"] == 80}
    return sum(each["remotePort"] == 80 and each["localPort"] in servers for each in open_ones)


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return took


def written(folder: Path, seconds: float) -> None:
    """What the recordings came to."""
    sizes = [path.stat().st_size for path in folder.glob("*/*.rec")]
    print(f"recorded: {sum(sizes) / 1000:.1f} kB of {len(sizes)} pod(s) in {seconds:.0f} s")


async def measure(client: docker.DockerClient, count: int, rounds: int, folder: Path | None) -> None:
    recorder = Recorder(folder, Bounds(8 * 2**20, 7200)) if folder else None
    with pods(client, count) as made:
        box = made[0].containers[2]
        passing = Passing()
        sampler = Sampler(lambda uid: made[uid.int].watched(), recorder=recorder, passing=passing)
        began, cpu = time.monotonic(), time.process_time()
        uids = [UUID(int=number) for number in range(count)]
        idle = sampler.samples
        await asyncio.sleep(1)
        print(f"samples taken while nobody watched: {sampler.samples - idle}")
        await cost(sampler, uids[:1], 5)
        crowd = f"pod of {CROWD_MEMBERS} members and {CROWD_PROCESSES} processes"
        await cost(sampler, [UUID(int=count)], 5, crowd)
        if count > 1:
            await cost(sampler, uids, 5)
        others = [sampler.stream(uid) for uid in uids[1:]]
        for stream in others:
            await anext(stream)
        for what, script, shows in (
            ("process start → frame", STARTER, _started),
            ("socket opens → wire", CONNECTER, _wired),
        ):
            took = await delays(sampler.stream(uids[0]), box, script, rounds, shows)
            told(f"{what}, {count} pod(s) watched", took)
        for stream in others:
            await stream.aclose()
        await asyncio.to_thread(sampler.close)
        lasted, used = time.monotonic() - began, time.process_time() - cpu
        print(f"the process used {used / lasted:.1%} of a core, its sampler's thread {sampler.cpu / lasted:.1%}, "
              f"process events {passing.cpu / lasted:.1%}")  # fmt: skip
        if recorder and folder:
            await asyncio.to_thread(recorder.close)
            written(folder, lasted)
        gc.collect()
        few = max(5, rounds // 5)
        told("docker top, one member (SDK)", timed(box.top, few))
        told("docker exec ps -ef, one member (SDK)", timed(lambda: box.exec_run(["ps", "-ef"]), few))
        command = ["docker", "exec", box.id or "", "ps", "-ef"]
        told("docker exec ps -ef, one member (command)", timed(lambda: subprocess.check_output(command), few))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--recorded", action="store_true")
    options = parser.parse_args()
    assert os.geteuid() == 0, "entering a pod's namespaces needs root"
    client = docker.from_env()
    with tempfile.TemporaryDirectory(prefix="playground-recorded-") as folder:
        asyncio.run(measure(client, options.pods, options.rounds, Path(folder) if options.recorded else None))


if __name__ == "__main__":
    main()
