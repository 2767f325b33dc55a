"""Every message of a terminal's WebSocket, page ↔ web ↔ node; the TypeScript types are generated from it.

PURE. Text frames are these messages, binary frames are bytes. The page sends what was typed behind its position: eight
bytes, big-endian, how many bytes this writer has sent before. The node sends what the shell wrote, each frame right
behind the one before, from where `from` said. Offsets count bytes since the shell began.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from sandboxes.wire_message import Message

POSITION = struct.Struct(">Q")
# How far the shell is read ahead of what its driver has acknowledged, and what is kept of it; bytes.
WINDOW, KEPT = 256 * 1024, 1024 * 1024
# What a page may send ahead of `taken`, and the largest frame of it; bytes.
MOST_AHEAD, MOST_TYPED = 64 * 1024, 16 * 1024

Offset = Annotated[int, Field(ge=0, le=2**53)]
Cells = Annotated[int, Field(ge=1, le=1000)]
# A name or number, with a group behind a colon or not, as `docker exec --user` takes it; "" is the member's own.
UserName = Annotated[
    str, Field(max_length=65, pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?)?$")
]
TerminalName = Annotated[
    str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]*$")
]


class OpenTerminal(Message):
    """The first word of a page that wants a new shell; said again it finds the one that it made.

    `terminal` is an id that the page made up, `writer` another one of the page itself: its input is counted by it.
    """

    type: Literal["open"] = "open"
    terminal: UUID
    writer: UUID
    member: Annotated[str, Field(min_length=1, max_length=63)]
    user: UserName = ""
    name: TerminalName = ""
    columns: Cells
    rows: Cells


class AttachTerminal(Message):
    """The first word of a page that comes back, or comes to another's shell of the same user.

    `offset` is what it has already, 0 is all that is kept. Who drives types and says the size; one does at a time.
    """

    type: Literal["attach"] = "attach"
    terminal: UUID
    writer: UUID
    offset: Offset = 0
    drive: bool = True
    columns: Cells
    rows: Cells


class Acknowledge(Message):
    """The page has shown everything before `offset`."""

    type: Literal["ack"] = "ack"
    offset: Offset


class Resize(Message):
    """The page's terminal has this size now; only the driver's counts."""

    type: Literal["resize"] = "resize"
    columns: Cells
    rows: Cells


class EndTerminal(Message):
    """The tab was closed: HUP now, KILL after 5 s."""

    type: Literal["end"] = "end"


class Attached(Message):
    """The answer to the first word. `input`: how much of this writer's input was taken before.

    `seen`: before this offset some page has shown, and answered, what the shell asked its terminal.
    """

    type: Literal["attached"] = "attached"
    terminal: UUID
    name: str
    member: str
    user: str
    input: int
    seen: int
    drives: bool


class From(Message):
    """The next byte is that of `offset`; `lost` bytes before it are not kept any more."""

    type: Literal["from"] = "from"
    offset: int
    lost: int


class Taken(Message):
    """The shell has this much of the writer's input."""

    type: Literal["taken"] = "taken"
    input: int


class Drives(Message):
    """Whether this page drives; another one has taken over, or left. `input` as in Attached: begin again from there."""

    type: Literal["drives"] = "drives"
    drives: bool
    input: int


class Ended(Message):
    """The shell has ended and all it wrote was sent. `exit_code` is None where it was killed."""

    type: Literal["ended"] = "ended"
    reason: Literal["exited", "closed", "left", "signed-out", "member"]
    exit_code: int | None


class Refused(Message):
    """There is no such shell, or there will be none. `no-shell`: the image has none."""

    type: Literal["refused"] = "refused"
    reason: Literal["no-shell", "too-many", "not-running", "user", "not-found", "unavailable", "malformed"]
    message: str


First = OpenTerminal | AttachTerminal
FIRST: TypeAdapter[First] = TypeAdapter(Annotated[First, Field(discriminator="type")])
Said = Acknowledge | Resize | EndTerminal
SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])
Told = Attached | From | Taken | Drives | Ended | Refused
TOLD: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="type")])

# Close codes besides those of wire.py.
CLOSE_MOVED = 4408  # the same writer came anew: a copy of the page, or the page itself, whose old connection this is
CLOSE_ENDED = 4409  # after `ended` or `refused`: there is nothing to come back to
CLOSE_IDLE = 4411  # for too long nothing was typed or shown
CLOSE_AGAIN = 1012  # RFC 6455 registry, "service restart": come back
