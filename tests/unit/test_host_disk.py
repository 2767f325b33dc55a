"""What folders have on disk, also where somebody hides it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.host import disk
from sandboxes.policy import DiskUse

BLOCK = 64 * 1024


def use(folder: Path) -> DiskUse:
    return disk.uses([str(folder)])[str(folder)]


def test_bytes_and_files_are_counted_and_links_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * BLOCK)
    (tmp_path / "out").symlink_to("/usr")
    os.link(tmp_path / "a", tmp_path / "same")
    assert BLOCK <= use(tmp_path).size < 2 * BLOCK
    assert use(tmp_path).files == 3  # the folder, the file, the link


def test_what_lies_deeper_than_any_path_may_be_long_is_found(tmp_path: Path) -> None:
    folder, depth = os.open(tmp_path, os.O_RDONLY), 1500
    for _ in range(depth):
        os.mkdir("d" * 200, dir_fd=folder)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    hidden = os.open("hidden", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
    os.write(hidden, b"x" * 16 * BLOCK)
    os.close(hidden)
    os.close(folder)
    try:
        assert use(tmp_path).size >= 16 * BLOCK
        assert use(tmp_path).files == depth + 2
    finally:
        subprocess.run(["rm", "-r", "--", tmp_path], check=True)  # pytest's own tidying does not come so deep


@pytest.mark.parametrize("name", ["a\nb", "tab\there", "-rf", os.fsdecode(b"\xff\xfe")])
def test_no_name_is_too_odd(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "file").write_bytes(b"x" * BLOCK)
    assert use(tmp_path / name).size >= BLOCK


def test_a_sparse_file_counts_with_what_it_has(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    assert use(tmp_path).size < BLOCK


def test_what_is_gone_has_nothing(tmp_path: Path) -> None:
    assert disk.uses([str(tmp_path / "gone")]) == {}
    assert disk.uses([]) == {}


def test_what_is_not_here_is_looked_for_where_the_engine_is(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "data" / "layer" / "diff"
    folder.mkdir(parents=True)
    (folder / "file").write_bytes(b"x" * BLOCK)
    named = "/data/layer/diff"
    assert disk.uses_elsewhere([named], root=str(tmp_path / "elsewhere"))[named].size >= BLOCK


def test_what_cannot_be_seen_from_here_is_not_taken_for_nothing() -> None:
    with pytest.raises(PlaygroundError, match=r"^/data/layers/a/diff cannot be seen from here$"):
        disk.uses_elsewhere(["/data/layers/a/diff"], root="")


def test_what_cannot_be_counted_in_time_is_more_than_anybody_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 30)

    monkeypatch.setattr("subprocess.run", never)
    assert use(tmp_path) == DiskUse(disk.UNCOUNTED, disk.UNCOUNTED)
