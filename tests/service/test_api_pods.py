"""Pods over HTTP: created, listed, read, deleted, in Kubernetes' shapes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from sandboxes.api import shapes
from sandboxes.models import Node, Pod, PodEvent
from tests.service import made
from tests.service.caller import Caller, manifest

pytestmark = pytest.mark.django_db
PODS = "/api/v1/namespaces/alice/pods"


@pytest.fixture
def alice() -> Caller:
    return Caller("alice")


def on_a_node(name: str = "web", **columns: object) -> Pod:
    """That pod's row, with a node and these columns."""
    node, _ = Node.objects.get_or_create(name="n1")
    Pod.objects.filter(name=name, gone_at=None).update(node=node, **columns)
    return Pod.objects.get(name=name, gone_at=None)


def test_a_pod_is_accepted_with_defaults_a_row_and_a_wake(alice: Caller) -> None:
    created = alice.post(PODS, manifest())
    assert created.code == 201
    pod = shapes.Pod.model_validate_json(json.dumps(created.body))
    assert pod.spec.restart_policy == "Always"
    assert pod.spec.termination_grace_period_seconds == 5
    assert pod.metadata.namespace == "alice"
    assert (pod.status.phase, pod.status.qos_class) == ("Pending", "BestEffort")
    row = Pod.objects.get()
    assert str(row.uid) == pod.metadata.uid
    assert (row.desired, row.profile, row.rev, row.wakes, row.gone_at) == ("RUNNING", "baseline", 1, 1, None)
    assert str(row.resource_version) == pod.metadata.resource_version


def test_a_pod_may_be_written_in_yaml(alice: Caller) -> None:
    text = "kind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: a\n    image: nginx\n"
    assert alice.post(PODS, text, "application/yaml").code == 201


def test_what_the_server_owns_is_dropped_silently(alice: Caller) -> None:
    body = manifest()
    body["metadata"] |= {"uid": "mine", "resourceVersion": "7", "creationTimestamp": None}
    created = alice.post(PODS, body | {"status": {"phase": "Running"}})
    assert created.code == 201
    assert created.body["metadata"]["uid"] != "mine"
    assert created.body["status"]["phase"] == "Pending"


def test_a_dry_run_checks_everything_and_keeps_nothing(alice: Caller) -> None:
    assert alice.post(f"{PODS}?dryRun=All", manifest()).code == 201
    assert not Pod.objects.exists()
    alice.post(PODS, manifest())
    assert alice.post(f"{PODS}?dryRun=All", manifest()).body["reason"] == "AlreadyExists"
    assert alice.post(f"{PODS}?dryRun=All", manifest("Bad")).causes == [("metadata.name", "FieldValueInvalid")]
    assert Pod.objects.count() == 1


def test_another_dry_run_is_refused(alice: Caller) -> None:
    refused = alice.post(f"{PODS}?dryRun=Some", manifest())
    assert (refused.code, refused.causes) == (422, [("dryRun", "FieldValueNotSupported")])
    assert refused.body["details"]["group"] == "meta.k8s.io"
    assert alice.delete(f"{PODS}/web?dryRun=x").code == 422


def test_a_name_is_made_from_generate_name(alice: Caller) -> None:
    body = manifest()
    body["metadata"] = {"generateName": "x" * 70 + "-"}
    assert alice.post(PODS, body).code == 201
    body["metadata"] = {"generateName": "web-"}
    name = alice.post(PODS, body).body["metadata"]["name"]
    assert name.startswith("web-")
    assert len(name) == len("web-") + 5


def test_a_name_in_use_is_refused_until_its_pod_is_gone(alice: Caller) -> None:
    alice.post(PODS, manifest())
    refused = alice.post(PODS, manifest())
    assert (refused.code, refused.body["reason"]) == (409, "AlreadyExists")
    assert refused.body["message"] == 'pods "web" already exists'
    assert refused.body["details"] == {"name": "web", "kind": "pods"}
    Pod.objects.update(gone_at=timezone.now())
    assert alice.post(PODS, manifest()).code == 201


