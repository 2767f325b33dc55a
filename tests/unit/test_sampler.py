"""The sampler with a reader of its own: who is sampled, how often, and what is sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest

from sandboxes import wire
from sandboxes.errors import EngineUnavailable, NodeUnavailable
from sandboxes.node.passing import Passing
from sandboxes.node.readers.pod import Reading, Watched, nothing_runs
from sandboxes.node.sampler import Sampler, period
from sandboxes.passed_wire import Passed

DEADLINE = 30.0


def watched(*, running: bool = True, host_pid: int = 100) -> Watched:
    state = wire.MemberState(
        member="", container_id="c" * 64, attempt=0, host_pid=host_pid, running=running, frozen=False
    )
    return Watched((state,), ())


class FakeReader:
    """Gives what the test put in `told`, and counts."""

    def __init__(self, world: World) -> None:
        self.world = world

    def read(self, watched: Watched, *, fully: bool) -> Reading:
        self.world.reads += 1
        if self.world.broken:
            raise RuntimeError("a bug")
        return replace(nothing_runs(watched), problems=(self.world.told,))

    def close(self) -> None:
        self.world.closed += 1
        if self.world.stuck:
            raise OSError("it cannot be closed")


class World:
    """What the fake reader and the fake look see."""

    def __init__(self) -> None:
        self.told = "one"
        self.reads = self.closed = self.looks = 0
        self.broken = self.stuck = False
        self.targets: Watched | Exception = watched()
        self.blocked: UUID | None = None
        self.free = threading.Event()

    def look(self, uid: UUID) -> Watched:
        self.looks += 1
        if uid == self.blocked:
            self.free.wait()
        if isinstance(self.targets, Exception):
            raise self.targets
        return self.targets


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.free.set()


@pytest.fixture
def sampler(world: World) -> Iterator[Sampler]:
    made = Sampler(world.look, open_reader=lambda: FakeReader(world))
    yield made
    world.free.set()
    made.close()


Live = wire.Sample | wire.Still | wire.Snapshot | wire.Stream | wire.Gone


async def frame(frames: AsyncIterator[str]) -> Live:
    return wire.LIVE.validate_json(await asyncio.wait_for(anext(frames), DEADLINE))


async def not_still(frames: AsyncIterator[str]) -> Live:
    """The next frame that says something new: a Still comes each second, whatever else does."""
    while isinstance(found := await frame(frames), wire.Still):
        pass
    return found


@asynccontextmanager
async def watching(sampler: Sampler, uid: UUID) -> AsyncIterator[AsyncGenerator[str, None]]:
    frames = sampler.stream(uid)
    try:
        yield frames
    finally:
        await frames.aclose()


def read_since(world: World, reads: int) -> bool:
    return world.reads > reads


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not true():
            await asyncio.sleep(0.005)


def test_the_rate_falls_from_ten_a_second_to_four() -> None:
    assert [round(1 / period(pods), 1) for pods in (1, 20, 60, 100, 500)] == [10, 10, 7, 4, 4]


async def test_a_stream_says_that_it_is_live_and_then_what_is_there(sampler: Sampler) -> None:
    async with watching(sampler, uuid4()) as frames:
        assert await frame(frames) == wire.Stream(state="live", reason="")
        first = await frame(frames)
    assert isinstance(first, wire.Sample)
    assert first.problems == ("one",)


async def test_what_does_not_differ_is_not_sent_again_but_said_to_be_so(sampler: Sampler, world: World) -> None:
    async with watching(sampler, uuid4()) as frames:
        opened, first = await frame(frames), await frame(frames)
        same = [await frame(frames) for _ in range(2)]
        while world.reads <= 2 + len(same):  # it looks more often than it has something to say
            same.append(await frame(frames))
        world.told = "two"
        changed = await not_still(frames)
    assert isinstance(opened, wire.Stream) and isinstance(first, wire.Sample)
    assert {(type(message), getattr(message, "rev", None)) for message in same} == {(wire.Still, first.rev)}
    assert isinstance(changed, wire.Sample) and changed.rev > first.rev


async def test_nobody_watches_and_no_sample_is_taken(sampler: Sampler, world: World) -> None:
    uid = uuid4()
    sampler.poke(uid)
    assert (sampler.samples, world.looks) == (0, 0)
    async with watching(sampler, uid) as frames:
        await frame(frames)
    await until(lambda: world.closed == 1)
    taken = sampler.samples
    other = uuid4()
    async with watching(sampler, other) as frames:  # the thread has had its turns meanwhile
        for _ in range(3):
            await frame(frames)
    await until(lambda: world.closed == 2)
    still = sampler.samples
    sampler.poke(uid)
    await sampler.once(uid)
    await until(lambda: world.closed == 3)
    assert taken >= 1
    assert still > taken
    assert sampler.samples == still + 1


async def test_two_streams_of_a_pod_get_the_same_text_of_one_reading(sampler: Sampler, world: World) -> None:
    uid = uuid4()
    async with watching(sampler, uid) as one, watching(sampler, uid) as other:
        mine = [await frame(one), await anext(one)]
        late = [await frame(other), await anext(other)]
    assert mine == late
    await until(lambda: world.closed == 1)


async def test_a_slow_reader_gets_the_newest_and_misses_the_rest(sampler: Sampler, world: World) -> None:
    async with watching(sampler, uuid4()) as frames:
        await frame(frames)
        await frame(frames)
        for told in ("two", "three", "four"):
            before, world.told = world.reads, told
            await until(partial(read_since, world, before + 1))
        await asyncio.sleep(0)  # what the thread has said is heard in the loop's next round
        newest = await not_still(frames)
    assert isinstance(newest, wire.Sample)
    assert newest.problems == ("four",)


async def test_a_poke_samples_at_once_what_the_look_then_finds(sampler: Sampler, world: World) -> None:
    uid = uuid4()
    world.targets = watched(running=False)
    async with watching(sampler, uid) as frames:
        assert await frame(frames) == wire.Stream(state="waiting", reason="")
        world.targets = watched(host_pid=200)
        sampler.poke(uid)
        assert await frame(frames) == wire.Stream(state="live", reason="")
        sample = await frame(frames)
        assert isinstance(sample, wire.Sample) and sample.members[0].host_pid == 200
        world.targets = watched(running=False)
        sampler.poke(uid)
        async with asyncio.timeout(DEADLINE):
            while not isinstance(last := await frame(frames), wire.Stream):
                pass
    assert last.state == "waiting"
    await until(lambda: world.closed == 1)


async def test_an_engine_that_does_not_answer_is_told_and_looked_at_again(sampler: Sampler, world: World) -> None:
    uid = uuid4()
    world.targets = EngineUnavailable("no answer")
    async with watching(sampler, uid) as frames:
        assert await frame(frames) == wire.Stream(state="unavailable", reason="no answer")
        world.targets = watched()
        assert await frame(frames) == wire.Stream(state="live", reason="")


async def test_a_pod_that_cannot_be_read_is_told_so_and_tried_again(sampler: Sampler, world: World) -> None:
    world.broken = True
    async with watching(sampler, uuid4()) as frames:
        told = await frame(frames)
        assert isinstance(told, wire.Stream) and told.state == "unavailable"
        world.broken = False
        assert await frame(frames) == wire.Stream(state="live", reason="")
        assert isinstance(await frame(frames), wire.Sample)


async def test_a_pod_that_cannot_be_let_go_of_stops_no_other_pod(sampler: Sampler, world: World) -> None:
    world.stuck = True
    async with watching(sampler, uuid4()) as frames:
        await frame(frames)
        assert isinstance(await frame(frames), wire.Sample)
    await until(lambda: world.closed == 1)
    async with watching(sampler, uuid4()) as frames:
        assert await frame(frames) == wire.Stream(state="live", reason="")
        assert isinstance(await frame(frames), wire.Sample)


async def test_a_pod_that_can_neither_be_read_nor_let_go_of_is_tried_again(sampler: Sampler, world: World) -> None:
    world.broken = world.stuck = True
    async with watching(sampler, uuid4()) as frames:
        told = await frame(frames)
        assert isinstance(told, wire.Stream) and told.state == "unavailable"
        world.broken = False
        assert await frame(frames) == wire.Stream(state="live", reason="")


async def test_a_look_that_blocks_stops_no_other_pod(sampler: Sampler, world: World) -> None:
    stuck = world.blocked = uuid4()
    async with watching(sampler, stuck) as never, watching(sampler, uuid4()) as frames:
        pending = asyncio.ensure_future(anext(never))
        assert await frame(frames) == wire.Stream(state="live", reason="")
        assert isinstance(await frame(frames), wire.Sample)
        assert not pending.done()
        world.free.set()
        await asyncio.wait_for(pending, DEADLINE)


async def test_one_sample_can_be_had_alone(sampler: Sampler, world: World) -> None:
    sample = wire.LIVE.validate_json(await sampler.once(uuid4()))
    assert isinstance(sample, wire.Sample)
    world.targets = watched(running=False)
    waiting = wire.LIVE.validate_json(await sampler.once(uuid4()))
    assert isinstance(waiting, wire.Sample)
    assert not waiting.members[0].running
    world.targets = EngineUnavailable()
    with pytest.raises(NodeUnavailable):
        await sampler.once(uuid4())
    await until(lambda: world.closed == 1)


async def test_the_thread_ends_with_streams_open(world: World) -> None:
    made = Sampler(world.look, open_reader=lambda: FakeReader(world))
    async with watching(made, uuid4()) as frames:
        await frame(frames)
        await asyncio.to_thread(made.close)
        assert world.closed == 1


class Hears(Passing):
    """What the sampler asks of process events, and a process that came and went."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[UUID] = []
        self.forgotten: list[UUID] = []

    def follow(
        self, uid: UUID, targets: tuple[wire.MemberState, ...], rows: tuple[wire.Process, ...]
    ) -> tuple[tuple[Passed, ...], str]:
        self.followed.append(uid)
        return (PASSED,), "only some"

    def forget(self, uid: UUID) -> None:
        self.forgotten.append(uid)


PASSED = Passed(member="web", host_pid=9, host_ppid=1, pid=2, cmd="true", started="", lived=1, exit_code=0, signal="")


async def test_what_came_and_went_is_in_the_sample_and_forgotten_with_the_last_who_watches(world: World) -> None:
    hears, pod = Hears(), uuid4()
    made = Sampler(world.look, open_reader=lambda: FakeReader(world), passing=hears)
    async with watching(made, pod) as frames:
        await frame(frames)
        sample = await frame(frames)
        assert isinstance(sample, wire.Sample)
        assert (sample.passed, sample.passed_problem) == ((PASSED,), "only some")
        assert hears.forgotten == []
    await until(lambda: hears.forgotten == [pod])
    await asyncio.to_thread(made.close)
    assert set(hears.followed) == {pod}
