"""Pods end when their time is over by the database's clock, are stopped when nobody uses them, and say why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.db.models.functions import Now
from django.utils import timezone

from people.models import Guest
from sandboxes import lifetimes, pods, sweep, tasks
from sandboxes.management.commands import sample
from sandboxes.models import Node, Pod, PodEvent
from sandboxes.namespaces import namespace_of
from tests.service import made
from tests.service.caller import Caller, manifest, user
from tests.service.node import FakeNode, a_pod
from tests.service.test_consumers import bearer, change, message, node, page

__all__ = ["node"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)
PODS, POD = "/api/v1/namespaces/alice/pods", "/api/playground/v1/namespaces/alice/pods/web"
EXPIRES, LATEST, IDLE = "playground/expires-at", "playground/extendable-until", "playground/idle-seconds"
RUNNING = {"phase": "Running"}


@pytest.fixture
def alice() -> Iterator[Caller]:
    yield Caller("alice")


@pytest.fixture(autouse=True)
def forgets() -> None:
    """No use of an earlier test counts as noted a moment ago."""
    lifetimes.noted.clear()


def ago(column: str, **span: float) -> None:
    """Put a time of every pod so far into the past of the database's clock."""
    Pod.objects.update(**{column: Now() - timedelta(**span)})


def reasons() -> list[str]:
    return [str(found.rule.why) for found in lifetimes.over()]


def stamped(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_new_pod_says_when_it_ends_and_how_far_that_can_be_put_off(alice: Caller) -> None:
    notes = alice.post(PODS, manifest()).body["metadata"]["annotations"]
    left = stamped(notes[EXPIRES]) - timezone.now()
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)
    assert stamped(notes[LATEST]) - stamped(notes[EXPIRES]) == timedelta(hours=16)


def test_a_guests_pod_lives_for_an_hour_and_two_at_most() -> None:
    guest = Caller("guest")
    Guest.objects.create(user=guest.user, expires_at=timezone.now() + timedelta(hours=4))
    notes = guest.post("/api/v1/namespaces/guest/pods", manifest()).body["metadata"]["annotations"]
    left = stamped(notes[EXPIRES]) - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert stamped(notes[LATEST]) - stamped(notes[EXPIRES]) == timedelta(hours=1)


def test_without_a_time_a_pod_does_not_end(alice: Caller, settings: Any) -> None:
    settings.POD_TTL = 0
    assert EXPIRES not in alice.post(PODS, manifest()).body["metadata"]["annotations"]
    refused = alice.post(f"{POD}/extend", {"minutes": 10})
    assert (refused.code, refused.causes) == (422, [("minutes", "FieldValueInvalid")])
    assert "the pod does not end by itself" in refused.body["message"]
    assert reasons() == []


def test_a_pod_says_after_how_many_seconds_without_use_it_is_stopped(alice: Caller, settings: Any) -> None:
    assert alice.post(PODS, manifest()).body["metadata"]["annotations"][IDLE] == "3600"
    settings.IDLE = 0
    assert IDLE not in alice.get(f"{PODS}/web").body["metadata"]["annotations"]


def test_a_copy_of_a_pods_annotations_does_not_move_its_end(alice: Caller) -> None:
    whole = alice.post(PODS, manifest()).body
    end = whole["metadata"]["annotations"][EXPIRES]
    whole["metadata"]["annotations"][EXPIRES] = "2099-01-01T00:00:00Z"
    assert alice.put(f"{PODS}/web", whole).body["metadata"]["annotations"][EXPIRES] == end


def test_a_pod_is_extended_up_to_a_ceiling_that_is_named(alice: Caller) -> None:
    before = alice.post(PODS, manifest()).body["metadata"]["annotations"]
    after = alice.post(f"{POD}/extend", {"minutes": 30}).body["metadata"]["annotations"]
    assert stamped(after[EXPIRES]) - stamped(before[EXPIRES]) == timedelta(minutes=30)
    refused = alice.post(f"{POD}/extend", {"minutes": 24 * 60})
    assert (refused.code, refused.causes) == (422, [("minutes", "FieldValueInvalid")])
    told = f"may live until {before[LATEST]} at the latest, which is 930 min more than it has"
    assert told in refused.body["message"]
    assert alice.post(f"{POD}/extend", {"minutes": 930}).code == 200


@pytest.mark.parametrize("body", [{}, {"minutes": 0}, {"minutes": "ten"}, {"minutes": 1e9}, {"hours": 1}])
def test_a_span_that_is_none_is_refused_by_name(alice: Caller, body: dict[str, Any]) -> None:
    alice.post(PODS, manifest())
    refused = alice.post(f"{POD}/extend", body)
    assert refused.code == 400
    assert refused.causes


def test_a_pod_that_is_being_deleted_is_not_extended(alice: Caller) -> None:
    made.pod(expires_at=timezone.now(), ends_at_latest=timezone.now() + timedelta(hours=1), desired="GONE")
    assert alice.post(f"{POD}/extend", {"minutes": 1}).code == 409


