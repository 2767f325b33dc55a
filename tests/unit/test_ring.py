"""What is kept of a shell, and input that comes twice: for any pieces, in any order of losses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.errors import Malformed
from sandboxes.node.ring import MOST_WRITERS, Ring, Typed

pieces = st.lists(st.binary(max_size=40), max_size=30)


@given(pieces, st.integers(1, 64))
def test_the_end_of_the_stream_is_kept_and_each_byte_has_its_offset(written: list[bytes], size: int) -> None:
    ring, whole = Ring(size), b"".join(written)
    for piece in written:
        ring.append(piece)
    assert (ring.begin, ring.end) == (max(0, len(whole) - size), len(whole))
    for offset in range(ring.begin, ring.end + 1):
        assert ring.read(offset, 7) == whole[offset : offset + 7]


@given(pieces, st.integers(1, 64), st.integers(1, 9), st.data())
def test_a_reader_that_never_falls_behind_loses_and_doubles_nothing(
    written: list[bytes], size: int, most: int, data: st.DataObject
) -> None:
    ring, read = Ring(size), b""
    for piece in written:
        for start in range(0, len(piece), size):  # never more at once than is kept
            while ring.end - len(read) + len(piece[start : start + size]) > size:
                read += ring.read(len(read), most)
            ring.append(piece[start : start + size])
        if data.draw(st.booleans()):
            read += ring.read(len(read), most)
    while len(read) < ring.end:
        read += ring.read(len(read), most)
    assert read == b"".join(written)


@given(st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20))
def test_input_that_is_sent_again_is_taken_once(typed: bytes, sent: list[tuple[int, int]]) -> None:
    """Any stretch of it, sent at any time: what does not touch what was taken is refused, the rest is taken once."""
    taken, kept = b"", Typed()
    for begin, length in sent:
        piece = typed[begin : begin + length]
        if begin > len(taken):
            with pytest.raises(Malformed):
                kept.fresh("page", begin, piece)
        else:
            taken += kept.fresh("page", begin, piece)
        assert kept.position("page") == len(taken)
    assert typed.startswith(taken)


def test_each_page_counts_for_itself_and_the_oldest_is_forgotten() -> None:
    kept = Typed()
    for number in range(MOST_WRITERS + 1):
        assert kept.fresh(f"page {number}", 0, b"abc") == b"abc"
    assert [kept.position(f"page {number}") for number in (0, 1, MOST_WRITERS)] == [0, 3, 3]
