"""What is known about a pod when a pass begins: what the engine shows, what watch found out, what must be remembered.

PURE values, no rules: `plan.py` decides from them, `status.py` describes them. All times are aware datetimes, UTC;
container times are the engine's clock and are never subtracted from ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Desired(StrEnum):
    """The intent of a pod's row."""

    RUNNING = "RUNNING"
    GONE = "GONE"


class RunState(StrEnum):
    """State.Status of an engine's container; what the engine is still undoing (`removing`, `dead`) is DEAD."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    EXITED = "exited"
    DEAD = "dead"


@dataclass(frozen=True)
class ObservedContainer:
    """One container of the pod as the engine shows it; `member` is "" for pause.

    `pid` is the first process's PID as the engine's host sees it, 0 unless running. `ip` is set on a running pause.
    `error` is the engine's word on a failed start. `stop_signal` is what ends it politely ("SIGTERM" by default).
    """

    id: str
    member: str
    attempt: int
    pause_attempt: int
    spec_hash: str
    state: RunState
    pid: int = 0
    ip: str = ""
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    stop_signal: str = "SIGTERM"
    image_id: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_pause(self) -> bool:
        return self.member == ""

    @property
    def alive(self) -> bool:
        """It has processes: running or frozen."""
        return self.state in (RunState.RUNNING, RunState.PAUSED)


@dataclass(frozen=True)
class ImageOnNode:
    """An image the node has. `local`: no registry knows it (no repository digest), so there is nothing to pull."""

    id: str
    local: bool = False


@dataclass(frozen=True)
class Observed:
    """All of a pod's containers, and which images the node has, by reference (absent ones are not in it).

    `files` says whether the pod's part of the state directory exists.
    """

    containers: tuple[ObservedContainer, ...] = ()
    images: Mapping[str, ImageOnNode] = field(default_factory=dict)
    files: bool = False

    @property
    def pauses(self) -> tuple[ObservedContainer, ...]:
        return tuple(c for c in self.containers if c.is_pause)

    def members(self, name: str) -> tuple[ObservedContainer, ...]:
        """The attempts of one member, newest first."""
        found = (c for c in self.containers if c.member == name and not c.is_pause)
        return tuple(sorted(found, key=lambda c: c.attempt, reverse=True))


class WantedKind(StrEnum):
    """What a pass may ask watch to do."""

    PULL = "pull"


class Value(BaseModel):
    """A frozen value that is kept in a row as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wanted(Value):
    """Something that lasts, asked for by a row: watch does it and answers with a Fact of the same key.

    `name` is the image reference for a pull; `attempt` counts the tries, so that a retry is a new key.
    """

    kind: WantedKind
    member: str
    attempt: int
    name: str


ENDED = frozenset({"succeeded", "failed"})


class Fact(Value):
    """watch's answer; `outcome` is "succeeded" or "failed", `message` the engine's words.

    Before its answer: "building" is a pull that waits for the image's build on the node, "pulling" one that waited in
    vain and goes on to a registry.
    """

    kind: WantedKind
    member: str
    attempt: int
    name: str
    outcome: str
    message: str = ""
    at: datetime

    @property
    def ended(self) -> bool:
        return self.outcome in ENDED


class Failure(Value):
    """What failed last for one key, how often in a row, and when it may be tried again.

    `reason` is Kubernetes' (CreatePodSandboxError, CreateContainerError, RunContainerError, ErrImagePull …).
    """

    reason: str
    message: str
    count: int
    at: datetime
    retry_at: datetime


class Termination(Value):
    """How a member's last attempt ended, kept after its container is gone."""

    attempt: int
    container_id: str
    image_id: str = ""
    exit_code: int
    reason: str
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Memory(Value):
    """What the engine forgets. Written by reconcile alone.

    `attempts`: highest attempt seen per member ("" is pause), never reset. `failures`: by key `pause`,
    `member/<name>` or `image/<reference>`. `locked`: id of the pause whose network has been closed.
    `signalled`: container id → when its TERM was sent. `last`: member → how its last attempt ended.
    `ip`: the last address the pod had.
    """

    attempts: dict[str, int] = {}
    failures: dict[str, Failure] = {}
    locked: str = ""
    signalled: dict[str, datetime] = {}
    last: dict[str, Termination] = {}
    ip: str = ""
