"""A command in a running container, to its end: what it wrote and how it ended. For `watch` alone, in its event loop.

Docker cannot kill what it executes, so whoever gives up kills it by its PID on the host, with all that came of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiodocker.docker import Docker
from aiodocker.execs import Exec
from aiodocker.stream import Stream

# What runc says for a command that cannot be started: the engine sends it as if the command had written it.
NOT_STARTED = b"OCI runtime exec failed"
STDOUT = 1


@dataclass(frozen=True)
class Request:
    """`seconds` is how long it may take, `most` how many bytes of each stream are kept."""

    command: tuple[str, ...]
    stdin: bytes = b""
    seconds: float = 30.0
    most: int = 1024 * 1024


@dataclass(frozen=True)
class Execution:
    """`error` is the runtime's word when the command could not be started; `truncated`: one stream had more.

    `timed_out`: it was killed, and `exit_code` says nothing.
    """

    exit_code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False
    timed_out: bool = False
    error: str = ""


async def execute(docker: Docker, container_id: str, request: Request) -> Execution:
    """Raises aiodocker's errors for a container that is not there or does not run."""
    container = docker.containers.container(container_id)
    run = await container.exec(list(request.command), stdin=bool(request.stdin), tty=False)
    said = _Said(request.most)
    finished = False
    try:
        async with asyncio.timeout(request.seconds):
            async with run.start(detach=False) as stream:
                if request.stdin:
                    await stream.write_in(request.stdin)
                    await close_stdin(stream)
                async for kind, data in _messages(stream):
                    said.take(kind, data)
            finished = True
    except TimeoutError:
        return Execution(stdout=bytes(said.out), stderr=bytes(said.err), truncated=said.truncated, timed_out=True)
    finally:
        if not finished:
            await asyncio.shield(kill(run))
    code = (await run.inspect())["ExitCode"]
    if code in (126, 127) and said.out.startswith(NOT_STARTED):
        return Execution(exit_code=code, error=said.out.decode(errors="replace").strip())
    return Execution(code or 0, bytes(said.out), bytes(said.err), said.truncated)


class _Said:
    """Both streams, as much as is kept of them."""

    def __init__(self, most: int) -> None:
        self.out, self.err, self._most = bytearray(), bytearray(), most
        self.truncated = False

    def take(self, kind: int, data: bytes) -> None:
        stream = self.out if kind == STDOUT else self.err
        room = self._most - len(stream)
        self.truncated = self.truncated or len(data) > room
        stream += data[: max(room, 0)]


async def _messages(stream: Stream) -> AsyncIterator[tuple[int, bytes]]:
    while (message := await stream.read_out()) is not None:
        yield message.stream, message.data


async def close_stdin(stream: Stream) -> None:
    """Half of the connection: the command sees the end of its input, we still hear it."""
    response = stream._resp
    transport = response.connection.transport if response is not None and response.connection else None
    if transport is not None and transport.can_write_eof():
        transport.write_eof()


async def kill(run: Exec) -> None:
    """What was executed, with all that came of it; harmless when it has ended."""
    with suppress(Exception):  # the engine or the container may be what went away
        pid = int((await run.inspect()).get("Pid") or 0)
        if not pid:
            return
        descriptor = os.pidfd_open(pid)
        try:
            # The engine names the PID of one that has ended too, which may be anybody's by now. While it still says so
            # of a process that is held, it was the one.
            if (await run.inspect())["Running"]:
                await asyncio.to_thread(kill_tree, pid, descriptor)
        finally:
            os.close(descriptor)


def kill_tree(pid: int, descriptor: int) -> None:
    """KILL to a process of the host's numbering and to all that came of it, parents first so that none starts more.

    `descriptor` (pidfd_open(2)) holds it. A child is one whose parent, held and stopped, still has it.
    """
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, signal.SIGSTOP)
        for child in _children(pid):
            with suppress(ProcessLookupError):
                _kill_child(child, pid)
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)


def _kill_child(pid: int, parent: int) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        if pid in _children(parent):
            kill_tree(pid, descriptor)
    finally:
        os.close(descriptor)


def _children(pid: int) -> list[int]:
    """proc_pid_task(5): the children of each thread."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(word) for word in listing.read_text().split()]
    return found
