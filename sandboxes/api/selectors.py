"""labelSelector and fieldSelector of lists: equality and existence, as `kubectl -l` and `--field-selector` write them.

PURE. Set-based requirements (`in`, `notin`) are refused with a word, not misread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sandboxes.errors import Malformed

REQUIREMENT = re.compile(
    r"\s*+(?P<not>!?)\s*+(?P<key>[A-Za-z0-9._/-]++)\s*+(?:(?P<op>==|!=|=)\s*+(?P<value>[^\s,!=]*+)\s*+)?"
)


@dataclass(frozen=True)
class Requirement:
    """`key` is, or with `wanted` False is not, `value`; value None asks only whether it is there."""

    key: str
    value: str | None
    wanted: bool

    def holds(self, found: Mapping[str, str]) -> bool:
        if self.value is None:
            return (self.key in found) is self.wanted
        return (found.get(self.key) == self.value) is self.wanted


def parse(selector: str) -> tuple[Requirement, ...]:
    """All of these must hold. Raises Malformed."""
    return tuple(_requirement(part) for part in selector.split(",")) if selector.strip() else ()


def _requirement(part: str) -> Requirement:
    found = REQUIREMENT.fullmatch(part)
    if found is None or (found["not"] and found["op"]):
        raise Malformed(f"unable to parse requirement: {part.strip()!r}: only =, ==, != and existence are supported")
    if found["op"] is None:
        return Requirement(found["key"], None, wanted=not found["not"])
    return Requirement(found["key"], found["value"], wanted=found["op"] != "!=")


def by_labels(selector: str, obj: Mapping[str, Any]) -> bool:
    """Does the object carry such labels?"""
    labels = obj["metadata"].get("labels", {})
    return all(requirement.holds(labels) for requirement in parse(selector))


def by_fields(selector: str, obj: Mapping[str, Any]) -> bool:
    """Has the pod such fields? Those that Kubernetes selects pods by, as far as we have them."""
    fields = {
        "metadata.name": obj["metadata"]["name"],
        "metadata.namespace": obj["metadata"]["namespace"],
        "spec.nodeName": obj["spec"].get("nodeName", ""),
        "status.phase": obj["status"]["phase"],
        "status.podIP": obj["status"].get("podIP", ""),
    }
    return all(requirement.holds(fields) for requirement in _known(selector, fields))


def by_name(selector: str, obj: Mapping[str, Any]) -> bool:
    """Has an object of any kind such a name and namespace?"""
    fields = {f"metadata.{key}": obj["metadata"][key] for key in ("name", "namespace")}
    return all(requirement.holds(fields) for requirement in _known(selector, fields))


# Fields of an event → look-ups of the journal's rows.
EVENT_FIELDS = {
    "involvedObject.name": "pod__name",
    "involvedObject.uid": "pod__uid",
    "involvedObject.namespace": "pod__namespace__name",
    "type": "type",
    "reason": "reason",
}


def event_lookups(selector: str) -> dict[str, Any] | None:
    """The look-ups that a fieldSelector asks for; None when nothing can match. Raises Malformed."""
    known = {**EVENT_FIELDS, "involvedObject.kind": ""}
    chosen: dict[str, Any] = {}
    for requirement in _known(selector, known):
        if not requirement.wanted or requirement.value is None:
            raise Malformed(f"unable to parse requirement: {requirement.key}: only = is supported for events")
        if requirement.key == "involvedObject.kind":
            if requirement.value != "Pod":
                return None
        elif requirement.key == "involvedObject.uid" and not _is_uid(requirement.value):
            return None
        else:
            chosen[EVENT_FIELDS[requirement.key]] = requirement.value
    return None if any("\0" in value for value in chosen.values()) else chosen


def _known(selector: str, fields: Mapping[str, str]) -> tuple[Requirement, ...]:
    requirements = parse(selector)
    for requirement in requirements:
        if requirement.key not in fields:
            raise Malformed(f"field label not supported: {requirement.key}")
    return requirements


def _is_uid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
