"""The files of volumes, as a kubelet makes them (pkg/volume)."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.errors import MountFailed
from sandboxes.spec import decode
from sandboxes.spec.facts import Facts, Sources
from sandboxes.spec.files import PodFiles, Room, VolumeFiles, pod_files

SOURCES = Sources(config_maps={"c": {"a": b"1", "b": b"2"}}, secrets={"s": {"k": b"\x00"}})
MEMORY = 512 * 2**20
ALL = Room(MEMORY)


def made(*volumes: dict[str, Any], room: Room = ALL, **spec: Any) -> PodFiles:
    main = {"name": "main", "image": "nginx", "resources": {"limits": {"cpu": "2"}}}
    whole = {"containers": [main], "volumes": [{"name": f"v{i}"} | v for i, v in enumerate(volumes)]} | spec
    pod = decode({"metadata": {"name": "web", "labels": {"a": "1"}}, "spec": whole})
    return pod_files(Facts(pod, "ann", "uid", "node", "192.0.2.1"), SOURCES, room)


def files(volume: dict[str, Any]) -> dict[str, tuple[bytes, int]]:
    (found,) = made(volume).volumes
    return {file.path: (file.content, file.mode) for file in found.files or ()}


def test_an_empty_dir_has_no_files_and_is_the_members_own() -> None:
    assert made({"emptyDir": {"sizeLimit": "1Gi"}}).volumes == (VolumeFiles("v0"),)


@pytest.mark.parametrize(("limit", "size"), [(None, MEMORY), ("1Mi", 2**20), ("1Ti", MEMORY)])
def test_one_in_memory_has_a_size_and_no_more_than_there_is(limit: str | None, size: int) -> None:
    (found,) = made({"emptyDir": {"medium": "Memory", "sizeLimit": limit}}).volumes
    assert (found.in_memory, found.size, found.files) == (True, size, None)


def test_all_keys_or_those_asked_for() -> None:
    assert files({"configMap": {"name": "c"}}) == {"a": (b"1", 0o644), "b": (b"2", 0o644)}
    items = [{"key": "a", "path": "x/a"}, {"key": "b", "path": "b", "mode": 0}]
    assert files({"configMap": {"name": "c", "defaultMode": 0o400, "items": items}}) == {
        "x/a": (b"1", 0o400),
        "b": (b"2", 0),
    }
    assert files({"secret": {"secretName": "s", "defaultMode": 0o440}}) == {"k": (b"\x00", 0o440)}


def test_facts_as_files() -> None:
    items = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {"path": "cpu", "mode": 0o400, "resourceFieldRef": {"containerName": "main", "resource": "limits.cpu"}},
    ]
    assert files({"downwardAPI": {"items": items}}) == {"labels": (b'a="1"', 0o644), "cpu": (b"2", 0o400)}


def test_several_sources_in_one_folder() -> None:
    sources = [
        {"configMap": {"name": "c", "items": [{"key": "a", "path": "a"}]}},
        {"secret": {"name": "s"}},
        {"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}},
        {},
    ]
    found = files({"projected": {"sources": sources, "defaultMode": 0o444}})
    assert found == {"a": (b"1", 0o444), "k": (b"\x00", 0o444), "name": (b"web", 0o444)}


NOT_THERE = [{"key": "z", "path": "z"}]
NO_MEMBER = {"path": "x", "resourceFieldRef": {"containerName": "z", "resource": "limits.cpu"}}


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        ({"configMap": {"name": "none"}}, 'configmap "none" not found'),
        ({"secret": {"secretName": "none"}}, 'secret "none" not found'),
        ({"configMap": {"name": "c", "items": NOT_THERE}}, "references non-existent config key: z"),
        ({"secret": {"secretName": "s", "items": NOT_THERE}}, "references non-existent secret key: z"),
        ({"downwardAPI": {"items": [NO_MEMBER]}}, "container z not found"),
        ({"projected": {"sources": [{"secret": {"name": "none"}}]}}, 'secret "none" not found'),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_in_the_kubelets_words(volume: dict[str, Any], told: str) -> None:
    with pytest.raises(MountFailed) as failed:
        made(volume)
    assert str(failed.value) == f'MountVolume.SetUp failed for volume "v0" : {told}'


def test_what_may_be_missing_is_left_out() -> None:
    assert files({"configMap": {"name": "none", "optional": True}}) == {}
    assert files({"secret": {"secretName": "s", "optional": True, "items": NOT_THERE}}) == {}
    assert files({"projected": {"sources": [{"configMap": {"name": "none", "optional": True}}]}}) == {}


def test_a_group_owns_them_and_any_change_shows() -> None:
    volume = {"configMap": {"name": "c"}}
    owned = made(volume, securityContext={"fsGroup": 2000})
    assert (made(volume).group, owned.group) == (None, 2000)
    digests = [made(volume).digest, owned.digest, made({"secret": {"secretName": "s"}}).digest, made().digest]
    assert len(set(digests)) == 4
    assert made(volume).digest == digests[0]


def test_where_nothing_goes_to_the_disk_every_volume_of_members_is_a_bounded_tmpfs() -> None:
    room = Room(64 * 2**20, inodes=4096, only_memory=True)
    plain, limited, given = made(
        {"emptyDir": {}}, {"emptyDir": {"sizeLimit": "1Mi"}}, {"configMap": {"name": "c"}}, room=room
    ).volumes
    assert (plain.in_memory, plain.size, plain.inodes) == (True, 64 * 2**20, 4096)
    assert (limited.in_memory, limited.size) == (True, 2**20)
    assert not given.in_memory


def test_many_volumes_in_memory_have_together_what_two_have() -> None:
    room = Room(64 * 2**20, inodes=4096, only_memory=True)
    sizes = {n: [(v.size, v.inodes) for v in made(*[{"emptyDir": {}}] * n, room=room).volumes] for n in (1, 2, 8, 32)}
    assert sizes[1] == [(64 * 2**20, 4096)]
    assert sizes[2] == [(64 * 2**20, 4096)] * 2
    assert sizes[8] == [(16 * 2**20, 1024)] * 8
    assert sizes[32] == [(4 * 2**20, 256)] * 32


def test_volumes_on_the_disk_take_no_part_of_the_memory() -> None:
    mem = {"emptyDir": {"medium": "Memory"}}
    others: list[dict[str, Any]] = [{"emptyDir": {}}, {"configMap": {"name": "c"}}] * 4
    volumes = made(*others, mem, room=Room(64 * 2**20)).volumes
    assert [volume.size for volume in volumes] == [0] * 8 + [64 * 2**20]


def test_termination_messages_have_the_memory_that_the_profile_gives_them() -> None:
    bounded, free = made(room=Room(2**20, messages=2**16)), made(room=Room(2**20))
    assert (bounded.messages, free.messages) == (2**16, 0)
    assert bounded.digest != free.digest
