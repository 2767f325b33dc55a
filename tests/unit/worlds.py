"""Short words for the values that plan and status take: a pod of two members, and containers in any state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandboxes.plan import BackOff, Intent, Look
from sandboxes.spec.models import Container, EphemeralContainer, ObjectMeta, Pod, PodSpec
from sandboxes.world import (
    Desired,
    Fact,
    Failure,
    ImageOnNode,
    Memory,
    Observed,
    ObservedContainer,
    RunState,
    Stop,
    WantedKind,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
HASH = "h" * 64
PAUSE_IMAGE = "playground/pause:1"
IMAGES = {name: ImageOnNode(f"sha256:{name}", local=True) for name in (PAUSE_IMAGE, "nginx:1", "toolbox:1")}
BACK_OFF = BackOff(10, 300, 600)
FILES = "written"


def pod(
    *,
    restart: str = "Always",
    policy: str = "IfNotPresent",
    members: tuple[str, ...] = ("web", "box"),
    init: tuple[Container, ...] = (),
    debug: tuple[EphemeralContainer, ...] = (),
    **more: Any,
) -> Pod:
    """A pod of nginx and a toolbox; `more` is for each of its main members."""
    pictures = {"web": "nginx:1", "box": "toolbox:1"}
    return Pod(
        metadata=ObjectMeta(name="demo"),
        spec=PodSpec(
            containers=tuple(
                Container(name=name, image=pictures.get(name, "nginx:1"), image_pull_policy=policy, **more)
                for name in members
            ),
            init_containers=init,
            ephemeral_containers=debug,
            restart_policy=restart,
            termination_grace_period_seconds=30,
        ),
    )


def pause(state: RunState = RunState.RUNNING, *, attempt: int = 0, spec_hash: str = HASH) -> ObservedContainer:
    ip = "10.88.0.2" if state is RunState.RUNNING else ""
    return ObservedContainer(f"pause-{attempt}", "", attempt, attempt, spec_hash, state, ip=ip)


def member(
    name: str,
    state: RunState = RunState.RUNNING,
    *,
    attempt: int = 0,
    pause_attempt: int = 0,
    exit_code: int = 0,
    ago: float = 0,
    error: str = "",
    image: str = "",
) -> ObservedContainer:
    """`ago`: how many seconds ago it ended."""
    ended = NOW - timedelta(seconds=ago) if state is RunState.EXITED else None
    return ObservedContainer(
        f"{name}-{attempt}",
        name,
        attempt,
        pause_attempt,
        HASH,
        state,
        exit_code=exit_code,
        error=error,
        image=image,
        started_at=NOW - timedelta(hours=1),
        finished_at=ended,
    )


def look(
    *containers: ObservedContainer,
    of: Pod | None = None,
    desired: Desired = Desired.RUNNING,
    grace: int = 30,
    memory: Memory | None = None,
    facts: tuple[Fact, ...] = (),
    images: dict[str, ImageOnNode] | None = None,
    files: bool = True,
    now: datetime = NOW,
    taken_on: datetime | None = None,
) -> Look:
    """What a pass goes by, files there and images on the node unless said otherwise."""
    observed = Observed(containers, IMAGES if images is None else images, FILES if files else "")
    intent = Intent(
        of or pod(), HASH, desired, grace, PAUSE_IMAGE, files=FILES, taken_on=taken_on, full_name="demo_ada(u1)"
    )
    return Look(intent, observed, facts, memory or Memory(), now, BACK_OFF)


def fact(
    kind: WantedKind, name: str, outcome: str = "succeeded", *, attempt: int = 0, of: str = "", message: str = ""
) -> Fact:
    """watch's answer about an attempt of member `name`; `of` is which probe."""
    return Fact(kind=kind, member=name, attempt=attempt, name=of, outcome=outcome, message=message, at=NOW)


def stopping(grace: int = 30, *, why: str = "", **ago: float) -> dict[str, Stop]:
    """Stops by container id (`web_0`), begun and signalled so many seconds ago."""
    since = {key.replace("_", "-"): NOW - timedelta(seconds=seconds) for key, seconds in ago.items()}
    return {key: Stop(since=at, grace=grace, why=why, signalled=at) for key, at in since.items()}


def failure(reason: str = "RunContainerError", *, ago: float = 0, wait: float = 10, count: int = 1) -> Failure:
    at = NOW - timedelta(seconds=ago)
    return Failure(
        reason=reason, message="the engine's words", count=count, at=at, retry_at=at + timedelta(seconds=wait)
    )


def pulled(name: str, outcome: str = "failed", *, attempt: int = 0, ago: float = 0) -> Fact:
    at = NOW - timedelta(seconds=ago)
    return Fact(
        kind=WantedKind.PULL, member="", attempt=attempt, name=name, outcome=outcome, message="no such host", at=at
    )


PREPARED = Memory(attempts={"": 0, "web": 0, "box": 0}, locked="pause-0", ip="10.88.0.2")
