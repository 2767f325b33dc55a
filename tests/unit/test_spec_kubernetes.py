"""What a real API server (Kubernetes 1.34) answered to bad pods, and what we answer: the same, word for word.

`kubernetes_answers.json` holds the recorded cases of our subset: manifest (or YAML text), HTTP status, message, causes.
A field of Kubernetes that we do not have is an unknown field here, so cases about such fields are not among them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandboxes.errors import Malformed, SpecRefused
from sandboxes.spec import decode, read, validate

ANSWERS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("kubernetes_answers.json").read_text())


def create(body: bytes, content_type: str) -> None:
    """The part of a POST that reads, decodes and validates."""
    pod = decode(read(body, content_type))
    if causes := validate(pod):
        raise SpecRefused(pod.metadata.name, causes)


@pytest.mark.parametrize("answer", ANSWERS, ids=[answer["shows"] for answer in ANSWERS])
def test_we_answer_as_a_real_api_server_does(answer: dict[str, Any]) -> None:
    text, kind = (answer["yaml"], "yaml") if "yaml" in answer else (json.dumps(answer["manifest"]), "json")
    with pytest.raises((Malformed, SpecRefused)) as refused:
        create(text.encode(), f"application/{kind}")
    assert str(refused.value) == answer["message"]
    assert isinstance(refused.value, Malformed) == (answer["http"] == 400)
    if isinstance(refused.value, SpecRefused):
        assert [vars(cause) for cause in refused.value.causes] == answer["causes"]


def test_a_manifest_reads_the_same_as_yaml_and_as_json() -> None:
    for answer in (answer for answer in ANSWERS if "manifest" in answer):
        body = json.dumps(answer["manifest"]).encode()
        assert read(body, "application/json") == read(body, "application/yaml")
