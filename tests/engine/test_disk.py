"""A pod's part of the node's disk, on real Docker: who writes more than the profile or the spec allows is evicted.

The other arm, a pod that has less, stays: what is measured is the pod's own, and not its image's or another's.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for

pytestmark = [pytest.mark.timeout(180), pytest.mark.long]
# 700 MiB each: three are more than 2 GiB. No byte is written.
LARGE = "for name in {}; do fallocate -l 734003200 /$name; done; exec sleep 600"
MANY = "mkdir /many; cd /many; seq {} | xargs touch; exec sleep 600"
# No path is as long as the one of this file (limits.h, PATH_MAX).
DEEP = "d=$(printf %0200d); for i in $(seq 30); do mkdir $d; cd $d; done; fallocate -l 8M f; exec sleep 600"


def spec(script: str, **limits: Any) -> dict[str, Any]:
    member = toolbox("a", "bash", "-c", script) | ({"resources": {"limits": limits}} if limits else {})
    return {"containers": [member], "restartPolicy": "Never", "terminationGracePeriodSeconds": 0}


def evicted(found: LivePod) -> str:
    """With which words; "" while it is not."""
    status = found.read()["status"]
    return str(status["message"]) if status.get("reason") == "Evicted" else ""


def test_who_has_more_of_the_disk_than_is_theirs_is_evicted_and_who_has_less_stays(stack: Stack) -> None:
    over = {
        "bytes": (spec(LARGE.format("a b c")), "The pod has more than the 2Gi on the node's disk"),
        "files": (spec(MANY.format(100_100)), "The pod has more than the 100000 files on the node's disk"),
        "hidden": (
            spec(DEEP, **{"ephemeral-storage": "4Mi"}),
            "Pod ephemeral local storage usage exceeds the total limit of containers 4Mi",
        ),
    }
    allowed = {"less": spec(LARGE.format("a b")), "fewer": spec(MANY.format(50_000))}
    with ExitStack() as made:
        gone = {name: made.enter_context(pod(stack, name, each)) for name, (each, _) in over.items()}
        stays = [made.enter_context(pod(stack, name, each)) for name, each in allowed.items()]
        for name, found in gone.items():
            wait_for(partial(evicted, found), f"{name} to be evicted", 90)
            assert evicted(found).startswith(over[name][1])
            assert [event["type"] for event in found.events() if event["reason"] == "Evicted"] == ["Warning"]
        assert [found.read()["status"]["phase"] for found in stays] == ["Running", "Running"]
