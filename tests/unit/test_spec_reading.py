"""The bodies that are read and those that are not: JSON and YAML, their limits, and what is told."""

from __future__ import annotations

import json

import pytest

from sandboxes.errors import Malformed
from sandboxes.spec import read
from sandboxes.spec.reading import DEEPEST, LARGEST, MOST_VALUES

JSON, YAML = "application/json", "application/yaml"
BOTH = pytest.mark.parametrize("kind", [JSON, YAML])


def refusal(body: bytes, kind: str) -> Malformed:
    with pytest.raises(Malformed) as refused:
        read(body, kind)
    return refused.value


def scalar(text: str) -> object:
    return read(f"a: {text}".encode(), YAML)["a"]


@BOTH
def test_a_body_of_256_kib_is_read_and_one_byte_more_is_not(kind: str) -> None:
    body = b'{"a": "' + b"x" * (LARGEST - 9) + b'"}'
    assert len(body) == LARGEST
    assert len(read(body, kind)["a"]) == LARGEST - 9
    assert "too large" in str(refusal(body + b" ", kind))


@BOTH
def test_twenty_levels_are_read_and_one_more_is_not(kind: str) -> None:
    def nested(levels: int) -> bytes:
        return b'{"a": ' + b"[" * (levels - 1) + b"1" + b"]" * (levels - 1) + b"}"

    assert read(nested(DEEPEST), kind)
    assert "nested more than 20 levels deep" in str(refusal(nested(DEEPEST + 1), kind))
    assert "nested more than 20 levels deep" in str(refusal(b'{"a":' + b"[" * 100_000, kind))


def test_too_many_values_are_not_read() -> None:
    assert "more than 20000 keys and values" in str(refusal(json.dumps({"a": [0] * MOST_VALUES}).encode(), JSON))
    assert "more than 2000 values" in str(refusal(json.dumps({"a": [0] * 2000}).encode(), YAML))


@BOTH
def test_what_is_not_one_object_is_not_read(kind: str) -> None:
    for body in (b"", b" ", b"[]", b'"x"', b"1", b"null"):
        assert str(refusal(body, kind)).startswith("the object provided is unrecognized (must be of type Pod): ")


def test_an_empty_body_is_told_as_empty() -> None:
    assert str(refusal(b"", JSON)) == (
        "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; "
        "json parse error: unexpected end of JSON input (<empty>)"
    )


def test_broken_json_is_told_with_its_place_and_its_beginning() -> None:
    told = str(refusal(b'{"kind": "Pod",\n "metadata": {"name" "a"}, "spec": {}}', JSON))
    assert "line 2, column 22: Expecting ':' delimiter" in told
    assert told.endswith('({"kind": "Pod",\n "metadata": { ...)')


@BOTH
def test_text_that_is_not_utf8_is_not_read(kind: str) -> None:
    assert "not valid UTF-8 at byte 7" in str(refusal(b'{"a": "\xff"}', kind))


@BOTH
def test_a_nul_is_refused_at_its_field(kind: str) -> None:
    (cause,) = refusal(rb'{"spec": {"containers": [{"args": ["a", "b\u0000"]}]}}', kind).causes
    assert (cause.field, cause.message) == ("spec.containers[0].args[1]", r'must not contain "\x00"')
    assert refusal(rb'{"spec": {"a\u0000": 1}}', kind).causes[0].field == "spec"


