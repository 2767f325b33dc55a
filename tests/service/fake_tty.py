"""A shell that does what the test says, and its processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandboxes.engine.tty import TtyRequest


class FakeTty:
    """`write` and `end` are the shell's doing; `typed` is what it was given, `sizes` what it was told.

    `reads` counts how often somebody waited for output: nobody does while the shell is held back.
    """

    def __init__(self, request: TtyRequest) -> None:
        self.request, self.pid = request, 42
        self.typed = bytearray()
        self.sizes: list[tuple[int, int]] = []
        self.code: int | None = 0
        self.is_closed, self.reads = False, 0
        self.takes = asyncio.Event()
        self.takes.set()
        self._output: asyncio.Queue[bytes] = asyncio.Queue()

    def says(self, piece: bytes) -> None:
        self._output.put_nowait(piece)

    def ends(self, code: int | None = 0) -> None:
        self.code = code
        self._output.put_nowait(b"")

    @property
    def unread(self) -> int:
        return self._output.qsize()

    async def read(self) -> bytes:
        self.reads += 1
        return await self._output.get()

    async def write(self, data: bytes) -> None:
        await self.takes.wait()
        self.typed += data

    async def resize(self, columns: int, rows: int) -> None:
        self.sizes.append((columns, rows))

    async def exit_code(self) -> int | None:
        return self.code

    async def close(self) -> None:
        self.is_closed = True


class FakeFamily:
    """`stubborn` ones do not hear HUP; `heard` is what they were sent."""

    stubborn = False
    made: list[FakeFamily] = []

    def __init__(self, container_id: str, marked: str, *, pid: int, first: int) -> None:
        self.heard: list[str] = []
        self.ended: Callable[[], object] | None = None
        self.is_alive, self.has_member = True, True
        self.on_death: Callable[[], None] | None = None
        FakeFamily.made.append(self)

    async def hang_up(self) -> None:
        self.heard.append("HUP")
        if not self.stubborn:
            self._die()

    async def alive(self) -> bool:
        return self.is_alive

    async def kill(self) -> None:
        if self.is_alive:
            self.heard.append("KILL")
            self._die()

    def member_ended(self) -> bool:
        return not self.has_member

    def when_member_ends(self, ended: Callable[[], object]) -> None:
        self.ended = ended

    def close(self) -> None:
        pass

    def _die(self) -> None:
        self.is_alive = False
        if self.on_death:
            self.on_death()
