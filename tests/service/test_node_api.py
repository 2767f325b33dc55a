"""The node API on its real socket: who can open it, and which calls it answers."""

from __future__ import annotations

import asyncio
import grp
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sandboxes.calls import Call, Verb, new_call, sign
from sandboxes.world import ObservedContainer, RunState
from tests.service.fakes import SOON, Served, live, sample, still, until

KEY = "the node's key"
POD = UUID(int=1)
# A group that every Debian has and nobody here is in.
GROUP = "games"
OPEN_SOCKET = """
import socket, sys
with socket.socket(socket.AF_UNIX) as caller:
    try:
        caller.connect(sys.argv[1])
    except PermissionError:
        sys.exit(13)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone can reach, unlike pytest's own: what is refused in it is refused by us."""
    with tempfile.TemporaryDirectory(prefix="playground-node-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "run"


@pytest_asyncio.fixture
async def node(folder: Path) -> AsyncIterator[Served]:
    served = Served(folder / "node.sock", KEY, group=GROUP)
    await served.start()
    yield served
    await served.stop()


def token(verb: Verb, *, key: str = KEY, uid: UUID = POD, **arguments: Any) -> str:
    return sign(new_call(verb, uid, now=time.time(), arguments=arguments), key)


def headers(signed: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed}"}


async def get(node: Served, path: str, signed: str) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(uds=str(node.path))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as caller:
        return await caller.get(path, headers=headers(signed))


def watching(node: Served, signed: str) -> connect:
    return unix_connect(str(node.path), "ws://node/live", additional_headers=headers(signed), proxy=None)


async def opens(path: Path, *, uid: int, gid: int) -> int:
    """The exit code of a process of that user that opens the socket."""
    python = os.path.realpath(sys.executable)
    command = [python, "-I", "-c", OPEN_SOCKET, str(path)]
    done = await asyncio.to_thread(subprocess.run, command, user=uid, group=gid, extra_groups=[], cwd="/")
    return done.returncode


async def test_only_the_web_group_can_open_the_socket(node: Served) -> None:
    gid = grp.getgrnam(GROUP).gr_gid
    assert await opens(node.path, uid=65534, gid=gid) == 0
    assert await opens(node.path, uid=65534, gid=65534) == 13
    assert (stat.S_IMODE(node.path.stat().st_mode), node.path.stat().st_gid) == (0o660, gid)
    assert (stat.S_IMODE(node.path.parent.stat().st_mode), node.path.parent.stat().st_gid) == (0o750, gid)


async def test_a_second_watch_does_not_take_the_socket_and_a_dead_ones_is_replaced(node: Served, folder: Path) -> None:
    second = Served(node.path, KEY)
    await second.start()
    assert second._task is not None
    with pytest.raises(OSError, match="another watch answers"):
        await second._task
    stale = Served(folder / "stale.sock", KEY)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale.path))
    await stale.start()
    await until(lambda: stat.S_IMODE(stale.path.stat().st_mode) == 0o660)
    assert (await get(stale, "/sample", token(Verb.SAMPLE))).status_code == 200
    await stale.stop()


async def test_a_signed_call_gets_a_sample(node: Served) -> None:
    answer = await get(node, "/sample", token(Verb.SAMPLE))
    assert (answer.status_code, answer.text) == (200, sample(7))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        # Made when the test runs: a call is good for seconds.
        (lambda: "none", "signature"),
        (lambda: token(Verb.SAMPLE, key="another key"), "signature"),
        (lambda: token(Verb.LOG), "for log, not sample"),
        (lambda: sign(Call(Verb.SAMPLE, POD, {}, "n", time.time() - 1), KEY), "expired"),
        (lambda: sign(Call(Verb.SAMPLE, POD, {}, "n", time.time() + 3600), KEY), "too long"),
    ],
    ids=["unsigned", "another key", "another verb", "expired", "for an hour"],
)
async def test_a_call_that_is_not_for_this_is_refused(node: Served, call: Callable[[], str], told: str) -> None:
    signed = call()
    answer = await get(node, "/sample", signed)
    assert answer.status_code == 403
    assert told in answer.json()["message"]
    with pytest.raises(InvalidStatus) as refused:
        await watching(node, signed.replace("sample", "live"))
    assert refused.value.response.status_code == 403
    assert node.sampler.opened == 0


