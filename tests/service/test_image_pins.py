"""Images that operators pin: what members are made from, what pulls may bring, who may pin, and what the trail says."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from people.models import RoleAssignment, TrailEntry
from sandboxes import pins
from sandboxes.engine.streams import EngineImage
from sandboxes.errors import Malformed, NotAllowed
from sandboxes.models import Fact, Image, ImagePin, ImageScan, Node, Pod, PodEvent
from sandboxes.node.pulls import Pulls
from sandboxes.world import ImageOnNode, Wanted, WantedKind

from .caller import Caller, user
from .fakes import FakeStreams, no_builds, until
from .made import pod
from .node import MANIFEST, FakeNode, Json, a_pod

pytestmark = pytest.mark.django_db
A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
NGINX = "docker.io/library/nginx:1"


def a_pin(image_id: str = A, reference: str = NGINX) -> ImagePin:
    return ImagePin.objects.create(reference=reference, image_id=image_id)


def made_from(node: FakeNode, member: str) -> str:
    """The id that the newest container of a member was created from."""
    return next(k.body.image for k in reversed(node.engine.containers.values()) if k.identity.member == member)


def waiting(found: Pod, member: str = "web") -> Json:
    found.refresh_from_db()
    listed = {each["name"]: each["state"] for each in found.status["containerStatuses"]}
    return dict(listed[member].get("waiting", {}))


def with_policy(policy: str) -> Json:
    containers = [each | {"imagePullPolicy": policy} for each in MANIFEST["spec"]["containers"]]
    return MANIFEST | {"spec": MANIFEST["spec"] | {"containers": containers}}


@pytest.mark.parametrize("policy", ["IfNotPresent", "Always", "Never"])
def test_a_member_is_made_from_the_pinned_image_though_its_name_means_another_by_now(policy: str) -> None:
    node, found = FakeNode(), a_pod(with_policy(policy))
    a_pin()
    node.engine.on_node |= {"nginx:1": ImageOnNode(B), "nginx:old": ImageOnNode(A)}
    node.look(found.uid)
    assert made_from(node, "web") == A
    assert made_from(node, "box") == "sha256:toolbox:1"


def test_a_name_that_is_not_pinned_means_what_the_node_has() -> None:
    node, found = FakeNode(), a_pod()
    a_pin(reference="docker.io/library/nginx:2")
    node.engine.on_node["nginx:1"] = ImageOnNode(B)
    node.look(found.uid)
    assert made_from(node, "web") == B


def test_a_node_with_another_image_makes_no_member_and_names_both_ids_until_it_has_the_pinned_one() -> None:
    node, found = FakeNode(), a_pod(with_policy("Never"))
    a_pin()
    node.engine.on_node["nginx:1"] = ImageOnNode(B)
    node.look(found.uid)
    told = f'Container image "nginx:1" is pinned to {A}, which is not present: this node has {B} for that name'
    assert waiting(found) == {"reason": "ErrImageNeverPull", "message": f"{told} with pull policy of Never"}
    assert node.running() == {"": 1, "box": 1}
    assert PodEvent.objects.filter(pod=found, reason="ErrImageNeverPull", message__contains=A).exists()
    node.engine.on_node["loaded:1"] = ImageOnNode(A)
    node.look(found.uid)
    assert made_from(node, "web") == A


def test_a_row_that_pins_to_what_is_no_id_lets_nothing_run() -> None:
    node, found = FakeNode(), a_pod(with_policy("Never"))
    a_pin("toolbox:1")
    node.look(found.uid)
    assert waiting(found)["reason"] == "ErrImageNeverPull"


def test_a_pin_changes_nothing_about_who_runs_and_counts_at_its_next_start() -> None:
    node, found = FakeNode(), a_pod()
    node.engine.on_node |= {"nginx:1": ImageOnNode(B, local=True), "nginx:old": ImageOnNode(A, local=True)}
    node.look(found.uid)
    a_pin()
    node.look(found.uid)
    [web] = [key for key, kept in node.engine.containers.items() if kept.identity.member == "web"]
    assert (made_from(node, "web"), node.running()) == (B, {"": 1, "web": 1, "box": 1})
    node.engine.die(web, 1)
    node.look(found.uid)
    assert made_from(node, "web") == A


def wanted() -> Wanted:
    return Wanted(kind=WantedKind.PULL, member="", attempt=0, name="nginx:1")


@pytest.mark.usefixtures("database_thread")
@pytest.mark.parametrize(
    ("pulled", "outcome", "message"),
    [
        (A, "succeeded", ""),
        (B, "failed", f"nginx:1 is pinned to {A}, and the registry has {B} for that name"),
    ],
)
async def test_a_pull_that_brings_another_image_than_the_pinned_one_has_failed(
    pulled: str, outcome: str, message: str
) -> None:
    asked, streams = await sync_to_async(pod)(), FakeStreams()
    await sync_to_async(a_pin)()
    streams.images = [EngineImage("nginx:1", pulled, 10)]
    streams.end_pull("nginx:1")
    pulls = Pulls(streams, no_builds())
    pulls.want(asked.uid, [wanted()])
    await until(lambda: ("pulling", "") not in pulls.states().values())
    fact = await Fact.objects.aget(pod_id=asked.uid)
    assert (fact.outcome, fact.message) == (outcome, message)


def root(*, staff: bool = True, role: str = "") -> Client:
    found = user("root", staff=staff)
    if role:
        RoleAssignment.objects.create(user=found, role=role)
    client = Client()
    client.force_login(found)
    return client


def deeds() -> list[tuple[str, str, str, str]]:
    rows = TrailEntry.objects.filter(act__in=("PIN image", "UNPIN image")).order_by("pk")
    return [(row.actor, row.role, row.act, row.path) for row in rows]


PINS, IMAGES = "/admin/sandboxes/imagepin/", "/admin/sandboxes/image/"


def test_an_operator_pins_changes_and_unpins_and_the_trail_has_each_with_its_ids() -> None:
    client = root()
    assert client.post(f"{PINS}add/", {"reference": "nginx:1", "image_id": A}).status_code == 302
    row = ImagePin.objects.get()
    assert (row.reference, row.image_id) == (NGINX, A)
    # The name of a pin stays what it was.
    client.post(f"{PINS}{row.pk}/change/", {"reference": "other:1", "image_id": B})
    assert list(ImagePin.objects.values_list("reference", "image_id")) == [(NGINX, B)]
    client.post(PINS, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert not ImagePin.objects.exists()
    assert deeds() == [
        ("root", "operator", "PIN image", f"{NGINX} {A}"),
        ("root", "operator", "PIN image", f"{NGINX} {B}"),
        ("root", "operator", "UNPIN image", f"{NGINX} {B}"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"reference": "nginx:1", "image_id": "sha256:abc"},
        {"reference": "nginx:1", "image_id": "latest"},
        {"reference": f"nginx@{A}", "image_id": A},
        {"reference": "No Name", "image_id": A},
    ],
)
def test_what_no_member_can_be_made_from_is_no_pin(given: dict[str, str]) -> None:
    page = root().post(f"{PINS}add/", given)
    assert (page.status_code, b"errorlist" in page.content) == (200, True)
    assert (ImagePin.objects.count(), deeds()) == (0, [])
    with pytest.raises(Malformed):
        pins.pin(pins.By(user("root")), given["reference"], given["image_id"])


def test_the_action_pins_names_to_what_the_node_has_now() -> None:
    client, node, other = root(), Node.objects.create(name="n1"), Node.objects.create(name="n2")
    row = Image.objects.create(node=node, reference="nginx:1", image_id=A, state="ready")
    coming = Image.objects.create(node=node, reference="slow:1", state="pulling")
    twice = [
        Image.objects.create(node=each, reference="two:1", image_id=image_id, state="ready")
        for each, image_id in ((node, A), (other, B))
    ]
    chosen = [each.pk for each in (row, coming, *twice)]
    page = client.post(IMAGES, {"action": "pin", "_selected_action": chosen}, follow=True).content.decode()
    assert list(ImagePin.objects.values_list("reference", "image_id")) == [(NGINX, A)]
    assert f"Pinned nginx:1 to {A}." in page
    assert "The node does not have slow:1." in page
    assert f"Nodes differ in what they have for two:1: {A}, {B}." in page
    assert deeds() == [("root", "operator", "PIN image", f"{NGINX} {A}")]


@pytest.mark.parametrize("role", ["auditor", "author"])
def test_nobody_but_operators_pins(role: str) -> None:
    client, row = root(staff=False, role=role), a_pin()
    for path, given in (
        (f"{PINS}add/", {"reference": "x:1", "image_id": A}),
        (f"{PINS}{row.pk}/change/", {"image_id": B}),
        (f"{PINS}{row.pk}/delete/", {"post": "yes"}),
    ):
        assert client.post(path, given).status_code in (302, 403)
    assert list(ImagePin.objects.values_list("reference", "image_id")) == [(NGINX, A)]
    with pytest.raises(NotAllowed):
        pins.pin(pins.By(User.objects.get(username="root")), "x:1", A)
    assert deeds() == []


def test_who_waits_is_woken_by_a_pin() -> None:
    found = a_pod()
    Pod.objects.filter(pk=found.pk).update(status={"phase": "Pending"})
    root().post(f"{PINS}add/", {"reference": "nginx:1", "image_id": A})
    found.refresh_from_db()
    assert found.wakes == 1


def test_an_operator_has_an_image_scanned_again_by_deleting_what_was_said_of_it() -> None:
    client = root()
    pins.keep_scan(A, "refused", "bad", timezone.now())
    row = ImageScan.objects.get()
    client.post(f"/admin/sandboxes/imagescan/{row.pk}/delete/", {"post": "yes"})
    assert not ImageScan.objects.exists()


def test_the_catalogue_tells_what_a_name_is_pinned_to() -> None:
    node = Node.objects.create(name="n1")
    for reference in ("nginx:1", "other:1"):
        Image.objects.create(node=node, reference=reference, image_id=B, state="ready")
    a_pin()
    items = Caller("alice").get("/api/playground/v1/catalogue").body["items"]
    assert [(item["reference"], item["pinned"]) for item in items] == [("nginx:1", A), ("other:1", "")]
