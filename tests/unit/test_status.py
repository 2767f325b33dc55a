"""status(): phase, conditions and container states as Kubernetes names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandboxes.plan import Look, plan
from sandboxes.spec.models import Container, Lifecycle, LifecycleHandler, Probe, ReadinessGate, SleepAction
from sandboxes.status import Place, status, unscheduled
from sandboxes.world import Crash, Desired, ImageOnNode, RunState, Termination, WantedKind

from .worlds import IMAGES, NOW, PAUSE_IMAGE, PREPARED, fact, look, member, pause, pod, pulled

CREATED, RUNNING, EXITED = RunState.CREATED, RunState.RUNNING, RunState.EXITED
PLACE = Place("127.0.0.1", NOW)


def of(seen: Look, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    return status(replace(seen, memory=plan(seen).memory), previous=previous or {}, place=PLACE)


def both(state: RunState, *, restart: str = "Always", codes: tuple[int, int] = (0, 0), **more: Any) -> Look:
    web, box = (member(name, state, exit_code=code) for name, code in zip(("web", "box"), codes, strict=True))
    return look(pause(), web, box, of=pod(restart=restart), memory=PREPARED, **more)


def over(seen: Look) -> Look:
    """The same after its pause has gone: then a pod is said to have ended."""
    left = tuple(c for c in seen.observed.containers if not c.is_pause and not c.alive)
    memory = plan(seen).memory
    return replace(seen, observed=replace(seen.observed, containers=left), memory=memory)


PHASES: dict[str, tuple[Look, str]] = {
    "nothing is there": (look(), "Pending"),
    "members are only created": (look(pause(), member("web", CREATED), member("box", CREATED)), "Pending"),
    "one member runs, the other waits": (look(pause(), member("web"), memory=PREPARED), "Pending"),
    "all run": (both(RUNNING), "Running"),
    "one runs, one has ended": (look(pause(), member("web"), member("box", EXITED), memory=PREPARED), "Running"),
    "all ended well, Always": (both(EXITED), "Running"),
    "all ended well, OnFailure": (over(both(EXITED, restart="OnFailure")), "Succeeded"),
    "all ended well, Never": (over(both(EXITED, restart="Never")), "Succeeded"),
    "one failed, OnFailure": (both(EXITED, restart="OnFailure", codes=(0, 1)), "Running"),
    "all ended well, Never, and pause is still there": (both(EXITED, restart="Never"), "Running"),
    "one failed, Never": (over(both(EXITED, restart="Never", codes=(0, 1))), "Failed"),
    "deleted, all ended well": (both(EXITED, desired=Desired.GONE), "Succeeded"),
    "deleted, one had to be killed": (both(EXITED, desired=Desired.GONE, codes=(0, 137)), "Failed"),
    "deleted, still running": (both(RUNNING, desired=Desired.GONE), "Running"),
}


@pytest.mark.parametrize("sentence", PHASES)
def test_phase(sentence: str) -> None:
    seen, phase = PHASES[sentence]
    assert of(seen)["phase"] == phase


def test_a_terminal_phase_never_changes() -> None:
    assert of(both(RUNNING), {"phase": "Succeeded"})["phase"] == "Succeeded"


def conditions(found: dict[str, Any]) -> dict[str, str]:
    return {c["type"]: c["status"] + (f":{c['reason']}" if "reason" in c else "") for c in found["conditions"]}


def test_a_running_pods_conditions_are_all_true() -> None:
    assert set(conditions(of(both(RUNNING))).values()) == {"True"}


def test_before_the_network_is_prepared_nothing_is_ready() -> None:
    found = conditions(of(look(pause(), member("web", CREATED), member("box", CREATED))))
    assert found == {
        "PodScheduled": "True",
        "PodReadyToStartContainers": "False",
        "Initialized": "True",
        "ContainersReady": "False:ContainersNotReady",
        "Ready": "False:ContainersNotReady",
    }


def test_a_finished_pod_says_why_it_is_not_ready() -> None:
    assert conditions(of(both(EXITED, restart="Never")))["Ready"] == "False:PodCompleted"
    assert conditions(of(both(EXITED, restart="Never", codes=(1, 0))))["Ready"] == "False:PodFailed"


def test_the_transition_time_stays_while_the_status_does() -> None:
    first = of(both(RUNNING))
    later = look(pause(), member("web"), member("box", EXITED), memory=PREPARED, now=NOW + timedelta(seconds=60))
    second = {c["type"]: c["lastTransitionTime"] for c in of(later, first)["conditions"]}
    assert second["PodScheduled"] == "2026-11-23T12:00:00Z"
    assert second["Ready"] == "2026-11-23T12:01:00Z"


def waiting(seen: Look, name: str = "web") -> dict[str, str]:
    state = next(c["state"] for c in of(seen)["containerStatuses"] if c["name"] == name)
    found: dict[str, str] = state["waiting"]
    return found


def test_a_pull_that_failed_is_shown_first_as_an_error_then_as_a_back_off() -> None:
    assert waiting(look(pause(), images={}, facts=(pulled("nginx:1"),)))["reason"] == "ErrImagePull"
    assert waiting(look(pause(), images={}, facts=(pulled("nginx:1", ago=3),))) == {
        "reason": "ImagePullBackOff",
        "message": 'Back-off pulling image "nginx:1": ErrImagePull: no such host',
    }


def test_a_member_that_cannot_start_again_without_its_pull_says_so_though_the_image_is_there() -> None:
    known = IMAGES | {"nginx:1": ImageOnNode("sha256:nginx")}
    seen = (pause(), member("web", EXITED, ago=5), member("box"))
    memory = PREPARED.model_copy(update={"pulled": {"web": 0}})
    facts = (pulled("nginx:1", "succeeded"), pulled("nginx:1", attempt=1))
    again = look(*seen, of=pod(policy="Always"), images=known, facts=facts, memory=memory)
    assert waiting(again)["reason"] == "ErrImagePull"
    present = look(*seen, images=known, facts=facts, memory=memory)
    assert waiting(present)["reason"] == "CrashLoopBackOff"


def test_an_image_that_is_built_here_is_waited_for_by_that_name_until_it_is_there() -> None:
    facts = (pulled("nginx:1", "building"),)
    assert waiting(look(pause(), images={}, facts=facts)) == {
        "reason": "ContainerCreating",
        "message": 'Waiting for image "nginx:1" to be built on this node',
    }
    assert waiting(look(pause(), images={}, facts=facts), "box") == {"reason": "ContainerCreating"}
    assert waiting(look(pause(), facts=facts)) == {"reason": "ContainerCreating"}


def test_an_image_that_may_not_be_pulled_is_never_pulled() -> None:
    only = {PAUSE_IMAGE: IMAGES[PAUSE_IMAGE]}
    assert waiting(look(pause(), of=pod(policy="Never"), images=only)) == {
        "reason": "ErrImageNeverPull",
        "message": 'Container image "nginx:1" is not present with pull policy of Never',
    }


def test_a_reference_nobody_can_read_is_named() -> None:
    broken = pod()
    spec = broken.spec.model_copy(
        update={"containers": (broken.spec.containers[0].model_copy(update={"image": "Not/An Image"}),)}
    )
    told = waiting(look(pause(), of=broken.model_copy(update={"spec": spec})))
    assert told["reason"] == "InvalidImageName"
    assert "Not/An Image" in told["message"]


def test_a_start_that_failed_waits_under_always_and_is_final_under_never() -> None:
    seen = (pause(), member("web", CREATED, error="no such file"), member("box"))
    assert waiting(look(*seen, memory=PREPARED)) == {"reason": "RunContainerError", "message": "no such file"}
    found = of(look(*seen, of=pod(restart="Never"), memory=PREPARED))["containerStatuses"][0]["state"]
    assert found["terminated"]["reason"] == "StartError"
    assert found["terminated"]["exitCode"] == 128


def test_a_member_in_back_off_shows_first_how_it_ended_then_what_it_waits_for() -> None:
    crashed = PREPARED.model_copy(update={"crashes": {"web": Crash(count=2, at=NOW - timedelta(seconds=9), attempt=2)}})
    early = look(pause(), member("web", EXITED, attempt=2, exit_code=1), member("box"), memory=crashed)
    web = of(early)["containerStatuses"][0]
    assert web["state"]["terminated"]["exitCode"] == 1
    late = look(pause(), member("web", EXITED, attempt=2, exit_code=1, ago=2), member("box"), memory=crashed)
    web = of(late)["containerStatuses"][0]
    assert web["state"]["waiting"] == {
        "reason": "CrashLoopBackOff",
        "message": "back-off 20s restarting failed container=web pod=demo_ada(u1)",
    }
    assert web["lastState"]["terminated"]["exitCode"] == 1
    assert web["restartCount"] == 2
    assert of(late)["phase"] == "Running"


def test_a_member_is_ready_when_its_probes_say_so() -> None:
    probed = pod(startup_probe=Probe(), readiness_probe=Probe())
    seen = (pause(), member("web"), member("box"))
    web = of(look(*seen, of=probed, memory=PREPARED))["containerStatuses"][0]
    assert (web["started"], web["ready"]) == (False, False)
    started = fact(WantedKind.PROBE, "web", of="startup")
    web = of(look(*seen, of=probed, memory=PREPARED, facts=(started,)))["containerStatuses"][0]
    assert (web["started"], web["ready"]) == (True, False)
    ready = (started, fact(WantedKind.PROBE, "web", of="readiness"))
    web = of(look(*seen, of=probed, memory=PREPARED, facts=ready))["containerStatuses"][0]
    assert (web["started"], web["ready"]) == (True, True)
    failed = (started, fact(WantedKind.PROBE, "web", "failed", of="readiness"))
    assert conditions(of(look(*seen, of=probed, memory=PREPARED, facts=failed)))["Ready"] == "False:ContainersNotReady"


def test_a_member_waits_until_its_poststart_hook_has_ended() -> None:
    hooked = pod(lifecycle=Lifecycle(post_start=LifecycleHandler(sleep=SleepAction(seconds=1))))
    seen = look(pause(), member("web"), member("box"), of=hooked, memory=PREPARED)
    assert waiting(seen) == {"reason": "ContainerCreating"}
    assert of(seen)["phase"] == "Pending"


INIT = (Container(name="i1", image="toolbox:1"), Container(name="s", image="toolbox:1", restart_policy="Always"))


def test_main_members_wait_for_the_init_members() -> None:
    found = of(look(pause(), member("i1"), of=pod(init=INIT), memory=PREPARED))
    assert found["phase"] == "Pending"
    assert [c["name"] for c in found["initContainerStatuses"]] == ["i1", "s"]
    assert found["initContainerStatuses"][1]["state"] == {"waiting": {"reason": "PodInitializing"}}
    assert found["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}
    assert conditions(found)["Initialized"] == "False:ContainersNotInitialized"


def test_an_init_member_that_fails_under_never_fails_the_pod() -> None:
    seen = look(pause(), member("i1", EXITED, exit_code=4), of=pod(init=INIT, restart="Never"), memory=PREPARED)
    found = of(over(seen))
    assert found["phase"] == "Failed"
    assert found["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}


def test_a_sidecar_counts_for_ready_and_not_for_the_end() -> None:
    done = (member("i1", EXITED), member("s"))
    seen = look(pause(), *done, member("web"), member("box"), of=pod(init=INIT), memory=PREPARED)
    assert set(conditions(of(seen)).values()) == {"True"}
    ended = (member("web", EXITED), member("box", EXITED))
    found = of(over(look(pause(), *done, *ended, of=pod(init=INIT, restart="Never"), memory=PREPARED)))
    assert found["phase"] == "Succeeded"
    broken = (member("i1", EXITED), member("s", EXITED, exit_code=137))
    found = of(over(look(pause(), *broken, *ended, of=pod(init=INIT, restart="Never"), memory=PREPARED)))
    assert found["phase"] == "Succeeded"


def test_a_readiness_gate_keeps_a_pod_from_ready_until_its_condition_is_true() -> None:
    gated = pod()
    gated = gated.model_copy(
        update={"spec": gated.spec.model_copy(update={"readiness_gates": (ReadinessGate(condition_type="web/up"),)})}
    )
    seen = look(pause(), member("web"), member("box"), of=gated, memory=PREPARED)
    assert conditions(of(seen))["Ready"] == "False:ReadinessGatesNotReady"
    assert conditions(of(seen))["ContainersReady"] == "True"
    given = {"web/up": {"type": "web/up", "status": "True"}}
    open_ = replace(seen, intent=replace(seen.intent, gates=given))
    assert conditions(of(open_))["Ready"] == "True"


def test_a_pod_past_its_deadline_has_failed() -> None:
    late = pod()
    late = late.model_copy(update={"spec": late.spec.model_copy(update={"active_deadline_seconds": 5})})
    taken = NOW - timedelta(seconds=5)
    found = of(over(look(pause(), member("web"), member("box"), of=late, memory=PREPARED, taken_on=taken)))
    assert (found["phase"], found["reason"]) == ("Failed", "DeadlineExceeded")


def test_a_member_that_was_replaced_shows_how_it_ended_last() -> None:
    ended = Termination(attempt=0, container_id="web-0", exit_code=137, reason="OOMKilled")
    memory = PREPARED.model_copy(update={"last": {"web": ended}})
    web = of(look(pause(), member("web", attempt=1), member("box"), memory=memory))["containerStatuses"][0]
    assert web["restartCount"] == 1
    assert web["lastState"]["terminated"]["reason"] == "OOMKilled"


def test_a_pod_no_node_takes_says_why() -> None:
    found = unscheduled("0/1 nodes are available: 1 Too many pods.", previous={}, now=NOW)
    assert conditions(found) == {"PodScheduled": "False:Unschedulable"}
    assert found["phase"] == "Pending"


def test_a_stopped_pod_says_that_somebody_stopped_it_or_why_the_playground_did() -> None:
    seen = both(EXITED, desired=Desired.STOPPED)
    assert of(seen)["reason"] == "Stopped"
    ending = {"reason": "Idle", "message": "nobody used it"}
    unused = of(replace(seen, intent=replace(seen.intent, ending=ending)))
    assert (unused["reason"], unused["message"]) == ("Idle", "nobody used it")
    running = both(RUNNING)
    assert "reason" not in of(replace(running, intent=replace(running.intent, ending=ending)))
