"""What one pass goes by, and what can be read off it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandboxes.actions import Stage
from sandboxes.members import Member, Role, members_of, runs_again
from sandboxes.spec.models import Pod
from sandboxes.world import (
    Desired,
    Fact,
    Memory,
    Observed,
    ObservedContainer,
    RunState,
    Termination,
    Wanted,
    WantedKind,
)

PAUSE = ""  # the member name that stands for pause


@dataclass(frozen=True)
class BackOff:
    """`base` doubling to `cap`; a member that ran for `reset` begins anew. Seconds, the kubelet's by default."""

    base: int = 10
    cap: int = 300
    reset: int = 600

    def after(self, count: int) -> timedelta:
        """How long to wait after the `count`-th failure in a row (1 is the first)."""
        return timedelta(seconds=min(self.cap, self.base * 2 ** min(count - 1, 20)))


@dataclass(frozen=True)
class Intent:
    """What the row wants. `grace` is in seconds and counts when `desired` is GONE; `pause_image` is the node's.

    `files` is the digest of what the pod's files are to be written from; `taken_on` is when the pod came to the node;
    `gates` are the conditions of its readiness gates by type, `restarts` the attempts of members that somebody wants
    restarted; `full_name` is how the kubelet names it: name_ns(uid); `number` is the pod's on this service; `ending`:
    reason and message of a stop that nobody asked for; `on_disk`: the pod writes to the node's disk, and is measured.
    """

    pod: Pod
    spec_hash: str
    desired: Desired
    grace: int
    pause_image: str
    files: str = ""
    taken_on: datetime | None = None
    gates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    restarts: Mapping[str, int] = field(default_factory=dict)
    full_name: str = ""
    number: int = 0
    ending: Mapping[str, str] = field(default_factory=dict)
    on_disk: bool = False


@dataclass(frozen=True)
class Plan:
    """Stages in order; the actions of one stage may run at once. `look_at` None: nothing more will happen here.

    `memory` is what is to be remembered before the first action, so that a crash forgets nothing.
    """

    stages: tuple[Stage, ...]
    wanted: tuple[Wanted, ...]
    look_at: datetime | None
    memory: Memory


@dataclass(frozen=True)
class Look:
    """What one pass goes by: what is wanted, what is, what watch found out, what is remembered, and when it looked."""

    intent: Intent
    observed: Observed
    facts: tuple[Fact, ...]
    memory: Memory
    now: datetime
    back_off: BackOff = BackOff()

    @property
    def members(self) -> tuple[Member, ...]:
        return members_of(self.intent.pod)

    def with_role(self, *roles: Role) -> Iterator[Member]:
        return (member for member in self.members if member.role in roles)

    @property
    def pause(self) -> ObservedContainer | None:
        """The pause to build on: the only one, right in spec, alive, or created and not failed yet."""
        usable = [p for p in self.observed.pauses if p.state not in (RunState.EXITED, RunState.DEAD)]
        if len(usable) != 1 or usable[0].spec_hash != self.intent.spec_hash:
            return None
        pause = usable[0]
        if pause.attempt < max(p.attempt for p in self.observed.pauses):
            return None
        stood_on = any(c.alive or c.ended for c in self.observed.containers if _stands_on(c, pause))
        if pause.state is RunState.CREATED and (stood_on or "pause" in self.memory.failures):
            return None
        return pause

    def here(self, name: str) -> ObservedContainer | None:
        """The newest attempt of a member in this pause."""
        pause, newest = self.pause, next(iter(self.observed.members(name)), None)
        if pause is None or newest is None or newest.pause_attempt != pause.attempt:
            return None
        fits = newest.state is not RunState.DEAD and newest.spec_hash == self.intent.spec_hash
        return newest if fits else None

    def fact(self, kind: WantedKind, container: ObservedContainer, name: str = "") -> Fact | None:
        """watch's answer about this very attempt."""
        key = (kind, container.member, container.attempt, name)
        return next((fact for fact in self.facts if (fact.kind, fact.member, fact.attempt, fact.name) == key), None)

    def hooked(self, member: Member, container: ObservedContainer) -> bool:
        """Its postStart hook has ended well, or it has none."""
        done = self.fact(WantedKind.POST_START, container)
        return member.lifecycle.post_start is None or (done is not None and done.outcome == "succeeded")

    def started(self, member: Member, container: ObservedContainer | None) -> bool:
        """It runs, its postStart hook is done and its startup probe has passed, as far as it has them."""
        if container is None or not container.alive or not self.hooked(member, container):
            return False
        return member.probe("startup") is None or self.probed(container, "startup") is True

    def probed(self, container: ObservedContainer, kind: str) -> bool | None:
        """What the probe says; None while no threshold was crossed."""
        found = self.fact(WantedKind.PROBE, container, kind)
        return None if found is None else found.outcome == "succeeded"

    def passed(self, member: Member) -> bool:
        """This init member lets the next begin: it ended well in this pause, or, to stay, has started."""
        container = self.here(member.name)
        if member.role is Role.SIDECAR:
            return self.started(member, container)
        return container is not None and container.state is RunState.EXITED and container.exit_code == 0

    @property
    def initialized(self) -> bool:
        """The init members are done in this pause."""
        pause = self.pause
        return pause is not None and self.memory.initialized == pause.attempt

    @property
    def has_run(self) -> bool:
        """A member was made once."""
        return any(name != PAUSE for name in self.memory.attempts)

    @property
    def may_rebuild(self) -> bool:
        """Whether a lost pause is replaced: under Never not once a member was made (kuberuntime_manager.go,
        computePodActions)."""
        return not (self.intent.pod.spec.restart_policy == "Never" and self.has_run)

    def runs_again(self, member: Member, last: Termination) -> bool:
        """By its policy, or because somebody asked for it."""
        return self.asked_again(member.name, last.attempt) or runs_again(self.intent.pod, member, last.exit_code)

    def asked_again(self, name: str, attempt: int) -> bool:
        """Somebody wants this attempt of the member restarted."""
        return self.intent.restarts.get(name) == attempt

    @property
    def is_deleted(self) -> bool:
        return self.intent.desired is Desired.GONE


def _stands_on(container: ObservedContainer, pause: ObservedContainer) -> bool:
    return not container.is_pause and container.pause_attempt == pause.attempt
