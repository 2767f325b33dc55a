"""Many viewers of one pod in which something changes all the time: how late is a frame, what do they cost, and what
does one that has stopped reading cost the others.

Prints, for one viewer, for many, and for many with some that stall: the delay from the moment a sample was taken (`at`)
until it arrives, CPU of web and watch, and web's memory. Viewers run in processes of their own; all share the machine.

    .venv/bin/python -m benchmarks.viewers [--viewers 500] [--stalled 10] [--seconds 20]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import re
import socket
import time
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import websockets

from benchmarks.streams import cpu_seconds
from tests.stack import Stack

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "busy"},
    "spec": {
        "containers": [
            {"name": "web", "image": "nginx:latest"},
            {
                "name": "box",
                "image": "playground/toolbox:1",
                "command": ["bash", "-c", "while :; do sleep 0.05; done"],
            },
        ],
        "terminationGracePeriodSeconds": 0,
    },
}
AT = re.compile(r'"at":"([^"]+)"')
PROCESSES = 2
STALL_ROOM = 4096  # of the socket's receive buffer: what a viewer that reads nothing would take is told soon


def resident(pid: int) -> int:
    """Bytes of a process in memory (proc(5), VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


async def follow(url: str, token: str, ready: asyncio.Semaphore, until: asyncio.Event, delays: list[float]) -> None:
    """One viewer, until told to end; delays in milliseconds, from its second sample on."""
    async with ready:
        viewer = await websockets.connect(
            url, additional_headers={"Authorization": f"Bearer {token}"}, compression=None, open_timeout=60
        )
    first = True
    async with viewer:
        while not until.is_set():
            try:
                frame = await asyncio.wait_for(viewer.recv(), 1)
            except TimeoutError:
                continue
            now = time.time()
            head = frame[:200] if isinstance(frame, str) else ""
            if '"sample"' not in head or not (found := AT.search(head)):
                continue
            if not first:
                delays.append((now - datetime.fromisoformat(found[1]).timestamp()) * 1000)
            first = False


async def watching(url: str, token: str, count: int, told: Connection) -> None:
    ready, until = asyncio.Semaphore(20), asyncio.Event()
    delays: list[float] = []
    viewers = [asyncio.create_task(follow(url, token, ready, until, delays)) for _ in range(count)]
    loop = asyncio.get_running_loop()
    while (word := await loop.run_in_executor(None, told.recv)) != "end":
        told.send(sorted(delays))
        delays.clear()
        assert word == "tell"
    until.set()
    await asyncio.gather(*viewers)


def viewers(url: str, token: str, count: int, told: Connection) -> None:
    asyncio.run(watching(url, token, count, told))


class Crowd:
    """So many viewers, spread over processes."""

    def __init__(self, url: str, token: str, count: int) -> None:
        self.count = count
        context = multiprocessing.get_context("spawn")
        processes = min(PROCESSES, count)
        self._ends: list[Connection] = []
        self._processes = []
        for at in range(processes):
            ours, theirs = context.Pipe()
            share = count // processes + (at < count % processes)
            process = context.Process(target=viewers, args=(url, token, share, theirs))
            process.start()
            self._ends.append(ours)
            self._processes.append(process)

    def delays(self) -> list[float]:
        """Those since the last call."""
        for end in self._ends:
            end.send("tell")
        return sorted(delay for end in self._ends for delay in end.recv())

    def close(self) -> None:
        for end in self._ends:
            end.send("end")
        for process in self._processes:
            process.join(30)


def stall(url: str, token: str) -> socket.socket:
    """A viewer that asks, and then reads nothing: a raw socket, so that no library reads for it."""
    address = httpx.URL(url.replace("ws", "http", 1))
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STALL_ROOM)
    made.connect((address.host, address.port))
    made.sendall(
        f"GET {address.path} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    return made


def measure(stack: Stack, crowd: Crowd, seconds: float, what: str) -> None:
    pids = {name: stack.processes[name].pid for name in ("web", "watch")}
    crowd.delays()
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    used = ", ".join(f"{name} {(cpu_seconds(pid) - before[name]) / seconds:.2f} CPU s/s" for name, pid in pids.items())
    found = crowd.delays()
    rate = len(found) / seconds / crowd.count
    p50, p95 = (found[min(len(found) - 1, int(len(found) * share))] for share in (0.5, 0.95))
    memory = ", ".join(f"{name} {resident(pid) / 2**20:.1f} MiB" for name, pid in pids.items())
    print(
        f"{what:<28} {rate:4.1f} samples/s each  delay p50 {p50:6.0f}  p95 {p95:6.0f}  max {found[-1]:6.0f} ms  "
        f"{used}  {memory}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--stalled", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    stack = Stack()
    try:
        stack.start()
        token = stack.token("bench")
        with stack.client("bench") as client:
            client.get("/api/v1/namespaces")
            client.post("/api/v1/namespaces/bench/pods", json=POD).raise_for_status()
        url = f"{stack.url.replace('http', 'ws')}/ws/namespaces/bench/pods/busy/live"
        time.sleep(4)
        for count in (1, given.viewers):
            crowd = Crowd(url, token, count)
            time.sleep(5 + count / 25)
            measure(stack, crowd, given.seconds, f"{count} viewer(s)")
            if count > 1:
                stalled = [stall(url, token) for _ in range(given.stalled)]
                time.sleep(10)
                measure(stack, crowd, given.seconds, f"and {given.stalled} that read nothing")
                for each in stalled:
                    each.close()
            crowd.close()
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
