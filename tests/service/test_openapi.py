"""The OpenAPI documents: valid, whole, and true to what is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from ninja import NinjaAPI
from openapi_spec_validator import validate

from sandboxes import wire


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Any]:
    call_command("openapi", str(tmp_path), verbosity=0)
    return {path.stem: json.loads(path.read_text()) for path in tmp_path.iterdir()}


def test_the_documents_are_valid(written: dict[str, Any]) -> None:
    assert set(written) == {"kubernetes", "playground", "wire"}
    for document in written.values():
        validate(document)


def test_a_document_is_made_once_for_all_who_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a third of a second, and anybody may ask for it."""
    made, build = [], NinjaAPI.get_openapi_schema

    def counted(api: NinjaAPI, **options: Any) -> Any:
        made.append(api)
        return build(api, **options)

    monkeypatch.setattr(NinjaAPI, "get_openapi_schema", counted)
    for path in ("/api/openapi.json", "/api/playground/v1/openapi.json") * 2:
        assert Client().get(path).status_code == 200
    assert len(made) <= 2


PATHS = {
    "/api/v1/namespaces",
    "/api/v1/namespaces/{namespace}/configmaps",
    "/api/v1/namespaces/{namespace}/configmaps/{name}",
    "/api/v1/namespaces/{namespace}/events",
    "/api/v1/namespaces/{namespace}/pods",
    "/api/v1/namespaces/{namespace}/pods/{name}",
    "/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers",
    "/api/v1/namespaces/{namespace}/pods/{name}/log",
    "/api/v1/namespaces/{namespace}/pods/{name}/status",
    "/api/v1/namespaces/{namespace}/secrets",
    "/api/v1/namespaces/{namespace}/secrets/{name}",
}


def test_every_path_of_the_api_is_described_with_its_refusals(written: dict[str, Any]) -> None:
    assert set(written["kubernetes"]["paths"]) == PATHS
    assert set(written["playground"]["paths"]) == {
        "/api/playground/v1/catalogue",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/commands",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/terminals",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/terminals/{terminal}",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/live",
        *(
            f"/api/playground/v1/namespaces/{{namespace}}/pods/{{name}}/{act}"
            for act in (
                "clone",
                "copy",
                "exec",
                "extend",
                "inspect",
                "kill",
                "pause",
                "replace",
                "restart",
                "start",
                "stop",
                "unpause",
                "wiring",
            )
        ),
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/preview",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/preview/shares",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/preview/shares/{share}",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/recording",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/recording/pod",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/recording/samples",
        "/api/playground/v1/namespaces/{namespace}/pods/{name}/warn",
        "/api/playground/v1/nodes",
        "/api/playground/v1/nodes/{name}",
        "/api/playground/v1/csp-reports",
        "/api/playground/v1/guests",
        "/api/playground/v1/password",
        "/api/playground/v1/quota",
        "/api/playground/v1/second-factor",
        "/api/playground/v1/second-factor/recovery-codes",
        "/api/playground/v1/session",
        "/api/playground/v1/sessions",
        "/api/playground/v1/sessions/{session}",
        "/api/playground/v1/teams",
        "/api/playground/v1/teams/{team}",
        "/api/playground/v1/teams/{team}/members/{user}",
        "/api/playground/v1/tokens",
        "/api/playground/v1/tokens/{token}",
        "/api/playground/v1/trail",
        "/api/playground/v1/trail/export",
    }
    for name in ("kubernetes", "playground"):
        for operations in written[name]["paths"].values():
            for operation in operations.values():
                refused = operation["responses"]["default"]["content"]["application/json"]["schema"]
                assert refused == {"$ref": "#/components/schemas/Status"}


def test_a_pod_is_described_both_ways(written: dict[str, Any]) -> None:
    post = written["kubernetes"]["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"]
    assert set(post["requestBody"]["content"]) == {"application/json", "application/yaml"}
    schemas = written["kubernetes"]["components"]["schemas"]
    assert "status" not in schemas["PodManifest"]["properties"]
    assert set(schemas["Pod"]["required"]) == {"apiVersion", "kind", "metadata", "spec", "status"}
    assert {"podIP", "hostIP", "containerStatuses"} <= set(schemas["PodStatus"]["properties"])
    assert "hostIP" in schemas["ContainerPort"]["properties"]


def test_every_message_of_a_socket_is_there_and_whole(written: dict[str, Any]) -> None:
    schemas = written["wire"]["components"]["schemas"]
    messages = {kind.__name__ for kind in get_args(get_args(wire.Live)[0])}
    assert {ref["$ref"].rpartition("/")[2] for ref in schemas["Live"]["oneOf"]} == messages
    for name in messages:
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"])
    assert set(schemas["Live"]["discriminator"]["mapping"]) == {"sample", "still", "snapshot", "stream", "gone"}


def test_no_field_is_called_away_with_the_noise(written: dict[str, Any]) -> None:
    text = json.dumps(written)
    assert '"title":' not in text.replace('"title": "Pod playground', "")
    assert '"default": null' not in text


def test_the_documents_are_served() -> None:
    for path, title in (("/api/openapi.json", "Kubernetes' paths"), ("/api/playground/v1/openapi.json", "the rest")):
        found = Client().get(path)
        assert found.status_code == 200
        validate(found.json())
        assert found.json()["info"]["title"].endswith(title)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("openapi", str(tmp_path / "none"))
