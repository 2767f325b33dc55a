"""A pass over real rows with the fakes: what it leaves in the row, the journal and on the node."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.db.models import F

from sandboxes.engine.faults import Crash
from sandboxes.errors import EngineError, EngineUnavailable
from sandboxes.models import ConfigObject, Fact, Pod, PodEvent, Step
from sandboxes.policy import RESTRICTED

from . import made
from .node import MANIFEST, FakeNode, a_pod, during

pytestmark = pytest.mark.django_db

RUNNING = {"": 1, "web": 1, "box": 1}
UP = {"": ["running"], "web": ["running"], "box": ["running"]}


def wake(pod: Pod) -> None:
    Pod.objects.filter(pk=pod.pk).update(wakes=F("wakes") + 1)


def delete(pod: Pod, *, grace: int = 30) -> None:
    Pod.objects.filter(pk=pod.pk).update(desired="GONE", deletion_grace=grace, wakes=F("wakes") + 1)


def reasons(pod: Pod) -> list[str]:
    return list(PodEvent.objects.filter(pod=pod).order_by("id").values_list("reason", flat=True))


def conditions(pod: Pod) -> dict[str, str]:
    pod.refresh_from_db()
    return {condition["type"]: condition["status"] for condition in pod.status["conditions"]}


def test_a_new_pod_is_running_after_one_pass() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    pod.refresh_from_db()
    assert node.states() == UP
    assert pod.status["phase"] == "Running"
    assert pod.status["podIP"].startswith("10.88.0.")
    assert set(conditions(pod).values()) == {"True"}
    assert pod.owner == ""
    assert sorted(reasons(pod)) == sorted(["Pulled", "Created", "Started"] * 2)


def test_every_engine_call_is_told_as_a_step() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    steps = Step.objects.filter(pod=pod)
    assert {(step.verb, step.object) for step in steps} == {
        ("MakeFiles", "pod"),
        ("CreatePause", "pause"),
        ("StartPause", "pause"),
        ("CreateMember", "web"),
        ("CreateMember", "box"),
        ("PrepareNetwork", "pause"),
        ("StartMember", "web"),
        ("StartMember", "box"),
    }
    assert {step.outcome for step in steps} == {"ok"}
    assert len(steps) == 8


def test_the_network_is_closed_before_the_first_member_starts() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    calls = node.faults.calls
    assert calls.index("fill_files") < calls.index("lock_network") < calls.index("start", calls.index("start") + 1)


def test_a_second_pass_does_nothing() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    pod.refresh_from_db()
    before, calls = pod.rev, len(node.faults.calls)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.rev == before
    assert set(node.faults.calls[calls:]) <= {"observe", "images", "files"}


def test_deleting_gives_grace_and_leaves_nothing() -> None:
    node, pod = FakeNode(), a_pod()
    node.engine.stubborn = {"web"}
    node.look(pod.uid)
    delete(pod)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert node.states() == {"": ["running"], "web": ["running"], "box": ["exited"]}
    assert pod.next_look_at is not None
    assert timedelta(seconds=29) <= pod.next_look_at - node.now <= timedelta(seconds=31)
    node.until_finished(pod.uid)
    pod.refresh_from_db()
    assert node.states() == {}
    assert node.host.written == {}
    assert pod.finished_at is not None
    assert pod.gone_at is not None
    assert "Killing" in reasons(pod)


def test_a_pod_deleted_while_it_is_built_goes_at_once() -> None:
    node, pod = FakeNode(), a_pod()
    during(node.engine, "create_pause", lambda: delete(pod, grace=0))
    node.until_finished(pod.uid)
    assert node.states() == {}


@pytest.mark.parametrize("verb", ["observe", "images"])
def test_what_happens_during_a_pass_is_seen_by_that_pass(verb: str) -> None:
    """The release compares `wakes`: a wake between observe and release makes the holder look again."""
    node, pod = FakeNode(), a_pod()

    def a_member_dies() -> None:
        for key, kept in node.engine.containers.items():
            if kept.identity.member == "web" and kept.seen.alive:
                node.engine.die(key, 7)
        wake(pod)

    node.look(pod.uid)
    wake(pod)
    during(node.engine, verb, a_member_dies)
    node.look(pod.uid)
    pod.refresh_from_db()
    web = next(c for c in pod.status["containerStatuses"] if c["name"] == "web")
    assert web["lastState"]["terminated"]["exitCode"] == 7
    assert "running" in web["state"]


@pytest.mark.parametrize("verb", ["observe", "images", "create_pause", "create_member", "inspect", "start"])
def test_who_deletes_while_a_pass_builds_is_heard_by_that_pass(verb: str) -> None:
    node, pod = FakeNode(), a_pod()
    during(node.engine, verb, lambda: delete(pod, grace=0))
    node.look(pod.uid)
    pod.refresh_from_db()
    assert node.states() == {}
    assert pod.finished_at is not None


def test_under_restricted_shared_memory_is_bounded_before_the_first_member_starts() -> None:
    node, pod = FakeNode(), a_pod()
    Pod.objects.filter(pk=pod.pk).update(profile="restricted")
    node.look(pod.uid)
    pause = next(key for key, kept in node.engine.containers.items() if kept.identity.is_pause)
    assert node.host.bounded == {pause: RESTRICTED.ipc.inodes}
    calls = node.faults.calls
    starts = [at for at, call in enumerate(calls) if call == "start"]
    assert starts[0] < calls.index("bound_shm") < starts[1]


def test_only_one_of_two_passes_works() -> None:
    node, pod = FakeNode(), a_pod()
    other = FakeNode()
    during(node.engine, "create_pause", lambda: other.look(pod.uid))
    node.look(pod.uid)
    assert other.faults.calls == []
    assert node.states() == UP


def test_a_pass_that_lost_its_claim_ends_quietly_and_writes_nothing() -> None:
    node, pod = FakeNode(), a_pod()

    def another_takes_over() -> None:
        Pod.objects.filter(pk=pod.pk).update(owner="someone else")

    during(node.engine, "create_pause", another_takes_over)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.owner == "someone else"
    assert pod.memory.get("locked", "") == ""


def test_a_dead_pause_takes_its_members_with_it_and_the_pod_comes_back() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    pause = next(key for key, kept in node.engine.containers.items() if kept.identity.is_pause)
    node.engine.die(pause, 137)
    wake(pod)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert node.running() == RUNNING
    assert [c["restartCount"] for c in pod.status["containerStatuses"]] == [1, 1]
    assert "SandboxChanged" in reasons(pod)


def test_an_engine_that_is_away_changes_no_phase_and_is_asked_again() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    node.faults.fail("observe", EngineUnavailable())
    wake(pod)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["phase"] == "Running"
    assert pod.next_look_at == node.now + timedelta(seconds=2)
    assert pod.owner == ""


def test_a_port_that_is_taken_is_told_with_the_engines_words_and_leaves_no_half_pod() -> None:
    node, pod = FakeNode(), a_pod()
    node.faults.fail("start", EngineError("listen tcp4 127.0.0.1:8080: bind: address already in use"))
    node.look(pod.uid)
    pod.refresh_from_db()
    found = {condition["type"]: condition for condition in pod.status["conditions"]}
    assert found["PodReadyToStartContainers"]["reason"] == "CreatePodSandboxError"
    assert "address already in use" in found["PodReadyToStartContainers"]["message"]
    assert pod.status["phase"] == "Pending"
    assert node.states() == {}
    assert "FailedCreatePodSandBox" in reasons(pod)
    node.now += timedelta(seconds=11)
    node.look(pod.uid)
    assert node.states() == UP


def test_a_command_that_does_not_exist_is_told_on_its_member_and_the_other_runs() -> None:
    node, pod = FakeNode(), a_pod()
    node.engine.refused["sha256:nginx:1"] = 'exec: "nope": executable file not found in $PATH: unknown'
    node.look(pod.uid)
    pod.refresh_from_db()
    web, box = pod.status["containerStatuses"]
    assert web["state"]["waiting"]["reason"] == "RunContainerError"
    assert "executable file not found" in web["state"]["waiting"]["message"]
    assert "running" in box["state"]
    assert pod.status["phase"] == "Running"  # as a kubelet says of it (recorded: err-07-not-found-always)
    assert pod.next_look_at is not None
    assert pod.next_look_at <= node.now + timedelta(seconds=11)


def test_an_image_that_does_not_exist_is_asked_for_and_told_as_kubernetes_does() -> None:
    node, pod = FakeNode(), a_pod()
    del node.engine.on_node["nginx:1"]
    node.look(pod.uid)
    pod.refresh_from_db()
    assert [want["name"] for want in made.wanted(pod)] == ["nginx:1"]
    Fact.objects.create(
        pod=pod,
        member="",
        attempt=0,
        kind="pull",
        name="nginx:1",
        outcome="failed",
        message="manifest unknown",
        at=node.now,
    )
    wake(pod)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["containerStatuses"][0]["state"]["waiting"] == {
        "reason": "ErrImagePull",
        "message": "manifest unknown",
    }
    node.now += timedelta(seconds=3)
    node.look(pod.uid)
    pod.refresh_from_db()
    waiting = pod.status["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert waiting["message"] == 'Back-off pulling image "nginx:1": ErrImagePull: manifest unknown'
    assert {"Failed", "BackOff"} <= set(reasons(pod))
    node.now += timedelta(seconds=8)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert [want["attempt"] for want in made.wanted(pod)] == [1]


def test_pull_secrets_that_are_not_there_are_told_at_first_and_with_each_pull_and_stop_nothing() -> None:
    secrets = [{"name": "a"}, {"name": "there"}, {"name": "b"}]
    node, pod = FakeNode(), a_pod(MANIFEST | {"spec": MANIFEST["spec"] | {"imagePullSecrets": secrets}})
    home = pod.namespace
    ConfigObject.objects.create(namespace=home, kind="Secret", name="there", content={}, created_at=node.now)
    ConfigObject.objects.create(namespace=home, kind="ConfigMap", name="a", content={}, created_at=node.now)
    node.look(pod.uid)
    wake(pod)
    node.look(pod.uid)
    assert node.states() == UP
    told = PodEvent.objects.get(pod=pod, reason="FailedToRetrieveImagePullSecret")
    assert (told.type, told.count, told.field_path) == ("Warning", 1, "")
    assert told.message == (
        "Unable to retrieve some image pull secrets (a, b); attempting to pull the image may not succeed."
    )
    away = a_pod(MANIFEST | {"spec": MANIFEST["spec"] | {"imagePullSecrets": secrets}}, name="away")
    del node.engine.on_node["nginx:1"]
    node.look(away.uid)
    assert reasons(away)[:2] == ["FailedToRetrieveImagePullSecret", "Pulling"]


def test_a_pull_is_told_from_asking_to_success() -> None:
    node, pod = FakeNode(), a_pod()
    image = node.engine.on_node.pop("nginx:1")
    node.look(pod.uid)
    assert "Pulling" in reasons(pod)
    Fact.objects.create(pod=pod, member="", attempt=0, kind="pull", name="nginx:1", outcome="succeeded", at=node.now)
    node.engine.on_node["nginx:1"] = replace(image, local=False)
    wake(pod)
    node.look(pod.uid)
    messages = set(PodEvent.objects.filter(pod=pod, reason="Pulled").values_list("message", flat=True))
    assert messages == {
        'Container image "toolbox:1" already present on machine',
        'Successfully pulled image "nginx:1"',
    }
    assert PodEvent.objects.get(pod=pod, reason="Pulling").count == 1


def test_an_image_that_is_built_on_the_node_is_told_as_that_and_not_as_pulled() -> None:
    node, pod = FakeNode(), a_pod()
    image = node.engine.on_node.pop("nginx:1")
    node.look(pod.uid)
    fact = Fact.objects.create(
        pod=pod, member="", attempt=0, kind="pull", name="nginx:1", outcome="building", at=node.now
    )
    wake(pod)
    node.look(pod.uid)
    pod.refresh_from_db()
    told = 'Waiting for image "nginx:1" to be built on this node'
    waiting = pod.status["containerStatuses"][0]["state"]["waiting"]
    assert waiting == {"reason": "ContainerCreating", "message": told}
    assert [want["attempt"] for want in made.wanted(pod)] == [0]
    assert PodEvent.objects.get(pod=pod, reason="Building").message == told
    fact.outcome = "succeeded"
    fact.save()
    node.engine.on_node["nginx:1"] = image
    wake(pod)
    node.look(pod.uid)
    messages = set(PodEvent.objects.filter(pod=pod, reason="Pulled").values_list("message", flat=True))
    assert messages == {f'Container image "{name}" already present on machine' for name in ("nginx:1", "toolbox:1")}


def test_a_row_that_says_more_than_its_profile_gives_builds_nothing() -> None:
    """The web tier writes the database; the node checks again."""
    port = {"containerPort": 80, "hostPort": 22, "protocol": "TCP"}
    spec = {"containers": [{"name": "a", "image": "nginx:1", "ports": [port]}]}
    node, pod = FakeNode(), a_pod(MANIFEST | {"spec": spec})
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["phase"] == "Failed"
    assert "spec.containers[0].ports[0].hostPort" in pod.status["message"]
    assert node.states() == {}
    delete(pod)
    node.until_finished(pod.uid)


def test_a_bug_pushes_the_pod_out_of_the_way_and_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    node, pod = FakeNode(), a_pod()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sandboxes.reconcile.plan", broken)
    with pytest.raises(ZeroDivisionError):
        node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.owner == ""
    assert pod.next_look_at == node.now + timedelta(minutes=5)


def test_no_pause_starts_on_a_bridge_that_nothing_guards() -> None:
    """After a reboot the bridge is there before watch has closed it."""
    node, pod = FakeNode(), a_pod()
    node.host.guarded = False
    node.look(pod.uid)
    assert "start" not in node.faults.calls
    assert node.states() == {}
    node.host.guarded = True
    node.now += timedelta(seconds=11)
    node.look(pod.uid)
    assert node.states() == UP


def test_a_signal_the_engine_refuses_is_followed_by_kill_all_the_same() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    node.faults.fail("signal", EngineError("invalid signal: SIGWHAT"), times=2)
    node.engine.stubborn = {"web", "box"}
    delete(pod, grace=5)
    node.until_finished(pod.uid)
    assert node.states() == {}
    assert "FailedKillPod" in reasons(pod)


def test_another_nodes_pod_is_left_alone() -> None:
    node, pod = FakeNode(), a_pod(node="n2")
    node.look(pod.uid)
    assert node.faults.calls == []


def test_who_deletes_during_a_pass_that_breaks_need_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    node, pod = FakeNode(), a_pod()
    during(node.engine, "observe", lambda: delete(pod))

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sandboxes.reconcile.plan", broken)
    with pytest.raises(ZeroDivisionError):
        node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.next_look_at == node.now


def test_an_engine_that_answers_with_an_error_is_asked_again_soon() -> None:
    node, pod = FakeNode(), a_pod()
    node.faults.fail("observe", EngineError("500: layer does not exist"))
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.next_look_at == node.now + timedelta(seconds=2)


def test_a_row_nobody_can_read_builds_nothing_and_can_be_deleted() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    Pod.objects.filter(pk=pod.pk).update(manifest={"kind": 7}, profile="no such", wakes=F("wakes") + 1)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["reason"] == "SpecRefused"
    delete(pod, grace=0)
    node.until_finished(pod.uid)
    assert node.states() == {}


def test_the_last_nudge_names_the_newest_rev(monkeypatch: pytest.MonkeyPatch) -> None:
    node, pod = FakeNode(), a_pod()
    nudges: list[int] = []
    monkeypatch.setattr("sandboxes.publish.pod_changed", lambda _, rev: nudges.append(rev))
    monkeypatch.setattr("sandboxes.rows.transaction.on_commit", lambda call: call())
    node.look(pod.uid)
    delete(pod, grace=0)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert nudges[-1] == pod.rev
    assert nudges == sorted(nudges)


def test_steps_and_events_are_bounded() -> None:
    node, pod = FakeNode(), a_pod()
    seen = {"first_seen": node.now, "last_seen": node.now}
    for number in range(600):
        PodEvent.objects.create(pod=pod, type="Normal", reason="R", message=str(number), digest=str(number), **seen)
        Step.objects.create(pod=pod, pass_id="p", verb="V", object="o", started=node.now, ms=0, outcome="ok")
    node.look(pod.uid)
    assert Step.objects.filter(pod=pod).count() == 200
    assert PodEvent.objects.filter(pod=pod).count() == 500


CHAIN = [
    {"name": "i1", "image": "toolbox:1"},
    {"name": "side", "image": "toolbox:1", "restartPolicy": "Always"},
    {"name": "i2", "image": "toolbox:1"},
]


def with_init() -> Pod:
    return a_pod(MANIFEST | {"spec": MANIFEST["spec"] | {"initContainers": CHAIN}})


def killed(node: FakeNode, member: str) -> None:
    """The first process of the member that runs ends ("" is pause)."""
    living = (key for key, kept in node.engine.containers.items() if kept.identity.member == member and kept.seen.alive)
    node.engine.die(next(living), 137)


def ignoring_term(node: FakeNode, pod: Pod) -> None:
    node.engine.stubborn = {"web"}
    delete(pod)


def removed(node: FakeNode, pod: Pod) -> None:
    web = next(key for key, kept in node.engine.containers.items() if kept.identity.member == "web")
    node.engine.remove(web)


# What happens to a pod that is up, by scenario.
HAPPENINGS: dict[str, Callable[[FakeNode, Pod], object]] = {
    "sidecar dies": lambda node, pod: killed(node, "side"),
    "delete": lambda node, pod: delete(pod),
    "delete, a member ignores TERM": ignoring_term,
    "delete with a sidecar": lambda node, pod: delete(pod),
    "delete with a sidecar, a member ignores TERM": ignoring_term,
    "delete at once": lambda node, pod: delete(pod, grace=0),
    "pause dies": lambda node, pod: killed(node, ""),
    "pause dies in a pod with init members": lambda node, pod: killed(node, ""),
    "a member is removed behind our back": removed,
    "stop": lambda node, pod: Pod.objects.filter(pk=pod.pk).update(desired="STOPPED"),
}
# The exit codes of the first starts, by scenario: pods that have a way to go before they are up.
BEGINNINGS: dict[str, dict[str, list[int]]] = {
    "create": {},
    "init chain": {"i1": [3, 1, 0]},
    "restart loop": {"web": [1, 1, 1]},
}
SCENARIOS = (*BEGINNINGS, *HAPPENINGS)


def scenario(name: str) -> tuple[FakeNode, Pod]:
    """A pod at the point from which a scenario crashes."""
    node = FakeNode()
    pod = with_init() if "init" in name or "sidecar" in name else a_pod()
    begun = {member: list(codes) for member, codes in BEGINNINGS.get(name, {}).items()}
    node.engine.short = {"i1": [0] * 9, "i2": [0] * 9} | begun
    if name in HAPPENINGS:
        node.until_finished(pod.uid)
        HAPPENINGS[name](node, pod)
        wake(pod)
    return node, pod


def assert_settled(name: str, node: FakeNode, pod: Pod) -> None:
    """What the scenario comes to, and nothing besides: one pause, one running container a member, in order."""
    pod.refresh_from_db()
    kept = [container.identity for container in node.engine.containers.values()]
    assert len({(identity.member, identity.attempt) for identity in kept}) == len(kept)
    if name.startswith("delete"):
        assert node.states() == {}
        assert node.host.written == {}
        assert pod.finished_at is not None
    elif name == "stop":
        assert node.running() == {}
        assert "" not in node.states()
    else:
        side = {"side": 1} if "init" in name or "sidecar" in name else {}
        assert node.running() == RUNNING | side
        assert pod.status["phase"] == "Running"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_worker_killed_before_or_after_any_call_leaves_nothing_undone(name: str) -> None:
    """Converges, no duplicate, no leak: for every call of the scenario, crashed before it and after it."""
    node, pod = scenario(name)
    begun = node.faults.count
    node.until_finished(pod.uid)
    assert_settled(name, node, pod)
    calls = range(begun + 1, node.faults.count + 1)
    pod.delete()
    # All of them in `./play soak`; what a database has to do with it shows in a few.
    step = int(os.environ.get("PLAYGROUND_SOAK_STRIDE", "9" if connection.vendor == "postgresql" else "3"))
    for n, after in product(calls[::step], (False, True)):
        node, pod = scenario(name)
        (node.faults.crash_after if after else node.faults.crash_before)(n)
        with pytest.raises(Crash):
            for _ in range(len(calls)):
                node.look(pod.uid)
                node.now = max(node.now, Pod.objects.get(pk=pod.pk).next_look_at or node.now)
        node.now += timedelta(seconds=16)
        node.until_finished(pod.uid)
        assert_settled(name, node, pod)
        pod.delete()
