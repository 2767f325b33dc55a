"""The state directory: what is in a pod's folder, who may read it, and that bound files keep their inode."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.host import disk
from sandboxes.host.port import Wants
from sandboxes.host.state import PodFolders
from sandboxes.policy import VolumeUse, hosts_text, resolver_text
from sandboxes.spec.files import File, PodFiles, VolumeFiles
from sandboxes.spec.models import ObjectMeta, Pod, PodSpec

UID = uuid.UUID("6f1c8a1e-5d0b-4c55-9f0a-3b1a2c4d5e6f")


@pytest.fixture
def folders(tmp_path: Path) -> PodFolders:
    return PodFolders(tmp_path)


def fill(folders: PodFolders, ip: str = "172.20.0.3", hostname: str = "web") -> None:
    pod = Pod(metadata=ObjectMeta(name="web"), spec=PodSpec(hostname=hostname))
    folders.fill(UID, hosts=hosts_text(pod, ip), resolver=resolver_text(pod))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_new_files_are_empty_and_can_be_read_by_any_user_of_the_pod(folders: PodFolders, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folders.make(UID, PodFiles())
    finally:
        os.umask(before)
    assert folders.digest(UID)
    assert mode(tmp_path / "pods") == 0o700
    assert mode(folders.folder(UID)) == 0o755
    for name in ("hosts", "resolv.conf"):
        assert (folders.folder(UID) / name).read_text() == ""
        assert mode(folders.folder(UID) / name) == 0o644


def test_files_are_filled_as_the_kubelet_fills_them(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    fill(folders)
    assert (folders.folder(UID) / "hosts").read_text() == (
        "# Kubernetes-managed hosts file.\n"
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "fe00::0\tip6-localnet\n"
        "fe00::0\tip6-mcastprefix\n"
        "fe00::1\tip6-allnodes\n"
        "fe00::2\tip6-allrouters\n"
        "172.20.0.3\tweb\n"
    )
    assert (folders.folder(UID) / "resolv.conf").read_text() == ("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")


def test_filling_again_keeps_the_inode_and_leaves_no_rest_of_the_longer_text(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    hosts = folders.folder(UID) / "hosts"
    inode = hosts.stat().st_ino
    fill(folders, "172.20.0.103", "a-much-longer-name")
    hosts.write_text(hosts.read_text() + "192.0.2.9 mine\n" * 100)
    fill(folders, "172.20.0.4")
    assert hosts.read_text().endswith("ip6-allrouters\n172.20.0.4\tweb\n")
    assert hosts.stat().st_ino == inode


def test_making_again_leaves_what_is_there(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    fill(folders)
    folders.make(UID, PodFiles())
    assert "172.20.0.3\tweb" in (folders.folder(UID) / "hosts").read_text()


def test_a_half_made_folder_is_not_complete_and_is_completed(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    (folders.folder(UID) / "resolv.conf").unlink()
    assert not folders.digest(UID)
    folders.make(UID, PodFiles())
    assert folders.digest(UID)


def test_a_link_in_place_of_a_file_is_not_followed(folders: PodFolders, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folders.make(UID, PodFiles())
    hosts = folders.folder(UID) / "hosts"
    hosts.unlink()
    hosts.symlink_to(victim)
    with pytest.raises(PlaygroundError, match="hosts"):
        fill(folders)
    with pytest.raises(PlaygroundError, match="hosts"):
        folders.make(UID, PodFiles())
    assert victim.read_text() == "precious"


def test_filling_a_folder_that_is_not_there_says_which(folders: PodFolders) -> None:
    with pytest.raises(PlaygroundError, match=f"{UID}/hosts: No such file"):
        fill(folders)


def test_removing_is_done_once_and_for_all(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    folders.remove(UID)
    folders.remove(UID)
    assert not folders.folder(UID).exists()


def test_only_folders_that_are_named_by_a_uid_are_listed(folders: PodFolders, tmp_path: Path) -> None:
    assert folders.uids() == ()
    folders.make(UID, PodFiles())
    (tmp_path / "pods" / "lost+found").mkdir()
    (tmp_path / "pods" / UID.hex).mkdir()
    assert folders.uids() == (UID,)


WANTS = Wants((), "/dev/termination-log")


def test_members_get_both_files_and_one_for_their_last_words(folders: PodFolders) -> None:
    folders.make(UID, PodFiles())
    mounts = {mount.target: mount for mount in folders.mounts(UID, "web", 0, WANTS)}
    assert set(mounts) == {"/etc/hosts", "/etc/resolv.conf", "/dev/termination-log"}
    assert mounts["/etc/hosts"].source == str(folders.folder(UID) / "hosts")
    assert not any(mount.read_only for mount in mounts.values())
    message = Path(mounts["/dev/termination-log"].source)
    assert mode(message) == 0o666
    message.write_text("out of cheese " * 10)
    assert folders.termination_message(UID, "web", 0, 20) == "out of cheese out of"
    assert folders.termination_message(UID, "web", 1, 20) == ""


def test_a_message_file_that_became_a_link_is_not_read(folders: PodFolders, tmp_path: Path) -> None:
    folders.make(UID, PodFiles())
    message = Path(folders.mounts(UID, "web", 0, WANTS)[-1].source)
    message.unlink()
    message.symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_text("precious")
    assert folders.termination_message(UID, "web", 0, 20) == ""


def config(**files: str) -> PodFiles:
    made = tuple(File(name, text.encode(), 0o640) for name, text in files.items())
    return PodFiles((VolumeFiles("config", made),))


def test_given_files_are_replaced_all_at_once_and_what_is_gone_goes(folders: PodFolders) -> None:
    folders.make(UID, config(a="1", b="2"))
    first = folders.digest(UID)
    volume = folders.volume(UID, "config")
    assert (volume / "a").read_text() == "1"
    assert mode(volume / "a") == 0o640
    held = (volume / "..data").readlink()
    folders.make(UID, config(a="3", c="4"))
    assert folders.digest(UID) != first
    assert (volume / "..data").readlink() != held
    assert sorted(path.name for path in volume.iterdir() if not path.name.startswith("..")) == ["a", "c"]
    assert (volume / "a").read_text() == "3"
    assert len(list(volume.iterdir())) == 4


def test_an_empty_volume_is_every_users_and_keeps_what_was_written(folders: PodFolders) -> None:
    files = PodFiles((VolumeFiles("scratch"),))
    folders.make(UID, files)
    volume = folders.volume(UID, "scratch")
    assert mode(volume) == 0o777
    (volume / "kept").write_text("x")
    folders.make(UID, files)
    assert (volume / "kept").read_text() == "x"
    mount = folders.mounts(UID, "web", 0, Wants((VolumeUse("scratch", "/data", True),), "/dev/termination-log"))[-1]
    assert (mount.source, mount.target, mount.read_only) == (str(volume), "/data", True)


def test_a_volume_at_etc_hosts_takes_the_place_of_ours(folders: PodFolders) -> None:
    folders.make(UID, PodFiles((VolumeFiles("scratch"),)))
    wants = Wants((VolumeUse("scratch", "/etc/hosts", False),), "/dev/termination-log")
    found = [mount.source for mount in folders.mounts(UID, "web", 0, wants) if mount.target == "/etc/hosts"]
    assert found == [str(folders.volume(UID, "scratch"))]


def test_a_tree_deeper_than_a_path_is_measured_and_removed(folders: PodFolders) -> None:
    folders.make(UID, PodFiles((VolumeFiles("v"),)))
    at = os.open(folders.volume(UID, "v"), os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("aaaaaaaaaa", dir_fd=at)
        below = os.open("aaaaaaaaaa", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    with open(os.open("f", os.O_WRONLY | os.O_CREAT, dir_fd=at), "wb") as file:
        file.write(b"x" * 5_000_000)
    os.close(at)
    place = str(folders.volume(UID, "v"))
    assert disk.uses([place])[place].size >= 5_000_000
    folders.remove(UID)
    assert not folders.folder(UID).exists()
    assert disk.uses([place]) == {}
