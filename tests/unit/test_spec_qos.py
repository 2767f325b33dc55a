"""The quality of service class: the cases of pkg/apis/core/v1/helper/qos."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.spec import decode, with_defaults
from sandboxes.spec.qos import qos_class

Json = dict[str, Any]
FULL = {"limits": {"cpu": "1", "memory": "1Gi"}}


def of(*resources: Json, init: tuple[Json, ...] = ()) -> str:
    def members(given: tuple[Json, ...], prefix: str) -> list[Json]:
        return [{"name": f"{prefix}{i}", "image": "x", "resources": each} for i, each in enumerate(given)]

    spec = {"containers": members(resources, "m"), "initContainers": members(init, "i")}
    return qos_class(with_defaults(decode({"spec": spec})).spec)


@pytest.mark.parametrize(
    ("resources", "of_pod"),
    [
        ([{}], "BestEffort"),
        ([{}, {}], "BestEffort"),
        ([{"requests": {"cpu": "0"}, "limits": {"memory": 0}}], "BestEffort"),
        ([{"limits": {"ephemeral-storage": "1Gi"}}], "BestEffort"),
        ([FULL], "Guaranteed"),
        ([FULL, FULL], "Guaranteed"),
        ([FULL | {"requests": {"cpu": "1000m", "memory": "1024Mi"}}], "Guaranteed"),
        ([FULL | {"requests": {"cpu": "500m"}}], "Burstable"),
        ([FULL, {}], "Burstable"),
        ([{"limits": {"cpu": "1"}}], "Burstable"),
        ([{"requests": {"cpu": "1", "memory": "1Gi"}}], "Burstable"),
    ],
)
def test_the_class_of_a_pod(resources: list[Json], of_pod: str) -> None:
    assert of(*resources) == of_pod


def test_init_members_count() -> None:
    assert of(FULL, init=(FULL,)) == "Guaranteed"
    assert of(FULL, init=({},)) == "Burstable"
    assert of({}, init=(FULL,)) == "Burstable"
