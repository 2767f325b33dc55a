"""The recorder: what is kept of what it was told, within its bounds, and what is read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sandboxes import wire
from sandboxes.node import recorder as module
from sandboxes.node.recorder import News, Recorder, Tape
from sandboxes.node.recording import ENGINE, STATUS, Record, time_of
from sandboxes.node.recordings import Recordings
from sandboxes.node.segments import Bounds, folder_of, held_from, listed
from sandboxes.node.slot import Frame

POD = UUID(int=7)
BOUNDS = Bounds(8 * 2**20, 7200)
BEGIN = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
Tell = Callable[..., None]


def moment(seconds: float) -> str:
    return time_of(int(BEGIN.timestamp() * 1000 + seconds * 1000))


def at(seconds: float) -> int:
    return int(BEGIN.timestamp() * 1000 + seconds * 1000)


def sample(rev: int, seconds: float, *, told: str = "") -> str:
    return wire.Sample(
        rev=rev,
        at=moment(seconds),
        members=(),
        processes=(),
        processes_truncated=False,
        passed=(),
        passed_problem="",
        hostnames=(),
        network=None,
        namespaces=wire.NamespacesView(rows=(), host={}, host_from=""),
        pulls=(),
        problems=(told,) if told else (),
    ).model_dump_json(by_alias=True)


def still(rev: int, seconds: float) -> str:
    return wire.Still(rev=rev, at=moment(seconds)).model_dump_json(by_alias=True)


def tape(root: Path, bounds: Bounds = BOUNDS) -> tuple[Tape, Tell]:
    """A pod's tape, and how to tell it something."""
    made = Tape(folder_of(root, POD), bounds)

    def tell(**news: Any) -> None:
        made.write(made.records_of(News(**news)))

    return made, tell


def frames(root: Path, start: float, end: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        Recordings(root, BOUNDS).frames(POD, at(start), at(start if end is None else end))
    )
    return found


def revs(found: dict[str, Any]) -> list[int]:
    return [each["rev"] for each in found["samples"]]


