"""The audit on the real engine: what the service makes passes it, and what somebody puts beside it is killed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import pytest

from sandboxes.engine.audit import score, violations
from sandboxes.engine.naming import Identity, identity_of, labels
from sandboxes.engine.seen import Seen
from sandboxes.policy import PRIVATE_IPC, PROFILES, Profile
from tests.engine.pods import TOOLBOX, LivePod, pod, toolbox, wait_for
from tests.stack import Stack, free_port, run

PAUSE, ADDRESS = "playground/pause:1", "127.0.0.1"
WEB = {"containers": [{"name": "web", "image": "nginx:latest"}, {"name": "box", "image": TOOLBOX}]}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_pod_of_each_profile_runs_and_is_as_the_profile_has_it(stack: Stack, profile: str) -> None:
    stack.manage("link", "admin", "--create-admin")
    asked = {"playground.dev/profile": profile}
    with pod(stack, f"is-{profile}", WEB, user="admin", annotations=asked) as found:
        read = found.wait_phase("Running")
        assert read["metadata"]["annotations"]["playground/profile"] == profile
        seen = inspected(stack, read["metadata"]["uid"], profile)
        assert [violations(each) for each in seen] == [(), (), ()]
        assert set(score(seen, lambda check: check.cis).values()) == {True}


@pytest.mark.long
@pytest.mark.parametrize("profile", PROFILES)
def test_whatever_a_profile_gives_is_no_violation(stack: Stack, profile: str) -> None:
    """All at once, of what has a place in what the engine is told."""
    stack.manage("link", "admin", "--create-admin")
    asked = {"playground.dev/profile": profile, PRIVATE_IPC: "private"}
    spec = everything(PROFILES[profile])
    with pod(stack, f"all-{profile}", spec, user="admin", annotations=asked) as found:
        uid = found.wait_phase("Running")["metadata"]["uid"]
        debug(found)
        assert found.execute("box", "id", "-u")["stdout"].strip().isdecimal()
        seen = inspected(stack, uid, profile)
        assert {each.identity.member: violations(each) for each in seen} == dict.fromkeys(["", "web", "box", "dbg"], ())
        assert "PolicyViolation" not in reasons(found)
        # It would leave with 1; the canaries are among them.
        assert "CIS Docker Benchmark 1.6, section 5: 27 of 27" in stack.manage("audit")


def everything(profile: Profile) -> dict[str, Any]:
    """Volumes of each kind, limits, shared processes; groups and a port on the node where the profile gives them."""
    mounts = [{"name": name, "mountPath": f"/{name}"} for name in ("disk", "memory", "facts")]
    most = {"cpu": "100m", "memory": "64Mi"}
    port = {"ports": [{"containerPort": 80, "hostPort": free_port()}]} if profile.host_ports else {}
    fields = [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]
    groups = {} if profile.own_user else {"fsGroup": 2000, "supplementalGroups": [0, 3000]}
    return {
        "containers": [
            {"name": "web", "image": "nginx:latest", "volumeMounts": mounts} | port,
            toolbox("box") | {"volumeMounts": mounts, "resources": {"limits": most, "requests": most}},
        ],
        "volumes": [
            {"name": "disk", "emptyDir": {}},
            {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "4Mi"}},
            {"name": "facts", "downwardAPI": {"items": fields}},
        ],
        "shareProcessNamespace": True,
        "securityContext": groups | {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]},
    }


def debug(found: LivePod) -> None:
    """Adds a debug member that sees box's processes, and waits for it."""
    added = toolbox("dbg") | {"targetContainerName": "box"}
    answer = found.client.patch(
        f"{found.path}/ephemeralcontainers",
        json={"spec": {"ephemeralContainers": [added]}},
        headers={"content-type": "application/strategic-merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text
    key = "ephemeralContainerStatuses"
    wait_for(
        lambda: any("running" in each["state"] for each in found.read()["status"].get(key, [])), "the debug member"
    )


def inspected(stack: Stack, uid: str, profile: str) -> list[Seen]:
    """The pod's containers, with what the audit knows of their pod."""
    api = docker.APIClient(version="auto")
    ids = run("docker", "ps", "--quiet", "--no-trunc", "--filter", f"label=playground/uid={uid}").split()
    number = int(stack.manage("shell", "-v0", "-c", NUMBER.format(uid)))
    found = []
    for each in ids:
        details = api.inspect_container(each)
        identity = identity_of(details["Config"]["Labels"])
        assert identity is not None
        folder = str(stack.state / "pods" / uid)
        found.append(Seen(identity, details, PROFILES[profile], number, frozenset(ids), folder, PAUSE, ADDRESS))
    return found


NUMBER = "from sandboxes.models import Pod; print(Pod.objects.get(uid='{}').number)"


@contextmanager
def by_hand(member: str, *options: str) -> Iterator[Seen]:
    """A container that somebody made and labelled like one of a pod, as the engine tells of it; it does not run."""
    said = labels(Identity("byhand", uuid.uuid4(), "web", member, 0, 0), "hash")
    told = [word for key, value in said.items() for word in ("--label", f"{key}={value}")]
    made = run("docker", "create", *told, *options, TOOLBOX, "true").strip()
    try:
        details = docker.APIClient(version="auto").inspect_container(made)
        identity = identity_of(details["Config"]["Labels"])
        assert identity is not None
        yield Seen(identity, details, PROFILES["restricted"], 1, frozenset(), "/nowhere", PAUSE, ADDRESS)
    finally:
        run("docker", "rm", "--force", made)


MORE = ("--log-opt", "max-size=900g", "--log-opt", "max-file=2", "--oom-score-adj", "-1000", "--group-add", "999")


def test_the_engine_tells_what_is_more_than_a_member_may_have() -> None:
    more = (*MORE, "--shm-size", "64g", "--mount", "type=tmpfs,target=/x", "--cpus", "0.5", "--cpu-shares", "262144")
    with by_hand("web", "--ipc", "private", "--network", "none", *more) as seen:
        of_ours = {"shared memory", "logs", "OOM killer", "groups", "mounts", "CPU", "network namespace"}
        assert set(violations(seen)) >= of_ours


def test_the_engine_tells_what_is_more_than_a_pause_may_have() -> None:
    with by_hand("", "--ipc", "shareable", "--shm-size", "64g", "--publish", "127.0.0.2:8080:80", *MORE) as seen:
        of_ours = {"shared memory", "logs", "OOM killer", "groups", "image", "published addresses", "network namespace"}
        assert set(violations(seen)) >= of_ours


def test_the_engine_tells_of_a_network_that_a_pause_was_joined_to_later(stack: Stack) -> None:
    with pod(stack, "bridged", WEB) as found:
        uid = found.wait_phase("Running")["metadata"]["uid"]
        run("docker", "network", "connect", "bridge", found.container("POD"))
        (pause,) = [each for each in inspected(stack, uid, "baseline") if each.is_pause]
        assert violations(pause) == ("network namespace", "bridge")


def test_what_is_put_into_a_pod_above_its_profile_is_killed_within_five_seconds(stack: Stack) -> None:
    with pod(stack, "joined", WEB) as found:
        uid = found.wait_phase("Running")["metadata"]["uid"]
        said = {
            "install": stack.install,
            "uid": uid,
            "pod": "joined",
            "member": "web",
            "attempt": 7,
            "pause-attempt": 0,
        }
        labels = [word for key, value in said.items() for word in ("--label", f"playground/{key}={value}")]
        began = time.monotonic()
        intruder = run("docker", "run", "--detach", "--pid", "host", *labels, TOOLBOX, "sleep", "60").strip()
        try:
            wait_for(lambda: not is_running(intruder), "the intruder is killed", 5)
            assert time.monotonic() - began < 5
            wait_for(lambda: "PolicyViolation" in reasons(found), "the journal says so", 5)
        finally:
            run("docker", "rm", "--force", intruder)


def is_running(container: str) -> bool:
    return run("docker", "inspect", "--format", "{{.State.Running}}", container).strip() == "true"


def reasons(found: LivePod) -> set[str]:
    listed = found.client.get(f"/api/v1/namespaces/{found.namespace}/events").json()["items"]
    return {event["reason"] for event in listed if event["involvedObject"]["name"] == found.name}
