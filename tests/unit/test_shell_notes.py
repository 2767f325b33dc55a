"""What the timeline keeps of shells: when they wrote and how much, and not a byte of what."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from sandboxes.node.recorder import Recorder
from sandboxes.node.recording import ENGINE, TERMINAL
from sandboxes.node.recordings import MOST_MARKERS, Recordings
from sandboxes.node.segments import Bounds
from sandboxes.node.shell_notes import ShellNotes
from sandboxes.node.terminal import About

POD = UUID(int=1)
BOUNDS = Bounds(8 * 2**20, 7200)


def about(number: int, member: str = "web") -> About:
    return About(UUID(int=number), POD, member, "", "ada", "c", f"{member} {number}", 80, 24)


class Noted:
    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, uid: UUID, kind: str, at: datetime, payload: bytes) -> None:
        self.all.append((kind, json.loads(payload)))


def test_what_a_shell_writes_within_some_seconds_is_one_note_and_two_shells_are_two() -> None:
    noted = Noted()
    notes = ShellNotes(noted)
    for size in (100, 20, 3):
        notes.wrote(about(1), size)
    notes.wrote(about(2, "db"), 7)
    notes.flush(older=5)
    assert noted.all == []
    notes.flush()
    assert noted.all == [
        (TERMINAL, {"member": "web", "name": "web 1", "bytes": 123}),
        (TERMINAL, {"member": "db", "name": "db 2", "bytes": 7}),
    ]
    notes.flush()
    assert len(noted.all) == 2


async def test_the_last_seconds_are_noted_when_watch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Noted()
    notes = ShellNotes(noted)
    keeping = asyncio.create_task(notes.keep())
    await asyncio.sleep(0)
    notes.wrote(about(1), 5)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    assert [told["bytes"] for _, told in noted.all] == [5]


def test_a_shell_that_writes_without_end_takes_nothing_of_the_engines_away(tmp_path: Any) -> None:
    recorder = Recorder(tmp_path, BOUNDS)
    now = datetime.now(UTC)
    recorder.note(POD, ENGINE, now, json.dumps({"action": "start", "member": "web", "attempt": 0}).encode())
    for _ in range(MOST_MARKERS + 50):
        recorder.note(POD, TERMINAL, now, json.dumps({"member": "web", "name": "web 1", "bytes": 1}).encode())
    recorder.close()
    index = Recordings(tmp_path, BOUNDS).index(POD)
    assert [each["action"] for each in index["markers"]] == ["start"]
    assert len(index["shells"]) == MOST_MARKERS and index["shells"][0]["track"] == TERMINAL
