"""What a person does to a pod that runs: stop, start, restart, freeze, signal, clone, look from a debug member."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from typing import Any

import pytest

from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for
from .test_members import statuses

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


def act(found: LivePod, what: str, **body: Any) -> Json:
    answer = found.client.post(f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/{what}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def frozen(found: LivePod) -> dict[str, bool]:
    return {member["member"]: member["frozen"] for member in found.live()["members"]}


def test_a_member_stands_still_while_it_is_frozen_and_is_restarted_or_signalled_by_name(stack: Stack) -> None:
    counting = toolbox("a", "sh", "-c", "while :; do echo tick; sleep 0.1; done")
    spec = {"containers": [counting, toolbox("b")], "terminationGracePeriodSeconds": 1}
    with pod(stack, "acts", spec) as found:
        ip = found.wait_phase("Running")["status"]["podIP"]
        assert act(found, "pause", container="a") == {"members": 1}
        wait_for(lambda: frozen(found) == {"": False, "a": True, "b": False}, "a to be frozen")
        assert act(found, "unpause") == {"members": 2}
        wait_for(lambda: not any(frozen(found).values()), "a to go on")
        stood = found.log("a")
        wait_for(lambda: len(found.log("a")) > len(stood), "its log to go on")
        act(found, "restart", container="a")
        wait_for(lambda: statuses(found)["a"]["restartCount"] == 1 and statuses(found)["a"]["ready"], "a restart")
        assert act(found, "kill", container="b", signal="KILL") == {"members": 1}
        wait_for(lambda: statuses(found)["b"]["restartCount"] == 1, "b to come back")
        assert statuses(found)["b"]["lastState"]["terminated"]["exitCode"] == 137
        assert found.read()["status"]["podIP"] == ip


def test_a_stopped_pod_keeps_its_files_and_comes_back_with_a_new_pause(stack: Stack) -> None:
    keeping = toolbox("a") | {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}
    spec = {
        "containers": [keeping],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "terminationGracePeriodSeconds": 1,
    }
    with pod(stack, "halt", spec) as found:
        found.wait_phase("Running")
        found.run_in("a", "touch", "/v/kept")
        act(found, "stop")
        wait_for(lambda: found.read()["status"].get("reason") == "Stopped", "the pod to be stopped")
        wait_for(lambda: "terminated" in statuses(found)["a"]["state"], "its member to end")
        act(found, "start")
        wait_for(lambda: "running" in statuses(found)["a"]["state"], "its member to run again")
        assert found.read()["status"].get("reason") is None
        assert found.run_in("a", "ls", "/v") == "kept\n"
        act(found, "clone", name="halt-copy")
        copy = LivePod(stack, found.client, found.namespace, "halt-copy")
        try:
            copy.wait_phase("Running")
        finally:
            copy.delete()


@pytest.mark.parametrize(("target", "first"), [("pause", "/pause"), ("a", "sleep 3600"), ("", "sleep 77")])
def test_a_debug_member_sees_as_pid_1_who_it_was_pointed_at(stack: Stack, target: str, first: str) -> None:
    with pod(stack, f"debug-{target or 'none'}", {"containers": [toolbox("a")]}) as found:
        found.wait_phase("Running")
        debug = toolbox("dbg", "sleep", "77") | {"targetContainerName": target}
        answer = found.client.patch(
            f"{found.path}/ephemeralcontainers",
            json={"spec": {"ephemeralContainers": [debug]}},
            headers={"content-type": "application/strategic-merge-patch+json"},
        )
        assert answer.status_code == 200, answer.text
        key = "ephemeralContainerStatuses"
        wait_for(lambda: "running" in statuses(found, key).get("dbg", {}).get("state", {}), "the debug member")
        assert found.run_in("dbg", "ps", "-o", "args=", "-p", "1").strip() == first


def test_files_go_in_and_come_out_as_a_tar(stack: Stack) -> None:
    """More than one piece, and more than Django lets into memory."""
    content = os.urandom(3 * 2**20)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("data/random")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    with pod(stack, "copies", {"containers": [toolbox("a"), {"name": "bare", "image": "playground/pause:1"}]}) as found:
        found.wait_phase("Running")
        path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/copy"
        where, kind = {"container": "a", "path": "/tmp"}, {"content-type": "application/x-tar"}
        answer = found.client.put(path, params=where, content=packed.getvalue(), headers=kind)
        assert answer.status_code == 200, answer.text
        assert found.run_in("a", "sha256sum", "/tmp/data/random").split()[0] == hashlib.sha256(content).hexdigest()
        back = found.client.get(path, params=where | {"path": "/tmp/data"})
        assert back.headers["content-type"] == "application/x-tar"
        with tarfile.open(fileobj=io.BytesIO(back.content)) as tar:
            member = tar.extractfile("./data/random")
            assert member is not None
            assert member.read() == content
        missing = found.client.get(path, params=where | {"path": "/nowhere"})
        assert (missing.status_code, "nowhere" in missing.json()["message"]) == (400, True)
        bare = found.client.get(path, params={"container": "bare", "path": "/"})
        assert (bare.status_code, '"tar": executable file not found' in bare.json()["message"]) == (400, True)
        none = found.client.put(path, params=where | {"path": "/nowhere"}, content=packed.getvalue(), headers=kind)
        assert none.status_code == 400, none.text
        wrong = found.client.put(path, params=where, content=b"x")
        assert wrong.status_code == 415
