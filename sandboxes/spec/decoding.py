"""A dict into a Pod, strictly, with the words of Kubernetes' own decoder (sigs.k8s.io/json, v1.34); and back.

PURE. What Kubernetes knows and the playground does not take is refused by name (`closest.py`). What the server owns
in metadata, and `status`, is dropped silently. The first wrong type ends the decoding; unknown fields are all told at
once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NoReturn, TypeGuard, TypeVar, get_args, get_origin, get_type_hints

from sandboxes.errors import Cause, Malformed, SpecRefused
from sandboxes.spec import go_names
from sandboxes.spec.causes import forbidden, quoted
from sandboxes.spec.closest import AS_IT_IS, CLOSEST, DROPPED, KINDS
from sandboxes.spec.models import Int32, Int64, IntOrString, ObjectMeta, Pod, Quantity, Shape
from sandboxes.spec.quantity import parse

Kind = TypeVar("Kind", bound=Shape)
SERVER_OWNED: dict[type[Shape], frozenset[str]] = {
    Pod: frozenset({"status"}),
    ObjectMeta: frozenset({
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "selfLink", "managedFields",
    }),
}  # fmt: skip

_MOST_TOLD = 100  # as many as the API server tells
_QUANTITIES = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_SUFFIXED = re.compile(r"[+-]?[0-9]*+(?:\.[0-9]*+)?[eEinumkKMGTP]*+[-+]?[0-9]*+")
_WHOLE = {Int32: ("int32", 2**31), Int64: ("int64", 2**63)}


@dataclass(frozen=True)
class _Place:
    """Where the decoder is: `path`, with indices, is a form's; `struct`, `name` and `go_path` are Go's message's."""

    kind: str
    path: str = ""
    struct: str = ""
    name: str = ""
    go_path: str = ""

    def field(self, struct: str, name: str) -> _Place:
        return _Place(self.kind, _joined(self.path, name), struct, name, _joined(self.go_path, name))

    def item(self, index: int | str) -> _Place:
        return replace(self, path=f"{self.path}[{index}]")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def handled(kind: str = "Pod") -> str:
    """How a refusal of an object of that kind begins."""
    return f'{kind} in version "v1" cannot be handled as a {kind}'


def decode(obj: Mapping[str, Any]) -> Pod:
    """The Pod that `obj` (JSON values) describes.

    Raises Malformed for what Kubernetes does not know or cannot read, SpecRefused for what it knows and we do not take,
    with a cause for each field at fault.
    """
    _check_kind(obj.get("kind") or "Pod", obj.get("apiVersion") or "v1")
    return decode_as(Pod, obj).model_copy(update={"api_version": "v1", "kind": "Pod"})


def decode_as(shape: type[Kind], obj: Mapping[str, Any]) -> Kind:
    """An object of another kind, in the same words."""
    decoder = _Decoder()
    found: Kind = decoder.shape(shape, obj, _Place(shape.__name__))
    if decoder.unknown:
        told = {path: f"unknown field {quoted(path)}" for path in decoder.unknown}
        causes = tuple(Cause(path, "FieldValueInvalid", text) for path, text in told.items())
        raise Malformed(f"{handled(shape.__name__)}: strict decoding error: {', '.join(told.values())}", causes)
    if decoder.refused:
        refused = tuple(forbidden(path, f"not supported here: {told}") for path, told in decoder.refused.items())
        raise SpecRefused(_name(obj), refused, kind=shape.__name__)
    return found


def _name(obj: Mapping[str, Any]) -> str:
    meta = obj.get("metadata")
    return str(meta.get("name") or "") if isinstance(meta, Mapping) else ""


def dump(pod: Pod) -> dict[str, Any]:
    """The Pod as JSON values with Kubernetes' names, unset fields left out; `decode` is its inverse."""
    found = pod.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"apiVersion": pod.api_version, "kind": pod.kind, "metadata": {}, "spec": {}} | found


def _check_kind(kind: object, version: object) -> None:
    if not isinstance(kind, str) or not isinstance(version, str) or (kind, version) == ("Pod", "v1"):
        return
    told = f'no kind {quoted(kind)} is registered for version {quoted(version)} in scheme "pkg/runtime/scheme.go:110"'
    cause = Cause("kind" if kind != "Pod" else "apiVersion", "FieldValueInvalid", told)
    short = quoted(version.rpartition("/")[2])
    raise Malformed(f"{kind} in version {short} cannot be handled as a Pod: {told}", (cause,))


@cache
def _fields(shape: type[Shape]) -> dict[str, tuple[str, Any]]:
    """Kubernetes' name of each field → our name and what it holds."""
    held = get_type_hints(shape, include_extras=True)
    return {known.alias or name: (name, _unless_none(held[name])) for name, known in shape.model_fields.items()}


def _unless_none(held: Any) -> Any:
    if held in (IntOrString, Quantity):
        return held
    others = [each for each in get_args(held) if each is not type(None)]
    return others[0] if type(None) in get_args(held) else held


