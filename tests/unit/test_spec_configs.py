"""ConfigMaps and Secrets: read in the words of Go's decoder, refused in the API server's (pkg/apis/core/validation)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.errors import Malformed
from sandboxes.spec.configs import ConfigMap, Secret, completed, contents, decode, validate

KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)


def told(kind: type[ConfigMap] | type[Secret], **fields: Any) -> list[str]:
    config = completed(decode(kind, {"metadata": {"name": "c"}} | fields))
    return [f"{cause.field}: {cause.message}" for cause in validate(config)]


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (ConfigMap, {"data": {"a": 1}},
         "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"),
        (ConfigMap, {"data": "a"},
         "json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string"),
        (ConfigMap, {"binaryData": []},
         "json: cannot unmarshal array into Go struct field ConfigMap.binaryData of type map[string][]uint8"),
        (Secret, {"data": {"a": True}}, "json: cannot unmarshal bool into Go struct field Secret.data of type []uint8"),
        (Secret, {"type": 1}, "json: cannot unmarshal number into Go struct field Secret.type of type v1.SecretType"),
        (Secret, {"nonsense": 1}, 'strict decoding error: unknown field "nonsense"'),
    ],
)  # fmt: skip
def test_a_wrong_type_is_told_in_gos_words(kind: type[ConfigMap], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed) as refused:
        decode(kind, fields)
    assert str(refused.value) == f'{kind.__name__} in version "v1" cannot be handled as a {kind.__name__}: {message}'
    assert refused.value.causes


def test_another_kind_is_none() -> None:
    with pytest.raises(Malformed, match="must be of type ConfigMap"):
        decode(ConfigMap, {"kind": "Pod"})


def test_what_the_server_owns_is_dropped_and_null_is_unset() -> None:
    meta: dict[str, Any] = {
        "name": "c",
        "uid": "x",
        "resourceVersion": "1",
        "managedFields": [],
        "creationTimestamp": None,
    }
    assert decode(ConfigMap, {"metadata": meta, "data": None}) == decode(ConfigMap, {"metadata": {"name": "c"}})


@pytest.mark.parametrize(
    ("fields", "complaints"),
    [
        ({"data": {"a": "x"}, "binaryData": {"b": "AAE="}}, []),
        ({"data": {"a b": "", "..": ""}},
         [f'data[a b]: Invalid value: "a b": {KEY}', "data[..]: Invalid value: \"..\": must not be '..'"]),
        ({"data": {"a": "x"}, "binaryData": {"a": ""}},
         ['data[a]: Invalid value: "a": duplicate of key present in binaryData']),
        ({"binaryData": {"a b": "!"}},
         [f'binaryData[a b]: Invalid value: "a b": {KEY}', "binaryData[a b]: Invalid value: must be base64"]),
        ({"data": {"a": "x" * (1024 * 1024 + 1)}}, [": Too long: may not be more than 1048576 bytes"]),
        ({"metadata": {"name": "c", "annotations": {"/": ""}}},
         ['metadata.annotations: Invalid value: "/": prefix part must be non-empty',
          'metadata.annotations: Invalid value: "/": name part must be non-empty']),
    ],
)  # fmt: skip
def test_a_config_map(fields: dict[str, Any], complaints: list[str]) -> None:
    assert [line.partition(" name part must consist")[0] for line in told(ConfigMap, **fields)][: len(complaints)] == (
        complaints
    )


@pytest.mark.parametrize(
    ("fields", "complaints"),
    [
        ({"stringData": {"a": "clear"}}, []),
        ({"type": "example.com/any"}, []),
        ({"data": {"a": "clear!"}}, ["data[a]: Invalid value: must be base64"]),
        ({"type": "kubernetes.io/tls"}, ["data[tls.crt]: Required value", "data[tls.key]: Required value"]),
        ({"type": "kubernetes.io/ssh-auth", "data": {"ssh-privatekey": ""}}, ["data[ssh-privatekey]: Required value"]),
        ({"type": "kubernetes.io/basic-auth"}, ["data[username]: Required value", "data[password]: Required value"]),
        ({"type": "kubernetes.io/basic-auth", "data": {"password": ""}}, []),
        ({"type": "kubernetes.io/dockercfg"}, ["data[.dockercfg]: Required value"]),
        ({"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "{}"}}, []),
        ({"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "[]"}},
         ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be one object in JSON']),
        ({"type": "kubernetes.io/service-account-token"},
         ["metadata.annotations[kubernetes.io/service-account.name]: Required value"]),
    ],
)  # fmt: skip
def test_a_secret(fields: dict[str, Any], complaints: list[str]) -> None:
    assert told(Secret, **fields) == complaints


def test_texts_of_a_secret_win_over_its_data() -> None:
    secret = completed(decode(Secret, {"data": {"a": encoded(b"1"), "b": encoded(b"\xff")}, "stringData": {"a": "2"}}))
    assert contents(secret) == {"a": b"2", "b": b"\xff"}


KEYS = st.text(st.sampled_from("ab._- /"), max_size=4)


@given(st.dictionaries(KEYS, st.text(max_size=4), max_size=3), st.dictionaries(KEYS, st.text(max_size=4), max_size=3))
def test_validation_never_raises(texts: dict[str, str], others: dict[str, str]) -> None:
    validate(completed(decode(ConfigMap, {"data": texts, "binaryData": others})))
    validate(completed(decode(Secret, {"data": others, "stringData": texts})))
