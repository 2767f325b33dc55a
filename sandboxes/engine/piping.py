"""A command in a running container whose streams are passed on as they come. For `watch` alone, in its event loop.

Nothing is kept but the first words of what it says about errors; who does not read holds the command back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from aiodocker.docker import Docker
from aiodocker.execs import Exec
from aiodocker.stream import Message, Stream

from sandboxes.engine.execution import NOT_STARTED, STDOUT, close_stdin, kill
from sandboxes.errors import Malformed

MOST_WORDS = 4096
# Without a byte either way for so long it is given up, and killed.
STALLED = 60.0
ASKED_EVERY = 0.5


async def pipe(
    docker: Docker, container_id: str, command: tuple[str, ...], given: AsyncIterator[bytes] | None
) -> AsyncGenerator[bytes, None]:
    """What it writes to stdout, while it reads what is `given`. Closing the generator kills it with all it started.

    Raises Malformed with its own words when it cannot be started, or leaves with anything but 0, or stands still.
    """
    run = await docker.containers.container(container_id).exec(list(command), stdin=given is not None, tty=False)
    words, finished = bytearray(), False
    feeding: asyncio.Task[None] | None = None
    try:
        async with run.start(detach=False) as stream:
            if given is not None:
                feeding = asyncio.create_task(_feed(stream, given))
            while (message := await _next(run, stream, feeding)) is not None:
                if message.stream == STDOUT and not message.data.startswith(NOT_STARTED):
                    yield message.data
                else:
                    words += message.data[: MOST_WORDS - len(words)]
            if feeding is not None and feeding.done():
                feeding.result()
        finished = True
    finally:
        if feeding is not None:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
        if not finished:
            await asyncio.shield(kill(run))
    code = (await run.inspect())["ExitCode"]
    if code:
        told = words.decode(errors="replace").strip()
        raise Malformed(told or f"{command[0]} left with exit code {code}")


async def _next(run: Exec, stream: Stream, feeding: asyncio.Task[None] | None) -> Message | None:
    """The next message; None at the end. A feed that goes on is a sign of life.

    The engine ends no stream of a command that left without reading its input: it is asked whether it runs.
    """
    reading = asyncio.ensure_future(stream.read_out())
    waited = 0.0
    try:
        while not (await asyncio.wait({reading}, timeout=ASKED_EVERY))[0]:
            feeds = feeding is not None and not feeding.done()
            waited = 0.0 if feeds else waited + ASKED_EVERY
            if waited > STALLED:
                raise Malformed(f"it stood still for {STALLED:.0f} s")
            if feeds and not (await run.inspect())["Running"]:
                return None
        return reading.result()
    finally:
        if not reading.done():
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _feed(stream: Stream, given: AsyncIterator[bytes]) -> None:
    async for piece in given:
        try:
            async with asyncio.timeout(STALLED):
                await stream.write_in(piece)
        except TimeoutError:
            raise
        except (OSError, AssertionError):  # aiodocker asserts that there is a connection still
            return  # it ended without reading all of it: how is told by its exit code
    await close_stdin(stream)
