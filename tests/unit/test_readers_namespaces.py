"""Who owns which namespace, and what must stay unknown."""

from __future__ import annotations

from collections.abc import Mapping

from sandboxes import wire
from sandboxes.node.readers.namespaces import KINDS, Inodes, NodeNamespaces, compare

HOST = NodeNamespaces(dict.fromkeys(KINDS, 1), "dockerd")


def row(member: str, inode: int | None) -> Inodes:
    return Inodes(member, 100, dict.fromkeys(KINDS, inode))


def cells(rows: list[Inodes], node: NodeNamespaces = HOST) -> list[tuple[str, str, tuple[str, ...]]]:
    view = compare(rows, node)
    return [(found.cells[0].relation, found.cells[0].owner, found.cells[0].shared_with) for found in view.rows]


def test_pause_owns_what_the_members_joined() -> None:
    assert cells([row("", 7), row("a", 7), row("b", 7)]) == [
        ("owns", "", ("a", "b")),
        ("shares", "", ("", "b")),
        ("shares", "", ("", "a")),
    ]


def test_what_nobody_joined_is_its_own() -> None:
    assert cells([row("", 7), row("a", 8)]) == [("own", "", ()), ("own", "a", ())]


def test_the_nodes_is_the_nodes_even_if_all_have_it() -> None:
    assert [cell[0] for cell in cells([row("", 1), row("a", 1)])] == ["host", "host"]


def test_an_unreadable_one_is_unknown_and_shared_with_nobody() -> None:
    assert cells([row("", None), row("a", None)]) == [("unknown", "", ()), ("unknown", "", ())]


def test_without_the_nodes_own_nothing_is_called_own() -> None:
    unknown: Mapping[wire.NamespaceKind, int | None] = dict.fromkeys(KINDS)
    assert [cell[0] for cell in cells([row("", 7), row("a", 8)], NodeNamespaces(unknown, ""))] == ["unknown"] * 2