def _go_type(held: Any, at: _Place) -> str:
    if held in _WHOLE:
        return _WHOLE[held][0]
    if get_origin(held) is tuple:
        return f"[]{_go_type(get_args(held)[0], at)}"
    if get_origin(held) is dict:
        return go_names.MAPS.get((at.struct, at.name), "map[string]string")
    if held is str:
        return go_names.TEXTS.get((at.struct, at.name), "string")
    return "bool" if held is bool else f"v1.{go_names.struct(held.__name__, at.name)}"


def _json_type(value: object) -> str:
    match value:
        case str():
            return "string"
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case list() | tuple():
            return "array"
        case _:
            return "object"


def _wrong(held: Any, value: object, at: _Place) -> NoReturn:
    """Go tells a number's text only where another number would have fitted."""
    given = _json_type(value)
    if given == "number" and held in _WHOLE:
        given = f"number {json.dumps(value)}"
    told = f"json: cannot unmarshal {given} into Go struct field {at.struct}.{at.go_path} of type {_go_type(held, at)}"
    raise Malformed(f"{handled(at.kind)}: {told}", (Cause(at.path, "FieldValueTypeInvalid", told),))


@dataclass
class _Decoder:
    """One decoding. `unknown` and `refused` are fields that are not taken, as they were met: with the latter, what
    comes closest.
    """

    unknown: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def value(self, held: Any, value: object, at: _Place) -> Any:
        """`value` as a field that holds `held`; null is its zero value."""
        if value is None:
            return "0" if held == Quantity else 0 if held == IntOrString else held()
        if held in _WHOLE:
            return _whole(held, value, at)
        if held == IntOrString:
            return _text(value, at) if isinstance(value, str) else _port(value, at)
        if held == Quantity:
            return _quantity(value, at)
        if get_origin(held) is tuple and isinstance(value, list):
            (each, _) = get_args(held)
            return tuple(self.value(each, item, at.item(i)) for i, item in enumerate(value))
        if get_origin(held) is dict and isinstance(value, Mapping):
            (_, each) = get_args(held)
            return {_text(key, at): self.value(each, item, at.item(key)) for key, item in value.items()}
        if isinstance(held, type) and issubclass(held, Shape) and isinstance(value, Mapping):
            return self.shape(held, value, at)
        if held is str and isinstance(value, str):
            return _text(value, at)
        if held is bool and isinstance(value, bool):
            return value
        _wrong(held, value, at)

    def shape(self, shape: type[Shape], value: Mapping[str, Any], at: _Place) -> Any:
        known = _fields(shape)
        dropped = SERVER_OWNED.get(shape, frozenset())
        found = {}
        for key, item in value.items():
            inner = at.field(go_names.struct(shape.__name__, at.name), key)
            if key in known and item is not None:
                name, held = known[key]
                found[name] = self.value(held, item, inner)
            elif key not in known and key not in dropped and not _says_nothing(shape, key, item):
                self._not_taken(inner.path, CLOSEST.get((shape.__name__, key)))
        return shape(**found)

    def _not_taken(self, path: str, closest: str | None) -> None:
        """Kubernetes knows it and the playground does not, or nobody does."""
        if closest is not None and len(self.refused) < _MOST_TOLD:
            self.refused[path] = closest
        elif closest is None and len(self.unknown) < _MOST_TOLD:
            self.unknown.append(path)


def _says_nothing(shape: type[Shape], key: str, value: object) -> bool:
    """What Kubernetes knows and drops, or what is refused here and not asked for: `hostNetwork: false`."""
    name = (shape.__name__, key)
    if name in DROPPED or (name in CLOSEST and value is None):
        return True
    if name in AS_IT_IS:
        return value == AS_IT_IS[name]
    return name in CLOSEST and shape.__name__ not in KINDS and not value


def _quantity(value: object, at: _Place) -> str | int | float:
    if not isinstance(value, bool) and isinstance(value, str | int | float):
        if parse(value) is not None:
            return value
        if _SUFFIXED.fullmatch(str(value).strip()):
            _unreadable("unable to parse quantity's suffix", at)
    _unreadable(_QUANTITIES, at)


def _port(value: object, at: _Place) -> int:
    """A type that decodes itself, so that Go tells no field."""
    if _fits(value, Int32):
        return value
    given = _json_type(value)
    if given == "number":
        given = f"number {json.dumps(value)}"
    _unreadable(f"json: cannot unmarshal {given} into Go value of type int32", at)


def _unreadable(told: str, at: _Place) -> NoReturn:
    raise Malformed(f"{handled(at.kind)}: {told}", (Cause(at.path, "FieldValueInvalid", told),))


def _whole(held: Any, value: object, at: _Place) -> int:
    return value if _fits(value, held) else _wrong(held, value, at)


def _fits(value: object, held: Any) -> TypeGuard[int]:
    limit = _WHOLE[held][1]
    return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit


def _text(value: str, at: _Place) -> str:
    """Half of a surrogate pair has no UTF-8: neither the database nor the engine could take it."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        told = "the text is not valid Unicode"
        raise Malformed(f"{handled(at.kind)}: {at.path}: {told}", (Cause(at.path, "FieldValueInvalid", told),))
    return value
