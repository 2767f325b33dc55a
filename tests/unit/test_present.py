"""Rows' values as Kubernetes' objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sandboxes import present
from sandboxes.api import shapes
from sandboxes.present import EventValues, PodValues, StepValues

NOW = datetime(2026, 11, 23, 5, 4, 3, 987654, tzinfo=UTC)
ROW = PodValues(
    uid=UUID(int=7),
    namespace="alice",
    name="web",
    manifest={
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "alice", "labels": {"app": "x"}},
        "spec": {"containers": [{"name": "a", "image": "nginx"}]},
    },
    profile="baseline",
    created_at=NOW,
    resource_version=12,
    deletion_at=None,
    deletion_grace=None,
    node="",
    status={},
)
EVENT = EventValues(
    uid=UUID(int=9),
    type="Normal",
    reason="Started",
    message="Started container a",
    field_path="spec.containers{a}",
    count=3,
    first_seen=NOW,
    last_seen=NOW + timedelta(seconds=5),
    resource_version=13,
)


def test_a_new_pod_is_pending_and_has_the_metadata_that_the_server_owns() -> None:
    pod = present.pod(ROW)
    shapes.Pod.model_validate(pod, strict=False)
    assert pod["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert pod["metadata"] == {
        "name": "web",
        "namespace": "alice",
        "uid": "00000000-0000-0000-0000-000000000007",
        "resourceVersion": "12",
        "generation": 1,
        "creationTimestamp": "2026-11-23T05:04:03Z",
        "labels": {"app": "x"},
        "annotations": {"playground/profile": "baseline"},
    }


def test_a_placed_pod_names_its_node_and_shows_the_status_that_was_written() -> None:
    pod = present.pod(replace(ROW, node="n1", status={"phase": "Running", "qosClass": "BestEffort"}))
    assert pod["spec"] == {"containers": [{"name": "a", "image": "nginx"}], "nodeName": "n1"}
    assert pod["status"]["phase"] == "Running"


def test_a_pod_that_is_being_deleted_says_until_when() -> None:
    metadata = present.pod(replace(ROW, deletion_at=NOW, deletion_grace=30))["metadata"]
    assert metadata["deletionTimestamp"] == "2026-11-23T05:04:03Z"
    assert metadata["deletionGracePeriodSeconds"] == 30
    assert metadata["generation"] == 2


def test_a_user_cannot_name_a_profile_that_the_row_does_not_have() -> None:
    claimed = dict(ROW.manifest) | {"metadata": {"name": "web", "annotations": {"playground/profile": "lab", "a": "b"}}}
    annotations = present.pod(replace(ROW, manifest=claimed))["metadata"]["annotations"]
    assert annotations == {"playground/profile": "baseline", "a": "b"}


def test_showing_a_pod_changes_nothing_of_its_row() -> None:
    before = repr(ROW)
    shown = present.pod(ROW)
    shown["metadata"]["labels"]["app"] = shown["status"]["phase"] = "changed"
    assert repr(ROW) == before
    assert present.pod(ROW)["status"]["phase"] == "Pending"


def test_an_event_names_its_pod_its_member_and_how_often() -> None:
    event = present.event(EVENT, replace(ROW, node="n1"))
    shapes.Event.model_validate(event)
    assert event["metadata"]["name"] == "web.0000000000000000"
    assert event["involvedObject"] == {
        "kind": "Pod",
        "namespace": "alice",
        "name": "web",
        "uid": "00000000-0000-0000-0000-000000000007",
        "apiVersion": "v1",
        "fieldPath": "spec.containers{a}",
    }
    assert (event["count"], event["reason"], event["type"]) == (3, "Started", "Normal")
    assert event["lastTimestamp"] == "2026-11-23T05:04:08Z"
    assert event["source"] == {"component": "playground", "host": "n1"}


def test_a_step_keeps_its_milliseconds() -> None:
    step = StepValues(1, "p", "CreatePause", "pause", NOW, 120, "ok", "c1")
    assert present.step(step).started == "2026-11-23T05:04:03.987Z"


def test_a_list_says_how_far_the_changes_had_come() -> None:
    found = present.listing("PodList", [present.pod(ROW)], 40)
    assert shapes.PodList.model_validate(found, strict=False).metadata.resource_version == "40"
