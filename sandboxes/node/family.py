"""The processes of one shell on this host, and when its member ends; what looks at /proc does it in a thread."""

from __future__ import annotations

import asyncio
import logging
import os
import select
from collections.abc import Callable
from contextlib import suppress

from sandboxes.host import descent
from sandboxes.host.descent import Born

log = logging.getLogger(__name__)
# A hundred shells that end at once must leave some of the processor to those that go on.
_turn = asyncio.Semaphore(4)


class HostFamily:
    """Of the shell `pid` in a container whose first process is `first`, all by their PIDs on the host."""

    def __init__(self, container_id: str, marked: str, *, pid: int, first: int) -> None:
        self._container_id, self._marked = container_id, marked
        shell = descent.born(pid)
        self._known: set[Born] = {shell} if shell else set()
        self._first = -1
        with suppress(OSError):  # it is gone already: `member_ended`
            self._first = descent.opened(first, container_id)

    def when_member_ends(self, ended: Callable[[], object]) -> None:
        """`ended` is called then, once; at once where it has already."""
        if self._first < 0:
            ended()
            return
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(self._first)  # it stays readable
            ended()

        loop.add_reader(self._first, gone)

    def member_ended(self) -> bool:
        return self._first < 0 or bool(select.select([self._first], [], [], 0)[0])

    async def hang_up(self) -> None:
        descent.hang_up(await self._look())

    async def alive(self) -> bool:
        return bool(await self._look())

    async def kill(self) -> None:
        async with _turn:
            left = await asyncio.to_thread(descent.kill, self._container_id, self._marked, self._known)
        if left:
            log.error("%d processes of a shell in %s cannot be killed", left, self._container_id)

    async def _look(self) -> set[Born]:
        async with _turn:
            found = await asyncio.to_thread(descent.family, self._container_id, self._marked, self._known)
        self._known |= found
        return found

    def close(self) -> None:
        if self._first >= 0:
            asyncio.get_running_loop().remove_reader(self._first)
            os.close(self._first)
            self._first = -1
