"""A command that somebody asked for in a member: which container, how long, how much of what it says.

The words of refusals are the kubelet's (recorded: exec-01-codes).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from uuid import UUID

from sandboxes.engine.execution import Request
from sandboxes.engine.port import Engine
from sandboxes.engine.streams import Streams
from sandboxes.errors import Malformed
from sandboxes.world import Observed, ObservedContainer, RunState

# At once for all pods of the node, and seconds for one.
MOST_AT_ONCE = 32
LONGEST = 60.0
MOST_OUTPUT = 1024 * 1024


class Executions:
    """`engine` is asked for at each use: it may not answer when watch starts."""

    def __init__(self, streams: Streams, engine: Callable[[], Engine]) -> None:
        self._streams = streams
        self._engine = engine
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(
        self, uid: UUID, member: str, command: tuple[str, ...], *, stdin: bytes, seconds: float
    ) -> dict[str, object]:
        """How it ended, as the API shows it. Raises Malformed for what cannot be started, or EngineError."""
        container = await asyncio.to_thread(running_member, self._engine(), uid, member)
        request = Request(command, stdin, min(seconds, LONGEST), MOST_OUTPUT)
        async with self._turn:
            done = await self._streams.execute(container.id, request)
        if done.error:
            raise Malformed(f"failed to exec in container: {done.error}")
        return {
            "exitCode": None if done.timed_out else done.exit_code,
            "stdout": done.stdout.decode(errors="replace"),
            "stderr": done.stderr.decode(errors="replace"),
            "stdoutBase64": base64.b64encode(done.stdout).decode(),
            "truncated": done.truncated,
            "timedOut": done.timed_out,
        }


def running_member(engine: Engine, uid: UUID, member: str) -> ObservedContainer:
    """Its newest attempt. Raises Malformed, in a kubelet's words, when that does not run or is frozen."""
    newest = next(iter(Observed(engine.observe(uid)).members(member)), None)
    if newest is None or newest.state is not RunState.RUNNING:
        frozen = newest is not None and newest.state is RunState.PAUSED
        raise Malformed(f'container "{member}" is frozen' if frozen else f'container not found ("{member}")')
    return newest
