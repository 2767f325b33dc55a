"""What was recorded, read again: an index of a pod's recording, and what was true from a moment on.

Blocks while it reads; called in a thread. Closed segments never change: what they hold is remembered by name and size.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sandboxes.node.recorder import HERTZ
from sandboxes.node.recording import (
    ENGINE,
    SAMPLE,
    SILENCE,
    STATUS,
    TERMINAL,
    Record,
    Span,
    Summary,
    joined,
    summary,
    time_of,
    unpack,
)
from sandboxes.node.segments import Bounds, folder_of, held_from, listed

MOST_MARKERS = 1000
# Of one answer: samples, and their bytes.
MOST_SAMPLES = 120
MOST_BYTES = 4 * 2**20
Json = dict[str, Any]


class Recordings:
    """Below `root` is a folder a pod, which the recorder fills."""

    def __init__(self, root: Path, bounds: Bounds) -> None:
        self._root = root
        self._bounds = bounds

    def index(self, uid: UUID) -> Json:
        """What is held of the pod, as `api/recording_shapes.py` says it: all times RFC 3339."""
        folder = folder_of(self._root, uid)
        found = [told for path in listed(folder) if (told := _summary_of(path))]
        since = held_from(folder)
        spans = joined(told.spans for told in found)
        return {
            "uid": str(uid),
            "heldFrom": time_of(since) if since is not None else "",
            "first": time_of(min(told.first for told in found)) if found else "",
            "last": time_of(max(told.last for told in found)) if found else "",
            "size": sum(_size(path) for path in listed(folder)),
            "bounds": {"size": self._bounds.size, "seconds": self._bounds.seconds, "hertz": HERTZ},
            "spans": [_told(span) for span in spans],
            "markers": _of_track(found, ENGINE),
            "shells": _of_track(found, TERMINAL),
        }

    def frames(self, uid: UUID, start: int, end: int) -> str:
        """JSON: the last sample and the last status at or before `start`, then those up to `end`, in order.

        `until` is the moment up to which that is all: `end`, or an earlier one where an answer would grow too long.
        """
        samples, until = _at_most(self._since(uid, SAMPLE, start, end), start, end)
        statuses, until = _at_most(self._since(uid, STATUS, start, until), start, until)
        told = [{"at": time_of(record.at)} | json.loads(record.payload) for record in statuses]
        head = json.dumps({"until": time_of(until), "statuses": told})
        return f'{head[:-1]}, "samples": [{",".join(record.payload.decode() for record in samples)}]}}'

    def track(self, uid: UUID, kind: str, start: int, end: int) -> Iterator[Record]:
        """The records of a kind between two moments, segment by segment."""
        for path in listed(folder_of(self._root, uid)):
            told = _summary_of(path)
            if told and told.kinds.get(kind, end + 1) <= end and told.last >= start:
                yield from (each for each in _records(path) if each.kind == kind and start <= each.at <= end)

    def uids(self) -> tuple[UUID, ...]:
        """The pods that have a recording."""
        try:
            names = os.listdir(self._root)
        except FileNotFoundError:
            return ()
        return tuple(UUID(name) for name in names if _is_uid(name))

    def remove(self, uid: UUID) -> None:
        """The pod's recording is gone. Raises OSError."""
        shutil.rmtree(folder_of(self._root, uid), ignore_errors=False)

    def _since(self, uid: UUID, kind: str, start: int, end: int) -> Iterator[Record]:
        """The last one at or before `start`, and those after it up to `end`; what a segment repeats only once."""
        last = self._last(uid, kind, start)
        if last is not None:
            yield last
        for record in self.track(uid, kind, start + 1, end):
            if last is None or record.payload != last.payload:
                yield record
            last = record

    def _last(self, uid: UUID, kind: str, at: int) -> Record | None:
        for path in reversed(listed(folder_of(self._root, uid))):
            told = _summary_of(path)
            if told and told.kinds.get(kind, at + 1) <= at:
                mine = (each for each in _records(path) if each.kind == kind and each.at <= at)
                return max(mine, key=lambda each: each.at)
        return None


def _told(span: Span) -> Json:
    """Open is what may still go on: its last word is young, and nothing said that it ended."""
    is_open = span.is_open and time.time() * 1000 - span.end <= SILENCE
    return {"start": time_of(span.start), "end": time_of(span.end), "isOpen": is_open}


def _of_track(found: Iterable[Summary], track: str) -> list[Json]:
    """The newest markers of one track: a shell that writes a lot takes none away from the engine's."""
    return [marker for told in found for marker in told.markers if marker["track"] == track][-MOST_MARKERS:]


def _at_most(records: Iterator[Record], start: int, end: int) -> tuple[list[Record], int]:
    """As many as one answer has room for, one at least, and up to which moment they are all there are."""
    taken: list[Record] = []
    size = 0
    for record in records:
        size += len(record.payload)
        if taken and (len(taken) >= MOST_SAMPLES or size > MOST_BYTES):
            return taken, max(start, record.at - 1)
        taken.append(record)
    return taken, end


def _records(path: Path) -> list[Record]:
    try:
        return list(unpack(path.read_bytes()))
    except FileNotFoundError:  # dropped meanwhile
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _summary_of(path: Path) -> Summary | None:
    return _summarised(path, _size(path))


@lru_cache(maxsize=4096)
def _summarised(path: Path, size: int) -> Summary | None:
    """Of a file of that size: one that grew is another."""
    return summary(_records(path))


def _is_uid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
