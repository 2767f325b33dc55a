"""A name that is pinned to an image, and a scan that images have to pass, on a real engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.stack import Stack, run

from .pods import TOOLBOX, Json, LivePod, pod, toolbox, wait_for

pytestmark = pytest.mark.timeout(180)
NOWHERE = f"sha256:{'0' * 64}"
PIN = """
from django.contrib.auth.models import User
from sandboxes import pins, tasks
from sandboxes.models import Pod
root, _ = User.objects.get_or_create(username="root", defaults={{"is_staff": True}})
pins.pin(pins.By(root), "{reference}", "{image_id}")
[tasks.wake(uid) for uid in Pod.objects.filter(name="{pod}", finished_at=None).values_list("uid", flat=True)]
"""


def id_of(reference: str) -> str:
    return run("docker", "image", "inspect", "--format", "{{.Id}}", reference).strip()


@pytest.fixture
def reference() -> Iterator[str]:
    """A name of the test's own, for busybox at first."""
    name = f"pinned-{secrets.token_hex(3)}:1"
    run("docker", "tag", "busybox:latest", name)
    yield name
    run("docker", "rmi", name)


def pin(stack: Stack, reference: str, image_id: str, name: str = "") -> None:
    stack.manage("shell", "-v0", "-c", PIN.format(reference=reference, image_id=image_id, pod=name))


def sleeper(reference: str) -> Json:
    web = {"name": "web", "image": reference, "command": ["sleep", "3600"], "imagePullPolicy": "Never"}
    return {"containers": [web], "terminationGracePeriodSeconds": 0}


def runs_on(found: LivePod) -> str:
    """The id of the image that the member was made from, as the engine has it."""
    return run("docker", "inspect", "--format", "{{.Image}}", found.container("web")).strip()


def test_a_member_runs_the_pinned_image_when_its_name_was_given_to_another(stack: Stack, reference: str) -> None:
    busybox = id_of(reference)
    pin(stack, reference, busybox)
    run("docker", "tag", TOOLBOX, reference)
    assert id_of(reference) != busybox
    with pod(stack, "pinned", sleeper(reference)) as found:
        status = found.wait_phase("Running")["status"]["containerStatuses"][0]
        assert runs_on(found) == busybox
        assert (status["image"], status["imageID"]) == (reference, f"docker://{busybox}")
        with stack.client("ada") as client:
            items = client.get("/api/playground/v1/catalogue").json()["items"]
        assert {item["reference"]: item["pinned"] for item in items}[reference] == busybox


def test_a_member_waits_where_the_node_has_another_image_than_the_pinned_one(stack: Stack, reference: str) -> None:
    pin(stack, reference, NOWHERE)
    with pod(stack, "waits", sleeper(reference)) as found:
        wait_for(lambda: found.waiting("web").get("reason") == "ErrImageNeverPull", "the pin to be told")
        told = f"is pinned to {NOWHERE}, which is not present: this node has {id_of(reference)} for that name"
        assert told in found.waiting("web")["message"]
        assert not [name for name in found.left() if name.split("_")[2] == "web"]
        pin(stack, reference, id_of(reference), "waits")
        found.wait_phase("Running")
        assert runs_on(found) == id_of("busybox:latest")


@pytest.fixture
def scanning(images: None, tmp_path: Path) -> Iterator[Stack]:
    """A service whose scan refuses all but the toolbox; the ids it was asked about are in the file `asked`."""
    program, asked = tmp_path / "scan", tmp_path / "asked"
    accepted = f'test "$2" = {id_of(TOOLBOX)}'
    program.write_text(f'#!/bin/sh\necho "$2" >>{asked}\n{accepted} && exit 0\necho CVE-1 is critical\nexit 1\n')
    program.chmod(0o755)
    found = Stack(IMAGE_SCAN=f"{program} --image")
    try:
        found.start()
        yield found
    finally:
        found.stop()


def state_of(found: LivePod, member: str) -> Json:
    statuses = found.read()["status"].get("containerStatuses", [])
    return next((dict(each["state"]) for each in statuses if each["name"] == member), {})


def scanned(found: LivePod) -> bool:
    """The toolbox runs, and busybox was refused."""
    return "running" in state_of(found, "box") and found.waiting("web").get("reason") == "ImageInspectError"


@pytest.mark.long
def test_an_image_is_scanned_before_its_first_use_and_never_again(scanning: Stack, tmp_path: Path) -> None:
    members = [toolbox("box"), *sleeper("busybox:latest")["containers"]]
    for name in ("first", "second"):
        with pod(scanning, name, {"containers": members, "terminationGracePeriodSeconds": 0}) as found:
            wait_for(partial(scanned, found), "one image to be accepted and one refused")
            assert "CVE-1 is critical" in found.waiting("web")["message"]
            assert not [each for each in found.left() if each.split("_")[2] == "web"]
    assert sorted((tmp_path / "asked").read_text().split()) == sorted([id_of(TOOLBOX), id_of("busybox:latest")])
