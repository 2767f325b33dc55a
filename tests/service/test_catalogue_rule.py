"""A profile that pulls no images takes what a node has, and says so of anything else."""

from __future__ import annotations

from typing import Any

import pytest

from people.models import RoleAssignment
from sandboxes.models import Image, ImagePin, Node, Pod
from sandboxes.pins import note_pull
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


def test_what_came_with_somebodys_credentials_is_for_none_who_pull_nothing_until_an_operator_pins_it(
    alice: Caller, settings: Any
) -> None:
    Image.objects.create(node_id="n1", reference="registry.example/secret:1", state="ready")
    note_pull("registry.example/secret:1", signed_in=True)
    note_pull("nginx", signed_in=True)
    note_pull("nginx:latest", signed_in=False)
    members = [{"name": "a", "image": "nginx"}, {"name": "b", "image": "registry.example/secret:1"}]
    refused = alice.post(PODS, manifest(containers=members))
    assert refused.causes == [("spec.containers[1].image", "FieldValueForbidden")]
    assert shown(alice) == {"nginx:latest", "gone:1"}
    author = Caller("bob")
    RoleAssignment.objects.create(user=author.user, role="author")
    assert "registry.example/secret:1" in shown(author)
    ImagePin.objects.create(reference="registry.example/secret:1", image_id=f"sha256:{'0' * 64}")
    assert "registry.example/secret:1" in shown(alice)
    assert alice.post(PODS, manifest(containers=members)).code == 201


def shown(caller: Caller) -> set[str]:
    return {item["reference"] for item in caller.get("/api/playground/v1/catalogue").body["items"]}


def test_another_profile_takes_any(alice: Caller, settings: Any) -> None:
    settings.PROFILE = "baseline"
    assert alice.post(PODS, manifest(containers=[{"name": "a", "image": "nginx:1"}])).code == 201


def test_the_node_pulls_nothing_for_it_whatever_its_policy_says(alice: Caller) -> None:
    alice.post(PODS, manifest(containers=[{"name": "a", "image": "nginx", "imagePullPolicy": "Always"}]))
    assert [member.image_pull_policy for member in _accepted(Pod.objects.get()).spec.containers] == ["Never"]
