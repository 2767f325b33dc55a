"""Whatever comes in, it is a Pod or a refusal; whatever is a Pod goes out and comes back the same."""

from __future__ import annotations

import json
from contextlib import suppress

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sandboxes.errors import Cause, Malformed, SpecRefused
from sandboxes.spec import Pod, decode, dump, images, read, spec_hash, validate, with_defaults

from .made_up import pods

unhurried = settings(deadline=None)  # a busy machine is no bug

FIELDS = st.sampled_from(
    [
        "apiVersion", "kind", "metadata", "spec", "status", "name", "generateName", "namespace", "labels", "uid",
        "containers", "image", "command", "args", "env", "value", "ports", "containerPort", "hostPort", "hostIP",
        "protocol", "workingDir", "hostname", "shareProcessNamespace", "restartPolicy", "imagePullPolicy",
        "terminationGracePeriodSeconds", "annotations", "initContainers", "ephemeralContainers", "volumes",
        "volumeMounts", "envFrom", "valueFrom", "resources", "limits", "livenessProbe", "lifecycle", "securityContext",
        "emptyDir", "hostPath", "projected", "hostUsers", "os", "mountPropagation",
    ]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(), max_size=10)  # lone surrogates and NUL included
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.sampled_from(["Pod", "v1", "nginx"])
JSON_VALUES: SearchStrategy[object] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | ANY_TEXT, inner, max_size=5)
)
PODLIKE = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.sampled_from(["v1", "", None, "v2"]),
        "kind": st.sampled_from(["Pod", "", None, 1]),
        "metadata": st.dictionaries(FIELDS, JSON_VALUES, max_size=4) | JSON_VALUES,
        "spec": st.dictionaries(FIELDS, JSON_VALUES, max_size=4)
        | st.fixed_dictionaries({"containers": st.lists(st.dictionaries(FIELDS, JSON_VALUES, max_size=3), max_size=3)}),
        "status": JSON_VALUES,
    },
)
PODS = pods(st.text(max_size=20))
WITHOUT_NUL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@unhurried
@given(PODS)
def test_what_is_dumped_decodes_to_the_same_pod(pod: Pod) -> None:
    assert decode(dump(pod)) == pod
    assert decode(json.loads(json.dumps(dump(with_defaults(pod))))) == with_defaults(pod)


@unhurried
@given(PODS)
def test_validation_never_raises_and_tells_fields(pod: Pod) -> None:
    causes = validate(pod)
    assert all(isinstance(cause, Cause) and cause.field and cause.message for cause in causes)
    assert validate(with_defaults(pod)) == causes
    assert len(spec_hash(pod)) == 64


@unhurried
@given(st.dictionaries(FIELDS | ANY_TEXT, JSON_VALUES, max_size=5) | PODLIKE)
def test_any_object_is_a_pod_or_malformed(obj: dict[str, object]) -> None:
    with suppress(Malformed, SpecRefused):
        validate(decode(obj))


@unhurried
@given(PODLIKE)
def test_any_object_as_text_is_a_pod_or_malformed(obj: dict[str, object]) -> None:
    for content_type in ("application/json", "application/yaml"):
        with suppress(Malformed, SpecRefused):
            validate(decode(read(json.dumps(obj).encode(), content_type)))


YAML_TEXT = st.text(st.sampled_from(list("ab01 \n\t:-,[]{}&*!|>'\"%@`?#~yn.\0\\\x85é")), max_size=60)


@unhurried
@given(
    st.binary(max_size=200) | YAML_TEXT.map(str.encode), st.sampled_from(["application/json", "application/yaml", ""])
)
def test_any_bytes_are_an_object_or_malformed(body: bytes, content_type: str) -> None:
    with suppress(Malformed):
        assert isinstance(read(body, content_type), dict)


class Quoting(yaml.SafeDumper):
    """Writes every text in quotes: what a plain word means differs between YAML's readers."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)  # fmt: skip


@unhurried
@given(pods(WITHOUT_NUL))
def test_a_pod_as_text_reads_back_the_same(pod: Pod) -> None:
    assert decode(read(json.dumps(dump(pod)).encode(), "application/json")) == pod
    assert decode(read(yaml.dump(dump(pod), Dumper=Quoting).encode(), "application/yaml")) == pod


@unhurried
@given(st.text(max_size=60) | st.from_regex(r"[a-z.]{0,9}(:5000)?/?[a-z/_-]{0,12}(:[A-Za-z.]{0,5})?", fullmatch=True))
def test_a_reference_parses_to_itself_in_full_or_not_at_all(text: str) -> None:
    reference = images.parse(text)
    assert reference is None or images.parse(str(reference)) == reference
