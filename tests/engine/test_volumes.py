"""Volumes on the node's own disk: a tmpfs of its size, and paths inside a volume that cannot lead out of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes.errors import ConfigError
from sandboxes.host import volumes
from sandboxes.host.port import Wants
from sandboxes.host.state import PodFolders
from sandboxes.policy import VolumeUse
from sandboxes.spec.files import PodFiles, VolumeFiles

UID = uuid.uuid4()
FILES = PodFiles((VolumeFiles("disk"), VolumeFiles("mem", in_memory=True, size=4 * 2**20)), group=2000)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[PodFolders]:
    found = PodFolders(tmp_path)
    found.make(UID, FILES)
    yield found
    found.remove(UID)
    assert not found.folder(UID).exists()


def sub(folders: PodFolders, path: str, *, attempt: int = 0) -> Path:
    wants = Wants((VolumeUse("disk", "/d", False, path),), "/dev/termination-log")
    return Path(folders.mounts(UID, "web", attempt, wants)[-1].source)


def test_a_tmpfs_has_its_size_and_is_missed_when_it_has_gone(folders: PodFolders) -> None:
    mem = folders.volume(UID, "mem")
    assert volumes.is_mounted(mem)
    (mem / "a").write_bytes(b"x" * 2**20)
    with pytest.raises(OSError, match="No space left"):
        (mem / "b").write_bytes(b"x" * 4 * 2**20)
    assert folders.digest(UID) == FILES.digest
    volumes.unmount_below(folders.folder(UID))  # as after a reboot
    assert folders.digest(UID) == ""
    folders.make(UID, FILES)
    assert folders.digest(UID) == FILES.digest


def test_a_sub_path_is_made_as_open_as_its_volume_and_is_the_same_folder(folders: PodFolders) -> None:
    point = sub(folders, "a/b")
    (point / "x").write_text("1")
    made = folders.volume(UID, "disk") / "a" / "b"
    assert (made / "x").read_text() == "1"
    assert made.stat().st_mode & 0o777 == 0o777
    assert made.stat().st_gid == 2000
    (folders.volume(UID, "disk") / "file").write_text("2")
    assert sub(folders, "file", attempt=1).read_text() == "2"


@pytest.mark.parametrize("link", ["/etc", "/", "../../..", "/proc/self/root", "a/../../.."])
def test_a_link_out_of_the_volume_is_refused(folders: PodFolders, link: str) -> None:
    (folders.volume(UID, "disk") / "out").symlink_to(link)
    with pytest.raises(ConfigError, match="subPath"):
        sub(folders, "out/passwd")


def test_a_link_inside_the_volume_is_followed(folders: PodFolders) -> None:
    disk = folders.volume(UID, "disk")
    (disk / "real").mkdir()
    (disk / "real" / "f").write_text("3")
    (disk / "link").symlink_to("real")
    assert (sub(folders, "link") / "f").read_text() == "3"


def test_who_swaps_the_path_later_gains_nothing(folders: PodFolders) -> None:
    point = sub(folders, "mine")
    disk = folders.volume(UID, "disk")
    (disk / "mine").rmdir()
    (disk / "mine").symlink_to("/etc")
    assert not (point / "passwd").exists()
    assert sub(folders, "mine") == point  # the same attempt keeps what was opened


def test_termination_messages_have_a_tmpfs_of_their_own_and_old_ones_go(folders: PodFolders) -> None:
    folder, bounded = folders.folder(UID), replace(FILES, messages=64 * 2**10)
    folders.make(UID, bounded)
    assert folders.digest(UID) == bounded.digest
    messages = [Path(folders.mounts(UID, "web", n, Wants((), "/dev/termination-log"))[-1].source) for n in range(4)]
    assert [path.exists() for path in messages] == [False, False, True, True]
    messages[2].write_bytes(b"x" * 32 * 2**10)
    with pytest.raises(OSError, match="No space left"):
        messages[3].write_bytes(b"x" * 64 * 2**10)
    assert folders.termination_message(UID, "web", 2, 10) == "x" * 10
    volumes.unmount_below(folder)
    assert folders.digest(UID) == "", "it is missed as after a reboot"
