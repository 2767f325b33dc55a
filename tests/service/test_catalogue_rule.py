"""A profile that pulls no images takes what a node has, and says so of anything else."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.models import Image, Node, Pod
from sandboxes.reconcile import _accepted
from tests.service.caller import Caller, manifest

pytestmark = pytest.mark.django_db
PODS = "/api/v1/namespaces/alice/pods"


@pytest.fixture
def alice(settings: Any) -> Caller:
    settings.PROFILE = "restricted"
    node = Node.objects.create(name="n1")
    Image.objects.create(node=node, reference="nginx:latest", state="ready")
    Image.objects.create(node=node, reference="gone:1", state="failed")
    return Caller("alice")


@pytest.mark.parametrize("image", ["nginx", "nginx:latest", "docker.io/library/nginx"])
def test_what_a_node_has_is_taken_by_any_of_its_names(alice: Caller, image: str) -> None:
    assert alice.post(PODS, manifest(containers=[{"name": "a", "image": image}])).code == 201


@pytest.mark.parametrize("image", ["nginx:1", "registry.example/miner", "gone:1"])
def test_anything_else_is_refused_at_its_field(alice: Caller, image: str) -> None:
    refused = alice.post(PODS, manifest(containers=[{"name": "a", "image": image}]))
    assert refused.causes == [("spec.containers[0].image", "FieldValueForbidden")]
    assert "profile restricted pulls no images" in refused.body["message"]


def test_another_profile_takes_any(alice: Caller, settings: Any) -> None:
    settings.PROFILE = "baseline"
    assert alice.post(PODS, manifest(containers=[{"name": "a", "image": "nginx:1"}])).code == 201


def test_the_node_pulls_nothing_for_it_whatever_its_policy_says(alice: Caller) -> None:
    alice.post(PODS, manifest(containers=[{"name": "a", "image": "nginx", "imagePullPolicy": "Always"}]))
    assert [member.image_pull_policy for member in _accepted(Pod.objects.get()).spec.containers] == ["Never"]