async def test_a_call_holds_once(node: Served) -> None:
    signed = token(Verb.SAMPLE)
    assert (await get(node, "/sample", signed)).status_code == 200
    again = await get(node, "/sample", signed)
    assert (again.status_code, again.json()) == (403, {"message": "the call was used before"})


async def test_a_pod_of_another_node_is_not_found(node: Served) -> None:
    node.not_ours.add(POD)
    assert (await get(node, "/sample", token(Verb.SAMPLE))).status_code == 404
    with pytest.raises(InvalidStatus) as refused:
        await watching(node, token(Verb.LIVE))
    assert refused.value.response.status_code == 404


async def test_nothing_but_the_verbs_is_there(node: Served) -> None:
    assert (await get(node, "/exec", token(Verb.LIVE))).status_code == 404


async def test_a_watched_pod_is_sampled_until_its_watcher_leaves(node: Served) -> None:
    async with watching(node, token(Verb.LIVE)) as caller:
        assert [await caller.recv(), await caller.recv()] == [live(), sample(1)]
        assert node.sampler.open == 1
        node.sampler.say(still(1))
        assert await caller.recv() == still(1)
    await until(lambda: node.sampler.open == 0)


def container(member: str, attempt: int) -> ObservedContainer:
    return ObservedContainer(f"{member}{attempt}", member, attempt, 0, "h", RunState.EXITED)


async def test_a_log_is_the_newest_attempts_and_cut_where_asked(node: Served) -> None:
    node.containers = (container("a", 0), container("a", 1), container("b", 0))
    node.streams.logs = {"a0": [b"old\n"], "a1": [b"new\n", b"\xff\x00\n"]}
    whole = await get(node, "/log", token(Verb.LOG, member="a", options={}))
    assert (whole.status_code, whole.content) == (200, b"new\n\xff\x00\n")
    previous = await get(node, "/log", token(Verb.LOG, member="a", options={"previous": True}))
    assert previous.content == b"old\n"
    cut = await get(node, "/log", token(Verb.LOG, member="a", options={"limit_bytes": 5}))
    assert cut.content == b"new\n\xff"
    for options, told in (({"previous": True}, 'previous terminated container "b" not found'), ({"x": 1}, "arguments")):
        refused = await get(node, "/log", token(Verb.LOG, member="b", options=options))
        assert refused.status_code in (400, 403)
        assert told in refused.json()["message"]
    waiting = await get(node, "/log", token(Verb.LOG, member="c", options={}))
    assert (waiting.status_code, json.loads(waiting.content)["message"]) == (
        400,
        'container "c" is waiting to start: ContainerCreating',
    )


async def test_a_followed_log_that_says_nothing_ends_with_its_reader(node: Served) -> None:
    node.containers = (container("a", 0),)
    transport = httpx.AsyncHTTPTransport(uds=str(node.path))
    call = headers(token(Verb.LOG, member="a", options={"follow": True}))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as caller:
        async with caller.stream("GET", "/log", headers=call) as answer:
            assert answer.status_code == 200
            assert node.streams.following == 1
        await until(lambda: node.streams.following == 0)


async def test_the_server_ends_within_its_time_with_streams_open(node: Served) -> None:
    node.containers = (container("a", 0),)
    transport = httpx.AsyncHTTPTransport(uds=str(node.path))
    call = headers(token(Verb.LOG, member="a", options={"follow": True}))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://node") as caller,
        watching(node, token(Verb.LIVE)) as watcher,
        caller.stream("GET", "/log", headers=call),
    ):
        await watcher.recv()
        async with asyncio.timeout(SOON):
            await node.stop()
        with pytest.raises(ConnectionClosed):
            while True:
                await watcher.recv()
    assert (node.sampler.open, node.streams.following) == (0, 0)
    await node.start()
