"""What volumes and their mounts may be, in the API server's words and order (pkg/apis/core/validation)."""

from __future__ import annotations

from typing import Any

import pytest

from .complaints import of_member, of_spec, of_volume

MODE = "must be a number between 0 and 0777 (octal), both inclusive"
ITEM = {"key": "k", "path": "p"}


def test_a_volume_of_which_only_the_name_is_said_is_an_empty_dir() -> None:
    assert of_volume() == []


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        ({"emptyDir": {"sizeLimit": "-1"}},
         ["emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity"]),
        ({"emptyDir": {"medium": "HugePages"}},
         ['emptyDir.medium: Unsupported value: "HugePages": supported values: "", "Memory"']),
        ({"emptyDir": {}, "secret": {}, "projected": {}},
         ["secret: Forbidden: may not specify more than 1 volume type",
          "projected: Forbidden: may not specify more than 1 volume type"]),
        ({"configMap": {"defaultMode": 512}},
         ["configMap.name: Required value", f"configMap.defaultMode: Invalid value: 512: {MODE}"]),
        ({"secret": {"defaultMode": -1}},
         ["secret.secretName: Required value", f"secret.defaultMode: Invalid value: -1: {MODE}"]),
        ({"configMap": {"name": "c", "items": [{}, ITEM | {"mode": 512}]}},
         ["configMap.items[0].key: Required value", "configMap.items[0].path: Required value",
          f"configMap.items[1].mode: Invalid value: 512: {MODE}"]),
        ({"secret": {"secretName": "s", "items": [ITEM | {"path": "/a"}, ITEM | {"path": "a/../b"}]}},
         ['secret.items[0].path: Invalid value: "/a": must be a relative path',
          'secret.items[1].path: Invalid value: "a/../b": must not contain \'..\'']),
        ({"configMap": {"name": "c", "items": [ITEM | {"path": "..data"}, ITEM | {"path": ".."}]}},
         ['configMap.items[0].path: Invalid value: "..data": must not start with \'..\'',
          'configMap.items[1].path: Invalid value: "..": must not contain \'..\'',
          'configMap.items[1].path: Invalid value: "..": must not start with \'..\'']),
        ({"downwardAPI": {"items": [{"path": "p"}, {"fieldRef": {"fieldPath": "metadata.name"}}]}},
         ["downwardAPI: Required value: one of fieldRef and resourceFieldRef is required",
          "downwardAPI.path: Required value"]),
        ({"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "status.podIP"}}]}},
         ['downwardAPI.fieldRef.fieldPath: Unsupported value: "status.podIP": supported values: '
          '"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"']),
        ({"downwardAPI": {"items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}}]}},
         ["downwardAPI.resourceFieldRef.containerName: Required value"]),
        ({"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "metadata.uid"},
                                     "resourceFieldRef": {"containerName": "a", "resource": "limits.cpu"}}]}},
         ['downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously']),
        ({"projected": {"sources": [{"secret": {"name": "s", "items": [ITEM]}}, {"configMap": {"items": [ITEM]}}]}},
         ["projected.sources[1].configMap.name: Required value",
          'projected: Invalid value: "": conflicting duplicate paths']),
        ({"projected": {"sources": [{"secret": {"name": "s"}, "configMap": {"name": "c"}}]}},
         ["projected.sources[0]: Forbidden: may not specify more than 1 volume type per source"]),
        ({"name": "a.b", "emptyDir": {}}, ['name: Invalid value: "a.b": must not contain dots']),
        ({"name": "", "emptyDir": {}}, ["name: Required value"]),
    ],
)  # fmt: skip
def test_a_volume_may_not_be(volume: dict[str, Any], told: list[str]) -> None:
    assert of_volume(**volume) == told


def test_volumes_are_named_differently() -> None:
    volume = {"name": "v", "emptyDir": {}}
    assert of_spec(volumes=[volume, volume]) == ['volumes[1].name: Duplicate value: "v"']


def mounted(*mounts: dict[str, Any]) -> list[str]:
    found = of_spec(volumes=[{"name": "v"}], containers=[{"name": "a", "image": "nginx", "volumeMounts": list(mounts)}])
    return [line.removeprefix("containers[0].") for line in found]


@pytest.mark.parametrize(
    ("mount", "told"),
    [
        ({}, ["volumeMounts[0].name: Required value", 'volumeMounts[0].name: Not found: ""',
              "volumeMounts[0].mountPath: Required value"]),
        ({"name": "w", "mountPath": "/w"}, ['volumeMounts[0].name: Not found: "w"']),
        ({"name": "v", "mountPath": "/v", "subPath": "/a"},
         ['volumeMounts.subPath: Invalid value: "/a": must be a relative path']),
        ({"name": "v", "mountPath": "/v", "subPath": "..a"}, []),
        ({"name": "v", "mountPath": "/v", "subPathExpr": "../a"},
         ['volumeMounts.subPathExpr: Invalid value: "../a": must not contain \'..\'']),
        ({"name": "v", "mountPath": "/v", "subPath": "a", "subPathExpr": "b"},
         ['volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive']),
        ({"name": "v", "mountPath": "v"},
         ['volumeMounts[0].mountPath: Invalid value: "v": must be an absolute path']),
        ({"name": "v", "mountPath": "/dev/shm"}, []),
        ({"name": "v", "mountPath": "/devices"}, []),
        *(({"name": "v", "mountPath": path},
           [f'volumeMounts[0].mountPath: Invalid value: "{path}": must not be /dev, /proc, /sys or below: only '
            "/dev/shm may"])
          for path in ("/dev", "//dev/.", "/dev/pts", "/dev/null", "/./proc", "/sys/fs/cgroup")),
        ({"name": "v", "mountPath": "/a:b"},
         ["volumeMounts[0].mountPath: Invalid value: \"/a:b\": must not contain ':'"]),
        ({"name": "v", "mountPath": "//"},
         ['volumeMounts[0].mountPath: Invalid value: "//": must not be the root of the file system']),
    ],
)  # fmt: skip
def test_a_mount_may_not_be(mount: dict[str, Any], told: list[str]) -> None:
    assert mounted(mount) == told


def test_two_mounts_have_two_places() -> None:
    mount = {"name": "v", "mountPath": "/v"}
    assert mounted(mount, mount | {"mountPath": "/w"}) == []
    assert mounted(mount, mount) == ['volumeMounts[1].mountPath: Invalid value: "/v": must be unique']


def test_a_volume_that_is_wrong_cannot_be_mounted() -> None:
    mount = {"name": "v", "mountPath": "/v"}
    assert of_spec(
        volumes=[{"name": "v", "secret": {}}], containers=[{"name": "a", "image": "nginx", "volumeMounts": [mount]}]
    ) == ["volumes[0].secret.secretName: Required value", 'containers[0].volumeMounts[0].name: Not found: "v"']


def test_there_are_no_more_than_32_volumes_and_mounts() -> None:
    assert of_spec(volumes=[{"name": f"v{i}"} for i in range(33)]) == [
        "volumes: Too many: 33: must have at most 32 items"
    ]
    assert of_member(volumeMounts=[{"name": "v", "mountPath": f"/{i}"} for i in range(33)])[0] == (
        "volumeMounts: Too many: 33: must have at most 32 items"
    )
