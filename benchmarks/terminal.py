"""A shell through the whole path: how soon a key is echoed, 100 MB by `cat` in a client and in a page, and what a
hundred abrupt losses leave behind.

Prints figures; fails where bytes differ or a shell is left. Run as root: `python -m benchmarks.terminal [--rounds N]
[--losses N] [--no-page]`. It starts a service of its own on a free port.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from sandboxes.engine.streams import DockerStreams
from sandboxes.engine.tty import TtyRequest
from tests.e2e.conftest import FLAGS, sign_in
from tests.shell_client import Shell, address
from tests.stack import Stack, run

BYTES = 100_000_000
KEPT = 10
POD = "bench"
SETTINGS = {"TERMINAL_KEPT": str(KEPT), "TERMINAL_MAX_PER_POD": "200", "TERMINAL_MAX_PER_USER": "200"}


def told(what: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{what:<52} p50 {ordered[len(ordered) // 2]:8.2f} ms   p95 {p95:8.2f} ms   n {len(ordered)}")


class Memory:
    """The most that a process of the stack had resident while it was watched, in bytes."""

    def __init__(self, stack: Stack) -> None:
        self._groups = {name: stack.processes[name].pid for name in ("watch", "web")}
        self.before = {name: _resident(group) for name, group in self._groups.items()}
        self.most = dict(self.before)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for name, group in self._groups.items():
                self.most[name] = max(self.most[name], _resident(group))

    @contextmanager
    def watched(self) -> Iterator[None]:
        self._thread.start()
        yield
        self._stop.set()
        self._thread.join()
        for name, most in self.most.items():
            before = self.before[name]
            print(f"{name + ': resident, before and at most':<52} {before / 1e6:8.1f} MB  {most / 1e6:8.1f} MB")


def _resident(group: int) -> int:
    """Of all processes of a session: the stack starts each in its own."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == group:
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


async def echoed(shell: Shell, rounds: int) -> list[float]:
    """Milliseconds from a key to its echo, through page's protocol, web, watch and the engine."""
    took = []
    for _ in range(rounds):
        before = shell.offset
        began = time.perf_counter()
        await shell.type("x")
        while shell.offset == before:
            await shell.read()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.005)
    return took


async def echoed_bare(container: str, rounds: int) -> list[float]:
    """The same with nothing but the engine's own exec."""
    tty = await DockerStreams().shell(container, TtyRequest("", 80, 24))
    await tty.write(b"exec cat\n")
    await asyncio.sleep(1)
    while b"exec cat\r\n" not in await tty.read():
        pass
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await tty.write(b"x")
        await tty.read()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.005)
    await tty.write(b"\x03")
    await tty.close()
    return took


async def catted(shell: Shell) -> str:
    """The digest of what came of `cat /tmp/b`; the file is BYTES of base64 between two marks."""
    shell.keeps = False
    await shell.type("echo ==begin''==; cat /tmp/b; echo ==end''==\n")
    digest, count, tail, begun = hashlib.sha256(), 0, b"", False
    while count < BYTES:
        frame = await shell.read()
        if not isinstance(frame, bytes):
            continue
        if not begun:
            tail += frame
            _, mark, frame = tail.partition(b"==begin==\n")
            begun = bool(mark)
        piece = frame[: BYTES - count] if begun else b""
        digest.update(piece)
        count += len(piece)
    return digest.hexdigest()


async def measure(stack: Stack, token: str, container: str, rounds: int) -> None:
    shell = Shell(address(stack.url, POD, namespace="ada"), token)
    async with shell.open("a"):
        await shell.until("# ")
        await shell.type("cat\n")
        await shell.until("cat\r\n")
        told("echo of a key, the whole path", await echoed(shell, rounds))
        told("echo of a key, the engine's exec alone", await echoed_bare(container, rounds))
        await shell.type("\x03")
        await shell.until("^C")
        await shell.type("stty -opost -echo; sha256sum /tmp/b\n")
        await shell.until("  /tmp/b\n")
        wanted = bytes(shell.output).split(b"  /tmp/b\n")[0][-64:].decode()
        memory, began = Memory(stack), time.monotonic()
        with memory.watched():
            found = await catted(shell)
        took = time.monotonic() - began
        print(f"{'cat of 100 MB, the client':<52} {took:8.1f} s   {BYTES / took / 1e6:.1f} MB/s   {found[:12]}")
        assert found == wanted, "the bytes differ"


async def lose(stack: Stack, token: str, losses: int) -> None:
    async def lost() -> None:
        shell = Shell(address(stack.url, POD, namespace="ada"), token)
        async with shell.open("a"):
            await shell.until("# ")
            await shell.type("sleep 9000 &\n")
            await shell.until("[1]")
            shell.abort()

    for _ in range(0, losses, 10):
        await asyncio.gather(*(lost() for _ in range(10)))
    print(f"{f'processes of shells after {losses} abrupt losses':<52} {marked(stack):8}")
    await asyncio.sleep(KEPT + 10)
    left = marked(stack)
    print(f"{'and 10 s after the time that they are kept':<52} {left:8}")
    assert left == 0, "shells were left"


def marked(stack: Stack) -> int:
    mark, count = f"PLAYGROUND_TERMINAL={stack.install}/".encode(), 0
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            count += mark in path.read_bytes()
        except OSError:
            continue
    return count


def in_page(stack: Stack) -> None:
    """100 MB through a real page: the heap that its script has, at most, and how long it takes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        heap = page.context.new_cdp_session(page)
        heap.send("Performance.enable")

        def used() -> float:
            metrics = {each["name"]: each["value"] for each in heap.send("Performance.getMetrics")["metrics"]}
            return float(metrics["JSHeapUsedSize"]) / 1e6

        sign_in(page, stack, "ada")
        page.goto(f"{stack.url}/pods/ada/{POD}")
        page.get_by_role("button", name="Open a shell").click()
        screen = page.get_by_role("region", name="Shell a", exact=True)
        screen.get_by_text("root@").first.wait_for()
        before, memory, began = used(), Memory(stack), time.monotonic()
        most = before
        with memory.watched():
            page.keyboard.type("fold -w 200 /tmp/b; echo d''one\n")
            while "done" not in screen.inner_text():
                most = max(most, used())
                time.sleep(0.1)
        took = time.monotonic() - began
        print(f"{'cat of 100 MB, a page':<52} {took:8.1f} s   heap {before:.1f} MB before, {most:.1f} MB at most")
        browser.close()


def made(stack: Stack) -> str:
    """The pod runs and has its 100 MB; the id of its container."""
    member = {"name": "a", "image": "playground/toolbox:1"}
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": POD},
        "spec": {"containers": [member]},
    }
    with stack.client("ada") as client:
        client.post("/api/v1/namespaces/ada/pods", json=body).raise_for_status()
        while client.get(f"/api/v1/namespaces/ada/pods/{POD}").json()["status"]["phase"] != "Running":
            time.sleep(0.1)
    (name,) = (each for each in stack.containers() if f"_a_{POD}_" in each)
    fill = f"head -c {BYTES * 3 // 4} /dev/urandom | base64 -w 0 > /tmp/b"
    run("docker", "exec", name, "sh", "-c", fill)
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--losses", type=int, default=100)
    parser.add_argument("--no-page", action="store_true")
    options = parser.parse_args()
    stack = Stack(**SETTINGS)
    try:
        stack.start()
        container, token = made(stack), stack.token("ada")
        asyncio.run(measure(stack, token, container, options.rounds))
        if not options.no_page:
            in_page(stack)
        asyncio.run(lose(stack, token, options.losses))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
