"""A pod that names an image which is still being built on its node waits for it, and says so."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.fakes import report_builds
from tests.stack import Stack, run

from .pods import Json, LivePod, pod, wait_for

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def report(stack: Stack) -> Iterator[Path]:
    """The file of builds of a node where nothing else is built."""
    path = stack.state / "run" / "images"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def reference() -> Iterator[str]:
    """The name of an image that nobody has: what `there` makes under it is removed."""
    name = f"waits-{secrets.token_hex(3)}:latest"
    yield name
    if run("docker", "images", "--quiet", name):
        run("docker", "rmi", name)


def there(reference: str) -> None:
    run("docker", "tag", "busybox:latest", reference)


def sleeper(reference: str, policy: str = "Always") -> Json:
    web = {"name": "web", "image": reference, "command": ["sleep", "3600"], "imagePullPolicy": policy}
    return {"containers": [web], "terminationGracePeriodSeconds": 0}


def shown(client: httpx.Client, reference: str) -> Json:
    """The reference's line of the catalogue, {} when it has none."""
    items = client.get("/api/playground/v1/catalogue").raise_for_status().json()["items"]
    return next((item for item in items if item["reference"] == reference), {})


def wait_shown(client: httpx.Client, reference: str, **told: str) -> None:
    wait_for(lambda: told.items() <= shown(client, reference).items(), f"{reference} shown as {told}")


def wait_told(found: LivePod, words: str) -> None:
    wait_for(lambda: words in found.waiting("web").get("message", ""), words)


def test_the_catalogue_follows_a_build_until_the_engine_has_the_image(
    stack: Stack, report: Path, reference: str
) -> None:
    with stack.client("builder") as client:
        for state, words in (("waiting", ""), ("building", ""), ("failed", "it left with 100")):
            report_builds(report, f"{state} {reference} {words}".strip())
            wait_shown(client, reference, state=state, message=words)
        there(reference)
        wait_shown(client, reference, state="ready", message="")
        report.unlink()
        run("docker", "rmi", reference)
        wait_for(lambda: not shown(client, reference), "no line at all")


@pytest.mark.parametrize("policy", ["Always", "IfNotPresent"])
def test_a_pod_waits_for_the_build_of_its_image_and_runs(
    stack: Stack, report: Path, reference: str, policy: str
) -> None:
    report_builds(report, f"waiting {reference}")
    with pod(stack, f"waits-{policy.lower()}", sleeper(reference, policy), user="builder") as found:
        wait_told(found, f'Waiting for image "{reference}" to be built on this node')
        assert found.waiting("web")["reason"] == "ContainerCreating"
        report_builds(report, f"building {reference}")
        wait_shown(found.client, reference, state="building")
        assert found.read()["status"]["phase"] == "Pending"
        there(reference)
        report.unlink()
        found.wait_phase("Running")
        told = {event["reason"]: event["message"] for event in found.events()}
        assert told["Building"] == f'Waiting for image "{reference}" to be built on this node'
        assert told["Pulled"] == f'Container image "{reference}" already present on machine'
        assert "Failed" not in told


def test_a_pod_whose_image_could_not_be_built_says_why(stack: Stack, report: Path, reference: str) -> None:
    report_builds(report, f"building 127.0.0.1:1/{reference}")
    with pod(stack, "unbuilt", sleeper(f"127.0.0.1:1/{reference}"), user="builder") as found:
        wait_told(found, "to be built on this node")
        report_builds(report, f"failed 127.0.0.1:1/{reference} it left with 100")
        wait_told(found, "(its build on this node failed: it left with 100)")
        assert found.waiting("web")["reason"] in ("ErrImagePull", "ImagePullBackOff")


def test_a_pod_does_not_wait_for_a_builder_that_was_killed(stack: Stack, report: Path, reference: str) -> None:
    report.write_text(f"1 1\nbuilding 127.0.0.1:1/{reference}\n")
    with pod(stack, "orphaned", sleeper(f"127.0.0.1:1/{reference}"), user="builder") as found:
        wait_for(lambda: found.waiting("web").get("reason") == "ErrImagePull", "ErrImagePull")
        assert "build" not in found.waiting("web")["message"]
