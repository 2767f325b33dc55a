"""A pod's recording on disk: segments named by their first moment, the oldest dropped when bounds are reached.

Root's alone. A segment is written once and never opened again for writing: a new watch begins a new one. Imports no
Django and no Docker.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sandboxes.node.recording import Packer, Record

SUFFIX = ".rec"
# Bytes that a segment unpacks to: a reader takes a whole one at a time.
MOST_TEXT = 4 * 2**20
# The moment before which something was dropped; there is none while everything is held.
HELD_FROM = "held-from"


@dataclass(frozen=True)
class Bounds:
    """Of one pod's recording: bytes on disk (0: nothing is recorded), seconds up to its newest record."""

    size: int
    seconds: int

    @property
    def segment_size(self) -> int:
        """Small against the whole, for what is dropped is a segment."""
        return max(min(self.size // 16, 256 * 1024), 1)

    @property
    def segment_ms(self) -> int:
        return max(min(self.seconds * 1000 // 12, 600_000), 1)


def folder_of(root: Path, uid: UUID) -> Path:
    return root / str(uid)


def first_moment(path: Path) -> int:
    """What the name says; a name of somebody else's is ValueError."""
    return int(path.stem)


def listed(folder: Path) -> list[Path]:
    """The segments in order of time; [] for a pod that has none."""
    found = []
    with suppress(FileNotFoundError):
        found = [folder / name for name in os.listdir(folder) if name.endswith(SUFFIX) and name[:-4].isdecimal()]
    return sorted(found, key=first_moment)


def held_from(folder: Path) -> int | None:
    """Since when everything is held, None for from its beginning."""
    try:
        return int((folder / HELD_FROM).read_text())
    except (FileNotFoundError, ValueError):
        return None


class Segment:
    """A file that is being written. Raises OSError; it is to be closed then and never written again."""

    def __init__(self, folder: Path, at: int) -> None:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._handle, self.path = _created(folder, at)
        self.first, self.size, self.last = at, 0, at
        self._packer = Packer()

    def write(self, records: Sequence[Record]) -> None:
        """All of them, readable when this returns."""
        packed = self._packer.pack(records)
        if os.write(self._handle, packed) != len(packed):
            raise OSError("the disk took only a part")
        self.size += len(packed)
        self.last = max(self.last, *(record.at for record in records))

    def is_full(self, bounds: Bounds, now: int) -> bool:
        """The next record, of the moment `now`, begins another."""
        is_long = self.size >= bounds.segment_size or self._packer.text >= MOST_TEXT
        return is_long or now - self.first >= bounds.segment_ms

    def close(self) -> None:
        os.close(self._handle)


@dataclass
class Shelf:
    """The closed segments of one pod, oldest first, each with its size."""

    folder: Path
    closed: list[tuple[Path, int]] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> Shelf:
        return cls(folder, [(path, path.stat().st_size) for path in listed(folder)])

    def keep(self, segment: Segment) -> None:
        """It has been closed."""
        self.closed.append((segment.path, segment.size))

    def bound(self, bounds: Bounds, segment: Segment) -> None:
        """Drops from the oldest end what is over the bounds beside the segment being written."""
        total = segment.size + sum(size for _, size in self.closed)
        while self.closed:
            oldest, size = self.closed[0]
            following = first_moment(self.closed[1][0]) if len(self.closed) > 1 else segment.first
            if total <= bounds.size and following >= segment.last - bounds.seconds * 1000:
                return
            _mark(self.folder, following)
            oldest.unlink(missing_ok=True)
            self.closed.pop(0)
            total -= size


def _created(folder: Path, at: int) -> tuple[int, Path]:
    """A file that was not there; of two that begin in the same millisecond one is named by the next."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        path = folder / f"{at:013d}{SUFFIX}"
        try:
            return os.open(path, flags, 0o600), path
        except FileExistsError:
            at += 1


def _mark(folder: Path, moment: int) -> None:
    new = folder / f"{HELD_FROM}.new"
    new.write_text(str(moment))
    new.replace(folder / HELD_FROM)
