"""YAML into JSON values as the API server reads it: YAML 1.1 with `y`/`n` as booleans, times as text.

PURE. Built from the parser's events, so nothing is constructed that was not asked for: aliases, anchors and tags are
refused before anything is expanded, and depth and size are counted while reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from sandboxes.spec.causes import quoted

MOST_NODES = 2000

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
}  # fmt: skip
_NOT_IN_JSON = re.compile(r"\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF)")
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class Unreadable(ValueError):
    """The text is not what it claims to be; its message says where."""


@dataclass
class YamlText:
    """One text being read. `duplicates` tells, with their lines, keys that were there already (the first one holds)."""

    text: str
    deepest: int
    duplicates: list[str] = field(default_factory=list)
    _nodes: int = 0

    def read(self) -> Any:
        """The one document's value, maps with sorted keys; raises Unreadable."""
        try:
            events = iter(yaml.parse(self.text, Loader=yaml.CSafeLoader))
            found = self._document(events)
        except yaml.YAMLError as exc:
            raise Unreadable(f"yaml: {_where(exc)}") from exc
        return found

    def _document(self, events: Iterator[Event]) -> Any:
        found: Any = None
        documents = 0
        for event in events:
            match event:
                case StreamStartEvent() | StreamEndEvent():
                    continue
                case DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise Unreadable(f"yaml: {_line(event)}: only one document may be in it")
                    found = self._value(next(events), events, 1)
        return found

    def _value(self, event: Event, events: Iterator[Event], depth: int) -> Any:
        self._count(event, depth)
        match event:
            case ScalarEvent():
                return _resolved(event)
            case SequenceStartEvent():
                return list(self._items(events, depth))
            case MappingStartEvent():
                return dict(sorted(self._pairs(events, depth).items()))
        raise AssertionError(f"no value begins with {event!r}")

    def _count(self, event: Event, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Unreadable(f"yaml: {_line(event)}: more than {MOST_NODES} values")
        if depth > self.deepest and not isinstance(event, ScalarEvent):
            raise Unreadable(f"yaml: {_line(event)}: nested more than {self.deepest} levels deep")
        if isinstance(event, NodeEvent) and event.anchor is not None:
            raise Unreadable(f"yaml: {_line(event)}: anchors and aliases are not accepted")
        if isinstance(event, CollectionStartEvent | ScalarEvent) and event.tag is not None:
            raise Unreadable(f"yaml: {_line(event)}: tags are not accepted")

    def _items(self, events: Iterator[Event], depth: int) -> Iterator[Any]:
        while not isinstance(event := next(events), SequenceEndEvent):
            yield self._value(event, events, depth + 1)

    def _pairs(self, events: Iterator[Event], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = _key(self._value(event, events, depth + 1), event)
            held = next(events)
            value = self._value(held, events, depth + 1)
            if key in found:
                self.duplicates.append(f"{_line(held)}: key {quoted(key)} already set in map")
            else:
                found[key] = value
        return found


def _line(event: Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "line 1"


def _where(exc: yaml.YAMLError) -> str:
    """The problem with its line, counted as the API server's parser counts: a parser's from 0, a scanner's from 1."""
    if not isinstance(exc, yaml.MarkedYAMLError):
        return str(getattr(exc, "reason", exc))
    line = exc.problem_mark.line if exc.problem_mark else 0
    if line:
        line += isinstance(exc, yaml.scanner.ScannerError)
    elif exc.context_mark:
        line = exc.context_mark.line
    return f"line {line}: {exc.problem}" if line else str(exc.problem)


def _key(value: Any, event: Event) -> str:
    """Keys are text in JSON; a plain number or boolean as key is meant as the text it is."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
    raise Unreadable(f"yaml: {_line(event)}: a key must be text")


def _resolved(event: ScalarEvent) -> str | bool | int | float | None:
    """What a plain scalar means; a quoted one is always text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_IN_JSON.fullmatch(text):
        raise Unreadable(f"yaml: {_line(event)}: {text} is not a number that JSON has")
    return _number(text)


def _number(text: str) -> str | int | float:
    """The number that a plain scalar is, or the scalar itself. 1.0 is 1, as when Go writes it as JSON."""
    plain = text.replace("_", "") if text[0] in "+-0123456789" else text
    if (found := _WHOLE.fullmatch(plain)) and len(plain) <= 70:
        sign, *digits = found.groups()
        number = next(int(part, base) for part, base in zip(digits, (16, 8, 2, 10), strict=True) if part)
        if number < 2**64:
            return -number if sign == "-" else number
    if _REAL.fullmatch(plain) and math.isfinite(real := float(plain)):
        return int(real) if real.is_integer() and abs(real) < 1e21 else real
    return text
