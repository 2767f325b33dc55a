"""The flight recorder: what the sampler and the engine tell is written down, in a thread of its own.

Who tells only leaves a reference: of samples the newest of each pod stays, and four times a second what there is gets
written. So samples are thinned to 4 Hz by being overtaken, the last one before a silence is never lost, and neither a
slow disk nor a broken one holds anybody up.

A track of one's own: `note(uid, kind, at, payload)` with a kind that no other has; `recordings.py` reads it again.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sandboxes.node.recording import END, ENGINE, LARGEST, SAMPLE, SEEN, STATUS, Record, milliseconds
from sandboxes.node.segments import Bounds, Segment, Shelf, folder_of
from sandboxes.node.slot import Frame

log = logging.getLogger(__name__)

HERTZ = 4
_SEEN_EVERY = 5_000  # milliseconds
_IDLE = 30.0  # seconds without a word until a file is closed
_MOST_NOTES = 10_000
_AT = re.compile(r'"at":"([^"]+)"')


@dataclass
class News:
    """What was told of one pod and is not written yet. `still` and samples are messages, `ended` milliseconds.

    `kept` are samples that may not be overtaken: they were the newest when the engine did something.
    """

    sample: str = ""
    kept: list[str] = field(default_factory=list)
    still: str = ""
    ended: int | None = None
    notes: list[Record] = field(default_factory=list)


class Recorder:
    """`lost` counts records that could not be written, or were too many at once. Below `root` is a folder a pod."""

    def __init__(self, root: Path, bounds: Bounds) -> None:
        self.lost = 0
        self._root = root
        self._bounds = bounds
        self._told: dict[UUID, News] = {}
        self._notes = 0
        self._some = threading.Condition()
        self._closed = threading.Event()
        self._tapes: dict[UUID, Tape] = {}
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def frame(self, uid: UUID, frame: Frame) -> None:
        """A frame that went to who watches the pod."""
        with self._some:
            news = self._news(uid)
            match frame.kind:
                case "sample":
                    news.sample, news.still, news.ended = frame.text, "", None
                case "still":
                    news.still, news.ended = frame.text, None
                case "stream" if frame.state != "live":
                    news.ended = _now()
            self._some.notify()

    def left(self, uid: UUID) -> None:
        """Nobody watches the pod any more."""
        with self._some:
            self._news(uid).ended = _now()
            self._some.notify()

    def note(self, uid: UUID, kind: str, at: datetime, payload: bytes) -> None:
        """Something of a track of its own, from any thread; whoever tells too much at once loses the rest."""
        with self._some:
            if self._notes >= _MOST_NOTES or len(payload) > LARGEST:
                self.lost += 1
                return
            self._notes += 1
            news = self._news(uid)
            if kind == ENGINE and news.sample:
                news.kept.append(news.sample)
                news.sample = ""
            news.notes.append(Record(milliseconds(at), kind, payload))
            self._some.notify()

    def close(self) -> None:
        """What was told is written, and the thread ends."""
        self._closed.set()
        with self._some:
            self._some.notify()
        self._thread.join()

    def _news(self, uid: UUID) -> News:
        return self._told.setdefault(uid, News())

    def _run(self) -> None:
        while True:
            with self._some:
                if not self._told and not self._closed.is_set():
                    self._some.wait(_IDLE if self._tapes else None)
                told, self._told, self._notes = self._told, {}, 0
            if self._bounds.size:
                for uid, news in told.items():
                    self._write(uid, news)
                self._put_away(all_of_them=self._closed.is_set())
            if self._closed.is_set() and not self._told:
                return
            self._closed.wait(1 / HERTZ)

    def _write(self, uid: UUID, news: News) -> None:
        """One pod's news; what goes wrong costs this pod these records and no other anything."""
        tape = self._tapes.get(uid)
        try:
            if tape is None:
                tape = self._tapes[uid] = Tape(folder_of(self._root, uid), self._bounds)
            tape.write(tape.records_of(news))
        except Exception as exc:
            self.lost += 1
            log.warning("pod %s cannot be recorded: %s", uid, exc, exc_info=not isinstance(exc, OSError))
            if tape is not None:
                tape.put_away()
            self._tapes.pop(uid, None)

    def _put_away(self, *, all_of_them: bool) -> None:
        now = time.monotonic()
        for uid in [uid for uid, tape in self._tapes.items() if all_of_them or now - tape.written > _IDLE]:
            self._tapes.pop(uid).put_away()


class Tape:
    """The recording of one pod, as the recorder's thread keeps it while something happens."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self.written = time.monotonic()
        self._folder = folder
        self._bounds = bounds
        self._shelf = Shelf.of(folder)
        self._segment: Segment | None = None
        # The newest of what holds until the next of its kind: each segment begins with them.
        self._holds: dict[str, Record] = {}
        self._confirmed = self._seen = 0

    def records_of(self, news: News) -> list[Record]:
        """In order of time. A confirmation is written every 5 s, and when it is the last."""
        found = list(news.notes)
        for sample in (*news.kept, news.sample):
            if sample and len(sample) <= LARGEST:
                found.append(Record(_at(sample), SAMPLE, sample.encode()))
                self._confirmed = self._seen = found[-1].at
        if news.still:
            self._seen = _at(news.still)
        if SAMPLE in self._holds or news.sample or news.kept:
            if self._seen - self._confirmed >= _SEEN_EVERY or (news.ended and self._seen > self._confirmed):
                found.append(Record(self._seen, SEEN))
                self._confirmed = self._seen
            if news.ended:
                found.append(Record(max(news.ended, self._seen), END))
        return sorted(found, key=lambda record: record.at)

    def write(self, records: list[Record]) -> None:
        """Raises OSError."""
        if not records:
            return
        self.written = time.monotonic()
        if self._segment is not None and self._segment.is_full(self._bounds, records[-1].at):
            self.put_away()
        if self._segment is None:
            begin = records[0].at
            self._segment = Segment(self._folder, begin)
            records = [Record(begin, held.kind, held.payload) for held in self._holds.values()] + records
        self._segment.write(records)
        self._shelf.bound(self._bounds, self._segment)
        for record in records:
            if record.kind in (SAMPLE, STATUS):
                self._holds[record.kind] = record
            elif record.kind == END:
                self._holds.pop(SAMPLE, None)

    def put_away(self) -> None:
        """Closes the file; the next record opens another."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()
            self._shelf.keep(segment)


def _at(message: str) -> int:
    """When a sample or still was read: its `at`, which stands near its beginning."""
    found = _AT.search(message, 0, 200)
    assert found is not None, "wire.Sample and wire.Still have `at`"
    return milliseconds(datetime.fromisoformat(found[1]))


def _now() -> int:
    return time.time_ns() // 1_000_000
