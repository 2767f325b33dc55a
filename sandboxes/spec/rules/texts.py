"""Sizes, counts and texts: what is said of fields of many kinds.

Sizes and counts are the playground's: Kubernetes leaves them to the size of the object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import invalid, too_long, too_many

# Items in a list, and bytes.
MOST_ARGUMENTS = 64
TEXT_SIZE = 4 * 1024

Causes = Iterator[Cause]


def each(field: str, value: str, rule: Callable[[str], names.Complaints]) -> Causes:
    yield from (invalid(field, value, complaint) for complaint in rule(value))


def at_least(field: str, value: int, least: int = 0) -> Causes:
    if value < least:
        rule = "must be greater than 0" if least == 1 else f"must be greater than or equal to {least}"
        yield invalid(field, value, rule)


def size(field: str, value: str, limit: int) -> Causes:
    if names.length(value) > limit:
        yield too_long(field, limit)


def text(field: str, value: str) -> Causes:
    """Text that becomes part of a process' arguments, environment or working directory."""
    yield from size(field, value, TEXT_SIZE)
    if names.length(value) <= TEXT_SIZE:
        yield from each(field, value, names.without_nul)


def count(field: str, found: int, limit: int) -> Causes:
    if found > limit:
        yield too_many(field, found, limit)


def arguments(field: str, given: tuple[str, ...]) -> Causes:
    yield from count(field, len(given), MOST_ARGUMENTS)
    for i, argument in enumerate(given):
        yield from text(f"{field}[{i}]", argument)


def path_inside(at: str, path: str) -> Causes:
    """A path that stays below where it begins (validateLocalDescendingPath)."""
    if path.startswith("/"):
        yield invalid(at, path, "must be a relative path")
    if ".." in path.split("/"):
        yield invalid(at, path, "must not contain '..'")
    yield from text(at, path)