def test_two_namespaces_may_use_one_name(alice: Caller) -> None:
    bob = Caller("bob")
    assert alice.post(PODS, manifest()).code == 201
    assert bob.post("/api/v1/namespaces/bob/pods", manifest()).code == 201


def test_a_pod_is_read_and_listed_as_it_was_created(alice: Caller) -> None:
    created = alice.post(PODS, manifest()).body
    assert alice.get(f"{PODS}/web").body == created
    listed = alice.get(PODS).body
    shapes.PodList.model_validate_json(json.dumps(listed))
    assert listed["items"] == [created]
    assert listed["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]


def test_a_list_is_narrowed_by_labels_and_fields(alice: Caller) -> None:
    for name in ("one", "two"):
        body = manifest(name)
        body["metadata"]["labels"] = {"app": name}
        alice.post(PODS, body)
    chosen = alice.get(PODS, labelSelector="app=two").body["items"]
    assert [pod["metadata"]["name"] for pod in chosen] == ["two"]
    chosen = alice.get(PODS, fieldSelector="metadata.name!=two").body["items"]
    assert [pod["metadata"]["name"] for pod in chosen] == ["one"]
    assert alice.get(PODS, labelSelector="a in (b)").code == 400


def test_a_resource_version_only_grows(alice: Caller) -> None:
    first = int(alice.post(PODS, manifest("one")).body["metadata"]["resourceVersion"])
    second = int(alice.post(PODS, manifest("two")).body["metadata"]["resourceVersion"])
    assert second > first
    assert int(alice.get(PODS).body["metadata"]["resourceVersion"]) >= second


def test_a_deleted_pod_has_its_grace_and_is_woken(alice: Caller) -> None:
    alice.post(PODS, manifest())
    before = on_a_node()
    deleted = alice.delete(f"{PODS}/web")
    row = Pod.objects.get()
    assert deleted.code == 200
    assert deleted.body["metadata"]["deletionGracePeriodSeconds"] == 5
    assert deleted.body["metadata"]["deletionTimestamp"]
    assert (row.desired, row.deletion_grace, row.gone_at) == ("GONE", 5, None)
    assert (row.rev, row.wakes) == (before.rev + 1, before.wakes + 1)
    assert row.resource_version > before.resource_version
    assert alice.get(f"{PODS}/web").code == 200


def test_the_pods_that_a_selector_chooses_are_deleted_together(alice: Caller) -> None:
    for name in ("one", "two", "three"):
        body = manifest(name)
        body["metadata"]["labels"] = {"app": "a" if name != "three" else "b"}
        alice.post(PODS, body)
        on_a_node(name)
    deleted = alice.delete(f"{PODS}?labelSelector=app%3Da")
    shapes.PodList.model_validate_json(json.dumps(deleted.body))
    assert sorted(pod["metadata"]["name"] for pod in deleted.body["items"]) == ["one", "two"]
    assert set(Pod.objects.filter(desired="GONE").values_list("name", flat=True)) == {"one", "two"}


@pytest.mark.parametrize("how", ["query", "body"])
def test_grace_comes_from_the_request_before_the_spec(alice: Caller, how: str) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    path, body = (f"{PODS}/web?gracePeriodSeconds=9", None) if how == "query" else (f"{PODS}/web", delete_options(9))
    assert alice.delete(path, body).body["metadata"]["deletionGracePeriodSeconds"] == 9


def delete_options(grace: object, **more: object) -> dict[str, object]:
    return {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": grace, **more}


def test_a_repeated_delete_may_only_shorten(alice: Caller) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    first = alice.delete(f"{PODS}/web?gracePeriodSeconds=20")
    rev = Pod.objects.get().rev
    assert alice.delete(f"{PODS}/web?gracePeriodSeconds=40").body == first.body
    assert alice.delete(f"{PODS}/web").body == first.body
    assert Pod.objects.get().rev == rev
    shorter = alice.delete(f"{PODS}/web?gracePeriodSeconds=10")
    assert shorter.body["metadata"]["deletionGracePeriodSeconds"] == 10
    row = Pod.objects.get()
    assert row.deletion_at is not None
    assert row.deletion_at < timezone.now() + timedelta(seconds=11)


def test_a_grace_of_zero_frees_the_name_at_once(alice: Caller) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    assert alice.delete(f"{PODS}/web", delete_options(0)).code == 200
    assert Pod.objects.get().gone_at is not None
    assert alice.get(f"{PODS}/web").code == 404
    assert alice.post(PODS, manifest()).code == 201


def test_a_pod_that_runs_nowhere_needs_no_grace(alice: Caller) -> None:
    alice.post(PODS, manifest("unplaced"))
    alice.delete(f"{PODS}/unplaced")
    assert alice.get(f"{PODS}/unplaced").code == 404
    alice.post(PODS, manifest("done"))
    on_a_node("done", status={"phase": "Succeeded"})
    alice.delete(f"{PODS}/done?gracePeriodSeconds=30")
    assert alice.get(f"{PODS}/done").code == 404


def test_a_negative_grace_is_one_second_and_an_endless_one_is_cut(alice: Caller) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    cut = alice.delete(f"{PODS}/web?gracePeriodSeconds={2**62}")
    assert cut.body["metadata"]["deletionGracePeriodSeconds"] == 2**31 - 1
    assert alice.delete(f"{PODS}/web?gracePeriodSeconds=-1").body["metadata"]["deletionGracePeriodSeconds"] == 1


def test_a_dry_deletion_deletes_nothing(alice: Caller) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    assert alice.delete(f"{PODS}/web?dryRun=All").body["metadata"]["deletionTimestamp"]
    assert Pod.objects.get().desired == "RUNNING"


def test_a_dry_deletion_may_be_asked_for_in_the_body(alice: Caller) -> None:
    alice.post(PODS, manifest())
    on_a_node()
    assert alice.delete(f"{PODS}/web", delete_options(0, dryRun=["All"])).body["metadata"]["deletionTimestamp"]
    assert alice.delete(f"{PODS}/web", delete_options(0, dryRun=["All", "All"])).code == 200
    assert (Pod.objects.get().desired, Pod.objects.get().gone_at) == ("RUNNING", None)
    refused = alice.delete(f"{PODS}/web", delete_options(0, dryRun=["All", "Some"]))
    assert (refused.code, refused.causes) == (422, [("dryRun", "FieldValueNotSupported")])
    for wrong in ("All", [1], {"All": True}):
        refused = alice.delete(f"{PODS}/web", delete_options(0, dryRun=wrong))
        assert (refused.code, refused.causes) == (400, [("dryRun", "FieldValueTypeInvalid")])
    assert Pod.objects.get().desired == "RUNNING"
    assert alice.delete(f"{PODS}/web", delete_options(0, dryRun=[])).code == 200
    assert Pod.objects.get().gone_at is not None


def test_a_deletion_may_name_the_version_it_means(alice: Caller) -> None:
    alice.post(PODS, manifest())
    version = str(on_a_node().resource_version)
    for more in ({}, {"dryRun": ["All"]}):
        refused = alice.delete(f"{PODS}/web", delete_options(1, preconditions={"resourceVersion": "1x"}, **more))
        assert (refused.code, refused.body["reason"]) == (409, "Conflict")
        told = f"the ResourceVersion in the precondition (1x) does not match the ResourceVersion in record ({version})"
        assert refused.body["message"] == (
            f'Operation cannot be fulfilled on Pod "web": {told}. The object might have been modified'
        )
    refused = alice.delete(f"{PODS}/web", delete_options(1, preconditions={"resourceVersion": 1}))
    assert (refused.code, refused.causes) == (400, [("preconditions.resourceVersion", "FieldValueTypeInvalid")])
    assert Pod.objects.get().desired == "RUNNING"
    assert alice.delete(f"{PODS}/web", delete_options(1, preconditions={"resourceVersion": version})).code == 200
    assert Pod.objects.get().desired == "GONE"


def test_a_deletion_may_name_the_uid_it_means(alice: Caller) -> None:
    uid = alice.post(PODS, manifest()).body["metadata"]["uid"]
    on_a_node()
    refused = alice.delete(f"{PODS}/web", delete_options(1, preconditions={"uid": "another"}))
    assert (refused.code, refused.body["reason"]) == (409, "Conflict")
    told = f"the UID in the precondition (another) does not match the UID in record ({uid})"
    assert refused.body["message"] == (
        f'Operation cannot be fulfilled on Pod "web": {told}. The object might have been deleted and then recreated'
    )
    assert Pod.objects.get().desired == "RUNNING"
    assert alice.delete(f"{PODS}/web", delete_options(1, preconditions={"uid": uid})).code == 200


@pytest.mark.parametrize("grace", ["1", 1.5, True, [1]])
def test_delete_options_of_a_wrong_type_are_refused(alice: Caller, grace: object) -> None:
    alice.post(PODS, manifest())
    refused = alice.delete(f"{PODS}/web", delete_options(grace))
    assert (refused.code, refused.causes) == (400, [("gracePeriodSeconds", "FieldValueTypeInvalid")])
    assert Pod.objects.get().desired == "RUNNING"


def test_events_are_those_of_the_namespace_oldest_first(alice: Caller) -> None:
    now = timezone.now()
    alice.post(PODS, manifest())
    row = on_a_node()
    for i, reason in enumerate(("Scheduled", "Pulled", "Started")):
        at = now + timedelta(seconds=i)
        PodEvent.objects.create(
            pod=row, type="Normal", reason=reason, message="m", digest=reason, first_seen=at, last_seen=at
        )
    other = made.pod(user="bob", name="theirs")
    PodEvent.objects.create(
        pod=other, type="Normal", reason="Theirs", message="m", digest="d", first_seen=now, last_seen=now
    )
    events = alice.get("/api/v1/namespaces/alice/events").body
    shapes.EventList.model_validate(events)
    assert [event["reason"] for event in events["items"]] == ["Scheduled", "Pulled", "Started"]
    path = "/api/v1/namespaces/alice/events"
    chosen = alice.get(path, fieldSelector=f"involvedObject.uid={row.uid},reason=Pulled").body["items"]
    assert [event["reason"] for event in chosen] == ["Pulled"]
    assert alice.get(path, fieldSelector="involvedObject.uid=none").body["items"] == []
    assert alice.get(path, fieldSelector="involvedObject.name=x\0y").body["items"] == []
    assert alice.get(path, fieldSelector="source=x").code == 400


def test_a_user_sees_a_namespace_of_their_own_made_at_first_need() -> None:
    listed = Caller("Änne.Müller@example").get("/api/v1/namespaces").body
    shapes.NamespaceList.model_validate(listed)
    assert [item["metadata"]["name"] for item in listed["items"]] == ["nne-m-ller-example"]


def test_the_commands_that_make_a_pod_by_hand_are_its_owners(alice: Caller) -> None:
    alice.post(PODS, manifest())
    path = "/api/playground/v1/namespaces/alice/pods/web/commands"
    lines = [item["line"] for item in alice.get(path).body["items"]]
    assert [line.split()[1] for line in lines] == ["network", "run", "run", "rm", "network"]
    assert "--name web_pause" in lines[1]
    assert Caller("bob").get(path).code == 404
    assert alice.get(path.replace("web", "other")).code == 404
