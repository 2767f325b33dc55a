"""What a pod may have on the node's disk, and which words evict one that has more."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes import spec
from sandboxes.engine.disk import written_to
from sandboxes.policy import BASELINE, LAB, RESTRICTED, DiskUse, eviction
from sandboxes.policy.profiles import Disk

MIB = 2**20
LITTLE = DiskUse(MIB, 10)


def pod(**limits: str) -> spec.Pod:
    """Members `a` and `b`, with these limits."""
    members = [
        {
            "name": name,
            "image": "x",
            "resources": {"limits": {"ephemeral-storage": limits[name]}} if name in limits else {},
        }
        for name in "ab"
    ]
    return spec.decode({"metadata": {"name": "p"}, "spec": {"containers": members}})


def told(
    of: spec.Pod, a: DiskUse = LITTLE, b: DiskUse = LITTLE, volumes: DiskUse = LITTLE, profile: Any = BASELINE
) -> str:
    return eviction(of, profile, {"a": a, "b": b, "": LITTLE}, volumes)


def test_what_writes_to_no_disk_has_no_part_of_it_and_the_others_have_one() -> None:
    assert RESTRICTED.disk is None
    assert BASELINE.disk == LAB.disk == Disk(size=2048 * MIB, files=100_000)


@pytest.mark.parametrize(
    ("a", "volumes", "expected"),
    [
        (DiskUse(2045 * MIB), LITTLE, ""),
        (
            DiskUse(2046 * MIB),
            LITTLE,
            "The pod has more than the 2Gi on the node's disk that profile baseline allows. ",
        ),
        (
            LITTLE,
            DiskUse(2046 * MIB),
            "The pod has more than the 2Gi on the node's disk that profile baseline allows. ",
        ),
        (DiskUse(0, 99_970), LITTLE, ""),
        (
            DiskUse(0, 99_971),
            LITTLE,
            "The pod has more than the 100000 files on the node's disk that profile baseline allows. ",
        ),
    ],
)
def test_root_file_systems_and_volumes_count_together(a: DiskUse, volumes: DiskUse, expected: str) -> None:
    assert told(pod(), a=a, volumes=volumes) == expected


def test_a_member_has_what_it_asks_for_in_a_kubelets_words() -> None:
    assert told(pod(a="5Mi", b="10Mi"), a=DiskUse(5 * MIB)) == ""
    assert told(pod(a="5Mi", b="10Mi"), a=DiskUse(5 * MIB + 1)) == (
        'Container a exceeded its local ephemeral storage limit "5Mi". '
    )


def test_a_pod_has_what_its_members_ask_for_together_in_a_kubelets_words() -> None:
    assert told(pod(a="5Mi", b="10Mi"), volumes=DiskUse(12 * MIB)) == ""
    assert told(pod(a="5Mi", b="10Mi"), volumes=DiskUse(13 * MIB)) == (
        "Pod ephemeral local storage usage exceeds the total limit of containers 15Mi. "
    )
    # As a kubelet's sum has it: who says nothing adds nothing to it.
    assert told(pod(a="4Mi"), b=DiskUse(4 * MIB)) == (
        "Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. "
    )


@pytest.mark.parametrize(
    ("inspected", "expected"),
    [
        ({}, ()),
        ({"GraphDriver": {"Name": "vfs", "Data": None}, "Mounts": None}, ()),
        (
            {
                "GraphDriver": {"Data": {"UpperDir": "/d/overlay2/1/diff", "LowerDir": "/d/overlay2/0/diff"}},
                "Mounts": [
                    {"Type": "volume", "Source": "/d/volumes/v/_data", "Destination": "/var/lib/mysql"},
                    {"Type": "bind", "Source": "/state/pods/1/volumes/v", "Destination": "/v"},
                    {"Type": "tmpfs", "Source": "", "Destination": "/t"},
                ],
            },
            ("/d/overlay2/1/diff", "/d/volumes/v/_data"),
        ),
    ],
)
def test_a_container_writes_to_its_layer_and_its_images_volumes(inspected: Any, expected: tuple[str, ...]) -> None:
    assert written_to(inspected) == expected