def test_an_expired_pod_goes_the_way_of_every_deletion_with_an_event(alice: Caller) -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    ago("expires_at", seconds=1)
    tasks.sweep()
    pod.refresh_from_db()
    assert (pod.desired, pod.deletion_grace, pod.gone_at) == ("GONE", 30, None)
    event = PodEvent.objects.get(reason="Expired")
    assert (event.type, event.count) == ("Normal", 1)
    assert event.message.startswith("The playground deletes this pod: the time it was given")
    node.until_finished(pod.uid)
    assert node.states() == {}
    tasks.sweep()
    assert PodEvent.objects.get(reason="Expired").count == 1


def test_a_pod_without_a_node_that_expires_is_finished(alice: Caller) -> None:
    pod = a_pod(node=None)
    ago("expires_at", seconds=1)
    tasks.sweep()
    assert sweep.schedule(pod.uid, timezone.now()) is None
    pod.refresh_from_db()
    assert pod.finished_at is not None


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_host_whose_clock_is_wrong_ends_no_pod_early_and_none_late(
    alice: Caller, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    really = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: really() + timedelta(minutes=minutes))
    notes = alice.post(PODS, manifest()).body["metadata"]["annotations"]
    assert abs((stamped(notes[EXPIRES]) - really() - timedelta(hours=8)).total_seconds()) < 30
    Pod.objects.update(expires_at=Now() + timedelta(minutes=5), status=RUNNING)
    ago("used_at", minutes=55)
    ago("wanted_since", minutes=55)
    assert reasons() == []
    tasks.sweep()
    assert Pod.objects.get().desired == "RUNNING"
    ago("expires_at", seconds=1)
    assert reasons() == ["Expired"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_deletion_is_dated_by_the_databases_clock(
    alice: Caller, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    really = timezone.now

    def off_by(found: datetime, seconds: int) -> float:
        return abs((found - really() - timedelta(seconds=seconds)).total_seconds())

    namespace_of(alice.user)
    rows = {name: made.pod(name=name) for name in ("asked", "dry", "at-once", "expired")}
    monkeypatch.setattr(timezone, "now", lambda: really() + timedelta(minutes=minutes))
    told = alice.delete(f"{PODS}/dry?gracePeriodSeconds=20&dryRun=All").body["metadata"]
    assert off_by(stamped(told["deletionTimestamp"]), 20) < 30
    for grace in (20, 10):  # the second shortens what the first began
        alice.delete(f"{PODS}/asked?gracePeriodSeconds={grace}")
    alice.delete(f"{PODS}/at-once?gracePeriodSeconds=0")
    Pod.objects.filter(name="expired").update(expires_at=Now() - timedelta(seconds=1))
    tasks.sweep()
    for row in rows.values():
        row.refresh_from_db()
    assert rows["dry"].deletion_at is None
    assert rows["asked"].deletion_at and off_by(rows["asked"].deletion_at, 10) < 30
    assert rows["at-once"].gone_at and off_by(rows["at-once"].gone_at, 0) < 30
    assert rows["expired"].deletion_at and off_by(rows["expired"].deletion_at, 30) < 30


def test_a_pod_that_nobody_uses_is_stopped_and_says_so(alice: Caller) -> None:
    node, pod = FakeNode(), a_pod()
    node.look(pod.uid)
    ago("used_at", minutes=59)
    assert reasons() == []
    ago("used_at", minutes=61)
    tasks.sweep()
    pod.refresh_from_db()
    assert (pod.desired, pod.gone_at) == ("STOPPED", None)
    assert PodEvent.objects.get(reason="Idle").type == "Warning"
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["reason"] == "Idle"
    assert "nobody has watched or used it for 1 h" in pod.status["message"]
    assert reasons() == []


def test_a_pod_that_nobody_ever_watched_is_stopped(alice: Caller) -> None:
    alice.post(PODS, manifest())
    Pod.objects.update(status=RUNNING)
    ago("wanted_since", minutes=61)
    assert reasons() == ["NeverUsed"]
    alice.get(f"{PODS}/web")
    assert reasons() == []


def test_a_list_of_pods_is_no_use_of_each(alice: Caller) -> None:
    alice.post(PODS, manifest())
    alice.get(PODS)
    assert Pod.objects.get().used_at is None


def test_use_is_written_once_a_minute_at_most(alice: Caller, django_assert_num_queries: Any) -> None:
    pod = made.pod()
    lifetimes.note_use(pod.uid)
    first = Pod.objects.get().used_at
    assert first is not None
    with django_assert_num_queries(0):
        lifetimes.note_use(pod.uid)
    lifetimes.noted.clear()  # another process
    lifetimes.note_use(pod.uid)
    assert Pod.objects.get().used_at == first


@pytest.mark.usefixtures("database_thread", "node")
async def test_who_goes_on_watching_a_pod_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.consumers.TRUSTED", 0.0)
    pod = await database_sync_to_async(made.pod)()
    async with page(await bearer("alice")) as socket:
        await message(socket)
        await change(pod, nudge=False, used_at=None)
        lifetimes.noted.clear()
        await change(pod, rev=2)
        await message(socket)
        assert await database_sync_to_async(Pod.objects.values_list("used_at", flat=True).get)(pk=pod.pk)


def test_a_start_that_hangs_is_ended_and_says_what_it_waited_for(alice: Caller) -> None:
    pod = a_pod()
    waits = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
    status = {"phase": "Pending", "containerStatuses": [{"name": "web", "state": waits}]}
    Pod.objects.update(status=status)
    ago("wanted_since", minutes=14)
    assert reasons() == []
    ago("wanted_since", minutes=16)
    assert reasons() == ["StartDeadlineExceeded"]
    tasks.sweep()
    event = PodEvent.objects.get()
    assert (event.reason, event.type) == ("StartDeadlineExceeded", "Warning")
    assert "within 15 min. Member web waits: ImagePullBackOff no such image." in event.message
    node = FakeNode()
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.status["reason"] == "StartDeadlineExceeded"
    assert node.states() == {}


def test_a_pod_that_no_node_takes_is_given_up_and_tried_again_when_it_is_started(alice: Caller) -> None:
    alice.post(PODS, manifest())
    uid = Pod.objects.get().uid
    sweep.schedule(uid, timezone.now())
    ago("wanted_since", minutes=16)
    tasks.sweep()
    assert sweep.schedule(uid, timezone.now()) is None
    status = alice.get(f"{PODS}/web").body["status"]
    assert (status["phase"], status["reason"]) == ("Pending", "StartDeadlineExceeded")
    assert "0/0 nodes are available" in status["message"]
    assert [found for found, _ in sweep.due(timezone.now() + timedelta(days=1))] == []
    Node.objects.create(name="n1", ready=True, seen_at=timezone.now())
    assert alice.post(f"{POD}/start", {}).code == 200
    assert sweep.schedule(uid, timezone.now()) == "n1"
    assert reasons() == []


def test_a_pod_that_is_started_again_has_its_time_to_start_and_to_be_used(alice: Caller) -> None:
    made.pod(status=RUNNING)
    ago("used_at", minutes=61)
    tasks.sweep()
    assert Pod.objects.get().desired == "STOPPED"
    assert alice.post(f"{POD}/start", {}).code == 200
    pod = Pod.objects.get()
    assert (pod.desired, pod.ending) == ("RUNNING", {})
    Pod.objects.update(status={"phase": "Pending"})
    assert reasons() == []


def test_the_sample_pod_is_started_again_when_it_was_stopped_for_nobody_used_it() -> None:
    owner = user("admin", staff=True)
    home = namespace_of(owner).name
    assert sample._make(owner, home)
    Pod.objects.update(desired="STOPPED")
    assert not sample._make(owner, home)
    assert Pod.objects.get().desired == "RUNNING"


def test_a_stopped_pod_expires_and_a_finished_one_is_not_stopped(alice: Caller) -> None:
    made.pod(name="stopped", desired="STOPPED", status=RUNNING)
    made.pod(name="done", status={"phase": "Succeeded"})
    ago("used_at", hours=5)
    assert reasons() == []
    ago("expires_at", seconds=1)
    assert reasons() == ["Expired", "Expired"]


def test_a_pod_that_is_used_or_extended_between_the_look_and_the_end_goes_on(alice: Caller) -> None:
    pod = made.pod(status=RUNNING)
    ago("expires_at", seconds=1)
    found = lifetimes.over()
    Pod.objects.update(expires_at=Now() + timedelta(minutes=1))
    assert [lifetimes.end(one, timezone.now()) for one in found] == [False]
    assert Pod.objects.get(pk=pod.pk).desired == "RUNNING"


def test_a_row_nobody_can_read_keeps_no_other_pod_from_its_end(alice: Caller) -> None:
    broken, pod = made.pod(name="broken", manifest={"kind": 7}), made.pod(name="web")
    ago("expires_at", seconds=1)
    tasks.sweep()
    assert dict(Pod.objects.values_list("uid", "desired")) == {broken.uid: "RUNNING", pod.uid: "GONE"}


def test_one_query_decides(alice: Caller, django_assert_num_queries: Any) -> None:
    for i in range(5):
        made.pod(name=f"web-{i}", status=RUNNING)
    ago("used_at", minutes=61)
    with django_assert_num_queries(1):
        assert len(lifetimes.over()) == 5


def test_the_object_says_what_the_row_does(alice: Caller) -> None:
    pod = made.pod(expires_at=datetime.fromisoformat("2099-01-01T10:00:00+00:00"))
    notes = pods.pod_object(Pod.objects.select_related("namespace").get(pk=pod.pk))["metadata"]["annotations"]
    assert notes[EXPIRES] == "2099-01-01T10:00:00Z"
    assert LATEST not in notes
