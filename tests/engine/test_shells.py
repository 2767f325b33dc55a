"""Shells in a real pod, through web and node: what is typed and shown, what a loss costs; and none stays behind."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandboxes import terminal_wire as wire
from sandboxes.host.descent import MARK
from sandboxes.node.recording import TERMINAL, unpack
from tests.engine.pods import wait_for
from tests.shell_client import SOON, Shell, address
from tests.stack import Stack

KEPT = 8  # tests/conftest.py
# What a shell may leave of itself: in its session, in another, and in another whose parent is gone.
OFFSPRING = "trap '' HUP; sleep 7001 & setsid sleep 7002 & (setsid sleep 7003 &) ; echo off''spring\n"
MEMBERS = [
    {"name": "a", "image": "playground/toolbox:1", "command": ["sleep", "1000"]},
    {"name": "none", "image": "playground/pause:1"},
    {
        "name": "strict",
        "image": "busybox",
        "command": ["sleep", "1000"],
        "securityContext": {"runAsUser": 1000, "runAsNonRoot": True},
    },
]


@pytest.fixture(scope="module")
def token(stack: Stack) -> Iterator[str]:
    """Of ada, whose pod `web` runs."""
    spec = {"containers": MEMBERS, "terminationGracePeriodSeconds": 1, "restartPolicy": "Always"}
    made: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}
    path = "/api/v1/namespaces/ada/pods/web"
    with stack.client("ada") as client:
        assert client.post("/api/v1/namespaces/ada/pods", json=made).status_code == 201
        wait_for(lambda: client.get(path).json()["status"]["phase"] == "Running", "the pod runs", 30)
    yield stack.token("ada")
    with stack.client("ada") as client:
        client.delete(path, params={"gracePeriodSeconds": 0})


@pytest.fixture
def shell(stack: Stack, token: str) -> Iterator[Shell]:
    yield Shell(address(stack.url, "web", namespace="ada"), token)
    wait_for(lambda: not marked(stack), "no process of a shell is left", 30)


def marked(stack: Stack) -> list[int]:
    """Every process on this machine that came of a shell of this service."""
    mark, found = f"{MARK}={stack.install}/".encode(), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


async def test_what_is_typed_is_done_and_the_size_is_the_pages(shell: Shell) -> None:
    async with shell.open("a", columns=97, rows=31):
        await shell.type("stty size; id -un; tty; echo $TERM; echo done''.\n")
        await shell.until("done.")
        assert b"31 97\r\nroot\r\n/dev/pts/" in shell.output
        assert b"xterm-256color" in shell.output
        await shell.say(wire.Resize(columns=50, rows=10))
        await shell.type("stty size; exit 7\n")
        assert await shell.until_over() == wire.CLOSE_ENDED
        assert shell.over == wire.Ended(reason="exited", exit_code=7)
        assert b"10 50" in shell.output


@pytest.mark.parametrize(
    ("member", "user", "reason", "told"),
    [
        ("none", "", "no-shell", "the image of none has no shell"),
        ("a", "nosuch", "user", "unable to find user nosuch"),
        ("strict", "root", "user", "runAsNonRoot"),
        ("other", "", "not-running", "other"),
    ],
)
async def test_where_there_is_no_shell_the_reason_is_told(
    shell: Shell, member: str, user: str, reason: str, told: str
) -> None:
    async with shell.open(member, user):
        assert await shell.until_over() == wire.CLOSE_ENDED
    assert isinstance(shell.over, wire.Refused)
    assert shell.over.reason == reason
    assert told in shell.over.message


@pytest.mark.parametrize(
    ("member", "user", "uid"),
    [("a", "33", "33"), ("a", "www-data", "33"), ("strict", "", "1000"), ("strict", "5:6", "5")],
)
async def test_a_shell_runs_as_whom_it_is_asked_to(shell: Shell, member: str, user: str, uid: str) -> None:
    async with shell.open(member, user):
        await shell.type('echo "uid=$(id -u)."\n')
        await shell.until(f"uid={uid}.")
        await shell.say(wire.EndTerminal())
        await shell.until_over()


async def test_a_loss_in_the_middle_loses_and_doubles_nothing(shell: Shell, stack: Stack) -> None:
    """The network twice, then web itself, while 8 MB come; the bytes are those of the file."""
    async with shell.open("a"):
        await shell.type(
            "stty -opost -echo; PS1=; head -c 6000000 /dev/urandom | base64 -w 0 > /tmp/b; sha256sum /tmp/b\n"
        )
        await shell.until("/tmp/b\n")
        told = bytes(shell.output).split(b"  /tmp/b\n")[0][-64:].decode()
        began = shell.offset
        shell.output.clear()
        await shell.type("cat /tmp/b; echo; echo end''ed\n")
        while shell.offset < began + 500_000:
            await shell.read()
        shell.abort()
    for place in (2_500_000, 5_000_000):
        async with shell.attach():
            while shell.offset < began + place:
                await shell.read()
            if place == 5_000_000:
                web = stack.processes["web"]
                os.killpg(web.pid, signal.SIGKILL)
                web.wait()
            else:
                shell.abort()
    stack.launch("web")
    await asyncio.to_thread(stack.wait_ready)
    async with shell.attach():
        await shell.until("\nended\n")
        (text,) = re.findall(rb"[A-Za-z0-9+/=]{1000,}", shell.output)
        assert len(text) == 8_000_000
        assert hashlib.sha256(text).hexdigest() == told
        await shell.say(wire.EndTerminal())
        await shell.until_over()


async def test_input_that_is_sent_again_after_a_loss_is_typed_once(shell: Shell) -> None:
    async with shell.open("a"):
        await shell.until("# ")
        await shell.type("echo once")
        await shell.until("once")
        shell.abort()
    async with shell.attach():
        assert shell.attached is not None
        assert shell.attached.input == 9
        shell.typed = 0
        await shell.type("echo once-and-never-again\n")
        await shell.until("l\ronce-and-never-again\r\n")
        assert b"echo onceecho" not in shell.output
        await shell.say(wire.EndTerminal())
        await shell.until_over()


async def test_a_closed_tab_ends_the_shell_and_all_that_came_of_it(shell: Shell, stack: Stack) -> None:
    async with shell.open("a"):
        await shell.type(OFFSPRING)
        await shell.until("offspring\r\n")
        await asyncio.to_thread(wait_for, lambda: len(marked(stack)) >= 4, "all of them to have begun", 30)
        began = time.monotonic()
        await shell.say(wire.EndTerminal())
        assert await shell.until_over() == wire.CLOSE_ENDED
    await asyncio.to_thread(wait_for, lambda: not marked(stack), "all are gone", 12)
    assert time.monotonic() - began < 12  # who is only left has these KEPT seconds first
    assert isinstance(shell.over, wire.Ended)
    assert shell.over.reason == "closed"


@pytest.mark.long
async def test_a_dozen_abrupt_losses_leave_no_shell(stack: Stack, token: str) -> None:
    """Seen ten seconds after the time that they are kept; benchmarks/terminal.py does it with a hundred."""

    async def lost() -> None:
        shell = Shell(address(stack.url, "web", namespace="ada"), token)
        async with shell.open("a"):
            await shell.until("# ")
            await shell.type("sleep 7000 &\n")
            await shell.until("[1]")
            shell.abort()

    await asyncio.gather(*(lost() for _ in range(12)))  # the pod may have sixteen
    assert len(marked(stack)) >= 24
    await asyncio.to_thread(wait_for, lambda: not marked(stack), "all are gone", KEPT + 10)


async def test_a_member_that_ends_ends_its_shells(shell: Shell, stack: Stack) -> None:
    async with shell.open("strict"):
        await shell.until("$ ")
        await asyncio.to_thread(_kill_member, stack)
        assert await shell.until_over() == wire.CLOSE_ENDED
    assert isinstance(shell.over, wire.Ended)
    assert shell.over.reason == "member"


def _kill_member(stack: Stack) -> None:
    with stack.client("ada") as client:
        body = {"container": "strict", "signal": "KILL"}
        assert client.post("/api/playground/v1/namespaces/ada/pods/web/kill", json=body).status_code == 200


async def test_a_watch_that_is_killed_leaves_no_shell_to_the_next(shell: Shell, stack: Stack) -> None:
    """What somebody left running on purpose, by leaving its shell, stays."""
    async with shell.open("a"):
        await shell.type("setsid sleep 7004 & exit\n")
        assert await shell.until_over() == wire.CLOSE_ENDED
    (left,) = marked(stack)
    shell.id = uuid4()
    async with shell.open("a"):
        await shell.until("# ")
        watch = stack.processes["watch"]
        os.killpg(watch.pid, signal.SIGKILL)
        watch.wait()
        await shell.until_over()
    assert len(marked(stack)) > 1
    stack.launch("watch")
    await asyncio.to_thread(wait_for, lambda: marked(stack) == [left], "the next watch has killed it", 30)
    os.kill(left, signal.SIGKILL)
    await asyncio.to_thread(stack.wait_ready)


async def test_a_revoked_token_ends_its_shells(stack: Stack, shell: Shell) -> None:
    shell.token = stack.token("ada")
    async with shell.open("a"):
        await shell.until("# ")
        revoke = "from people.models import AccessToken as T; T.objects.order_by('-id')[0].delete()"
        began = time.monotonic()
        await asyncio.to_thread(stack.manage, "shell", "-c", revoke)
        assert await shell.until_over() in (4401, wire.CLOSE_ENDED)
    assert time.monotonic() - began < SOON
    await asyncio.to_thread(wait_for, lambda: not marked(stack), "it is gone", 30)


async def test_the_timeline_knows_that_a_shell_wrote_and_nothing_of_what(stack: Stack, shell: Shell) -> None:
    async with shell.open("a"):
        await shell.type("echo hidden''word\n")
        await shell.until("hiddenword")
        await shell.say(wire.EndTerminal())
    path = "/api/playground/v1/namespaces/ada/pods/web/recording"
    with stack.client("ada") as client:

        def told() -> list[dict[str, Any]]:
            return [each for each in client.get(path).json()["shells"] if each["member"] == "a"]

        await asyncio.to_thread(wait_for, told, "the shell on the timeline", 30)
        assert sum(each["bytes"] for each in told()) >= len("hiddenword")
    files = list((stack.state / "recordings").rglob("*.rec"))
    shells = [record for file in files for record in unpack(file.read_bytes()) if record.kind == TERMINAL]
    assert shells and not any(b"hiddenword" in record.payload for record in shells)
