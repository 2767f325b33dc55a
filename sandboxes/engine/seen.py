"""A container as the audit sees it.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes.engine.naming import Identity
from sandboxes.policy import Profile

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """A container as the engine shows it, and what it may be: its pod's profile and number, the ids of its pod's
    containers, `folder`, the pod's part of the state directory, and what the node makes a pause of: `pause_image`, and
    `host_ip`, the one address that ports are published on.
    """

    identity: Identity
    inspected: Json
    profile: Profile
    number: int
    of_pod: frozenset[str]
    folder: str
    pause_image: str
    host_ip: str

    @property
    def config(self) -> Json:
        found: Json = self.inspected["Config"]
        return found

    @property
    def host(self) -> Json:
        found: Json = self.inspected["HostConfig"]
        return found

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.host.get("SecurityOpt") or ())

    @property
    def is_pause(self) -> bool:
        return self.identity.is_pause

    def joins(self, mode: str) -> bool:
        """It is `container:<id>` of a container of the same pod."""
        kind, _, joined = mode.partition(":")
        return kind == "container" and joined in self.of_pod
