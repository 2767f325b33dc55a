"""A member's log: which container holds it, and its bytes from the engine, cut where the caller wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from uuid import UUID

from sandboxes.calls import LogOptions
from sandboxes.engine.port import Engine
from sandboxes.engine.streams import Streams
from sandboxes.errors import Malformed
from sandboxes.world import Observed


class Logs:
    """`engine` is asked for at each use: it may not answer when watch starts."""

    def __init__(self, streams: Streams, engine: Callable[[], Engine]) -> None:
        self._streams = streams
        self._engine = engine

    async def open(self, uid: UUID, member: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        """The stream, which the caller closes. Raises Malformed while there is no such container."""
        container_id = await asyncio.to_thread(self._container, uid, member, previous=options.previous)
        return self._bytes(container_id, options)

    def _container(self, uid: UUID, member: str, *, previous: bool) -> str:
        attempts = Observed(self._engine().observe(uid)).members(member)
        if previous and len(attempts) < 2:
            raise Malformed(f'previous terminated container "{member}" not found')
        if not attempts:
            raise Malformed(f'container "{member}" is waiting to start: ContainerCreating')
        return attempts[1 if previous else 0].id

    async def _bytes(self, container_id: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        left = options.limit_bytes
        async with aclosing(self._streams.log(container_id, options)) as pieces:
            async for piece in pieces:
                if left is None:
                    yield piece
                    continue
                yield piece[:left]
                left -= min(left, len(piece))
                if not left:
                    return
