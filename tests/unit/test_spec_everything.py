"""A pod that says everything comes in and goes out the same, and is Kubernetes' own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import kubernetes_validate
import pytest
import yaml

from sandboxes.spec import Pod, decode, dump, read, spec_hash, validate, with_defaults
from sandboxes.spec.models import Shape
from tests.recorded.cases import Case, cases

KUBERNETES = "1.34"
TEXT = (Path(__file__).parent / "everything.yaml").read_text()


def everything() -> Pod:
    return decode(read(TEXT.encode(), "application/yaml"))


def shapes(value: object) -> Iterator[Shape]:
    """All that is in it, itself among them."""
    if isinstance(value, Shape):
        yield value
        for name in type(value).model_fields:
            yield from shapes(getattr(value, name))
    if isinstance(value, tuple):
        for item in value:
            yield from shapes(item)


def held_by(held: Any) -> Iterator[type[Shape]]:
    """All shapes that a field of that type can hold, and that those can hold."""
    if isinstance(held, type) and issubclass(held, Shape):
        yield held
        for inner in get_type_hints(held).values():
            yield from held_by(inner)
    for inner in get_args(held):
        yield from held_by(inner)


def test_it_says_every_field_there_is() -> None:
    said: dict[type[Shape], set[str]] = {}
    for shape in shapes(everything()):
        said.setdefault(type(shape), set()).update(shape.model_fields_set)
    unsaid = {shape: set(shape.model_fields) - said.get(shape, set()) for shape in held_by(Pod)}
    missing = {f"{shape.__name__}.{name}" for shape, names in unsaid.items() for name in names}
    assert missing == NOT_SAID_OF_ALL


# A debug member says little of what it may say: the others do.
NOT_SAID_OF_ALL: set[str] = {
    f"EphemeralContainer.{name}"
    for name in (
        "args", "command", "env", "env_from", "image_pull_policy", "security_context", "termination_message_path",
        "termination_message_policy", "stdin_once", "working_dir",
    )
}  # fmt: skip


def test_it_is_valid() -> None:
    assert validate(everything()) == ()


def test_it_comes_back_the_same() -> None:
    pod = everything()
    for same in (pod, with_defaults(pod)):
        assert decode(dump(same)) == same
        assert decode(read(json.dumps(dump(same)).encode(), "application/json")) == same
        assert decode(read(yaml.safe_dump(dump(same)).encode(), "application/yaml")) == same
    assert with_defaults(with_defaults(pod)) == with_defaults(pod)
    assert spec_hash(pod) == spec_hash(with_defaults(pod))


def test_what_goes_out_is_what_came_in() -> None:
    said: dict[str, Any] = yaml.safe_load(TEXT)
    assert dump(everything()) == said


def is_kubernetes(pod: Pod) -> None:
    kubernetes_validate.validate(dump(pod), KUBERNETES, strict=True)


def test_it_fits_kubernetes_schema() -> None:
    is_kubernetes(everything())
    is_kubernetes(with_defaults(everything()))


@pytest.mark.parametrize("case", [c for c in cases() if c.record["create"]["http"] == 201], ids=lambda case: case.id)
def test_what_a_real_api_server_took_fits_its_schema_when_it_goes_out(case: Case) -> None:
    is_kubernetes(with_defaults(decode(yaml.safe_load(case.text))))