def test_a_moment_has_the_last_sample_before_it_and_the_next_ones_up_to_another(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    for rev in range(5):
        tell(sample=sample(rev, rev))
    assert revs(frames(tmp_path, 2.5)) == [2]
    assert revs(frames(tmp_path, 2.0)) == [2]
    assert revs(frames(tmp_path, 2.5, 4)) == [2, 3, 4]
    assert revs(frames(tmp_path, -1)) == []
    assert json.loads(sample(3, 3)) == frames(tmp_path, 3)["samples"][0]


def test_what_is_recorded_is_read_while_it_is_written(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    tell(sample=sample(1, 0))
    assert Recordings(tmp_path, BOUNDS).index(POD)["spans"] == [{"start": moment(0), "end": moment(0), "isOpen": False}]
    tell(still=still(1, 9))
    assert Recordings(tmp_path, BOUNDS).index(POD)["spans"] == [{"start": moment(0), "end": moment(9), "isOpen": False}]


def test_a_span_whose_last_word_is_young_is_open_until_its_end_is_told(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    now = datetime.now(UTC).timestamp() - BEGIN.timestamp()
    tell(sample=sample(1, now))
    assert Recordings(tmp_path, BOUNDS).index(POD)["spans"][0]["isOpen"]
    tell(ended=at(now + 0.1))
    assert not Recordings(tmp_path, BOUNDS).index(POD)["spans"][0]["isOpen"]


def test_while_nothing_changes_only_now_and_then_a_word_is_written(tmp_path: Path) -> None:
    made, tell = tape(tmp_path)
    tell(sample=sample(1, 0))
    written = [len(made.records_of(News(still=still(1, second)))) for second in range(1, 13)]
    assert written == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]
    assert len(made.records_of(News(ended=at(13)))) == 2, "the last confirmation, and the end"


def test_nobody_watches_and_engine_events_are_there_all_the_same(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    died = Record(at(4), ENGINE, json.dumps({"action": "die", "member": "web"}).encode())
    tell(notes=[died], ended=at(5))
    index = Recordings(tmp_path, BOUNDS).index(POD)
    assert (index["spans"], index["first"], index["last"]) == ([], moment(4), moment(4))
    assert [(each["at"], each["action"], each["track"]) for each in index["markers"]] == [(moment(4), "die", "engine")]


def test_a_status_holds_until_the_next(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    for second, phase in ((1, "Pending"), (5, "Running")):
        tell(notes=[Record(at(second), STATUS, json.dumps({"status": {"phase": phase}}).encode())])
    assert [each["status"]["phase"] for each in frames(tmp_path, 3)["statuses"]] == ["Pending"]
    assert [each["status"]["phase"] for each in frames(tmp_path, 1, 9)["statuses"]] == ["Pending", "Running"]


def test_bytes_are_bounded_and_what_was_dropped_is_told(tmp_path: Path) -> None:
    bounds = Bounds(20_000, 7200)
    _, tell = tape(tmp_path, bounds)
    for rev in range(600):
        noise = "".join(chr(33 + (rev * 7919 + n * n * 31) % 90) for n in range(300))
        tell(sample=sample(rev, rev, told=noise))
    assert sum(path.stat().st_size for path in listed(tmp_path / str(POD))) <= 21_500
    index = Recordings(tmp_path, bounds).index(POD)
    assert index["heldFrom"] == index["first"] == index["spans"][0]["start"] > moment(0)
    assert index["size"] <= 21_500
    assert revs(frames(tmp_path, 599)) == [599]


def test_time_is_bounded_by_the_recordings_own_end(tmp_path: Path) -> None:
    bounds = Bounds(2**20, 60)
    _, tell = tape(tmp_path, bounds)
    for rev in range(100):
        tell(sample=sample(rev, rev * 2))
    first = Recordings(tmp_path, bounds).index(POD)["first"]
    assert moment(198 - 60 - 6) <= first <= moment(198 - 60)


def test_a_segment_begins_with_what_holds_so_that_none_needs_the_one_before(tmp_path: Path) -> None:
    bounds = Bounds(2**20, 60)
    _, tell = tape(tmp_path, bounds)
    tell(sample=sample(1, 0), notes=[Record(at(0), STATUS, b'{"status": {"phase": "Running"}}')])
    for second in range(5, 400, 5):
        tell(still=still(1, second))
    assert held_from(tmp_path / str(POD)) is not None
    found = frames(tmp_path, 390)
    assert revs(found) == [1]
    assert [each["status"]["phase"] for each in found["statuses"]] == ["Running"]
    assert revs(frames(tmp_path, 350, 395)) == [1], "what a segment repeats is told once"


def test_a_segment_unpacks_to_no_more_than_a_reader_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.node.segments.MOST_TEXT", 2000)
    _, tell = tape(tmp_path)
    for rev in range(30):
        tell(sample=sample(rev, rev / 4))
    assert len(listed(tmp_path / str(POD))) > 3
    assert revs(frames(tmp_path, 0, 8)) == list(range(30))


def test_an_answer_ends_where_it_grows_too_long_and_says_until_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.node.recordings.MOST_SAMPLES", 3)
    _, tell = tape(tmp_path)
    for rev in range(9):
        tell(sample=sample(rev, rev))
    found = frames(tmp_path, 1, 8)
    assert (revs(found), found["until"]) == ([1, 2, 3], time_of(at(4) - 1))


def test_a_file_that_watch_died_in_is_read_and_the_next_watch_begins_another(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    tell(sample=sample(1, 0))
    tell(sample=sample(2, 1))
    (path,) = listed(tmp_path / str(POD))
    path.write_bytes(path.read_bytes()[:-9])
    _, tell = tape(tmp_path)
    tell(sample=sample(3, 60))
    assert revs(frames(tmp_path, 2, 70)) == [1, 3]
    assert len(Recordings(tmp_path, BOUNDS).index(POD)["spans"]) == 2


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    monkeypatch.setattr(module, "HERTZ", 1000)
    made = Recorder(tmp_path, BOUNDS)
    yield made
    made.close()


def test_of_samples_that_come_faster_than_they_are_written_the_last_one_stays(tmp_path: Path) -> None:
    made = Recorder(tmp_path, BOUNDS)
    for rev in range(50):
        made.frame(POD, Frame("sample", sample(rev, rev / 100)))
    made.left(POD)
    made.close()
    kept = revs(frames(tmp_path, 0, 60))
    assert kept[-1] == 49
    assert len(kept) <= 3


def test_the_last_sample_before_an_engine_event_is_not_overtaken(tmp_path: Path) -> None:
    made = Recorder(tmp_path, BOUNDS)
    for rev in range(4):
        made.frame(POD, Frame("sample", sample(rev, rev / 100)))
    made.note(POD, ENGINE, BEGIN + timedelta(seconds=0.035), b"{}")
    made.frame(POD, Frame("sample", sample(9, 0.04)))
    made.close()
    assert revs(frames(tmp_path, 0.036, 0.05)) == [3, 9]


def test_what_was_told_is_there_after_the_end(recorder: Recorder, tmp_path: Path) -> None:
    recorder.note(POD, "terminal", BEGIN, b"$ ls\r\n")
    recorder.close()
    found = list(Recordings(tmp_path, BOUNDS).track(POD, "terminal", at(-1), at(1)))
    assert found == [Record(at(0), "terminal", b"$ ls\r\n")]
    assert Recordings(tmp_path, BOUNDS).uids() == (POD,)
    assert (tmp_path / str(POD)).stat().st_mode & 0o777 == 0o700


def test_a_disk_that_refuses_costs_records_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file where the folder should be")
    made = Recorder(tmp_path / "recordings", BOUNDS)
    made.frame(POD, Frame("sample", sample(1, 0)))
    made.close()
    assert made.lost == 1


def test_too_many_notes_at_once_are_lost_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_NOTES", 0)
    made = Recorder(tmp_path, BOUNDS)
    made.note(POD, "terminal", BEGIN + timedelta(seconds=1), b"")
    made.close()
    assert made.lost == 1
    assert listed(tmp_path / str(POD)) == []


def test_bounds_of_no_bytes_record_nothing(tmp_path: Path) -> None:
    made = Recorder(tmp_path, Bounds(0, 7200))
    made.frame(POD, Frame("sample", sample(1, 0)))
    made.close()
    assert Recordings(tmp_path, BOUNDS).index(POD)["first"] == ""


def test_a_pod_without_a_recording_has_an_empty_one(tmp_path: Path) -> None:
    found = Recordings(tmp_path, BOUNDS)
    assert found.index(POD)["bounds"] == {"size": 8 * 2**20, "seconds": 7200, "hertz": 4}
    assert frames(tmp_path, 0)["samples"] == []
    assert found.uids() == ()


def test_a_removed_recording_is_gone(tmp_path: Path) -> None:
    _, tell = tape(tmp_path)
    tell(sample=sample(1, 0))
    found = Recordings(tmp_path, BOUNDS)
    found.remove(POD)
    assert (found.uids(), found.index(POD)["first"]) == ((), "")


def test_who_left_and_came_back_within_a_moment_left_no_gap(tmp_path: Path) -> None:
    made = Recorder(tmp_path, BOUNDS)
    made.frame(POD, Frame("sample", sample(1, 0)))
    made.left(POD)
    made.frame(POD, Frame("sample", sample(2, 0.1)))
    made.close()
    assert Recordings(tmp_path, BOUNDS).index(POD)["spans"] == [
        {"start": moment(0.1), "end": moment(0.1), "isOpen": False}
    ]
