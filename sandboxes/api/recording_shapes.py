"""What a recording answers, for the OpenAPI document. Times are RFC 3339 in UTC, to the millisecond; "" is none."""

from __future__ import annotations

from typing import Any, Literal

from sandboxes import wire
from sandboxes.api.shapes import Answer


class RecordingBounds(Answer):
    """What is kept of a pod at most: bytes on disk (0: nothing), seconds up to the newest record, samples a second."""

    size: int
    seconds: int
    hertz: int


class RecordedSpan(Answer):
    """From when to when somebody watched, and so samples were taken. Between two of them is a gap.

    `isOpen`: somebody still does; `end` is then the last word so far, at most 15 s old.
    """

    start: str
    end: str
    is_open: bool


class RecordedMarker(Answer):
    """Something the engine did to a container: create, start, kill, die, oom, pause, unpause, destroy.

    `member` is "" for pause. `exitCode` is told of a container that died, `signal` of one that was sent.
    """

    at: str
    track: Literal["engine"]
    action: str
    member: str
    attempt: int
    exit_code: int | None
    signal: int | None


class RecordedShell(Answer):
    """So many bytes a shell wrote within five seconds from `at` on. What they said is recorded nowhere."""

    at: str
    track: Literal["terminal"]
    member: str
    name: str
    bytes: int


class Recording(Answer):
    """What is held of a pod. `heldFrom`: what was before it has been dropped; "": all since `first` is there.

    `size` is bytes on disk; the newest 1000 markers are told, and as many of shells.
    """

    uid: str
    held_from: str
    first: str
    last: str
    size: int
    bounds: RecordingBounds
    spans: list[RecordedSpan]
    markers: list[RecordedMarker]
    shells: list[RecordedShell]


class RecordedStatus(Answer):
    """The pod's `status` from that moment on; `isEnding`: its deletion had been asked for."""

    at: str
    status: dict[str, Any]
    is_ending: bool


class RecordedFrames(Answer):
    """The last sample and status at or before `from`, and those after it up to `until`, which is all up to then."""

    until: str
    samples: list[wire.Sample]
    statuses: list[RecordedStatus]
