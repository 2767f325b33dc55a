"""What the playground needs of a container engine: about ten verbs, shaped after pods.

The real one is `docker.py`, the one for tests `fake.py`. Conflict and absence are results here, not errors: creating
what exists adopts it, stopping or removing what is gone is done. Every other refusal is an `errors.EngineError`
with the engine's own words; no answer within 10 s is `errors.EngineUnavailable`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandboxes.engine.naming import Identity
from sandboxes.policy import MemberBody, PauseBody
from sandboxes.world import ImageOnNode, ObservedContainer


@dataclass(frozen=True)
class Listed:
    """One container of this install, as a listing shows it."""

    id: str
    identity: Identity


@dataclass(frozen=True)
class Inspection:
    """One container, and all that the engine says of it (GET /containers/{id}/json)."""

    id: str
    identity: Identity
    inspected: Mapping[str, Any]


class Engine(Protocol):
    """The verbs. `container_id` is the engine's full id."""

    def ping(self) -> str:
        """The engine's version; raises EngineUnavailable."""

    def observe(self, uid: uuid.UUID) -> tuple[ObservedContainer, ...]:
        """Every container labelled with this install and pod uid, inspected."""

    def inspect(self, container_id: str) -> ObservedContainer | None:
        """One container of a pod; None when it is gone."""

    def inspections(self, uid: uuid.UUID | None = None, *, ended: bool = False) -> tuple[Inspection, ...]:
        """Every pod's running container of this install, or those of one pod; with `ended` the others too."""

    def images(self, references: Iterable[str]) -> Mapping[str, ImageOnNode]:
        """Those of the references that are on the node; a whole image id is one too, whatever the image is called."""

    def create_pause(self, identity: Identity, body: PauseBody) -> str:
        """The id of the pause: made, or adopted when it exists. Raises ImageMissing, NameTaken."""

    def create_member(self, identity: Identity, body: MemberBody, pause_id: str) -> str:
        """The id of the member, joined to pause: made, or adopted. Raises ImageMissing, NameTaken."""

    def start(self, container_id: str) -> None:
        """Started, or was running already. Raises EngineError with the engine's words."""

    def signal(self, container_id: str, signal: str) -> None:
        """Signal its first process, by name ("SIGTERM"); one that does not run or is gone is done."""

    def freeze(self, container_id: str, *, frozen: bool) -> None:
        """Its processes stand still, or go on; one that does already, does not run or is gone is done."""

    def tail(self, container_id: str, lines: int) -> str:
        """The last lines of its log; "" when it is gone."""

    def remove(self, container_id: str) -> None:
        """Kill and remove it with its anonymous volumes; one that is gone is done."""

    def list_all(self) -> tuple[Listed, ...]:
        """Every pod's container of this install, for the orphan sweep."""

    def ensure_network(self) -> None:
        """The install's bridge exists, as ARCHITECTURE §6 wants it."""

    def remove_network(self) -> None:
        """The install's bridge is gone. Raises EngineError while a container is on it."""
