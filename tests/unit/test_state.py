"""The state directory: what is in a pod's folder, who may read it, and that bound files keep their inode."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.host.state import PodFolders

UID = uuid.UUID("6f1c8a1e-5d0b-4c55-9f0a-3b1a2c4d5e6f")


@pytest.fixture
def folders(tmp_path: Path) -> PodFolders:
    return PodFolders(tmp_path)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_new_files_are_empty_and_can_be_read_by_any_user_of_the_pod(folders: PodFolders, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folders.make(UID)
    finally:
        os.umask(before)
    assert folders.exist(UID)
    assert mode(tmp_path / "pods") == 0o700
    assert mode(folders.folder(UID)) == 0o755
    for name in ("hosts", "resolv.conf"):
        assert (folders.folder(UID) / name).read_text() == ""
        assert mode(folders.folder(UID) / name) == 0o644


def test_files_are_filled_as_the_kubelet_fills_them(folders: PodFolders) -> None:
    folders.make(UID)
    folders.fill(UID, ip="172.20.0.3", hostname="web")
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
    folders.make(UID)
    hosts = folders.folder(UID) / "hosts"
    inode = hosts.stat().st_ino
    folders.fill(UID, ip="172.20.0.103", hostname="a-much-longer-name")
    hosts.write_text(hosts.read_text() + "192.0.2.9 mine\n" * 100)
    folders.fill(UID, ip="172.20.0.4", hostname="web")
    assert hosts.read_text().endswith("ip6-allrouters\n172.20.0.4\tweb\n")
    assert hosts.stat().st_ino == inode


def test_making_again_leaves_what_is_there(folders: PodFolders) -> None:
    folders.make(UID)
    folders.fill(UID, ip="172.20.0.3", hostname="web")
    folders.make(UID)
    assert "172.20.0.3\tweb" in (folders.folder(UID) / "hosts").read_text()


def test_a_half_made_folder_is_not_complete_and_is_completed(folders: PodFolders) -> None:
    folders.make(UID)
    (folders.folder(UID) / "resolv.conf").unlink()
    assert not folders.exist(UID)
    folders.make(UID)
    assert folders.exist(UID)


@pytest.mark.parametrize(
    ("ip", "hostname"),
    [("", "web"), ("172.20.0.3\n192.0.2.1", "web"), ("172.20.0.3", ""), ("172.20.0.3", "web\n192.0.2.1\tbank")],
)
def test_what_would_add_a_line_is_refused(folders: PodFolders, ip: str, hostname: str) -> None:
    folders.make(UID)
    with pytest.raises(PlaygroundError, match="for a hosts file"):
        folders.fill(UID, ip=ip, hostname=hostname)
    assert (folders.folder(UID) / "hosts").read_text() == ""


def test_a_link_in_place_of_a_file_is_not_followed(folders: PodFolders, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folders.make(UID)
    hosts = folders.folder(UID) / "hosts"
    hosts.unlink()
    hosts.symlink_to(victim)
    with pytest.raises(PlaygroundError, match="hosts"):
        folders.fill(UID, ip="172.20.0.3", hostname="web")
    with pytest.raises(PlaygroundError, match="hosts"):
        folders.make(UID)
    assert victim.read_text() == "precious"


def test_filling_a_folder_that_is_not_there_says_which(folders: PodFolders) -> None:
    with pytest.raises(PlaygroundError, match=f"{UID}/hosts: No such file"):
        folders.fill(UID, ip="172.20.0.3", hostname="web")


def test_removing_is_done_once_and_for_all(folders: PodFolders) -> None:
    folders.make(UID)
    folders.remove(UID)
    folders.remove(UID)
    assert not folders.folder(UID).exists()


def test_only_folders_that_are_named_by_a_uid_are_listed(folders: PodFolders, tmp_path: Path) -> None:
    assert folders.uids() == ()
    folders.make(UID)
    (tmp_path / "pods" / "lost+found").mkdir()
    (tmp_path / "pods" / UID.hex).mkdir()
    assert folders.uids() == (UID,)


def test_members_get_both_files_where_programs_look_for_them(folders: PodFolders) -> None:
    mounts = {mount.target: mount for mount in folders.mounts(UID)}
    assert set(mounts) == {"/etc/hosts", "/etc/resolv.conf"}
    assert mounts["/etc/hosts"].source == str(folders.folder(UID) / "hosts")
    assert not any(mount.read_only for mount in mounts.values())
