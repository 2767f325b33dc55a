"""Stand-ins for what `watch` is made of: the engine's streams and the sampler, led by the test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from starlette.routing import BaseRoute

from sandboxes import wire
from sandboxes.calls import LogOptions
from sandboxes.engine.execution import Execution, Request
from sandboxes.engine.port import Engine
from sandboxes.engine.pulling import Progress
from sandboxes.engine.streams import EngineEvent, EngineImage
from sandboxes.engine.tty import TtyRequest
from sandboxes.errors import EngineError, EngineUnavailable
from sandboxes.node import api, listening
from sandboxes.node.acts import Acts
from sandboxes.node.builds import Builds
from sandboxes.node.door import Door
from sandboxes.node.executions import Executions
from sandboxes.node.logs import Logs
from sandboxes.node.readers.ps import parse_stat
from sandboxes.spec.registries import Credential
from sandboxes.world import ObservedContainer
from tests.service.fake_tty import FakeTty

# Generous: a test that waits so long has failed.
SOON = 30.0


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes true by itself."""
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.005)


class FakeStreams:
    """`pulled` are the references asked for; a pull ends when `end_pull` says how. `logs`: what each log holds.

    `signed_in`: name:password of the pulls that had one; those in `unwelcome` are refused.
    """

    def __init__(self) -> None:
        self.pulled: list[str] = []
        self.signed_in: list[str] = []
        self.unwelcome: set[str] = set()
        self.cancelled: list[str] = []
        self.images: list[EngineImage] = []
        self.subscribed: list[datetime] = []
        self.logs: dict[str, list[bytes]] = {}
        self.executed: list[tuple[str, Request]] = []
        self.piped: list[tuple[str, tuple[str, ...]]] = []
        self.writes: list[bytes | Exception] = []
        self.read = b""
        self.execution: Callable[[Request], Awaitable[Execution]] = _well
        self.following = 0
        self.shells: list[FakeTty] = []
        self.no_shells: list[EngineError] = []
        self.shells_open = asyncio.Event()
        self.shells_open.set()
        self._ends: dict[str, asyncio.Future[None]] = {}
        self._events: asyncio.Queue[EngineEvent | None] = asyncio.Queue()

    async def events(self, install: str, since: datetime) -> AsyncGenerator[EngineEvent, None]:
        self.subscribed.append(since)
        while (event := await self._events.get()) is not None:
            yield event
        raise EngineUnavailable

    def happen(self, event: EngineEvent | None) -> None:
        """An event; None ends the stream."""
        self._events.put_nowait(event)

    async def image_events(self) -> AsyncGenerator[str, None]:
        await asyncio.Event().wait()
        yield ""

    async def pull(
        self, reference: str, credential: Credential | None = None, *, tell: Callable[[Progress], None] = lambda _: None
    ) -> None:
        self.pulled.append(reference)
        tell(Progress(layers_done=1, layers=3, bytes_come=10, bytes=40))
        if credential is not None:
            self.signed_in.append(f"{credential.username}:{credential.password}")
            if self.signed_in[-1] in self.unwelcome:
                raise EngineError(f"pull access denied for {reference}")
        try:
            await self._end(reference)
        except asyncio.CancelledError:
            self.cancelled.append(reference)
            raise

    def end_pull(self, reference: str, error: str = "") -> None:
        """The pull of it ends, or the next one will: well, or with these words."""
        if error:
            self._end(reference).set_exception(EngineError(error))
        else:
            self._end(reference).set_result(None)

    async def log(self, container_id: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        self.following += 1
        try:
            for piece in self.logs.get(container_id, []):
                yield piece
            if options.follow:
                await asyncio.Event().wait()
        finally:
            self.following -= 1

    async def list_images(self) -> tuple[EngineImage, ...]:
        return tuple(self.images)

    async def execute(self, container_id: str, request: Request) -> Execution:
        """What `execution` says for the command, which may last until the test lets it end."""
        self.executed.append((container_id, request))
        try:
            return await self.execution(request)
        except asyncio.CancelledError:
            self.cancelled.append(" ".join(request.command))
            raise

    async def pipe(
        self, container_id: str, command: tuple[str, ...], given: AsyncIterator[bytes] | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Writes what `writes` has: pieces, or an error that it raises; what it was given is in `read`."""
        self.piped.append((container_id, command))
        if given is not None:
            self.read = b"".join([piece async for piece in given])
        for piece in self.writes:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def shell(self, container_id: str, request: TtyRequest) -> FakeTty:
        """A shell that the test leads, newest last in `shells`; or the next of `no_shells` is raised."""
        if self.no_shells:
            raise self.no_shells.pop(0)
        await self.shells_open.wait()
        self.shells.append(FakeTty(request))
        return self.shells[-1]

    def _end(self, reference: str) -> asyncio.Future[None]:
        return self._ends.setdefault(reference, asyncio.get_running_loop().create_future())


async def _well(_: Request) -> Execution:
    return Execution()


def no_builds() -> Builds:
    """Nothing is being built on this node."""
    return Builds(Path("/nonexistent"))


def began(pid: int) -> int:
    """When a process began, in ticks after boot."""
    return parse_stat(Path(f"/proc/{pid}/stat").read_bytes()).start


def report_builds(path: Path, *lines: str, builder: int = 0) -> None:
    """The file of builds as scripts/images writes it, by the process `builder` (the test's own)."""
    pid = builder or os.getpid()
    new = path.with_suffix(".new")
    new.write_text("\n".join([f"{pid} {began(pid)}", *lines, ""]))
    new.replace(path)


class FakeSampler:
    """`open` counts the streams now open; `say` sends a frame to all of them."""

    def __init__(self) -> None:
        self.open = 0
        self.opened = 0
        self._queues: list[asyncio.Queue[str]] = []

    def say(self, frame: str) -> None:
        for queue in self._queues:
            queue.put_nowait(frame)

    async def stream(self, uid: UUID) -> AsyncGenerator[str, None]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues.append(queue)
        self.open += 1
        self.opened += 1
        try:
            yield live()
            yield sample(1)
            while True:
                yield await queue.get()
        finally:
            self.open -= 1
            self._queues.remove(queue)

    async def once(self, uid: UUID) -> str:
        return sample(7)


def live(state: str = "live", reason: str = "") -> str:
    """A Stream frame."""
    return wire.Stream.model_validate({"state": state, "reason": reason}).model_dump_json(by_alias=True)


def sample(rev: int, *, padding: int = 0) -> str:
    """A Sample frame; `padding` is bytes of problems."""
    return wire.Sample(
        rev=rev,
        at="2026-01-01T00:00:00Z",
        members=(),
        processes=(),
        processes_truncated=False,
        passed=(),
        passed_problem="",
        hostnames=(),
        network=None,
        namespaces=wire.NamespacesView(rows=(), host={}, host_from=""),
        pulls=(),
        problems=("x" * padding,) if padding else (),
    ).model_dump_json(by_alias=True)


def still(rev: int) -> str:
    """A Still frame."""
    return wire.Still(rev=rev, at="2026-01-01T00:00:01Z").model_dump_json(by_alias=True)


class Served:
    """The real node API on a unix socket, with a sampler and streams of the test's; `not_ours` are refused uids."""

    def __init__(self, path: Path, key: str, *, group: str = "") -> None:
        self.path, self.key, self.group = path, key, group
        self.sampler, self.streams = FakeSampler(), FakeStreams()
        self.containers: tuple[ObservedContainer, ...] = ()
        self.not_ours: set[UUID] = set()
        self.more: Callable[[Door, FakeStreams, Callable[[], Engine]], Sequence[BaseRoute]] = lambda *_: ()
        self._task: asyncio.Task[None] | None = None

    async def owns(self, uid: UUID) -> bool:
        return uid not in self.not_ours

    def observe(self, uid: UUID) -> tuple[ObservedContainer, ...]:
        return self.containers

    async def start(self) -> None:
        engine = cast(Engine, self)
        door = Door(self.key, self.owns)
        executions = Executions(self.streams, lambda: engine)
        served = api.NodeApi(door, self.sampler, Logs(self.streams, lambda: engine), executions, Acts(lambda: engine))
        served.add(self.more(door, self.streams, lambda: engine))
        self._task = asyncio.create_task(listening.serve(served.app, self.path, self.group))
        await until(self.path.exists)

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self.path.unlink()
