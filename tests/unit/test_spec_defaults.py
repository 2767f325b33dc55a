"""What is filled in, and what the hash of a pod's containers covers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandboxes.spec import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec, spec_hash, with_defaults

SHA = "sha256:" + "0" * 64
MEMBER = Container(name="a", image="nginx", ports=(ContainerPort(container_port=80),))
POD = Pod(metadata=ObjectMeta(name="web"), spec=PodSpec(containers=(MEMBER,)))


def with_spec(**changes: Any) -> Pod:
    return POD.model_copy(update={"spec": POD.spec.model_copy(update=changes)})


def with_member(**changes: Any) -> Pod:
    return with_spec(containers=(MEMBER.model_copy(update=changes),))


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        (f"nginx:latest@{SHA}", "Always"),
        ("nginx:1.27", "IfNotPresent"),
        (f"nginx@{SHA}", "IfNotPresent"),
        ("localhost:5000/nginx", "Always"),
        ("NOT a reference", "IfNotPresent"),
        ("", "IfNotPresent"),
    ],
)
def test_an_image_is_pulled_always_when_its_tag_is_latest(image: str, policy: str) -> None:
    assert with_defaults(with_member(image=image)).spec.containers[0].image_pull_policy == policy


def test_what_was_left_out_is_filled_in() -> None:
    spec = with_defaults(POD).spec
    assert (spec.restart_policy, spec.termination_grace_period_seconds) == ("Always", 30)
    assert spec.containers[0].ports[0].protocol == "TCP"


def test_what_was_said_stays() -> None:
    said = with_spec(restart_policy="Never", termination_grace_period_seconds=0)
    said = said.model_copy(update={"spec": said.spec.model_copy(update={"share_process_namespace": True})})
    spec = with_defaults(said).spec
    assert (spec.restart_policy, spec.termination_grace_period_seconds) == ("Never", 0)
    assert spec.share_process_namespace is True
    assert with_defaults(with_member(image_pull_policy="Never")).spec.containers[0].image_pull_policy == "Never"


def test_a_negative_grace_means_one_second() -> None:
    assert with_defaults(with_spec(termination_grace_period_seconds=-7)).spec.termination_grace_period_seconds == 1


def test_filling_in_twice_changes_nothing() -> None:
    assert with_defaults(with_defaults(POD)) == with_defaults(POD)


def test_the_hash_is_sha256_and_the_same_before_and_after_defaults() -> None:
    assert re.fullmatch("[0-9a-f]{64}", spec_hash(POD))
    assert spec_hash(POD) == spec_hash(with_defaults(POD))


def test_the_hash_of_a_pod_never_changes_between_releases() -> None:
    # Another value here means that every container of every running pod is built anew after an update.
    assert spec_hash(POD) == "60d43eac0c4d499988ecf0ede9b54aeee19dbe967376fe70cf7ddfffbf1a16b9"


@pytest.mark.parametrize(
    "other",
    [
        with_spec(hostname="www"),
        with_spec(share_process_namespace=True),
        with_spec(containers=(MEMBER, MEMBER.model_copy(update={"name": "b"}))),
        with_member(name="b"),
        with_member(image="nginx:1"),
        with_member(command=("a",)),
        with_member(args=("a",)),
        with_member(env=(EnvVar(name="A"),)),
        with_member(working_dir="/"),
        with_member(ports=()),
        with_member(ports=(ContainerPort(container_port=80, host_port=8080),)),
        POD.model_copy(update={"metadata": ObjectMeta(name="other")}),
    ],
)
def test_what_containers_are_built_from_is_in_the_hash(other: Pod) -> None:
    assert spec_hash(other) != spec_hash(POD)


@pytest.mark.parametrize(
    "other",
    [
        with_spec(restart_policy="Never"),
        with_spec(termination_grace_period_seconds=5),
        with_spec(share_process_namespace=False),
        with_member(image_pull_policy="Never"),
        POD.model_copy(update={"metadata": ObjectMeta(name="web", labels={"a": "b"}, annotations={"a": "b"})}),
    ],
)
def test_what_only_the_playground_reads_is_not_in_the_hash(other: Pod) -> None:
    assert spec_hash(other) == spec_hash(POD)
