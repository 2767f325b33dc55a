"""An engine in memory, with faults on demand: the same promises as the real one, and stricter about order.

It refuses what must never happen: a member joining a pause that is gone, a member started while its pause does not
run, a pause removed while members stand in its namespaces.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sandboxes.engine import bodies
from sandboxes.engine.faults import Faults
from sandboxes.engine.naming import Identity, container_name, network_name
from sandboxes.engine.port import Inspection, Listed
from sandboxes.errors import EngineError, ImageMissing, NameTaken
from sandboxes.policy import BASELINE, MemberBody, PauseBody
from sandboxes.world import ImageOnNode, ObservedContainer, RunState


@dataclass
class Kept:
    """One container: who it is, what it shows, and the pause it joined ("" for a pause)."""

    identity: Identity
    seen: ObservedContainer
    pause_id: str
    body: PauseBody | MemberBody


class FakeEngine:
    """`on_node`: reference → image. `stubborn`: members that ignore TERM. `short`: member → the exit codes of its next
    starts, which end at once.

    `refused`: image id → the words with which a start of it is refused. `said`: member → its log. `tampered`: member
    ("" is pause) → what its HostConfig says instead of what it was created from.
    """

    def __init__(self, faults: Faults | None = None, *, install: str = "test") -> None:
        self.faults = faults or Faults()
        self.install = install
        self.containers: dict[str, Kept] = {}
        self.on_node: dict[str, ImageOnNode] = {}
        self.stubborn: set[str] = set()
        self.short: dict[str, list[int]] = {}
        self.refused: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.tampered: dict[str, dict[str, Any]] = {}
        self._ids = itertools.count(1)

    def ping(self) -> str:
        with self.faults.around("ping"):
            return "fake"

    def observe(self, uid: uuid.UUID) -> tuple[ObservedContainer, ...]:
        with self.faults.around("observe"):
            return tuple(kept.seen for kept in self.containers.values() if kept.identity.uid == uid)

    def inspect(self, container_id: str) -> ObservedContainer | None:
        with self.faults.around("inspect"):
            kept = self.containers.get(container_id)
            return kept.seen if kept else None

    def inspections(self, uid: uuid.UUID | None = None, *, ended: bool = False) -> tuple[Inspection, ...]:
        with self.faults.around("inspections"):
            return tuple(
                Inspection(key, kept.identity, self.inspected(key))
                for key, kept in self.containers.items()
                if (ended or kept.seen.alive) and uid in (None, kept.identity.uid)
            )

    def inspected(self, container_id: str) -> Mapping[str, Any]:
        """As the engine says it: what it was created from, and `tampered` over it."""
        kept = self.containers[container_id]
        network = network_name(self.install)
        if isinstance(kept.body, PauseBody):
            created = bodies.pause(kept.identity, kept.body, network=network, may_lower_oom_score=True, has_ipv6=True)
        else:
            created = bodies.member(kept.identity, kept.body, kept.pause_id, may_lower_oom_score=True)
        host = created.pop("HostConfig") | {"AutoRemove": False} | self.tampered.get(kept.identity.member, {})
        mounts = [
            {"Name": "f" * 64} | mount | {"Destination": mount["Target"], "RW": not mount.get("ReadOnly")}
            for mount in host.get("Mounts", ())
        ]
        joined = {network: {"IPAddress": kept.seen.ip}} if kept.identity.is_pause else {}
        return {
            "Id": container_id,
            "Config": created,
            "HostConfig": host,
            "Mounts": mounts,
            "NetworkSettings": {"Networks": joined},
        }

    def images(self, references: Iterable[str]) -> Mapping[str, ImageOnNode]:
        with self.faults.around("images"):
            known = {image.id: image for image in self.on_node.values()} | self.on_node
            return {name: known[name] for name in references if name in known}

    def create_pause(self, identity: Identity, body: PauseBody) -> str:
        with self.faults.around("create_pause"):
            return self._create(identity, body, pause_id="", spec_hash=body.spec_hash)

    def create_member(self, identity: Identity, body: MemberBody, pause_id: str) -> str:
        with self.faults.around("create_member"):
            if pause_id not in self.containers:
                raise EngineError(f"No such container: {pause_id}")
            return self._create(identity, body, pause_id=pause_id, spec_hash=body.spec_hash)

    def start(self, container_id: str) -> None:
        with self.faults.around("start"):
            kept = self._kept(container_id)
            if kept.seen.alive:
                return
            if kept.body.image in self.refused:
                self._set(container_id, error=self.refused[kept.body.image])
                raise EngineError(self.refused[kept.body.image])
            if kept.pause_id and not self._alive(kept.pause_id):
                raise EngineError(f"cannot join network of a non running container: {kept.pause_id}")
            number = int(container_id, 16)
            self._set(
                container_id,
                state=RunState.RUNNING,
                pid=1000 + number,
                ip=f"10.88.0.{number}" if kept.identity.is_pause else "",
                started_at=datetime.now(UTC),
            )
            if codes := self.short.get(kept.identity.member):
                self.die(container_id, codes.pop(0))

    def signal(self, container_id: str, signal: str) -> None:
        with self.faults.around("signal"):
            kept = self.containers.get(container_id)
            if kept is not None and kept.seen.alive:
                if signal == "SIGKILL":
                    self.die(container_id, 137)
                elif kept.identity.member not in self.stubborn:
                    self.die(container_id, 0)

    def freeze(self, container_id: str, *, frozen: bool) -> None:
        with self.faults.around("freeze"):
            kept = self.containers.get(container_id)
            if kept is not None and kept.seen.alive:
                self._set(container_id, state=RunState.PAUSED if frozen else RunState.RUNNING)

    def tail(self, container_id: str, lines: int) -> str:
        with self.faults.around("tail"):
            kept = self.containers.get(container_id)
            said = self.said.get(kept.identity.member, "") if kept else ""
            return "".join(said.splitlines(keepends=True)[-lines:])

    def remove(self, container_id: str) -> None:
        with self.faults.around("remove"):
            joined = [name for name, kept in self.containers.items() if kept.pause_id == container_id]
            alive = [name for name in joined if self.containers[name].seen.alive]
            assert not alive, f"pause {container_id} removed under its members {alive}"
            self.containers.pop(container_id, None)

    def list_all(self) -> tuple[Listed, ...]:
        with self.faults.around("list_all"):
            return tuple(Listed(key, kept.identity) for key, kept in self.containers.items())

    def ensure_network(self) -> None:
        with self.faults.around("ensure_network"):
            pass

    def remove_network(self) -> None:
        with self.faults.around("remove_network"):
            pass

    def die(self, container_id: str, exit_code: int) -> None:
        """The container's first process ends by itself."""
        self._set(container_id, state=RunState.EXITED, pid=0, ip="", exit_code=exit_code, finished_at=datetime.now(UTC))

    def put(self, identity: Identity, state: RunState, *, pause_id: str = "", spec_hash: str = "") -> str:
        """A container that is simply there, in any state: for tests that begin in the middle."""
        key = f"{next(self._ids):012x}"
        seen = ObservedContainer(
            id=key,
            member=identity.member,
            attempt=identity.attempt,
            pause_attempt=identity.pause_attempt,
            spec_hash=spec_hash,
            state=state,
            pid=1000 if state is RunState.RUNNING else 0,
            ip="10.88.0.9" if identity.is_pause and state is RunState.RUNNING else "",
        )
        body = PauseBody("", "", (), {}, BASELINE, spec_hash)
        self.containers[key] = Kept(identity, seen, pause_id, body)
        return key

    def _create(self, identity: Identity, body: PauseBody | MemberBody, *, pause_id: str, spec_hash: str) -> str:
        for key, kept in self.containers.items():
            if container_name(kept.identity) == container_name(identity):
                if kept.seen.spec_hash != spec_hash:
                    raise NameTaken(f"{container_name(identity)} is of another spec")
                return key
        if body.image not in {image.id for image in self.on_node.values()} | set(self.on_node):
            raise ImageMissing(f"No such image: {body.image}")
        key = self.put(identity, RunState.CREATED, pause_id=pause_id, spec_hash=spec_hash)
        self.containers[key].body = body
        self._set(key, image=body.reference if isinstance(body, MemberBody) else "")
        return key

    def _kept(self, container_id: str) -> Kept:
        try:
            return self.containers[container_id]
        except KeyError as exc:
            raise EngineError(f"No such container: {container_id}") from exc

    def _alive(self, container_id: str) -> bool:
        return container_id in self.containers and self.containers[container_id].seen.alive

    def _set(self, container_id: str, **changes: object) -> None:
        kept = self.containers[container_id]
        kept.seen = replace(kept.seen, **changes)  # type: ignore[arg-type]
