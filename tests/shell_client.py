"""A page at a shell, without a browser: speaks sandboxes/terminal_wire.py to the whole service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sandboxes import terminal_wire as wire

SOON = 20.0


class Shell:
    """`output` is all that came, `offset` where the next byte belongs; what is read is acknowledged."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token = address, token
        self.id, self.writer = uuid4(), uuid4()
        self.output = bytearray()
        self.offset = self.typed = 0
        self.attached: wire.Attached | None = None
        self.over: wire.Ended | wire.Refused | None = None
        self.keeps = True
        self._socket: ClientConnection | None = None

    @asynccontextmanager
    async def open(self, member: str, user: str = "", *, columns: int = 80, rows: int = 24) -> AsyncIterator[Shell]:
        """A new shell."""
        first = wire.OpenTerminal(
            terminal=self.id, writer=self.writer, member=member, user=user, columns=columns, rows=rows
        )
        async with self._connected(first):
            yield self

    @asynccontextmanager
    async def attach(
        self, terminal: UUID | None = None, *, offset: int | None = None, drive: bool = True
    ) -> AsyncIterator[Shell]:
        """The shell again, from where this page was."""
        first = wire.AttachTerminal(
            terminal=terminal or self.id,
            writer=self.writer,
            offset=self.offset if offset is None else offset,
            drive=drive,
            columns=80,
            rows=24,
        )
        async with self._connected(first):
            yield self

    @asynccontextmanager
    async def _connected(self, first: wire.First) -> AsyncIterator[None]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with connect(self.address, additional_headers=headers, max_size=2**20, proxy=None) as self._socket:
            await self.say(first)
            self.attached = self.over = None
            async with asyncio.timeout(SOON):
                while self.attached is None and self.over is None:  # only then it is known where input goes on
                    await self.read()
            yield

    def abort(self) -> None:
        """The network is lost: nobody says good-bye."""
        assert self._socket is not None
        self._socket.transport.abort()

    async def say(self, message: wire.First | wire.Said) -> None:
        assert self._socket is not None
        await self._socket.send(message.model_dump_json(by_alias=True))

    async def type(self, text: str | bytes) -> None:
        assert self._socket is not None
        data = text.encode() if isinstance(text, str) else text
        await self._socket.send(wire.POSITION.pack(self.typed) + data)
        self.typed += len(data)

    async def read(self, *, acknowledge: bool = True) -> wire.Told | bytes:
        """The next frame. Raises ConnectionClosed."""
        assert self._socket is not None
        frame = await self._socket.recv()
        if isinstance(frame, bytes):
            self.offset += len(frame)
            if self.keeps:
                self.output += frame
            if acknowledge:
                await self.say(wire.Acknowledge(offset=self.offset))
            return frame
        message = wire.TOLD.validate_json(frame)
        match message:
            case wire.Attached():
                self.attached, self.typed = message, message.input
            case wire.From():
                self.offset = message.offset
            case wire.Ended() | wire.Refused():
                self.over = message
        return message

    async def until(self, text: str | bytes) -> None:
        """Until it has written that."""
        wanted = text.encode() if isinstance(text, str) else text
        try:
            async with asyncio.timeout(SOON):
                while wanted not in self.output:
                    await self.read()
        except TimeoutError as exc:
            raise AssertionError(f"waited in vain for {wanted!r}; it said {bytes(self.output[-2000:])!r}") from exc

    async def until_over(self) -> int:
        """Until the service closes; its code."""
        async with asyncio.timeout(SOON):
            try:
                while True:
                    await self.read()
            except ConnectionClosed as exc:
                return exc.rcvd.code if exc.rcvd else 1006
            except asyncio.CancelledError as exc:
                raise AssertionError(f"not closed; it said {bytes(self.output[-2000:])!r}") from exc


def address(url: str, pod: str, *, namespace: str) -> str:
    """Of the terminal of a pod; `url` is the site's."""
    return f"{url.replace('http', 'ws', 1)}/ws/namespaces/{namespace}/pods/{pod}/terminal"
