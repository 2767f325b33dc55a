"""The format of a recording: what was written is read again, wherever the file was cut off, and what its index says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.recording import (
    END,
    ENGINE,
    SAMPLE,
    SEEN,
    Packer,
    Record,
    Span,
    joined,
    milliseconds,
    spans,
    summary,
    time_of,
    unpack,
)
from sandboxes.times import exact

KINDS = st.sampled_from(["sample", "seen", "engine", "terminal", ""])
RECORDS = st.builds(Record, st.integers(0, 2**53), KINDS, st.binary(max_size=200))


def packed(*writes: list[Record]) -> bytes:
    packer = Packer()
    return b"".join(packer.pack(records) for records in writes)


@given(st.lists(st.lists(RECORDS, max_size=4), max_size=6))
def test_what_was_written_is_read_again(writes: list[list[Record]]) -> None:
    assert list(unpack(packed(*writes))) == [record for records in writes for record in records]


@given(st.lists(RECORDS, min_size=1, max_size=12), st.data())
def test_a_file_cut_off_anywhere_reads_up_to_a_whole_record(records: list[Record], data: st.DataObject) -> None:
    whole = packed(*([record] for record in records))
    found = list(unpack(whole[: data.draw(st.integers(0, len(whole)))]))
    assert found == records[: len(found)]


@given(st.lists(RECORDS, min_size=1, max_size=8), st.data())
def test_all_that_was_flushed_is_read_whatever_follows(records: list[Record], data: st.DataObject) -> None:
    """A power cut may leave zeros, or anything, where the last write should be."""
    packer = Packer()
    good = packer.pack(records)
    last = packer.pack([Record(1, "sample", b"the last one")])
    cut = data.draw(st.integers(0, len(last) - 1))
    rest = data.draw(st.sampled_from([b"", bytes(50), b"\xff" * 50]))
    found = list(unpack(good + last[:cut] + rest))
    assert found[: len(records)] == records
    assert found[len(records) :] in ([], [Record(1, "sample", b"the last one")])


@given(st.binary(max_size=300))
def test_what_is_no_recording_reads_as_an_empty_one_or_whole_records(noise: bytes) -> None:
    assert all(isinstance(record, Record) for record in unpack(noise))


def test_a_broken_record_ends_the_reading() -> None:
    first, second = packed([Record(1, "a", b"x" * 20)]), Record(2, "b")
    assert list(unpack(first)) == [Record(1, "a", b"x" * 20)]
    assert second not in list(unpack(first + b"\x00"))


def covered(*told: tuple[int, str]) -> tuple[Span, ...]:
    return spans(Record(at, kind) for at, kind in told)


def test_a_span_goes_from_the_first_sample_to_the_last_word_before_its_end() -> None:
    assert covered((1000, SAMPLE), (6000, SEEN), (7000, END), (90_000, SAMPLE)) == (
        Span(1000, 7000),
        Span(90_000, 90_000, is_open=True),
    )


def test_silence_is_a_gap_though_nobody_told_of_an_end() -> None:
    assert covered((0, SAMPLE), (5000, SEEN), (60_000, SAMPLE), (200_000, END)) == (
        Span(0, 5000, is_open=True),
        Span(60_000, 60_000),
    )


def test_an_engine_event_is_no_sample() -> None:
    assert covered((0, ENGINE), (5, END)) == ()


def test_spans_go_on_from_one_segment_to_the_next() -> None:
    parts = [(Span(0, 9000, True),), (Span(9500, 9900),), (Span(10_000, 10_100, True),)]
    assert joined(parts) == (Span(0, 9900), Span(10_000, 10_100, True))


def test_a_summary_tells_markers_whole_and_of_the_rest_only_that_they_are_there() -> None:
    told = {"action": "die", "member": "web", "attempt": 1, "exitCode": 137}
    found = summary([Record(5, "terminal", b"ls\n"), Record(3, ENGINE, json.dumps(told).encode()), Record(9, SEEN)])
    assert found is not None
    assert (found.first, found.last, found.kinds) == (3, 9, {"terminal": 5, ENGINE: 3, SEEN: 9})
    assert found.markers == ({"at": "1970-01-01T00:00:00.003Z", "track": "engine"} | told,)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{"])
def test_a_marker_that_cannot_be_read_is_left_out(payload: bytes) -> None:
    found = summary([Record(1, ENGINE, payload)])
    assert found is not None
    assert found.markers == ()


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_a_time_is_the_same_on_both_ways(at: datetime) -> None:
    assert time_of(milliseconds(at)) == exact(at)
