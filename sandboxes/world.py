"""What is known about a pod when a pass begins: what the engine shows, what watch found out, what must be remembered.

PURE values, no rules: `plan` decides from them, `status.py` describes them. All times are aware datetimes, UTC;
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
    STOPPED = "STOPPED"
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
    `image` is the reference it was asked for by, `image_id` what that meant on the node.
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
    image: str = ""
    image_id: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def start_failed(self) -> bool:
        """The engine could not start it: it stays `created`, with an error (moby: daemon/start.go)."""
        return self.state is RunState.CREATED and self.error != ""

    @property
    def ended(self) -> bool:
        """It had its chance: it ran and ended, or could not be started."""
        return self.state is RunState.EXITED or self.start_failed

    @property
    def is_pause(self) -> bool:
        return self.member == ""

    @property
    def alive(self) -> bool:
        """It has processes: running or frozen."""
        return self.state in (RunState.RUNNING, RunState.PAUSED)


@dataclass(frozen=True)
class ImageOnNode:
    """An image the node has. `local`: no registry knows it (no repository digest), so there is nothing to pull.

    `user` is its USER; `runs`: it has an ENTRYPOINT or a CMD; `writes`: its VOLUMEs. `pinned`: its name is pinned to
    it, so that no pull brings a newer one.
    """

    id: str
    local: bool = False
    user: str = ""
    runs: bool = True
    writes: tuple[str, ...] = ()
    pinned: bool = False


@dataclass(frozen=True)
class Unfit:
    """What a node has for a name that is pinned to an image it does not have: `found` is that id, "" for nothing.

    `local` as in ImageOnNode.
    """

    pinned: str
    found: str = ""
    local: bool = False


@dataclass(frozen=True)
class Scan:
    """What the scan of an image came to: "accepted", "refused" or "failed" (no verdict), its last words, and when."""

    outcome: str
    message: str
    at: datetime


@dataclass(frozen=True)
class Observed:
    """All of a pod's containers, and which images the node may run them from, by reference (absent ones are not in it).

    `unfit`: the references that are pinned to an image the node does not have. `scans`: by image id, those that have
    been scanned; None where nothing is.
    `files` is the digest of what the pod's part of the state directory was written from, "" while it is not there.
    `messages`: container id → the termination message of one that ended and is not remembered yet.
    """

    containers: tuple[ObservedContainer, ...] = ()
    images: Mapping[str, ImageOnNode] = field(default_factory=dict)
    files: str = ""
    messages: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, Unfit] = field(default_factory=dict)
    scans: Mapping[str, Scan] | None = None

    @property
    def living(self) -> tuple[ObservedContainer, ...]:
        """The members that have processes."""
        return tuple(c for c in self.containers if c.alive and not c.is_pause)

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
    POST_START = "postStart"
    PRE_STOP = "preStop"
    PROBE = "probe"
    USAGE = "usage"
    SCAN = "scan"


class Value(BaseModel):
    """A frozen value that is kept in a row as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wanted(Value):
    """Something that lasts, asked for by a row: watch does it and answers with a Fact of the same key.

    A pull: `name` is the image reference, `member` "", and `attempt` counts the tries, so that a retry is a new key.
    A hook: of that attempt of the member, `name` "". A probe: `name` is startup, liveness or readiness.
    A usage: `name` is the volume whose size is to be watched, or "" for all that the pod has on disk; `member` "",
    `attempt` 0. A scan: `name` is the image's id, `member` "", `attempt` 0; its answer is no Fact, for it is not about
    the pod.
    What exactly is to be run, asked or measured stands in the pod's spec.
    """

    kind: WantedKind
    member: str
    attempt: int
    name: str


ENDED = frozenset({"succeeded", "failed"})


class Fact(Value):
    """watch's answer; `outcome` is "succeeded" or "failed", `message` the engine's words.

    A probe's outcome is the last threshold it crossed (none yet: no Fact); a usage "failed" is a limit passed.
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


class Crash(Value):
    """How often in a row a member was started again, when last and as which attempt: its back-off follows from it."""

    count: int
    at: datetime
    attempt: int


class Stop(Value):
    """A container that is being stopped: since when, with how many seconds of grace, and why.

    `why` is the message of the event Killing. `signalled`: when its stop signal was sent, None while its preStop hook
    runs or its turn has not come.
    """

    since: datetime
    grace: int
    why: str
    signalled: datetime | None = None


class Ended(Value):
    """The terminal phase of the pod, "Succeeded" or "Failed"; `reason` and `message` where the pod has its own."""

    phase: str
    reason: str = ""
    message: str = ""


class Memory(Value):
    """What the engine forgets. Written by reconcile alone.

    `attempts`: highest attempt seen per member ("" is pause), never reset. `failures`: by key `pause`, `volumes`,
    `member/<name>` or `image/<reference>`. `locked`: id of the pause whose network has been closed.
    `stops`: container id → how far its stop is. `crashes`: by member. `last`: member → how its last attempt ended,
    `earlier`: how the one before that did. `initialized`: the pause attempt in which the init members were done.
    `ended`: once set, nothing runs again. `ip`: the last address the pod had. `pulled`: member → the number of the pull
    after which its newest attempt was created.
    """

    # A row may be older than this code.
    model_config = ConfigDict(frozen=True, extra="ignore")

    attempts: dict[str, int] = {}
    failures: dict[str, Failure] = {}
    locked: str = ""
    stops: dict[str, Stop] = {}
    crashes: dict[str, Crash] = {}
    last: dict[str, Termination] = {}
    earlier: dict[str, Termination] = {}
    initialized: int | None = None
    ended: Ended | None = None
    ip: str = ""
    pulled: dict[str, int] = {}
