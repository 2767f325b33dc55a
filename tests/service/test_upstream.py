"""Web's side of the node API, against the real node API: one connection for all, and the truth about it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from sandboxes import upstream
from sandboxes.calls import LogOptions
from sandboxes.errors import Malformed, NodeUnavailable, NotFound
from tests.service.fakes import SOON, Served, live, sample, still, until
from tests.service.test_node_api import container

POD = UUID(int=1)


@pytest_asyncio.fixture
async def node(tmp_path: Path, settings: Any) -> AsyncIterator[Served]:
    settings.NODE_SOCKET = tmp_path / "run" / "node.sock"
    served = Served(settings.NODE_SOCKET, settings.NODE_KEY)
    await served.start()
    yield served
    await served.stop()
    assert not upstream._feeds


async def take(frames: AsyncGenerator[str, None]) -> str:
    async with asyncio.timeout(SOON):
        return await anext(frames)


async def until_frame(frames: AsyncGenerator[str, None], wanted: str) -> list[str]:
    """What came before the frame that was waited for."""
    before = []
    while (frame := await take(frames)) != wanted:
        before.append(frame)
    return before


async def test_150_watchers_cost_one_connection_and_get_the_same_text(node: Served) -> None:
    async with AsyncExitStack() as open_streams:
        streams = [await open_streams.enter_async_context(aclosing(upstream.live(POD))) for _ in range(150)]
        for stream in streams:
            assert [await take(stream), await take(stream)] == [live(), sample(1)]
        assert (node.sampler.opened, node.sampler.open) == (1, 1)
        node.sampler.say(sample(2))
        assert {await take(stream) for stream in streams} == {sample(2)}
    await until(lambda: node.sampler.open == 0)
    assert not upstream._feeds


async def test_a_second_watcher_begins_with_what_is_known(node: Served) -> None:
    async with aclosing(upstream.live(POD)) as first, aclosing(upstream.live(POD)) as second:
        await until_frame(first, sample(1))
        assert [await take(second), await take(second)] == [live(), sample(1)]


async def test_the_node_is_left_alone_once_nobody_watches_and_asked_again_later(node: Served) -> None:
    for times in (1, 2):
        async with aclosing(upstream.live(POD)) as frames:
            await until_frame(frames, sample(1))
        await until(lambda: node.sampler.open == 0)
        assert node.sampler.opened == times


async def test_a_stalled_watcher_costs_a_slot_and_loses_only_old_samples(node: Served) -> None:
    async with aclosing(upstream.live(POD)) as quick, aclosing(upstream.live(POD)) as stalled:
        await until_frame(stalled, sample(1))
        await until_frame(quick, sample(1))
        node.sampler.say(live("unavailable", "the engine is away"))
        for rev in range(2, 200):
            node.sampler.say(sample(rev, padding=50_000))
        node.sampler.say(sample(200))
        await until_frame(quick, sample(200))
        (feed,) = upstream._feeds.values()
        assert max(len(slot._frames) for slot in feed.slots) == 2
        assert [await take(stalled), await take(stalled)] == [live("unavailable", "the engine is away"), sample(200)]


async def test_frames_arrive_in_the_order_of_their_newest(node: Served) -> None:
    async with aclosing(upstream.live(POD)) as quick, aclosing(upstream.live(POD)) as stalled:
        await until_frame(stalled, sample(1))
        for frame in (still(1), sample(2), still(2), live("waiting")):
            node.sampler.say(frame)
        await until_frame(quick, live("waiting"))
        assert [await take(stalled) for _ in range(3)] == [sample(2), still(2), live("waiting")]


async def test_a_pod_where_nothing_changes_stays_live(node: Served) -> None:
    async with aclosing(upstream.live(POD)) as frames:
        await until_frame(frames, sample(1))
        for _ in range(60):
            node.sampler.say(still(1))
            assert await take(frames) == still(1)


async def test_a_restarted_node_is_unavailable_then_live_again(node: Served) -> None:
    async with aclosing(upstream.live(POD)) as frames:
        await until_frame(frames, sample(1))
        await node.stop()
        told = json.loads(await take(frames))
        assert (told["type"], told["state"]) == ("stream", "unavailable")
        assert "the node" in told["reason"]
        assert "Errno" not in told["reason"]
        await node.start()
        assert all(json.loads(frame)["state"] == "unavailable" for frame in await until_frame(frames, live()))
        assert await take(frames) == sample(1)


async def test_why_the_node_is_silent_is_said_in_words(tmp_path: Path, settings: Any) -> None:
    settings.NODE_SOCKET = tmp_path / "node.sock"
    with pytest.raises(NodeUnavailable, match=r"^the node does not answer \(it does not run\)$"):
        await upstream.one_sample(POD)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(settings.NODE_SOCKET))
        with pytest.raises(NodeUnavailable, match=r"^the node does not answer \(connection refused\)$"):
            await upstream.one_sample(POD)
        async with aclosing(upstream.live(POD)) as frames:
            assert await take(frames) == live("unavailable", "the node does not answer (connection refused)")


async def test_a_pod_the_node_does_not_know_yet_is_waited_for(node: Served) -> None:
    node.not_ours.add(POD)
    async with aclosing(upstream.live(POD)) as frames:
        assert await take(frames) == live("waiting", "no such pod on this node")
        node.not_ours.clear()
        await until_frame(frames, live())


async def test_one_sample(node: Served) -> None:
    assert await upstream.one_sample(POD) == sample(7)
    node.not_ours.add(POD)
    with pytest.raises(NotFound, match="no such pod"):
        await upstream.one_sample(POD)


async def test_a_log_comes_as_bytes_and_its_refusals_as_errors(node: Served) -> None:
    node.containers = (container("a", 0),)
    node.streams.logs = {"a0": [b"one\n", b"\xfftwo"]}
    assert b"".join([piece async for piece in upstream.log(POD, "a", LogOptions(tail=2))]) == b"one\n\xfftwo"
    with pytest.raises(Malformed, match="waiting to start"):
        await anext(upstream.log(POD, "b", LogOptions()))


async def test_a_followed_log_that_says_nothing_is_open_all_the_same(node: Served) -> None:
    node.containers = (container("a", 0),)
    async with aclosing(upstream.log(POD, "a", LogOptions(follow=True))) as pieces, asyncio.timeout(SOON):
        assert await anext(pieces) == b""


async def test_leaving_a_followed_log_ends_it_at_the_node(node: Served) -> None:
    node.containers = (container("a", 0),)
    node.streams.logs = {"a0": [b"one\n"]}
    async with aclosing(upstream.log(POD, "a", LogOptions(follow=True))) as pieces:
        assert [await anext(pieces), await anext(pieces)] == [b"", b"one\n"]
        assert node.streams.following == 1
    await until(lambda: node.streams.following == 0)


async def test_no_node_is_node_unavailable(tmp_path: Path, settings: Any) -> None:
    settings.NODE_SOCKET = tmp_path / "node.sock"
    with pytest.raises(NodeUnavailable):
        await upstream.one_sample(POD)
    with pytest.raises(NodeUnavailable):
        await anext(upstream.log(POD, "a", LogOptions()))
