"""Where variables may come from, in the API server's words and order (pkg/apis/core/validation)."""

from __future__ import annotations

from typing import Any

import pytest

from .complaints import of_member

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
ONE_OF = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
IN_ENV = (
    '"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", '
    '"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"'
)
RESOURCES = (
    '"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", '
    '"requests.memory"'
)
SIZES = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"


def from_source(value: str = "", **source: Any) -> list[str]:
    """What is wrong with one variable, told from valueFrom on."""
    found = of_member(env=[{"name": "A", "value": value, "valueFrom": source}])
    return [line.removeprefix("env[0].valueFrom") for line in found]


@pytest.mark.parametrize("path", [
    "metadata.name", "metadata.labels['app']", "metadata.annotations['Example.COM/Note']", "status.podIP",
    "status.hostIPs", "spec.serviceAccountName", "spec.host",
])  # fmt: skip
def test_a_variable_may_tell(path: str) -> None:
    assert from_source(fieldRef={"fieldPath": path}) == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", ".fieldRef.fieldPath: Required value"),
        ("metadata.labels", f'.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: {IN_ENV}'),
        ("status.phase", f'.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: {IN_ENV}'),
        ("spec.image", '.fieldRef.fieldPath: Invalid value: "spec.image": error converting fieldPath: '
                       "field label not supported: spec.image"),
        ("metadata.uid['a']", ".fieldRef.fieldPath: Invalid value: \"metadata.uid['a']\": error converting fieldPath: "
                              "field label does not support subscript: metadata.uid['a']"),
    ],
)  # fmt: skip
def test_a_variable_may_not_tell(path: str, told: str) -> None:
    assert from_source(fieldRef={"fieldPath": path}) == [told]


def test_the_key_of_a_label_is_a_label_s() -> None:
    (told,) = from_source(fieldRef={"fieldPath": "metadata.labels['a'b']"})
    assert told.startswith('.fieldRef: Invalid value: "a\'b": name part must consist of')


def test_a_reference_is_of_version_1() -> None:
    assert from_source(fieldRef={"apiVersion": "v2", "fieldPath": "metadata.name"}) == [
        '.fieldRef.fieldPath: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2'
    ]


@pytest.mark.parametrize(
    ("ref", "told"),
    [
        ({}, ".resource: Required value"),
        ({"resource": "limits.pods"}, f'.resource: Unsupported value: "limits.pods": supported values: {RESOURCES}'),
        ({"resource": "limits.cpu", "divisor": "2"},
         '.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource'),
        ({"resource": "requests.memory", "divisor": "1m"},
         f'.divisor: Invalid value: "requests.memory": only divisor\'s values {SIZES} are supported with the memory '
         "resource"),
        ({"resource": "limits.ephemeral-storage", "divisor": "3"},
         f'.divisor: Invalid value: "limits.ephemeral-storage": only divisor\'s values {SIZES} are supported with the '
         "local ephemeral storage resource"),
    ],
)  # fmt: skip
def test_a_resource_reference_may_not_be(ref: dict[str, Any], told: str) -> None:
    assert from_source(resourceFieldRef=ref) == [f".resourceFieldRef{told}"]


@pytest.mark.parametrize("divisor", ["0", "1", "1m", "1000m", 1])
def test_a_divisor_is_what_it_is_worth(divisor: str | int) -> None:
    assert from_source(resourceFieldRef={"resource": "limits.cpu", "divisor": divisor}) == []


def test_a_key_has_a_name_and_belongs_to_something() -> None:
    key = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    key += "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    assert from_source(configMapKeyRef={}) == [
        f'.configMapKeyRef.name: Invalid value: "": {SUBDOMAIN}',
        ".configMapKeyRef.key: Required value",
    ]
    assert from_source(secretKeyRef={"name": "s", "key": "a b"}) == [f'.secretKeyRef.key: Invalid value: "a b": {key}']


def test_a_value_comes_from_one_place() -> None:
    field, keyed = {"fieldPath": "metadata.name"}, {"name": "s", "key": "k"}
    assert from_source() == [f': Invalid value: "": {ONE_OF}']
    assert from_source(fieldRef=field, secretKeyRef=keyed) == [
        ': Invalid value: "": may not have more than one field specified at a time'
    ]
    assert from_source("x", fieldRef=field, secretKeyRef=keyed) == [
        ': Invalid value: "": may not be specified when `value` is not empty'
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, ['envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`']),
        ({"configMapRef": {}}, ["envFrom[0].configMapRef.name: Required value"]),
        ({"secretRef": {"name": "A"}}, [f'envFrom[0].secretRef.name: Invalid value: "A": {SUBDOMAIN}']),
        ({"secretRef": {"name": "a-"}}, []),
        ({"configMapRef": {"name": "c"}, "secretRef": {"name": "s"}},
         ['envFrom: Invalid value: "": may not have more than one field specified at a time']),
        ({"prefix": "a=", "secretRef": {"name": "s"}},
         ['envFrom[0].prefix: Invalid value: "a=": a valid environment variable name must consist only of printable '
          "ASCII characters other than '='"]),
    ],
)  # fmt: skip
def test_variables_from_a_whole_source(source: dict[str, Any], told: list[str]) -> None:
    assert of_member(envFrom=[source]) == told
