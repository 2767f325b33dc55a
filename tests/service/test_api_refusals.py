"""What bad input gets: each a Status at the field, never a page, never a 500, and no row left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandboxes import pods
from sandboxes.errors import Malformed
from sandboxes.models import Pod
from sandboxes.spec.reading import LARGEST
from tests.service.caller import Caller, manifest, read

pytestmark = pytest.mark.django_db
PODS = "/api/v1/namespaces/alice/pods"
MEMBER = {"name": "a", "image": "nginx"}
RECORDED = Path(__file__).parents[1] / "unit" / "kubernetes_answers.json"


@pytest.fixture
def alice() -> Caller:
    return Caller("alice")


def ports(*given: dict[str, Any]) -> dict[str, Any]:
    return manifest(containers=[MEMBER | {"ports": list(given)}])


def members(*given: dict[str, Any]) -> dict[str, Any]:
    return manifest(containers=list(given))


INVALID: dict[str, tuple[dict[str, Any], str, str]] = {
    "a name in capitals": (manifest("UP"), "metadata.name", "FieldValueInvalid"),
    "a name with an underscore": (manifest("a_b"), "metadata.name", "FieldValueInvalid"),
    "a name of 254 characters": (manifest("x" * 254), "metadata.name", "FieldValueInvalid"),
    "no name": (manifest(""), "metadata.name", "FieldValueRequired"),
    "no member": (members(), "spec.containers", "FieldValueRequired"),
    "a member without image": (members({"name": "a"}), "spec.containers[0].image", "FieldValueRequired"),
    "a member's name twice": (members(MEMBER, MEMBER), "spec.containers[1].name", "FieldValueDuplicate"),
    "port 0": (ports({"containerPort": 0}), "spec.containers[0].ports[0].containerPort", "FieldValueRequired"),
    "port 70000": (ports({"containerPort": 70000}), "spec.containers[0].ports[0].containerPort", "FieldValueInvalid"),
    "host port 70000": (
        ports({"containerPort": 80, "hostPort": 70000}),
        "spec.containers[0].ports[0].hostPort",
        "FieldValueInvalid",
    ),
    "a host port twice": (
        ports({"containerPort": 80, "hostPort": 8080}, {"containerPort": 81, "hostPort": 8080}),
        "spec.containers[0].ports[1].hostPort",
        "FieldValueDuplicate",
    ),
    "a host port below 1024": (
        ports({"containerPort": 80, "hostPort": 80}),
        "spec.containers[0].ports[0].hostPort",
        "FieldValueForbidden",
    ),
    "a host address": (
        ports({"containerPort": 80, "hostPort": 8080, "hostIP": "0.0.0.0"}),
        "spec.containers[0].ports[0].hostIP",
        "FieldValueForbidden",
    ),
    "eleven members": (
        members(*({"name": f"m{i}", "image": "nginx"} for i in range(11))),
        "spec.containers",
        "FieldValueForbidden",
    ),
    "a bad environment name": (
        members(MEMBER | {"env": [{"name": "A=B", "value": ""}]}),
        "spec.containers[0].env[0].name",
        "FieldValueInvalid",
    ),
    "an unknown restart policy": (manifest(restartPolicy="Maybe"), "spec.restartPolicy", "FieldValueNotSupported"),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_pod_is_refused_at_its_field(alice: Caller, case: str) -> None:
    body, field, reason = INVALID[case]
    refused = alice.post(PODS, body)
    assert (refused.code, refused.body.get("reason")) == (422, "Invalid")
    assert (field, reason) in refused.causes
    assert refused.body["details"]["kind"] == "Pod"
    assert not Pod.objects.exists()
    assert alice.post(f"{PODS}?dryRun=All", body).body == refused.body


def test_a_field_is_refused_once_by_the_rule_before_the_profile(alice: Caller) -> None:
    at = "spec.containers[0].ports[0]"
    refused = alice.post(PODS, ports({"containerPort": 80, "hostPort": 70000}, {"containerPort": 81, "hostPort": 80}))
    assert refused.causes == [
        (f"{at}.hostPort", "FieldValueInvalid"),
        ("spec.containers[0].ports[1].hostPort", "FieldValueForbidden"),
    ]
    assert "Forbidden: host ports" not in refused.body["details"]["causes"][0]["message"]


MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "an unknown field": (json.dumps(manifest(fooBar=True)), "application/json"),
    "an unknown field of a member": (json.dumps(members(MEMBER | {"privileged": True})), "application/json"),
    "text for a port": (json.dumps(ports({"containerPort": "80"})), "application/json"),
    "a number for a name": (json.dumps(members({"name": 1, "image": "x"})), "application/json"),
    "an object for a list": (json.dumps(manifest(containers={})), "application/json"),
    "a port beyond 64 bits": (json.dumps(ports({"containerPort": 2**70})), "application/json"),
    "half an object": ('{"kind": "Pod"', "application/json"),
    "a list": ("[]", "application/json"),
    "nothing": ("", "application/json"),
    "a NUL in a value": (json.dumps(members(MEMBER | {"args": ["a\0b"]})), "application/json"),
    "half a character": ('{"metadata": {"name": "\\ud800"}}', "application/json"),
    "bytes that are no text": (b'{"kind": "\xff"}', "application/json"),
    "a key twice": ('{"kind": "Pod", "kind": "Pod"}', "application/json"),
    "not a number": ('{"spec": {"terminationGracePeriodSeconds": NaN}}', "application/json"),
    "an endless number": ('{"spec": {"terminationGracePeriodSeconds": 1e999}}', "application/json"),
    "ten thousand levels": ("[" * 10_000, "application/json"),
    "another kind": (json.dumps(manifest() | {"kind": "Deployment"}), "application/json"),
    "broken YAML": ("kind: Pod\n  a: [", "application/yaml"),
    "an alias bomb": ("a: &a [x]\nb: [*a, *a]\n", "application/yaml"),
    "a YAML tag": ("a: !!python/object:os.system {}\n", "application/yaml"),
    "another namespace": (json.dumps({"metadata": {"name": "a", "namespace": "bob"}}), "application/json"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_body_is_refused(alice: Caller, case: str) -> None:
    body, kind = MALFORMED[case]
    refused = alice.post(PODS, body, kind)
    assert (refused.code, refused.body["reason"]) == (400, "BadRequest")
    assert not Pod.objects.exists()


def test_an_unknown_field_is_named(alice: Caller) -> None:
    refused = alice.post(PODS, members(MEMBER | {"privileged": True}))
    assert refused.code == 400
    assert 'strict decoding error: unknown field "spec.containers[0].privileged"' in refused.body["message"]
    assert refused.causes == [("spec.containers[0].privileged", "FieldValueInvalid")]


def test_a_field_that_is_not_taken_is_refused_by_name_with_what_comes_closest(alice: Caller) -> None:
    refused = alice.post(PODS, manifest(hostNetwork=True))
    assert (refused.code, refused.body.get("reason")) == (422, "Invalid")
    assert refused.causes == [("spec.hostNetwork", "FieldValueForbidden")]
    assert "publish a port with hostPort" in refused.body["message"]


def test_another_namespace_than_the_paths_is_named(alice: Caller) -> None:
    body = manifest()
    body["metadata"]["namespace"] = "bob"
    told = "the namespace of the provided object does not match the namespace sent on the request"
    assert alice.post(PODS, body).body["message"] == told


@pytest.mark.parametrize("size", [LARGEST + 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_a_megabyte_of_text_is_too_large(alice: Caller, size: int) -> None:
    refused = alice.post(PODS, b"x" * size)
    assert (refused.code, refused.body["reason"]) == (413, "RequestEntityTooLarge")


def test_a_long_text_in_one_field_is_refused(alice: Caller) -> None:
    refused = alice.post(PODS, members(MEMBER | {"args": ["x" * 200_000]}))
    assert refused.code in (400, 422)
    assert len(refused.response.content) < 20_000
    assert not Pod.objects.exists()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/b/c"])
def test_another_format_is_not_read(alice: Caller, kind: str) -> None:
    refused = alice.post(PODS, json.dumps(manifest()), kind)
    assert (refused.code, refused.body["reason"]) == (415, "UnsupportedMediaType")


def test_a_form_without_its_parts_is_refused_as_any_other() -> None:
    refused = read(Client(enforce_csrf_checks=True).post("/api/playground/v1/session", b"--x", "multipart/form-data"))
    assert refused.code in (400, 403)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_another_method_is_not_allowed(alice: Caller, method: str) -> None:
    refused = read(alice.client.generic(method, PODS))
    assert (refused.code, refused.body["reason"]) == (405, "MethodNotAllowed")
    assert set(refused.response.headers["Allow"].split(", ")) == {"GET", "POST", "DELETE"}


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/nodes", "/api/v1/namespaces/", "/api/playground/v1/x", "/api/v2"]
)
def test_another_path_is_not_found(alice: Caller, path: str) -> None:
    for refused in (alice.get(path), alice.post(path, manifest())):
        assert (refused.code, refused.body["reason"]) == (404, "NotFound")


@pytest.mark.parametrize("host", ["evil.example", "a b", "["])
def test_another_host_is_refused_with_a_status(host: str) -> None:
    assert read(Client(raise_request_exception=False).get(PODS, headers={"Host": host})).code == 400


@pytest.mark.parametrize("name", ["%00", "%ff", "a%0ab", "UP", "x" * 300, "..", "%F0%9F%90%B3"])
def test_a_name_that_cannot_be_is_not_found(alice: Caller, name: str) -> None:
    assert alice.get(f"{PODS}/{name}").code == 404
    assert alice.get(f"/api/v1/namespaces/{name}/pods").code == 404
    assert alice.delete(f"{PODS}/{name}").code == 404


@pytest.mark.parametrize("query", ["gracePeriodSeconds=soon", "gracePeriodSeconds=1.5", "gracePeriodSeconds="])
def test_a_parameter_of_a_wrong_type_is_named(alice: Caller, query: str) -> None:
    alice.post(PODS, manifest())
    refused = alice.delete(f"{PODS}/web?{query}")
    assert (refused.code, refused.causes) == (400, [("gracePeriodSeconds", "FieldValueInvalid")])
    assert Pod.objects.get().desired == "RUNNING"


def test_a_fault_of_ours_is_told_without_its_details(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(pods, "pods_in", broken)
    failed = alice.get(PODS)
    assert (failed.code, failed.body["reason"]) == (500, "InternalError")
    assert "42" not in failed.body["message"]


@pytest.mark.parametrize("answer", json.loads(RECORDED.read_text()), ids=lambda answer: str(answer["shows"]))
def test_over_http_we_answer_as_a_real_api_server_does(alice: Caller, answer: dict[str, Any]) -> None:
    if "yaml" in answer:
        refused = alice.post(PODS, answer["yaml"], "application/yaml")
    else:
        refused = alice.post(PODS, answer["manifest"])
    assert (refused.code, refused.body["message"]) == (answer["http"], answer["message"])
    if answer["http"] == 422:
        assert refused.body["details"]["causes"] == answer["causes"]
    assert not Pod.objects.exists()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(["name", "image"]), inner),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(spec=json_values, metadata=json_values)
def test_no_object_ends_in_an_error_of_ours(alice: Caller, spec: object, metadata: object) -> None:
    answered = alice.post(PODS, {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec})
    assert answered.code in (400, 422)
    assert not Pod.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "application/yaml"]))
def test_no_bytes_end_in_an_error_of_ours(alice: Caller, body: bytes, kind: str) -> None:
    assert alice.post(PODS, body, kind).code in (400, 413, 422)
    assert read(alice.client.post("/api/playground/v1/session", body, content_type=kind)).code in (400, 401)


def test_a_refusal_at_the_last_moment_leaves_no_row(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(uid: object) -> None:
        raise Malformed("no")

    monkeypatch.setattr("sandboxes.tasks.wake", refuse)
    assert alice.post(PODS, manifest()).code == 400
    assert not Pod.objects.exists()
