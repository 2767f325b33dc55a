"""What lasts at the engine: its events, a pull, a followed log, a command. For `watch` alone, in its event loop.

With `execution.py`, `piping.py` and `tty.py` the only files that import aiodocker. Each stream has a client of its own
and closes it, so that ending a stream ends its connection. Refusals are `errors.EngineError` in the engine's own words.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import aiodocker
import aiohttp
from aiodocker.exceptions import DockerError

from sandboxes.calls import LogOptions
from sandboxes.engine import execution, piping, tty
from sandboxes.engine.execution import Execution, Request
from sandboxes.engine.naming import LABEL, identity_of
from sandboxes.engine.pulling import Layers, Progress
from sandboxes.engine.tty import Tty, TtyRequest
from sandboxes.errors import EngineError, EngineUnavailable, ImageMissing
from sandboxes.spec.images import parse
from sandboxes.spec.registries import Credential

# A pull that shows no progress for so long is given up (kubelet: --image-pull-progress-deadline, 1 minute).
PULL_STALLED = 60.0
ANSWER_WITHIN = 10.0
CHUNK = 64 * 1024


@dataclass(frozen=True)
class EngineEvent:
    """Something happened to a container of a pod. `action` is Docker's: create, start, die, oom, destroy …

    `member` is "" for pause. `exit_code` is that of a container that died, `signal` the number of one that was sent.
    """

    uid: UUID
    action: str
    container_id: str
    at: datetime
    member: str = ""
    attempt: int = 0
    exit_code: int | None = None
    signal: int | None = None


@dataclass(frozen=True)
class EngineImage:
    """One reference on the node, what it means there, and its size in bytes."""

    reference: str
    id: str
    size: int


class Streams(Protocol):
    """What `watch` needs of the engine. A stream that breaks raises; who needs it longer starts it again."""

    def events(self, install: str, since: datetime) -> AsyncGenerator[EngineEvent, None]:
        """Events of the install's containers, those after `since` first."""

    def image_events(self) -> AsyncGenerator[str, None]:
        """Docker's action (pull, tag, untag, load …) whenever the engine's images change."""

    async def pull(
        self, reference: str, credential: Credential | None = None, *, tell: Callable[[Progress], None] = lambda _: None
    ) -> None:
        """The image is on the node. Raises ImageMissing when the registry says no, EngineError for all else.

        `credential` goes to the registry of the image, which it must be meant for. `tell` hears how far it is.
        """

    def log(self, container_id: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        """What the container wrote, both streams as they came."""

    async def list_images(self) -> tuple[EngineImage, ...]:
        """Every image of the engine that has a name."""

    async def execute(self, container_id: str, request: Request) -> Execution:
        """A command in a container, to its end. Raises EngineError when the container does not run."""

    def pipe(
        self, container_id: str, command: tuple[str, ...], given: AsyncIterator[bytes] | None = None
    ) -> AsyncGenerator[bytes, None]:
        """What a command in a container writes, while it reads what is given (piping.py). Raises Malformed."""

    async def shell(self, container_id: str, request: TtyRequest) -> Tty:
        """A shell with a terminal in a container. Raises NoShell, or EngineError in the engine's words."""


class DockerStreams:
    """The real one. `url` None: DOCKER_HOST, else the usual socket."""

    def __init__(self, url: str | None = None) -> None:
        self.url = url

    async def events(self, install: str, since: datetime) -> AsyncGenerator[EngineEvent, None]:
        filters = {"type": ["container"], "label": [f"{LABEL}install={install}"]}
        async with aclosing(self._events(filters, f"{since.timestamp():.9f}")) as heard:
            async for found in heard:
                if event := _event_of(found):
                    yield event

    async def image_events(self) -> AsyncGenerator[str, None]:
        async with aclosing(self._events({"type": ["image"]}, None)) as heard:
            async for found in heard:
                yield str(found.get("Action", ""))

    async def pull(
        self, reference: str, credential: Credential | None = None, *, tell: Callable[[Progress], None] = lambda _: None
    ) -> None:
        # aiodocker takes a credential only where the registry is spelt out.
        full = str(parse(reference) or reference) if credential else reference
        auth = {"username": credential.username, "password": credential.password} if credential else None
        try:
            async with self._client() as docker:
                await _to_the_end(docker.images.pull(full, auth=auth, stream=True), tell)
        except EngineError as exc:
            if isinstance(exc.__cause__, DockerError) and exc.__cause__.status in (401, 403, 404):
                raise ImageMissing(str(exc)) from exc
            raise

    async def log(self, container_id: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        async with self._client() as docker:
            async with asyncio.timeout(ANSWER_WITHIN):
                shown = await docker.containers.container(container_id).show()
            # aiodocker's own log() gives text and leaves bytes out; a log is bytes.
            query = docker._query(
                f"containers/{container_id}/logs",
                params=_log_params(options),
                timeout=aiohttp.ClientTimeout(),
            )
            async with query as answer:
                pieces = _raw(answer.content) if shown["Config"]["Tty"] else _demultiplexed(answer.content)
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield piece

    async def list_images(self) -> tuple[EngineImage, ...]:
        async with self._client() as docker, asyncio.timeout(ANSWER_WITHIN):
            found = await docker.images.list()
        return tuple(
            EngineImage(reference, image["Id"], image["Size"])
            for image in found
            for reference in image.get("RepoTags") or ()
            if not reference.startswith("<none>")
        )

    async def execute(self, container_id: str, request: Request) -> Execution:
        async with self._client() as docker:
            return await execution.execute(docker, container_id, request)

    async def pipe(
        self, container_id: str, command: tuple[str, ...], given: AsyncIterator[bytes] | None = None
    ) -> AsyncGenerator[bytes, None]:
        async with (
            self._client() as docker,
            aclosing(piping.pipe(docker, container_id, command, given)) as pieces,
        ):
            async for piece in pieces:
                yield piece

    async def shell(self, container_id: str, request: TtyRequest) -> Tty:
        async with AsyncExitStack() as owned:
            made = await tty.start(await owned.enter_async_context(self._client()), container_id, request)
            made.client = owned.pop_all()
        return made

    async def _events(self, filters: dict[str, list[str]], since: str | None) -> AsyncGenerator[dict[str, Any], None]:
        """Docker's event objects; raises EngineUnavailable when the engine ends the stream, which it does on stop."""
        async with self._client() as docker:
            heard = docker.events.subscribe(create_task=False)  # type: ignore[no-untyped-call]
            params: dict[str, Any] = {"filters": json.dumps(filters)} | ({"since": since} if since else {})
            # Our own task: aiodocker's would raise its error where we close the client.
            listening = asyncio.create_task(docker.events.run(**params))
            try:
                while (found := await heard.get()) is not None:
                    yield found
                await listening
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError, DockerError, aiohttp.ClientError, ValueError):
                    await listening
            raise EngineUnavailable("the engine ended the event stream")

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[aiodocker.Docker]:
        """A client whose refusals are ours."""
        try:
            async with aiodocker.Docker(self.url) as docker:
                yield docker
        except DockerError as exc:
            # 900 is aiodocker's own, for "cannot connect".
            raise (EngineUnavailable if exc.status == 900 else EngineError)(exc.message) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise EngineUnavailable(f"the Docker engine does not answer: {exc}") from exc
        except ValueError as exc:
            raise EngineError(f"the Docker engine's answer cannot be read: {exc}") from exc


async def _to_the_end(messages: AsyncIterator[dict[str, Any]], tell: Callable[[Progress], None]) -> None:
    layers = Layers()
    try:
        while True:
            async with asyncio.timeout(PULL_STALLED):
                layers.take(await anext(messages))
            tell(layers.progress())
    except StopAsyncIteration:
        return
    except TimeoutError as exc:
        raise EngineError(f"no progress within {PULL_STALLED:.0f} s: pull given up") from exc


def _event_of(found: dict[str, Any]) -> EngineEvent | None:
    """None for a container that is not a pod's."""
    told = found["Actor"]["Attributes"]
    identity = identity_of(told)
    if identity is None:
        return None
    return EngineEvent(
        uid=identity.uid,
        # "exec_start: ls -l" and "health_status: healthy" carry their subject behind a colon.
        action=found["Action"].partition(":")[0],
        container_id=found["Actor"]["ID"],
        at=datetime.fromtimestamp(found["timeNano"] / 1e9, UTC),
        member=identity.member,
        attempt=identity.attempt,
        exit_code=_whole(told.get("exitCode")),
        signal=_whole(told.get("signal")),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _log_params(options: LogOptions) -> dict[str, str]:
    return {
        "stdout": "true",
        "stderr": "true",
        "follow": str(options.follow).lower(),
        "timestamps": str(options.timestamps).lower(),
        "tail": "all" if options.tail is None else str(options.tail),
        "since": "0" if options.since is None else f"{options.since:.9f}",
    }


async def _raw(content: aiohttp.StreamReader) -> AsyncGenerator[bytes, None]:
    while piece := await content.read(CHUNK):
        yield piece


async def _demultiplexed(content: aiohttp.StreamReader) -> AsyncGenerator[bytes, None]:
    """The payloads of Docker's frames: a byte of stream, three of nothing, four of length (Engine API, attach)."""
    with suppress(asyncio.IncompleteReadError):
        while True:
            (left,) = struct.unpack(">4xL", await content.readexactly(8))
            while left:
                piece = await content.read(min(left, CHUNK))
                if not piece:
                    return
                left -= len(piece)
                yield piece
