"""Does a pod's page keep up: frames a second and long tasks while it shows 200 processes of 10 members, at 10 Hz.

The page is the real one, served by a real stack; its live socket is answered here, with samples of which each differs
from the last one in every process that works, in counters and in sockets. Counted in the page itself: animation frames
(requestAnimationFrame), tasks of 50 ms and more (PerformanceObserver, longtask). The browser is a headless Chromium
that draws in software, so a machine with a graphics card does better.

    .venv/bin/python -m benchmarks.page [--seconds 20] [--rate 10] [--members 10] [--processes 20]
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, sync_playwright

from tests.e2e.conftest import FLAGS, sign_in
from tests.stack import Stack

Json = dict[str, Any]
KINDS = ("net", "ipc", "pid", "uts", "mnt", "cgroup", "user", "time")
SHARED = ("net", "ipc", "pid")

COUNT = """() => {
    const seen = { frames: 0, tasks: [], since: performance.now() };
    window.seen = seen;
    const tick = () => { seen.frames += 1; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    new PerformanceObserver((list) => { for (const each of list.getEntries()) seen.tasks.push(each.duration); })
        .observe({ type: "longtask" });
}"""
READ = "() => ({ ...window.seen, seconds: (performance.now() - window.seen.since) / 1000 })"


def snapshot(members: list[str]) -> Json:
    """A running pod of those members."""
    states = [
        {"name": name, "image": "nginx:latest", "ready": True, "restartCount": 0, "state": {"running": {}}}
        for name in members
    ]
    spec = {"containers": [{"name": name, "image": "nginx:latest"} for name in members], "shareProcessNamespace": True}
    metadata = {"name": "many", "namespace": "admin", "uid": "u-1", "creationTimestamp": "2026-01-02T14:31:00Z"}
    status = {"phase": "Running", "podIP": "10.88.0.14", "containerStatuses": states, "conditions": []}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
    return {"type": "snapshot", "rev": 1, "pod": pod, "events": [], "steps": []}


def process(member: str, number: int, at: int) -> Json:
    """A process that has used a little more of the CPU in each sample."""
    pid = 4000 + number
    spent = f"00:{at // 60 % 60:02}:{at % 60:02}"
    return {
        "member": member, "hostPid": pid, "hostPpid": 3999, "nsPids": [pid, number + 2], "pid": number + 2, "ppid": 1,
        "uid": 33, "user": "www-data", "c": (at + number) % 100, "stime": "14:31", "started": "2026-01-02T14:31:00Z",
        "tty": "?", "time": spent, "cmd": f"nginx: worker process {number}", "state": "RS"[(at + number) % 2],
        "threads": 1, "cpu": 0, "rss": 1048576, "reaper": 3999,
    }  # fmt: skip


def cells(member: int, names: list[str]) -> list[Json]:
    """The namespaces of pause (0) or of a member: three shared, two the host's, the others its own."""
    found = []
    for place, kind in enumerate(KINDS):
        relation, inode = "own", 4026532000 + 100 * place + member
        if kind in SHARED:
            relation, inode = ("shares" if member else "owns"), 4026532000 + 100 * place
        elif kind in ("user", "time"):
            relation, inode = "host", 4026531837
        found.append({"kind": kind, "inode": inode, "relation": relation, "owner": "", "sharedWith": ["", *names]})
    return found


def socket(number: int, **change: Any) -> Json:
    """A TCP socket on the pod's loopback."""
    ends = {"localAddress": "127.0.0.1", "localPort": 0, "remoteAddress": "127.0.0.1", "remotePort": 0}
    return {"protocol": "tcp", "state": "ESTAB", "inode": 9000 + number, "owners": []} | ends | change


def sockets(members: list[str], at: int) -> list[Json]:
    """Each member listens, and has one connection from the one before: another one in each sample."""
    found = []
    for number, member in enumerate(members):
        owner = {"member": member, "hostPid": 4000 + 20 * number, "pid": 20 * number + 2, "cmd": "nginx"}
        before = {**owner, "member": members[number - 1]}
        listens = {"state": "LISTEN", "localAddress": "0.0.0.0", "remoteAddress": "0.0.0.0"}
        found.append(socket(number, localPort=8000 + number, owners=[owner], **listens))
        port = 40000 + (at * 16 + number) % 20000
        found.append(socket(500 + number, localPort=port, remotePort=8000 + number, owners=[before]))
    return found


def interface(index: int, name: str, address: str, at: int) -> Json:
    """Its counters grow from sample to sample."""
    counters = {"rxBytes": 1000 * at, "rxPackets": at, "txBytes": 700 * at, "txPackets": at}
    still = {"rxErrors": 0, "rxDropped": 0, "txErrors": 0, "txDropped": 0, "mtu": 1500, "up": True}
    addresses = [{"family": "inet", "address": address, "prefix": 16}]
    names = {"index": index, "name": name, "kind": "veth", "mac": "02:42:0a:58:00:0e", "peerIndex": 8}
    return names | counters | still | {"addresses": addresses}


def sample(members: list[str], each: int, at: int) -> Json:
    """One whole reading; `at` counts them."""
    everyone = ["", *members]
    pause = process("", -1, 0) | {"hostPid": 3999, "cmd": "/pause"}
    working = [process(name, place * each + n, at) for place, name in enumerate(members) for n in range(each)]
    hostname = {"hosts": "", "hostsProblem": "", "resolv": "", "resolvProblem": "", "hostname": "many"}
    return {
        "type": "sample", "rev": at + 1, "at": "2026-01-02T14:32:00Z",
        "members": [], "processes": [pause, *working], "processesTruncated": False,
        "hostnames": [hostname | {"member": name, "uts": 4026532300 + n} for n, name in enumerate(everyone)],
        "network": {
            "interfaces": [interface(1, "lo", "127.0.0.1", at), interface(7, "eth0", "10.88.0.14", at)],
            "routes": [], "sockets": sockets(members, at), "socketsTruncated": False,
            "hostEnds": [
                {"index": 8, "name": "veth1", "peerOf": "eth0", "mac": "3e:11:22:33:44:55", "up": True, "bridge": "pg0"}
            ],
            "published": [{"protocol": "tcp", "hostIp": "127.0.0.1", "hostPort": 8080, "containerPort": 8000}],
        },
        "namespaces": {
            "rows": [
                {"member": name, "hostPid": 3999 + n, "cells": cells(n, members)} for n, name in enumerate(everyone)
            ],
            "host": {}, "hostFrom": "dockerd",
        },
        "pulls": [], "passed": [], "passedProblem": "", "problems": [],
    }  # fmt: skip


class Speaker:
    """The far end of the page's live socket."""

    def __init__(self, members: list[str], each: int) -> None:
        self.members, self.each, self.at = members, each, 0
        self.route: WebSocketRoute | None = None

    def answer(self, route: WebSocketRoute) -> None:
        """Greet a page that connects."""
        self.route = route
        route.send(json.dumps(snapshot(self.members)))
        route.send(json.dumps({"type": "stream", "state": "live", "reason": ""}))

    def speak(self) -> None:
        """Send the next sample."""
        assert self.route is not None, "the page has not connected"
        self.route.send(json.dumps(sample(self.members, self.each, self.at)))
        self.at += 1


def talk(page: Page, speaker: Speaker, seconds: float, rate: float) -> None:
    """Speak so many times a second, by the clock: what was late is not made up for."""
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        speaker.speak()
        page.wait_for_timeout(max(0, (now + 1 / rate - time.monotonic()) * 1000))


def measure(page: Page, stack: Stack, options: argparse.Namespace) -> Json:
    """What the page counted while it was spoken to, after two seconds of warming up."""
    speaker = Speaker([f"member-{n}" for n in range(options.members)], options.processes)
    page.route_web_socket("**/live", speaker.answer)
    sign_in(page, stack)
    page.goto(f"{stack.url}/pods/admin/many")
    page.get_by_role("heading", name="many").wait_for()
    while speaker.route is None:
        page.wait_for_timeout(50)
    talk(page, speaker, 1, options.rate)
    # In sight: what is not need not be drawn.
    page.evaluate("document.getElementById('processes').scrollIntoView()")
    talk(page, speaker, 2, options.rate)
    page.evaluate(COUNT)
    first = speaker.at
    talk(page, speaker, options.seconds, options.rate)
    seen: Json = page.evaluate(READ)
    rows = page.get_by_role("table", name="Processes").get_by_role("row").count()
    return seen | {"samples": speaker.at - first, "rows": rows - 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=10, help="samples a second")
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--processes", type=int, default=20, help="of each member")
    options = parser.parse_args()
    stack = Stack()
    try:
        stack.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(base_url=stack.url, viewport={"width": 1440, "height": 900})
            seen = measure(page, stack, options)
            browser.close()
    finally:
        stack.stop()
    tasks, seconds = seen["tasks"], seen["seconds"]
    print(f"{seen['samples'] / seconds:.1f} samples a second, {seen['rows']} processes, {seconds:.0f} s")
    print(f"{seen['frames'] / seconds:.1f} frames a second (headless Chromium, drawn in software)")
    print(f"{len(tasks)} long tasks, the longest {max(tasks, default=0):.0f} ms")


if __name__ == "__main__":
    main()
