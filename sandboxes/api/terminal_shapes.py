"""What the paths of shells take and answer, for the OpenAPI document."""

from __future__ import annotations

from sandboxes.api.shapes import Answer
from sandboxes.terminal_wire import TerminalName


class Terminal(Answer):
    """A shell that lives. `attached`: how many pages are at it. `written`: bytes since it began. `user`: "" is the
    member's own.
    """

    id: str
    name: str
    member: str
    user: str
    started: str
    attached: int
    written: int


class Terminals(Answer):
    """Your shells in a pod."""

    items: list[Terminal]


class NameTerminal(Answer):
    """Another name for a shell, at most 40 characters."""

    name: TerminalName
