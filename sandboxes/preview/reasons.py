"""Why a preview shows nothing, told from the pod's own sockets.

PURE.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from sandboxes.errors import PlaygroundError
from sandboxes.wire import Socket


class Reason(StrEnum):
    """What keeps a preview from the application."""

    NOT_RUNNING = "not-running"
    NOTHING_LISTENS = "nothing-listens"
    LOOPBACK_ONLY = "loopback-only"
    NO_CONNECTION = "no-connection"
    NO_ANSWER = "no-answer"
    BROKEN = "broken"
    TOO_MANY = "too-many"
    NODE_AWAY = "node-away"


class Unreachable(PlaygroundError):
    """The preview does not reach the application."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the preview does not reach the application: {reason}")
        self.reason = reason


def reason_of(sockets: Iterable[Socket], port: int) -> Reason:
    """Why a connection to that port of the pod's address did not come about."""
    listening = [each for each in sockets if each.state == "LISTEN" and each.local_port == port]
    if not listening:
        return Reason.NOTHING_LISTENS
    if all(_is_loopback(each.local_address) for each in listening):
        return Reason.LOOPBACK_ONLY
    return Reason.NO_CONNECTION


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:  # `*`: every address
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback
