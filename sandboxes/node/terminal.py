"""One shell of a member: what it wrote lately, who is attached, what was typed; how it is ended.

One page drives: it types, says the size, and what it has acknowledged is what holds the shell back. Others look on.
Everything here is in watch's event loop; only who kills looks at /proc in threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol
from uuid import UUID

from sandboxes import terminal_wire as wire
from sandboxes.engine.tty import Tty
from sandboxes.errors import Malformed
from sandboxes.node.attachment import Attachment
from sandboxes.node.ring import Ring, Typed

log = logging.getLogger(__name__)
Reason = Literal["exited", "closed", "left", "signed-out", "member"]

MOST_WAITING = 4 * wire.MOST_AHEAD
HANG_UP_FOR = 5.0
LOOK_AGAIN = 0.25
KILLED = 128 + 9
MEMBER_ENDS_WITHIN = 1.0


@dataclass
class About:
    """Whose shell it is and what it is called. `credential` is that of the page that drove it last."""

    id: UUID
    pod: UUID
    member: str
    user: str
    owner: str
    credential: str
    name: str
    columns: int
    rows: int


class Family(Protocol):
    """The processes that came of the shell."""

    async def hang_up(self) -> None:
        """HUP to all of them."""

    async def alive(self) -> bool: ...

    async def kill(self) -> None:
        """KILL to all of them, until there are none."""

    def member_ended(self) -> bool:
        """The container's first process is gone."""

    def when_member_ends(self, ended: Callable[[], object]) -> None: ...

    def close(self) -> None: ...


class Terminal:
    """`over` says how it ended. `left_at`: the loop's time since when nobody is attached.

    `wrote` is told how many bytes came, each time.
    """

    def __init__(self, about: About, tty: Tty, family: Family, wrote: Callable[[About, int], None]) -> None:
        self.about, self.ring = about, Ring(wire.KEPT)
        self.started, self.left_at = datetime.now(UTC), asyncio.get_running_loop().time()
        self.over: wire.Ended | None = None
        self.attachments: list[Attachment] = []
        self.driver: Attachment | None = None
        self.seen = 0
        self._tty, self._family, self._typed, self._wrote = tty, family, Typed(), wrote
        self._input: deque[tuple[str, int, bytes]] = deque()
        self._some_input, self._room = asyncio.Event(), asyncio.Event()
        self._reason: Reason | None = None
        self._ending: asyncio.Task[None] | None = None
        self._working = asyncio.create_task(self._work(), name=f"terminal {about.id}")

    def attach(self, writer: str, offset: int, *, drive: bool, came: int = 0) -> Attachment:
        """A page comes; one of the same writer that is still there is its own old connection.

        One that waited for the shell, and was given up for a newer one meanwhile, changes nothing.
        """
        made = Attachment(self, writer, min(max(offset, self.ring.begin), self.ring.end), came=came)
        own = [each for each in self.attachments if each.writer == writer]
        if any(each.came > came for each in own):
            made.is_replaced = True
            return made
        for old in own:
            old.is_replaced = True
            old.some.set()
            self._remove(old)
        self.attachments.append(made)
        drives = drive or self.driver is None
        about = self.about
        made.tell(
            wire.Attached(
                terminal=about.id,
                name=about.name,
                member=about.member,
                user=about.user,
                input=self._typed.position(writer),
                seen=self.seen,
                drives=drives,
            )
        )
        if drives:
            self._drive(made)
        return made

    def detach(self, attachment: Attachment) -> None:
        if attachment in self.attachments:
            self._remove(attachment)
            if self.driver is None and self.attachments:
                self._drive(self.attachments[-1], tell=True)

    def _remove(self, attachment: Attachment) -> None:
        self.attachments.remove(attachment)
        self.left_at = asyncio.get_running_loop().time()
        if self.driver is attachment:
            self.driver = None
            self._look_for_room()

    def _drive(self, attachment: Attachment, *, tell: bool = False) -> None:
        if self.driver is not None:
            position = self._typed.position(self.driver.writer)
            self.driver.tell(wire.Drives(drives=False, input=position))
        self.driver = attachment
        if tell:
            attachment.tell(wire.Drives(drives=True, input=self._typed.position(attachment.writer)))
        self._look_for_room()

    def acknowledged(self, attachment: Attachment) -> None:
        if self.driver is attachment:
            self.seen = max(self.seen, attachment.acknowledged)
            self._look_for_room()

    def _look_for_room(self) -> None:
        """Read ahead of the driver, or of what the last one had, by no more than the window."""
        shown = self.seen if self.driver is None else self.driver.acknowledged
        if self.ring.end - shown < wire.WINDOW or self._reason is not None:
            self._room.set()
        else:
            self._room.clear()

    def type(self, writer: str, position: int, data: bytes) -> None:
        """Raises Malformed for a gap, or for more than a page may send ahead."""
        if sum(len(piece) for _, _, piece in self._input) + len(data) > MOST_WAITING:
            raise Malformed("more input than was taken")
        if fresh := self._typed.fresh(writer, position, data):
            self._input.append((writer, self._typed.position(writer), fresh))
            self._some_input.set()

    async def resize(self, columns: int, rows: int) -> None:
        self.about.columns, self.about.rows = columns, rows
        if self.over is None and self._reason is None:
            await self._tty.resize(columns, rows)

    def end(self, reason: Reason) -> asyncio.Task[None]:
        """HUP to the shell and all that came of it, KILL after 5 s to what is left. Once; the task ends with it."""
        if self._ending is None:
            self._reason = self._reason or reason
            self._ending = asyncio.create_task(self._end(), name=f"end of terminal {self.about.id}")
        return self._ending

    @property
    def is_done(self) -> bool:
        """It has ended, and nothing is left to be done about it."""
        return self.over is not None and (self._ending is None or self._ending.done())

    async def kill(self) -> None:
        """At once: there is no time for more."""
        await self._family.kill()

    async def _end(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + HANG_UP_FOR
        self._look_for_room()  # nobody is waited for any more
        await self._family.hang_up()
        while loop.time() < deadline and await self._family.alive():
            await asyncio.sleep(LOOK_AGAIN)
        await self._family.kill()
        await asyncio.wait({self._working}, timeout=HANG_UP_FOR)
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        """Until the shell has ended, however it does; then everyone is told."""
        code, writing = None, asyncio.create_task(self._write())
        try:
            await self._read()
            code = await self._tty.exit_code()
        except Exception as exc:  # the engine went away, or its connection to this shell
            log.warning("terminal %s: %s", self.about.id, exc)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            reason = self._reason or await self._why(code)
            self.over = wire.Ended(reason=reason, exit_code=code if reason == "exited" else None)
            for each in self.attachments:
                each.some.set()
            self._family.close()
            await self._tty.close()
            log.info("terminal %s of pod %s ended: %s", self.about.id, self.about.pod, self.over.reason)

    async def _why(self, code: int | None) -> Reason:
        """A namespace's PID 1 is gone only after all others in it, which the kernel kills first (pid_namespaces(7))."""
        deadline = asyncio.get_running_loop().time() + (MEMBER_ENDS_WITHIN if code in (None, KILLED) else 0)
        while not self._family.member_ended():
            if asyncio.get_running_loop().time() >= deadline:
                return "exited"
            await asyncio.sleep(0.02)
        return "member"

    async def _read(self) -> None:
        while True:
            await self._room.wait()
            piece = await self._tty.read()
            if not piece:
                return
            self.ring.append(piece)
            self._wrote(self.about, len(piece))
            self._look_for_room()
            for each in self.attachments:
                each.some.set()

    async def _write(self) -> None:
        while True:
            await self._some_input.wait()
            self._some_input.clear()
            while self._input:
                writer, position, piece = self._input[0]
                await self._tty.write(piece)
                self._input.popleft()
                for each in self.attachments:
                    if each.writer == writer:
                        each.tell(wire.Taken(input=position))
