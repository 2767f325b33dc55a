"""The sweep finds what messages lost, places what has no node, and removes what has no row, with a brake."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from sandboxes import sweep
from sandboxes.engine.naming import Identity, canary_uids
from sandboxes.errors import EngineError
from sandboxes.models import Node, Pod, PodEvent
from sandboxes.spec.files import PodFiles
from sandboxes.world import RunState

from .node import MANIFEST, FakeNode, a_pod

pytestmark = pytest.mark.django_db


def uids() -> set[uuid.UUID]:
    return {uid for uid, _ in sweep.due(timezone.now())}


def test_a_new_pod_is_due() -> None:
    pod = a_pod()
    assert uids() == {pod.uid}


def test_a_pod_in_work_is_not_due_until_its_claim_runs_out() -> None:
    pod = a_pod()
    Pod.objects.update(owner="a worker", until=timezone.now() + timedelta(minutes=5))
    assert uids() == set()
    Pod.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert uids() == {pod.uid}


def test_a_settled_pod_is_due_when_its_time_comes_and_at_once_when_woken() -> None:
    pod = a_pod()
    Pod.objects.update(next_look_at=timezone.now() + timedelta(seconds=60))
    assert uids() == set()
    assert sweep.wake(pod.uid, timezone.now())
    assert uids() == {pod.uid}


def test_a_finished_pod_is_never_due_and_its_row_goes_after_a_day() -> None:
    a_pod()
    now = timezone.now()
    Pod.objects.update(finished_at=now - timedelta(hours=23))
    assert uids() == set()
    assert sweep.drop_old_rows(now) == 0
    assert sweep.drop_old_rows(now + timedelta(hours=2)) > 0
    assert Pod.objects.count() == 0


def ready_node(name: str = "n1") -> Node:
    return Node.objects.create(name=name, ready=True, seen_at=timezone.now())


def test_a_pod_is_placed_on_a_ready_node_once() -> None:
    pod = a_pod(node=None)
    ready_node()
    assert sweep.schedule(pod.uid, timezone.now()) == "n1"
    assert sweep.schedule(pod.uid, timezone.now()) == "n1"
    assert list(PodEvent.objects.values_list("reason", "message", "count")) == [
        ("Scheduled", "Successfully assigned ada/demo to n1", 1)
    ]


def test_a_pod_without_a_node_says_why_and_waits() -> None:
    pod = a_pod(node=None)
    node = ready_node()
    node.ready = False
    node.save()
    assert sweep.schedule(pod.uid, timezone.now()) is None
    pod.refresh_from_db()
    assert pod.status["conditions"][0]["message"] == "0/1 nodes are available: 1 node(s) were not ready."
    assert PodEvent.objects.get().reason == "FailedScheduling"


def test_a_silent_node_takes_nothing() -> None:
    pod = a_pod(node=None)
    Node.objects.create(name="n1", ready=True, seen_at=timezone.now() - timedelta(seconds=30))
    assert sweep.schedule(pod.uid, timezone.now()) is None


def test_two_pods_cannot_have_the_same_host_port() -> None:
    ports = [{"containerPort": 80, "hostPort": 18080}]
    manifest = MANIFEST | {"spec": {"containers": [{"name": "a", "image": "nginx:1", "ports": ports}]}}
    ready_node()
    first, second = (a_pod(manifest, node=None, name=name) for name in ("first", "second"))
    assert sweep.schedule(first.uid, timezone.now()) == "n1"
    assert sweep.schedule(second.uid, timezone.now()) is None


def test_a_pod_deleted_before_it_had_a_node_is_finished() -> None:
    pod = a_pod(node=None)
    Pod.objects.update(desired="GONE")
    assert sweep.schedule(pod.uid, timezone.now()) is None
    pod.refresh_from_db()
    assert pod.finished_at is not None


def orphaned(node: FakeNode, count: int = 1) -> None:
    for _ in range(count):
        uid = uuid.uuid4()
        pause = node.engine.put(Identity("test", uid, "lost", "", 0, 0), RunState.RUNNING)
        node.engine.put(Identity("test", uid, "lost", "web", 0, 0), RunState.RUNNING, pause_id=pause)
        node.host.make_files(uid, PodFiles())


def test_what_no_row_owns_is_removed_members_first() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    orphaned(node)
    assert sweep.remove_orphans(node.tools) == 1
    assert {kept.identity.uid for kept in node.engine.containers.values()} == {pod.uid}
    assert set(node.host.written) == {pod.uid}


def test_what_a_finished_pod_left_is_removed() -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    Pod.objects.update(finished_at=timezone.now())
    assert sweep.remove_orphans(node.tools) == 1
    assert node.states() == {}


def test_many_orphans_at_once_are_left_for_a_person() -> None:
    node = FakeNode()
    orphaned(node, 6)
    assert sweep.remove_orphans(node.tools) == 0
    assert len(node.engine.containers) == 12


def test_nothing_is_removed_when_the_rows_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    node = FakeNode()
    orphaned(node)

    def fails(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(Pod.objects, "filter", fails)
    with pytest.raises(DatabaseError):
        sweep.remove_orphans(node.tools)
    assert len(node.engine.containers) == 2


def test_the_canary_is_no_orphan() -> None:
    node = FakeNode()
    for uid in canary_uids("test"):
        node.engine.put(Identity("test", uid, "canary", "", 0, 0), RunState.RUNNING)
    assert sweep.remove_orphans(node.tools) == 0
    assert len(node.engine.containers) == 2


def test_one_orphan_that_cannot_be_removed_does_not_keep_the_others() -> None:
    node = FakeNode()
    orphaned(node, 2)
    node.faults.fail("remove", EngineError("device or resource busy"))
    sweep.remove_orphans(node.tools)
    assert len({kept.identity.uid for kept in node.engine.containers.values()}) == 1


def test_a_node_that_was_not_heard_of_for_long_is_sent_nothing() -> None:
    a_pod()
    Node.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
    assert uids() == set()
    assert sweep.node_names(timezone.now()) == []


def test_a_row_nobody_can_read_keeps_no_other_pod_from_its_node() -> None:
    ready_node()
    broken, pod = a_pod(name="broken"), a_pod(node=None)
    Pod.objects.filter(pk=broken.pk).update(manifest={"kind": 7})
    assert sweep.schedule(pod.uid, timezone.now()) == "n1"
