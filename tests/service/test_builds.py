"""The file of images that are being built: how its changes and its writer's end are noticed."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.node import builds
from sandboxes.node.builds import LONGEST, Build, Builds, runs
from tests.service.fakes import began, report_builds, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def builder() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_process_runs_until_it_ends_and_no_other_one_is_it(builder: subprocess.Popen[bytes]) -> None:
    ticks = began(builder.pid)
    assert runs(builder.pid, ticks)
    assert not runs(builder.pid, ticks + 1)
    builder.kill()
    os.waitid(os.P_PID, builder.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now
    assert not runs(builder.pid, ticks)
    builder.wait()
    assert not runs(builder.pid, ticks)


def test_each_change_is_told_once(path: Path) -> None:
    told: list[dict[str, Build]] = []
    found = Builds(path)
    found.changed = lambda: told.append(found.states())
    for lines in (["waiting a:1"], ["building a:1"], ["failed a:1 no"]):
        report_builds(path, *lines)
        found.look()
        found.look()
    path.unlink()
    found.look()
    found.look()
    waiting, building, failed = Build("waiting"), Build("building"), Build("failed", "no")
    assert told == [{"a:1": waiting}, {"a:1": building}, {"a:1": failed}, {}]


def test_a_builder_that_was_killed_leaves_nothing_that_is_waited_for(
    path: Path, builder: subprocess.Popen[bytes]
) -> None:
    report_builds(path, "building a:1", "failed b:1 no", builder=builder.pid)
    found = Builds(path)
    found.look()
    assert found.is_pending("a:1") and not found.is_pending("b:1")
    builder.kill()
    builder.wait()
    found.look()
    assert found.states() == {"b:1": Build("failed", "no")}


def test_a_file_that_has_not_changed_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report_builds(path, "failed a:1 no")
    found = Builds(path)
    found.look()
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("read again"))
    found.look()
    assert found.states() == {"a:1": Build("failed", "no")}


def test_a_file_that_is_too_long_says_nothing(path: Path) -> None:
    report_builds(path, "building a:1", "x" * LONGEST)
    found = Builds(path)
    found.look()
    assert found.states() == {}


def test_bytes_that_are_no_text_are_only_words(path: Path) -> None:
    path.write_bytes(b"1 1\nfailed a:1 \xff\xfe\nfailed \xff:1 no\n")
    found = Builds(path)
    found.look()
    assert found.states() == {"a:1": Build("failed", "\ufffd\ufffd")}


async def test_who_waits_for_a_build_hears_of_its_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "EVERY", 0.01)
    report_builds(path, "waiting a:1", "building b:1")
    found = Builds(path)
    found.look()
    following = asyncio.create_task(found.follow())
    waiting = asyncio.create_task(found.over("docker.io/library/a:1"))
    report_builds(path, "building a:1")
    await until(lambda: found.of("a:1") == Build("building"))
    assert not waiting.done()
    report_builds(path, "failed a:1 no")
    await until(waiting.done)
    await found.over("b:1")
    following.cancel()