def test_half_a_surrogate_pair_is_refused() -> None:
    assert refusal(rb'{"kind": "\ud800"}', JSON).causes[0].field == "kind"
    assert read(rb'{"kind": "\ud83d\ude00"}', JSON) == {"kind": "\U0001f600"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_words_for_numbers_that_json_does_not_have_are_refused(number: str) -> None:
    assert f"{number} is not a JSON value" in str(refusal(f'{{"a": {number}}}'.encode(), JSON))


@pytest.mark.parametrize("number", ["1e999", "9" * 400, "-" + "9" * 10_000])
def test_a_number_too_large_for_a_double_is_refused(number: str) -> None:
    assert "a: the number is out of range" in str(refusal(f'{{"a": {number}}}'.encode(), JSON))


@pytest.mark.parametrize("number", [".nan", ".inf", "-.INF"])
def test_numbers_that_only_yaml_has_are_refused(number: str) -> None:
    assert f"line 1: {number} is not a number" in str(refusal(f"a: {number}".encode(), YAML))


def test_every_key_that_comes_twice_is_told_with_its_path() -> None:
    refused = refusal(b'{"spec": {"hostname": "a", "hostname": "b", "containers": [{"name": 1, "name": 2}]}}', JSON)
    assert str(refused) == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'duplicate field "spec.hostname", duplicate field "spec.containers[0].name"'
    )
    assert [cause.field for cause in refused.causes] == ["spec.hostname", "spec.containers[0].name"]


def test_a_key_that_comes_twice_in_yaml_is_told_with_its_line() -> None:
    assert str(refusal(b"spec:\n  hostname: a\n  hostname: b\n", YAML)) == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'yaml: unmarshal errors:\n  line 3: key "hostname" already set in map'
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x [1]\nb: 2", "anchors and aliases"),
        ("a: *x", "anchors and aliases"),
        ("a: !!str 1", "tags"),
        ("a: !!python/object/apply:os.system [id]", "tags"),
        ("!x {a: 1}", "tags"),
        ("a: 1\n---\nb: 2", "line 2: only one document"),
        ("[1]: 2", "a key must be text"),
        ("? {a: b}\n: 2", "a key must be text"),
        ("~: 2", "a key must be text"),
        ("a: 'x", "yaml: found unexpected end of stream"),
        ("a: b: c", "mapping values are not allowed"),
        ("a: \x07", "control characters are not allowed"),
        ("a:\n\t- b", "line 2: found character that cannot start any token"),
    ],
)
def test_yaml_that_is_refused(text: str, told: str) -> None:
    assert told in str(refusal(text.encode(), YAML))


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert read(b"<<: {a: 1}", YAML) == {"<<": {"a": 1}}


def test_plain_words_mean_what_they_mean_to_the_api_server() -> None:
    assert [scalar(text) for text in ("y", "Yes", "on", "true")] == [True] * 4
    assert [scalar(text) for text in ("N", "no", "OFF", "False")] == [False] * 4
    assert [scalar(text) for text in ("", "~", "null")] == [None] * 3
    assert [scalar(text) for text in ("'y'", '"null"', "yEs", "nope")] == ["y", "null", "yEs", "nope"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80", 80),
        ("-1", -1),
        ("0x1F", 31),
        ("0755", 493),
        ("0o17", 15),
        ("0b11", 3),
        ("1_000", 1000),
        ("1.0", 1),
        ("08", 8),
        ("1.5e1", 15),
        (".5", 0.5),
        ("12:30:00", "12:30:00"),
        ("2026-11-22", "2026-11-22"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("0x", "0x"),
        ("9" * 400, "9" * 400),
        ("99999999999999999999999", 1e23),
    ],
)
def test_plain_numbers_mean_what_they_mean_to_the_api_server(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_keys_of_a_map_become_text_and_are_sorted() -> None:
    assert list(read(b"b: 1\n80: 2\ntrue: 3\na: 4", YAML).items()) == [("80", 2), ("a", 4), ("b", 1), ("true", 3)]


def test_the_content_type_decides_and_its_parameters_do_not() -> None:
    assert read(b'{"a": 1}', "Application/JSON; charset=utf-8") == {"a": 1}
    assert read(b"a: 1", "application/yaml; charset=utf-8") == read(b'{"a": 1}', "") == {"a": 1}
    assert "unknown format" in str(refusal(b"a=1", "application/x-www-form-urlencoded"))
