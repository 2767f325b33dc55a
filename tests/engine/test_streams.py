"""The engine's streams, from a real engine: events of our install alone, logs as bytes, its words when it refuses."""

from __future__ import annotations

import asyncio
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
from django.utils import timezone

from sandboxes.calls import LogOptions
from sandboxes.engine import naming
from sandboxes.engine.streams import DockerStreams, EngineEvent
from sandboxes.errors import EngineError, EngineUnavailable

INSTALL = "streams"
SOON = 30.0
WHOLE = LogOptions()
Run = Callable[..., str]


@pytest.fixture
def run(images: None) -> Iterator[Run]:
    """`docker run -d` of a pod's container (of `install`) with a command; its id."""
    made: list[str] = []

    def start(*command: str, install: str = INSTALL, options: tuple[str, ...] = ()) -> str:
        identity = naming.Identity(install, uuid.uuid4(), "web", "a", 0, 0)
        labels = [f"--label={name}={value}" for name, value in naming.labels(identity, "h").items()]
        made.append(docker("run", "-d", "--network=none", *labels, *options, "playground/toolbox:1", *command).strip())
        return made[-1]

    yield start
    for container_id in made:
        docker("rm", "-f", container_id)


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


async def log_of(container_id: str, options: LogOptions = WHOLE) -> bytes:
    async with asyncio.timeout(SOON), aclosing(DockerStreams().log(container_id, options)) as pieces:
        return b"".join([piece async for piece in pieces])


@asynccontextmanager
async def listening(heard: list[EngineEvent], install: str = INSTALL) -> AsyncIterator[None]:
    async def listen() -> None:
        async with aclosing(DockerStreams().events(install, since)) as events:
            async for event in events:
                heard.append(event)

    since = timezone.now()
    task = asyncio.create_task(listen())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.02)


async def test_events_are_those_of_our_install_with_the_pods_uid(run: Run) -> None:
    heard: list[EngineEvent] = []
    async with listening(heard):
        other = await asyncio.to_thread(run, "true", install="other")
        ours = await asyncio.to_thread(run, "true")
        await until(lambda: any(event.action == "die" for event in heard))
    assert {event.container_id for event in heard} == {ours} != {other}
    assert [event.action for event in heard][:3] == ["create", "start", "die"]
    assert len({event.uid for event in heard}) == 1


async def test_events_from_before_the_connection_are_told(run: Run) -> None:
    heard: list[EngineEvent] = []
    since = timezone.now()
    await asyncio.to_thread(run, "true")
    async with asyncio.timeout(SOON), aclosing(DockerStreams().events(INSTALL, since)) as events:
        async for event in events:
            heard.append(event)
            if event.action == "die":
                break
    assert [event.action for event in heard] == ["create", "start", "die"]
    assert all(event.at >= since for event in heard)


async def test_a_log_is_bytes_of_both_streams(run: Run) -> None:
    container_id = await asyncio.to_thread(run, "sh", "-c", r"printf 'out\n'; printf '\377\000err\n' >&2")
    docker("wait", container_id)
    # Docker's json-file keeps text: a byte that is none comes back as U+FFFD.
    assert sorted((await log_of(container_id)).split(b"\n")) == [b"", b"out", "\ufffd\0err".encode()]


async def test_a_log_of_a_terminal_is_not_demultiplexed(run: Run) -> None:
    container_id = await asyncio.to_thread(run, "echo", "hello", options=("-t",))
    docker("wait", container_id)
    assert await log_of(container_id) == b"hello\r\n"


async def test_a_part_of_a_log(run: Run) -> None:
    container_id = await asyncio.to_thread(run, "seq", "100000")
    docker("wait", container_id)
    assert await log_of(container_id, LogOptions(tail=2)) == b"99999\n100000\n"
    assert (await log_of(container_id)).count(b"\n") == 100000
    assert await log_of(container_id, LogOptions(since=timezone.now().timestamp() + 60)) == b""
    (line,) = (await log_of(container_id, LogOptions(tail=1, timestamps=True))).splitlines()
    assert line.endswith(b"Z 100000")


async def test_a_followed_log_comes_as_it_is_written_and_ends_with_its_container(run: Run) -> None:
    container_id = await asyncio.to_thread(run, "sh", "-c", "echo one; read -r line; echo two", options=("-i",))
    async with asyncio.timeout(SOON), aclosing(DockerStreams().log(container_id, LogOptions(follow=True))) as pieces:
        assert await anext(pieces) == b"one\n"
        await asyncio.to_thread(docker, "kill", container_id)
        assert [piece async for piece in pieces] == []


async def test_the_engines_words_are_kept(images: None) -> None:
    with pytest.raises(EngineError, match="No such container"):
        await log_of("0" * 64)
    with pytest.raises(EngineError, match="connection refused"):
        await DockerStreams().pull("localhost:1/nothing:1")
    with pytest.raises(EngineError, match="invalid reference format"):
        await DockerStreams().pull("No Reference")


async def test_an_engine_that_is_away_is_unavailable() -> None:
    away = DockerStreams("unix:///nonexistent.sock")
    with pytest.raises(EngineUnavailable):
        await away.list_images()
    with pytest.raises(EngineUnavailable):
        await anext(away.events(INSTALL, timezone.now()))
    with pytest.raises(EngineUnavailable):
        await away.pull("nginx:latest")


async def test_images_are_listed_by_every_name(images: None) -> None:
    docker("tag", "playground/pause:1", "streams/other:2")
    try:
        listed = {image.reference: image for image in await DockerStreams().list_images()}
    finally:
        docker("rmi", "streams/other:2")
    assert listed["streams/other:2"].id == listed["playground/pause:1"].id
    assert listed["playground/pause:1"].size > 0
