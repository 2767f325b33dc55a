"""The body of a request into a dict: JSON or YAML, bounded in size and depth, nothing said twice.

PURE. Nothing about pods is known here but the word in the messages; `decoding.py` makes the dict a Pod.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NoReturn

from sandboxes.errors import Cause, Malformed
from sandboxes.spec.causes import quoted
from sandboxes.spec.decoding import handled
from sandboxes.spec.yaml_text import Unreadable, YamlText

LARGEST = 256 * 1024  # bytes
DEEPEST = 20  # levels of objects and lists; the whole is the first
MOST_VALUES = 20_000  # keys and values, twice what the fullest pod of ten members has
MOST_CAUSES = 100  # as many as the API server tells
_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"
_JSON = "couldn't get version/kind; json parse error"
_LONGEST_WHOLE = 30  # digits; longer ones lose precision, as no field holds more than 64 bits


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that `body` is; no content type means JSON. Raises Malformed with the API server's 400 text."""
    if len(body) > LARGEST:
        raise Malformed(f"the body is too large: it has {len(body)} bytes, at most {LARGEST} are accepted")
    try:
        text = body.decode()
        match content_type.partition(";")[0].strip().lower():
            case "" | "application/json":
                found, doubled = _from_json(text)
            case "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml":
                found, doubled = _from_yaml(text)
            case _:
                raise Malformed(
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json, application/yaml"
                )
    except UnicodeDecodeError as exc:
        _unrecognized(f"it is not valid UTF-8 at byte {exc.start}", body, exc)
    except Unreadable as exc:
        _unrecognized(str(exc), body, exc)
    if doubled:
        raise Malformed(f"{handled()}: strict decoding error: {', '.join(c.message for c in doubled)}", doubled)
    return found


def _unrecognized(why: str, body: bytes, exc: Exception) -> NoReturn:
    """As the API server says it, with the first 30 bytes: as text when they may be JSON, else in hexadecimal."""
    shown = body[:30].decode(errors="replace") if body.startswith(b"{") else body[:30].hex()
    more = " ..." if len(body) > 30 else ""
    raise Malformed(
        f"the object provided is unrecognized (must be of type Pod): {why} ({shown or '<empty>'}{more})"
    ) from exc


def _from_yaml(text: str) -> tuple[dict[str, Any], tuple[Cause, ...]]:
    source = YamlText(text, DEEPEST)
    found = _object(source.read())
    _checked(found)
    if not source.duplicates:
        return found, ()
    told = "\n  ".join(["yaml: unmarshal errors:", *source.duplicates])
    return found, (Cause("", "FieldValueDuplicate", told),)


def _from_json(text: str) -> tuple[dict[str, Any], tuple[Cause, ...]]:
    source = _JsonText()
    found = _object(source.read(text))
    doubled = [_joined(path, key) for path, value in _checked(found) for key in source.doubled_keys(value)]
    told = {path: f"duplicate field {quoted(path)}" for path in doubled[:MOST_CAUSES]}
    return found, tuple(Cause(path, "FieldValueDuplicate", text) for path, text in told.items())


@dataclass
class _JsonText:
    """One text being read. A dict cannot tell that a key came twice: `doubled` remembers it by the dict's id."""

    doubled: dict[int, list[str]] = field(default_factory=dict)
    kept: list[dict[str, Any]] = field(default_factory=list)  # alive, or an id could be used again

    def read(self, text: str) -> Any:
        if not text.strip():
            raise Unreadable(f"{_JSON}: unexpected end of JSON input")
        try:
            return json.loads(text, object_pairs_hook=self._pairs, parse_int=_whole, parse_constant=_constant)
        except json.JSONDecodeError as exc:
            raise Unreadable(f"{_JSON}: line {exc.lineno}, column {exc.colno}: {exc.msg}") from exc
        except RecursionError as exc:
            raise Unreadable(_TOO_DEEP) from exc

    def doubled_keys(self, value: object) -> list[str]:
        return self.doubled.get(id(value), [])

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            self.doubled[id(found)] = [key for key, count in times.items() if count > 1]
            self.kept.append(found)
        return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else float(digits)


def _constant(name: str) -> NoReturn:
    raise Unreadable(f"{_JSON}: {name} is not a JSON value")


def _object(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable("it must be one object")
    return found


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _checked(found: dict[str, Any]) -> list[tuple[str, object]]:
    """Every value with its path, each fit to be kept."""
    walked = list(islice(_walk(found), MOST_VALUES + 1))
    if len(walked) > MOST_VALUES:
        raise Unreadable(f"it has more than {MOST_VALUES} keys and values")
    for path, value in walked:
        _check(path, value)
    return walked


def _walk(value: object, path: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    """Every value with its path, outermost first, and every key with the path of its object."""
    yield path, value
    if isinstance(value, dict | list) and depth > DEEPEST:
        raise Unreadable(_TOO_DEEP)
    if isinstance(value, dict):
        for key, item in value.items():
            yield path, key
            yield from _walk(item, _joined(path, key), depth + 1)
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _walk(item, f"{path}[{i}]", depth + 1)


def _check(path: str, value: object) -> None:
    """No text that a program, the database or the engine could not take, and no number that JSON cannot show."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable(f"{path}: the number is out of range")
    if not isinstance(value, str):
        return
    told = f"must not contain {quoted(chr(0))}" if "\0" in value else ""
    if any("\ud800" <= character <= "\udfff" for character in value):
        told = "must be valid Unicode"
    if told:
        raise Malformed(f"{handled()}: {path}: {told}", (Cause(path, "FieldValueInvalid", told),))
