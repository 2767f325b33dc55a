"""A pod that someone watches, as the sampler's thread keeps it. Knows no thread, no lock and no kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from sandboxes.node.readers.pod import Reading, Watched
from sandboxes.node.slot import Frame, Slot


class Reader(Protocol):
    """What reads one pod: PodReader, or a test's."""

    def read(self, watched: Watched, *, fully: bool) -> Reading:
        """The pod as it is now."""

    def close(self) -> None:
        """Lets go of it."""


class Watch:
    """One watched pod: its turns, what was looked up, what was read and what was sent.

    `due`, `look_due` and `slots` are touched under the sampler's lock, the rest in its thread alone.
    """

    def __init__(self, uid: UUID) -> None:
        self.uid = uid
        self.slots: set[Slot] = set()
        self.due = 0.0
        self.earliest = 0.0
        self.look_due = 0.0
        self.looking = False
        self.fully_due = 0.0
        self.still_due = 0.0
        self.watched: Watched | None = None
        self.look_problem = ""
        self.reader: Reader | None = None
        self.reading: Reading | None = None
        self.rev = 0
        self.stream: Frame | None = None
        self.sample: Frame | None = None

    def current(self) -> Iterator[Frame]:
        """What someone who comes now has to be told."""
        yield from (frame for frame in (self.stream, self.sample) if frame is not None)

    def keep(self, frame: Frame) -> None:
        """Remembers a frame for those who come later."""
        match frame.kind:
            case "stream":
                self.stream = frame
                self.sample = self.sample if frame.state == "live" else None
            case "sample":
                self.sample = frame
            case "still":
                pass

    def turn(self) -> float:
        """When it is to be read next, by the monotonic clock."""
        return max(self.due, self.earliest)

    def runs(self) -> bool:
        """Whether any of its containers is said to run."""
        return self.watched is not None and any(target.running for target in self.watched.targets)

    def release(self) -> None:
        """Forgets what was read; the reader lets go of the pod. A reader that fails to is not asked again."""
        self.reading = self.sample = None
        reader, self.reader = self.reader, None
        if reader is not None:
            reader.close()
