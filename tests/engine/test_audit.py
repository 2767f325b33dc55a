"""The audit on the real engine: what the service makes passes it, and what somebody puts beside it is killed."""

from __future__ import annotations

import time

import docker
import pytest

from sandboxes.engine.audit import Seen, score, violations
from sandboxes.engine.naming import identity_of
from sandboxes.policy import PROFILES
from tests.engine.pods import TOOLBOX, LivePod, pod, wait_for
from tests.stack import Stack, run

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
        found.append(
            Seen(identity, details, PROFILES[profile], number, frozenset(ids), str(stack.state / "pods" / uid))
        )
    return found


NUMBER = "from sandboxes.models import Pod; print(Pod.objects.get(uid='{}').number)"


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
