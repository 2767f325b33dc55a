"""How often the owners of sockets are looked up."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from sandboxes.node.readers import sockets
from sandboxes.node.readers.process import Process


class Scans:
    """Scans that take as long as the test says, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.takes = 0.0
        self.made: list[tuple[list[int], set[int]]] = []

    def monotonic(self) -> float:
        return self.now

    def scan(self, pids: Sequence[int], inodes: set[int]) -> dict[int, list[int]]:
        self.now += self.takes
        self.made.append((list(pids), set(inodes)))
        return {}


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> Scans:
    made = Scans()
    monkeypatch.setattr(sockets, "time", SimpleNamespace(monotonic=made.monotonic))
    monkeypatch.setattr(sockets, "_scan", made.scan)
    return made


def held(*pids: int) -> dict[int, Process]:
    return dict.fromkeys(pids, cast(Process, None))


def test_a_quick_look_is_made_again_as_soon_as_something_is_new(scans: Scans) -> None:
    owners = sockets.Owners()
    scans.takes = 0.0001
    for inodes in ({1}, {1, 2}, {1, 2, 3}):
        owners.refresh(held(7), inodes, fully=False)
        scans.now += 0.1
    assert len(scans.made) == 3


def test_a_long_look_rests_a_hundred_times_as_long(scans: Scans) -> None:
    owners = sockets.Owners()
    scans.takes = 0.1
    owners.refresh(held(7), {1}, fully=True)
    for _ in range(90):
        scans.now += 0.1
        assert owners.refresh(held(7), {1}, fully=True)
    assert len(scans.made) == 1
    scans.now += 1.0
    owners.refresh(held(7), {1}, fully=True)
    assert len(scans.made) == 2


def test_what_came_during_a_rest_is_looked_for_after_it(scans: Scans) -> None:
    owners = sockets.Owners()
    scans.takes = 0.1
    owners.refresh(held(7), {1}, fully=False)
    owners.refresh(held(7, 8), {1, 2}, fully=False)
    owners.refresh(held(8), {2}, fully=False)
    scans.now += 20.0
    owners.refresh(held(8), {2}, fully=False)
    assert scans.made == [([7], {1}), ([8], {2})]


def test_a_number_used_again_during_a_rest_is_a_new_process(scans: Scans) -> None:
    owners = sockets.Owners()
    scans.takes = 0.1
    owners.refresh(held(7, 8), {1}, fully=False)
    owners.refresh(held(7), {1}, fully=False)
    scans.now += 20.0
    owners.refresh(held(7, 8), {1}, fully=False)
    assert len(scans.made) == 2
