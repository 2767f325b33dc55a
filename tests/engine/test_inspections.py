"""Limits, use, rights, mounts and environment of a real pod, through the API."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for
from .test_members import shell

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


def inspected(found: LivePod) -> dict[str, Json]:
    path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/inspect"
    answer = found.client.get(path)
    assert answer.status_code == 200, answer.text
    return {member["member"]: member for member in answer.json()["members"]}


def test_what_is_told_is_what_the_kernel_says_inside(stack: Stack) -> None:
    """As version 1 and version 2 of cgroups have it: whichever this machine has."""
    secret = {"kind": "Secret", "metadata": {"name": "inspected"}, "stringData": {"key": "not to be told"}}
    spec = {
        "containers": [
            shell(
                "busy",
                "while :; do :; done",
                resources={"limits": {"cpu": "100m", "memory": "64Mi"}},
                volumeMounts=[{"name": "v", "mountPath": "/v", "readOnly": True}],
                securityContext={"runAsUser": 1234, "capabilities": {"drop": ["ALL"]}},
                env=[
                    {"name": "PLAIN", "value": "told"},
                    {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "inspected", "key": "key"}}},
                ],
            ),
            toolbox("idle"),
        ],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "terminationGracePeriodSeconds": 1,
    }
    with stack.client("ada") as client:
        client.get("/api/v1/namespaces").raise_for_status()
        client.post("/api/v1/namespaces/ada/secrets", json={"apiVersion": "v1"} | secret).raise_for_status()
    with pod(stack, "inspected", spec) as found:
        found.wait_phase("Running")
        wait_for(lambda: (inspected(found)["busy"]["usage"]["throttled"] or 0) > 3, "busy to be throttled")
        told = inspected(found)
        assert list(told) == ["", "busy", "idle"]
        assert [member["problems"] for member in told.values()] == [[], [], []]
        busy, idle = told["busy"], told["idle"]
        limits, usage = busy["limits"], busy["usage"]
        assert (limits["cpus"], limits["memory"], limits["pids"]) == (0.1, 64 * 2**20, 256)
        assert 0 < usage["cpuUs"] < idle["usage"]["cpuUs"] + 60_000_000
        assert usage["throttledUs"] > 0
        assert 0 < usage["memory"] <= usage["memoryPeak"] <= 64 * 2**20
        assert usage["pids"] == 1
        assert usage["oomKills"] == 0
        rights = busy["rights"]
        assert (rights["uid"], rights["capabilities"]["effective"], rights["capabilities"]["bounding"]) == (
            1234,
            [],
            [],
        )
        assert (rights["seccomp"], idle["rights"]["uid"]) == (2, 0)
        assert "CHOWN" in idle["rights"]["capabilities"]["effective"]
        mount = next(mount for mount in busy["mounts"] if mount["point"] == "/v")
        assert (mount["source"], mount["readOnly"], mount["hidden"]) == ("volume v", True, "")
        inside = [line.split()[4] for line in found.run_in("busy", "cat", "/proc/1/mountinfo").splitlines()]
        assert [mount["point"] for mount in busy["mounts"]] == inside
        variables = {each["name"]: each["value"] for each in busy["environment"]}
        assert (variables["PLAIN"], variables["SECRET"], variables["HOSTNAME"]) == ("told", None, "inspected")
        assert os.fspath(stack.state) not in str(told)


def test_a_member_that_wanted_too_much_memory_is_counted_and_said(stack: Stack) -> None:
    eats = "sleep 1; x=a; while :; do x=$x$x; done"
    spec = {"containers": [shell("eats", f"sh -c '{eats}'; exec sleep 600", resources={"limits": {"memory": "32Mi"}})]}
    with pod(stack, "oom", spec) as found:
        found.wait_phase("Running")
        wait_for(lambda: (inspected(found)["eats"]["usage"]["oomKills"] or 0) >= 1, "the kernel to end a process", 60)
