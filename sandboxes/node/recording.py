"""What a recording is made of: records, one after another, in one compressed stream a file (a segment).

PURE. A record is a time, a kind and bytes. Each write ends with a sync flush (RFC 1951: an empty stored block), so that
a file cut off anywhere reads up to its last whole record; what follows that is ignored. Samples resemble each other: in
one stream each takes a fraction of its text, without any format of differences.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandboxes.times import exact

# at, length of the kind, length of the payload, CRC-32 of the three, the kind and the payload.
_HEAD = struct.Struct(">QBI")
_CHECK = struct.Struct(">I")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = 16 * 1024
LARGEST = 4 * 2**20  # of one record: no more is written, and none is read
MOST_READ = 16 * 2**20  # of one segment, unpacked

# Kinds. A sample holds until the next one, as far as a `seen` confirms it; `end`: nobody watches any more, or nothing
# can be read. Those in MARKERS are told whole by the index, their payload is a JSON object.
SAMPLE, SEEN, END, STATUS, ENGINE = "sample", "seen", "end", "status", "engine"
TERMINAL = "terminal"
MARKERS = frozenset({ENGINE, TERMINAL})
# Milliseconds between two confirmations from which on there was a gap that nobody told of: watch died.
SILENCE = 15_000


@dataclass(frozen=True)
class Record:
    """`at`: milliseconds since 1970, UTC. `kind`: at most 255 bytes of ASCII."""

    at: int
    kind: str
    payload: bytes = b""


@dataclass(frozen=True)
class Span:
    """From when to when samples were taken; `is_open`: nothing in this segment says that they ended."""

    start: int
    end: int
    is_open: bool = False


@dataclass(frozen=True)
class Summary:
    """What a segment holds, without its samples. `kinds`: each with the time of its first record."""

    first: int
    last: int
    kinds: dict[str, int] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    markers: tuple[dict[str, Any], ...] = ()


class Packer:
    """One segment's stream; `text` is how many bytes it unpacks to."""

    def __init__(self) -> None:
        self.text = 0
        self._stream = zlib.compressobj()

    def pack(self, records: Iterable[Record]) -> bytes:
        """What to write for these: after it everything so far can be read."""
        text = b"".join(map(_bytes_of, records))
        self.text += len(text)
        return self._stream.compress(text) + self._stream.flush(zlib.Z_SYNC_FLUSH)


def unpack(packed: bytes) -> Iterator[Record]:
    """The whole records of a segment, in order, up to the first that is cut off or broken."""
    text, at = _inflated(packed), 0
    while at + _HEAD.size + _CHECK.size <= len(text):
        head = text[at : at + _HEAD.size]
        when, named, length = _HEAD.unpack(head)
        begin = at + _HEAD.size + _CHECK.size
        at = begin + named + length
        body = text[begin:at]
        if length > LARGEST or len(body) < named + length:
            return
        if _CHECK.unpack_from(text, begin - _CHECK.size)[0] != zlib.crc32(head + body):
            return
        yield Record(when, body[:named].decode("ascii", "replace"), body[named:])


def _bytes_of(record: Record) -> bytes:
    body = record.kind.encode("ascii") + record.payload
    head = _HEAD.pack(record.at, len(record.kind), len(record.payload))
    return head + _CHECK.pack(zlib.crc32(head + body)) + body


def _inflated(packed: bytes) -> bytes:
    stream, text = zlib.decompressobj(), bytearray()
    for at in range(0, len(packed), _STEP):
        piece, before = packed[at : at + _STEP], stream.copy()
        try:
            text += stream.decompress(piece)
        except zlib.error:
            return bytes(text) + _up_to_the_fault(before, piece)
        if len(text) > MOST_READ:
            break
    return bytes(text)


def _up_to_the_fault(stream: zlib._Decompress, piece: bytes) -> bytes:
    """What comes before what is no stream: a piece that has a fault gives nothing at all."""
    text = bytearray()
    with suppress(zlib.error):
        for at in range(len(piece)):
            text += stream.decompress(piece[at : at + 1])
    return bytes(text)


def summary(records: Sequence[Record]) -> Summary | None:
    """What the index needs of a segment; None for one without a whole record."""
    if not records:
        return None
    kinds: dict[str, int] = {}
    for record in records:
        kinds[record.kind] = min(record.at, kinds.get(record.kind, record.at))
    times = [record.at for record in records]
    markers = tuple(told for record in records if record.kind in MARKERS if (told := _marker(record)))
    return Summary(min(times), max(times), kinds, spans(records), markers)


def spans(records: Iterable[Record]) -> tuple[Span, ...]:
    """When samples were taken, in order."""
    found: list[Span] = []
    for record in records:
        last = found[-1] if found else None
        if record.kind in (SAMPLE, SEEN):
            if last and last.is_open and record.at - last.end <= SILENCE:
                found[-1] = Span(last.start, max(last.end, record.at), True)
            else:
                found.append(Span(record.at, record.at, True))
        elif record.kind == END and last and last.is_open:
            # Who was away for long ended earlier than it was told.
            end = record.at if record.at - last.end <= SILENCE else last.end
            found[-1] = Span(last.start, max(last.end, end))
    return tuple(found)


def joined(parts: Iterable[Sequence[Span]]) -> tuple[Span, ...]:
    """The spans of segments that follow each other, as one list."""
    found: list[Span] = []
    for span in (span for part in parts for span in part):
        last = found[-1] if found else None
        if last and last.is_open and span.start - last.end <= SILENCE:
            found[-1] = Span(last.start, max(last.end, span.end), span.is_open)
        else:
            found.append(span)
    return tuple(found)


def _marker(record: Record) -> dict[str, Any] | None:
    try:
        told = json.loads(record.payload)
    except ValueError:
        return None
    return {"at": time_of(record.at), "track": record.kind} | told if isinstance(told, dict) else None


def milliseconds(at: datetime) -> int:
    """Since 1970, cut as `times.exact` cuts."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def time_of(at: int) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return exact(_EPOCH + timedelta(milliseconds=at))
