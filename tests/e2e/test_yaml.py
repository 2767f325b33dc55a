"""The YAML that the site shows is Kubernetes' own: its schema takes it, and the service gives back the same pod."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack, free_port

from .conftest import signed_in

pytestmark = pytest.mark.timeout(240)

PODS = "/api/v1/namespaces/admin/pods"
KUBERNETES = "1.34"
Json = dict[str, Any]


def downloaded(page: Page, button: Locator) -> str:
    """The file that a button gives."""
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_text()


def accepted(stack: Stack, text: str, *, dry: bool) -> Json:
    """The pod that the service makes of it."""
    with stack.client("admin") as client:
        query = {"dryRun": "All"} if dry else {}
        answer = client.post(PODS, content=text, params=query, headers={"Content-Type": "application/yaml"})
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made


def is_valid(text: str) -> Json:
    """The object, which Kubernetes' schema takes as it is: strictly, with no field that it does not know."""
    found: Json = yaml.safe_load(text)
    kubernetes_validate.validate(found, KUBERNETES, strict=True)
    return found


@pytest.mark.parametrize("start", ["wordpress", "nginx-debug", "pair"])
def test_the_forms_yaml_is_kubernetes_and_the_pods_own_says_the_same(page: Page, stack: Stack, start: str) -> None:
    signed_in(page, stack)
    page.goto(f"/new?start={start}")
    port = page.get_by_label("Member 1 port 1 host port").or_(page.get_by_label("Member 2 port 1 host port")).first
    port.fill(str(free_port()))
    name = page.get_by_label("Pod name", exact=True).input_value()
    written = is_valid(downloaded(page, page.get_by_role("button", name=f"Download {name}.yaml")))
    made = accepted(stack, yaml.safe_dump(written), dry=False)
    try:
        page.goto(f"/pods/admin/{name}")
        page.get_by_role("button", name="Show the commands").click()
        expect(page.get_by_role("region", name=f"YAML of {name}")).to_contain_text("apiVersion: v1")
        # The commands stand above and push the button down as they arrive: a press that it slips away from is none.
        expect(page.get_by_role("button", name="Copy all commands")).to_be_visible()
        shown = downloaded(page, page.get_by_role("button", name="Download", exact=True))
    finally:
        with stack.client("admin") as client:
            client.delete(f"{PODS}/{name}", params={"gracePeriodSeconds": 0})
    assert is_valid(shown)["spec"] == without_node(made["spec"])
    again = accepted(stack, shown, dry=True)
    assert again["spec"] == made["spec"]
    assert again["metadata"]["name"] == made["metadata"]["name"]


def without_node(spec: Json) -> Json:
    """Where a pod was put is not what it is."""
    return {key: value for key, value in spec.items() if key != "nodeName"}
