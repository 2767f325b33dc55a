"""A shell in a running container: a command with a terminal. For `watch` alone, in its event loop.

Docker cannot end what it executes: `pid` is the shell's PID on the host, for who ends it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiodocker.docker import Docker
from aiodocker.exceptions import DockerError
from aiodocker.execs import Exec
from aiodocker.stream import Stream

from sandboxes.errors import EngineError

START_WITHIN = 15.0
NO_FILE = "no such file or directory"
# The engine says so when what it should run was not run (POSIX, 2.8.2: cannot be executed, cannot be found).
NOT_RUN = (126, 127)
# bash where there is one; every other image that has a shell has it by this name (POSIX: sh).
SHELL = ("/bin/sh", "-c", "command -v bash > /dev/null && exec bash; exec sh")


class NoShell(EngineError):
    """The image has no shell."""


@dataclass(frozen=True)
class TtyRequest:
    """`user` as `docker exec --user` has it, "" for the container's own; `env` are NAME=value."""

    user: str
    columns: int
    rows: int
    env: tuple[str, ...] = ()


class Tty(Protocol):
    """A shell that was started."""

    pid: int

    async def read(self) -> bytes:
        """What it wrote next; b"" once it has ended."""

    async def write(self, data: bytes) -> None:
        """Typed into it. Returns when the engine has taken it."""

    async def resize(self, columns: int, rows: int) -> None:
        """It is told (SIGWINCH)."""

    async def exit_code(self) -> int | None:
        """How it ended; None where the engine does not know."""

    async def close(self) -> None:
        """Let go of the connection; the shell itself is not ended by it."""


async def start(docker: Docker, container_id: str, request: TtyRequest) -> DockerTty:
    """Raises NoShell, EngineError in the engine's words, aiodocker's errors."""
    run = await docker.containers.container(container_id).exec(
        list(SHELL), stdin=True, tty=True, privileged=False, user=request.user, environment=list(request.env)
    )
    stream = run.start(detach=False)
    async with asyncio.timeout(START_WITHIN):
        await stream._init()
        pid = await _pid(run, stream)
    made = DockerTty(run, stream, pid)
    await made.resize(request.columns, request.rows)
    return made


async def _pid(run: Exec, stream: Stream) -> int:
    """The engine answers before it has started anything: asked until it has, or says why not."""
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        seen = await run.inspect()
        if seen["Pid"]:
            return int(seen["Pid"])
        if not seen["Running"] and seen["ExitCode"] is not None:
            said = await _all_of(stream)
            if seen["ExitCode"] in NOT_RUN and NO_FILE in said:
                raise NoShell
            raise EngineError(said.strip() or f"the shell ended with {seen['ExitCode']}")
        await asyncio.sleep(0.005)
    raise EngineError("the shell did not start in time")


async def _all_of(stream: Stream) -> str:
    said = bytearray()
    while (message := await stream.read_out()) is not None and len(said) < 4096:
        said += message.data
    await stream.close()
    return said.decode(errors="replace")


class DockerTty:
    """The real one. What `client` holds is closed with it."""

    def __init__(self, run: Exec, stream: Stream, pid: int) -> None:
        self.pid, self.client = pid, AsyncExitStack()
        self._run, self._stream = run, stream

    async def read(self) -> bytes:
        message = await self._stream.read_out()
        return message.data if message is not None else b""

    async def write(self, data: bytes) -> None:
        await self._stream.write_in(data)

    async def resize(self, columns: int, rows: int) -> None:
        # Of a shell that ends at this moment nobody needs the size, and nothing else is lost with it.
        with suppress(DockerError, aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(START_WITHIN):
                await self._run.resize(w=columns, h=rows)

    async def exit_code(self) -> int | None:
        async with asyncio.timeout(START_WITHIN):
            code = (await self._run.inspect())["ExitCode"]
        return None if code is None else int(code)

    async def close(self) -> None:
        await self._stream.close()
        await self.client.aclose()
