"""Timers, nudges and engine events: what wakes a pod, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone

from sandboxes.engine.streams import EngineEvent
from sandboxes.errors import EngineUnavailable
from sandboxes.models import Pod
from sandboxes.node import events
from sandboxes.node.pulls import Pulls
from sandboxes.node.timers import Timers
from sandboxes.node.wakes import Waker
from sandboxes.publish import node_group
from tests.service import made
from tests.service.fakes import FakeStreams, no_builds, until

pytestmark = pytest.mark.usefixtures("database_thread")


class Desk:
    """Timers with all they need; `woken` in order, and `woken_at` when."""

    def __init__(self) -> None:
        self.streams = FakeStreams()
        self.pulls = Pulls(self.streams, no_builds())
        self.woken: list[UUID] = []
        self.woken_at: list[datetime] = []
        self.timers = Timers("n1", wake=self._wake, doers=(self.pulls,))

    def _wake(self, uid: UUID) -> None:
        self.woken.append(uid)
        self.woken_at.append(timezone.now())


@asynccontextmanager
async def running(coroutine: Any) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(coroutine)
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def in_ms(milliseconds: int, **columns: Any) -> Pod:
    at = timezone.now() + timedelta(milliseconds=milliseconds)
    return await sync_to_async(made.pod)(next_look_at=at, **columns)


async def nudge(pod: Pod) -> None:
    layer = get_channel_layer()
    await layer.group_send(node_group("n1"), {"type": "node.changed", "uid": str(pod.uid), "rev": pod.rev})


async def change(pod: Pod, **columns: Any) -> None:
    await sync_to_async(Pod.objects.filter(pk=pod.pk).update)(**columns)


async def test_a_pod_is_woken_at_its_moment_and_once() -> None:
    desk = Desk()
    pod = await in_ms(500)
    await desk.timers.reread()
    await until(lambda: desk.woken == [pod.uid])
    assert pod.next_look_at is not None
    assert pod.next_look_at <= desk.woken_at[0]
    await desk.timers.reread()
    await asyncio.sleep(0)
    assert desk.woken == [pod.uid]


async def test_another_moment_replaces_the_first() -> None:
    desk = Desk()
    pod = await in_ms(60_000)
    await desk.timers.reread()
    await change(pod, next_look_at=timezone.now() + timedelta(milliseconds=10))
    await desk.timers.reread(pod.uid)
    await until(lambda: desk.woken == [pod.uid])


async def test_a_pass_that_holds_the_row_needs_no_timer() -> None:
    desk = Desk()
    pod = await in_ms(-10, owner="a pass")
    other = await in_ms(0, name="other")
    await desk.timers.reread()
    await until(lambda: desk.woken == [other.uid])
    await change(pod, owner="")
    await desk.timers.reread()
    await until(lambda: desk.woken == [other.uid, pod.uid])


async def test_pods_of_other_nodes_and_finished_ones_are_not_ours() -> None:
    desk = Desk()
    await in_ms(0, node="n2")
    await in_ms(0, name="old", finished_at=timezone.now())
    mine = await in_ms(0, name="mine")
    await desk.timers.reread()
    await until(lambda: bool(desk.woken))
    assert desk.woken == [mine.uid]


async def test_a_pod_that_is_finished_loses_its_timer_and_its_pulls() -> None:
    desk = Desk()
    pod = await in_ms(60_000, wanted=[_pull("nginx:1")])
    await desk.timers.reread()
    await until(lambda: desk.streams.pulled == ["nginx:1"])
    timer = desk.timers._timers[pod.uid].handle
    assert not timer.cancelled()
    await change(pod, finished_at=timezone.now())
    await desk.timers.reread()
    await until(lambda: desk.streams.cancelled == ["nginx:1"])
    assert timer.cancelled()


async def test_a_row_that_wants_nonsense_wants_nothing() -> None:
    desk = Desk()
    pod = await in_ms(0, wanted=[{"kind": "shell", "name": "rm"}])
    await desk.timers.reread()
    await until(lambda: desk.woken == [pod.uid])
    assert desk.streams.pulled == []


async def test_a_nudge_reads_the_row_again_at_once() -> None:
    desk = Desk()
    pod = await sync_to_async(made.pod)(next_look_at=None)
    async with running(desk.timers.listen()):
        await until(lambda: pod.uid in desk.timers._revs)
        await change(pod, next_look_at=timezone.now(), wanted=[_pull("nginx:1")], rev=2)
        await nudge(pod)
        await until(lambda: desk.woken == [pod.uid] and desk.streams.pulled == ["nginx:1"])
        await change(pod, wanted=[], rev=3)
        await nudge(pod)
        await until(lambda: desk.streams.cancelled == ["nginx:1"])


async def test_what_was_asked_before_watch_began_is_seen_at_start() -> None:
    desk = Desk()
    pod = await in_ms(-5000)
    async with running(desk.timers.listen()):
        await until(lambda: desk.woken == [pod.uid])


async def test_ends_wake_the_pod_and_what_changes_processes_pokes_its_sampler() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    woken: list[UUID] = []
    poked: list[UUID] = []
    for action in ("create", "start", "die", "oom", "pause", "unpause", "destroy", "exec_start"):
        streams.happen(EngineEvent(pod.uid, action, "c", timezone.now()))
    streams.happen(None)
    with pytest.raises(EngineUnavailable):
        await events.follow(streams, "test", "n1", events.Listeners(woken.append, poked.append))
    assert len(poked) == 5  # start, die, pause, unpause, destroy
    assert woken == [pod.uid] * 6, "once because what happened before is unknown, then for five events"


async def test_events_are_asked_for_from_before_the_rows_were_read() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    read_at = []
    told = events.Listeners(wake=lambda _: read_at.append(timezone.now()), poke=lambda _: None)
    async with running(events.follow(streams, "test", "n1", told)):
        await until(lambda: bool(streams.subscribed))
    assert pod.uid and streams.subscribed[0] < read_at[0]


async def test_a_wake_that_fails_is_tried_again_and_many_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    monkeypatch.setattr("sandboxes.node.wakes.RETRY", 0.01)
    tried: list[UUID] = []

    def wake(uid: UUID) -> None:
        tried.append(uid)
        if len(tried) == 1:
            raise OperationalError("database is locked")

    waker, uid = Waker(wake), uuid4()
    for _ in range(5):
        waker.wake(uid)
    async with running(waker.run()):
        await until(lambda: len(tried) == 2)
        await until(lambda: not waker._due)
    assert tried == [uid, uid]


def _pull(name: str) -> dict[str, Any]:
    return {"kind": "pull", "member": "", "attempt": 0, "name": name}
