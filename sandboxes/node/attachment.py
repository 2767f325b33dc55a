"""One page at a shell: what it was sent and has acknowledged, what it types. In watch's event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sandboxes import terminal_wire as wire
from sandboxes.errors import Malformed

if TYPE_CHECKING:
    from sandboxes.node.terminal import Terminal

FRAME = 32 * 1024


class Attachment:
    """One page at a shell; of two connections of one writer the one that came later (`came`) counts."""

    def __init__(self, terminal: Terminal, writer: str, offset: int, *, came: int = 0) -> None:
        self.terminal, self.writer, self.came = terminal, writer, came
        self.acknowledged = self._cursor = offset
        self.some, self.is_replaced = asyncio.Event(), False
        self._told: deque[wire.Told] = deque()

    def tell(self, message: wire.Told) -> None:
        self._told.append(message)
        self.some.set()

    async def frames(self) -> AsyncGenerator[str | bytes, None]:
        """Messages as JSON and bytes, in order; ends after the shell has, or when the page came anew."""
        self._place(self.acknowledged)
        while not self.is_replaced:
            self.some.clear()
            while self._told:
                yield self._told.popleft().model_dump_json(by_alias=True)
            if piece := self._next():
                yield piece
            elif self.terminal.over is not None and self._cursor == self.terminal.ring.end and not self._told:
                yield self.terminal.over.model_dump_json(by_alias=True)
                return
            elif not self._told:
                await self.some.wait()

    def _place(self, wanted: int) -> None:
        ring = self.terminal.ring
        self._cursor = min(max(wanted, ring.begin), ring.end)
        self.acknowledged = self._cursor
        self.tell(wire.From(offset=self._cursor, lost=max(0, self._cursor - wanted)))

    def _next(self) -> bytes:
        ring = self.terminal.ring
        if self._cursor < ring.begin:  # it looks on and is slow: the shell does not wait for it
            if self.acknowledged == self._cursor:
                self._place(self._cursor)
            return b""
        room = self.acknowledged + wire.WINDOW - self._cursor
        piece = ring.read(self._cursor, max(0, min(room, FRAME)))
        self._cursor += len(piece)
        return piece

    async def hear(self, message: wire.Said) -> None:
        """What the page said. Raises Malformed."""
        match message:
            case wire.Acknowledge(offset=offset):
                if offset > self._cursor:
                    raise Malformed("that was not sent yet")
                self.acknowledged = max(self.acknowledged, offset)
                self.some.set()
                self.terminal.acknowledged(self)
            case wire.Resize(columns=columns, rows=rows):
                if self.terminal.driver is self:
                    await self.terminal.resize(columns, rows)
            case wire.EndTerminal():
                self.terminal.end("closed")

    def typed(self, frame: bytes) -> None:
        """A binary frame of the page: a position and bytes. Raises Malformed."""
        head = wire.POSITION.size
        if not head < len(frame) <= head + wire.MOST_TYPED:
            raise Malformed(f"a frame of input has a position and at most {wire.MOST_TYPED} bytes")
        if self.terminal.driver is self:  # what was on its way when another one took over is not typed
            self.terminal.type(self.writer, wire.POSITION.unpack(frame[:head])[0], frame[head:])

    def leave(self) -> None:
        self.terminal.detach(self)
