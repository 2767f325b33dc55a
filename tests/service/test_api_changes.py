"""What may change of a pod that is there, what may not, and what can be done to it."""

from __future__ import annotations

import pytest

from sandboxes.models import Pod
from tests.service import made
from tests.service.caller import Caller, manifest
from tests.service.node import FakeNode, a_pod

pytestmark = pytest.mark.django_db
PODS = "/api/v1/namespaces/alice/pods"
POD = f"{PODS}/web"
ACTS = "/api/playground/v1/namespaces/alice/pods/web"


@pytest.fixture
def alice() -> Caller:
    caller = Caller("alice")
    caller.post(PODS, manifest("web", readinessGates=[{"conditionType": "example.org/up"}]))
    return caller


def test_labels_images_and_the_deadline_may_change(alice: Caller) -> None:
    patch = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "a", "image": "nginx:2"}], "activeDeadlineSeconds": 60},
    }
    changed = alice.patch(POD, patch)
    assert changed.code == 200
    assert changed.body["metadata"]["labels"] == {"a": "b"}
    assert changed.body["spec"]["containers"][0]["image"] == "nginx:2"
    assert changed.body["metadata"]["generation"] == 2
    assert Pod.objects.get().wakes > 1
    assert alice.patch(POD, {"spec": {"activeDeadlineSeconds": 30}}).code == 200
    longer = alice.patch(POD, {"spec": {"activeDeadlineSeconds": 300}})
    assert longer.causes == [("spec.activeDeadlineSeconds", "FieldValueInvalid")]
    gone = alice.patch(POD, {"metadata": {"labels": {"a": None}}}, "merge-patch")
    assert "labels" not in gone.body["metadata"]


@pytest.mark.parametrize(
    "spec",
    [
        {"restartPolicy": "Never"},
        {"hostname": "x"},
        {"containers": [{"name": "a", "command": ["x"]}]},
        {"volumes": [{"name": "v", "emptyDir": {}}]},
    ],
)
def test_all_else_stays_as_it_was(alice: Caller, spec: object) -> None:
    refused = alice.patch(POD, {"spec": spec})
    assert (refused.code, refused.causes) == (422, [("spec", "FieldValueForbidden")])
    assert "may not change fields other than" in refused.body["message"]


def test_members_are_neither_added_nor_removed(alice: Caller) -> None:
    refused = alice.patch(POD, {"spec": {"containers": [{"name": "b", "image": "x"}]}})
    assert refused.causes == [("spec.containers", "FieldValueForbidden")]
    assert "may not add or remove containers" in refused.body["message"]


def test_a_patch_of_what_was_changed_meanwhile_is_a_conflict(alice: Caller) -> None:
    whole = alice.get(POD).body
    assert alice.patch(POD, {"metadata": {"labels": {"a": "b"}}}).code == 200
    assert alice.put(POD, whole).code == 409
    whole = alice.get(POD).body
    whole["metadata"]["annotations"]["note"] = "mine"
    assert alice.put(POD, whole).body["metadata"]["annotations"]["note"] == "mine"


def test_a_patch_of_no_known_kind_is_refused(alice: Caller) -> None:
    assert alice.patch(POD, [], "json-patch").code == 415
    assert alice.patch(POD, "x").code == 400


def test_conditions_of_readiness_gates_are_set_by_who_may(alice: Caller) -> None:
    status = {"status": {"conditions": [{"type": "example.org/up", "status": "True"}]}}
    assert alice.patch(f"{POD}/status", status).code == 200
    assert Pod.objects.get().gates["example.org/up"]["status"] == "True"
    other = {"status": {"conditions": [{"type": "example.org/other", "status": "True"}]}}
    assert alice.patch(f"{POD}/status", other).causes == [("status.conditions[0].type", "FieldValueForbidden")]
    wrong = {"status": {"conditions": [{"type": "example.org/up", "status": "yes"}]}}
    assert alice.patch(f"{POD}/status", wrong).causes == [("status.conditions[0].status", "FieldValueNotSupported")]


def test_debug_members_are_added_and_stay(alice: Caller) -> None:
    debug = {"name": "dbg", "image": "toolbox", "targetContainerName": "a"}
    added = alice.patch(f"{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": [debug]}})
    assert added.code == 200
    assert added.body["spec"]["ephemeralContainers"][0]["name"] == "dbg"
    changed = alice.patch(f"{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": [debug | {"image": "x"}]}})
    assert changed.causes == [("spec.ephemeralContainers", "FieldValueForbidden")]
    none = alice.put(f"{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": []}})
    assert none.causes == [("spec.ephemeralContainers", "FieldValueForbidden")]
    missing = {"name": "d2", "image": "x", "targetContainerName": "nobody"}
    refused = alice.patch(f"{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": [missing]}})
    assert refused.causes == [("spec.ephemeralContainers[1].targetContainerName", "FieldValueNotFound")]
    created = alice.post(PODS, manifest("early", ephemeralContainers=[debug]))
    assert created.causes == [("spec.ephemeralContainers", "FieldValueForbidden")]


def test_a_pod_is_stopped_started_cloned_and_replaced(alice: Caller) -> None:
    assert alice.post(f"{ACTS}/stop", {}).code == 200
    assert Pod.objects.get().desired == "STOPPED"
    assert alice.post(f"{ACTS}/start", {}).code == 200
    assert Pod.objects.get().desired == "RUNNING"
    copy = alice.post(f"{ACTS}/clone", {"name": "copy"})
    assert (copy.code, copy.body["spec"]) == (201, alice.get(POD).body["spec"])
    assert alice.post(f"{ACTS}/clone", {"name": "copy"}).code == 409
    assert alice.post(f"{ACTS}/clone", {}).causes == [("name", "FieldValueInvalid")]
    before = alice.get(POD).body["metadata"]["uid"]
    assert alice.post(f"{ACTS}/replace", manifest("web", hostname="other")).code == 201
    assert alice.get(POD).body["spec"]["hostname"] == "other"
    assert alice.get(POD).body["metadata"]["uid"] != before
    assert alice.post(f"{ACTS}/replace", manifest("web", hostname="NOT")).code == 422
    assert alice.get(POD).body["spec"]["hostname"] == "other"


def test_what_is_being_deleted_is_neither_stopped_nor_started() -> None:
    made.pod(desired="GONE")
    assert Caller("alice").post(f"{ACTS}/start", {}).code == 409


def test_a_restart_that_was_asked_for_comes_at_once_and_once() -> None:
    node, pod = FakeNode(), a_pod()
    node.until_finished(pod.uid)
    ada = Caller("ada")
    path = "/api/playground/v1/namespaces/ada/pods/demo/restart"
    assert ada.post(path, {"container": "nobody"}).code == 400
    assert ada.post(path, {"container": "web"}).code == 200
    node.until_finished(pod.uid)
    pod.refresh_from_db()
    counts = {status["name"]: status["restartCount"] for status in pod.status["containerStatuses"]}
    assert counts == {"web": 1, "box": 0}
    assert pod.status["phase"] == "Running"
