"""What to do next about a pod: `plan` compares what is wanted with what is, and answers with actions.

PURE and total: no I/O, no clock of its own, the same values in give the same plan out. Rules: ARCHITECTURE §4,
PODS §1 and §4.1-4.2. What this part of the project does not do yet: restart members that ended (restartPolicy).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandboxes import images
from sandboxes.actions import (
    CreateMember,
    CreatePause,
    Forget,
    MakeFiles,
    PrepareNetwork,
    Remove,
    RemoveFiles,
    Stage,
    StartMember,
    StartPause,
    Terminate,
)
from sandboxes.spec.models import Container, Pod
from sandboxes.world import Desired, Fact, Failure, Memory, Observed, ObservedContainer, RunState, Termination, Wanted

SETTLED_LOOK = timedelta(seconds=60)
PAUSE = ""  # the member name that stands for pause


@dataclass(frozen=True)
class Intent:
    """What the row wants. `grace` is in seconds and counts when `desired` is GONE; `pause_image` is the node's."""

    pod: Pod
    spec_hash: str
    desired: Desired
    grace: int
    pause_image: str


@dataclass(frozen=True)
class Look:
    """What one pass goes by: what is wanted, what is, what watch found out, what is remembered, and when it looked."""

    intent: Intent
    observed: Observed
    facts: tuple[Fact, ...]
    memory: Memory
    now: datetime


@dataclass(frozen=True)
class BackOff:
    """`base` doubling to `cap`, seconds, as the kubelet's for pulls and starts."""

    base: int = 10
    cap: int = 300

    def after(self, count: int) -> timedelta:
        """How long to wait after the `count`-th failure in a row (1 is the first)."""
        return timedelta(seconds=min(self.cap, self.base * 2 ** min(count - 1, 20)))


@dataclass(frozen=True)
class Plan:
    """Stages in order; the actions of one stage may run at once. `look_at` None: nothing more will happen here.

    `memory` is what is to be remembered before the first action, so that a crash forgets nothing.
    """

    stages: tuple[Stage, ...]
    wanted: tuple[Wanted, ...]
    look_at: datetime | None
    memory: Memory


def plan(look: Look, back_off: BackOff) -> Plan:
    """The next actions for this pod. Nothing to do: no stages."""
    look = replace(look, memory=learn(look, back_off))
    return _tear_down(look) if look.intent.desired is Desired.GONE else _converge(look)


def learn(look: Look, back_off: BackOff) -> Memory:
    """Memory with what this look has shown: attempts, how members ended, failed pulls."""
    memory, observed = look.memory, look.observed
    attempts, last = dict(memory.attempts), dict(memory.last)
    for container in observed.containers:
        attempts[container.member] = max(attempts.get(container.member, 0), container.attempt)
        if not container.is_pause and container.state is RunState.EXITED:
            known = last.get(container.member)
            if known is None or known.attempt <= container.attempt:
                last[container.member] = termination(container)
    seen = {container.id for container in observed.containers}
    return memory.model_copy(
        update={
            "attempts": attempts,
            "last": last,
            "failures": images.failed_pulls(memory.failures, look.facts, back_off.after),
            "signalled": {key: at for key, at in memory.signalled.items() if key in seen},
        }
    )


def termination(container: ObservedContainer) -> Termination:
    """How this attempt ended, with the reasons cri-dockerd gives (PODS §2.8)."""
    plainly = "Completed" if container.exit_code == 0 else "Error"
    return Termination(
        attempt=container.attempt,
        container_id=container.id,
        image_id=container.image_id,
        exit_code=container.exit_code,
        reason="OOMKilled" if container.oom_killed else plainly,
        message=container.error,
        started_at=container.started_at,
        finished_at=container.finished_at,
    )


def _tear_down(look: Look) -> Plan:
    intent, observed, memory, now = look.intent, look.observed, look.memory, look.now
    grace = timedelta(seconds=intent.grace)  # of now: a second DELETE may have shortened it
    alive = [c for c in observed.containers if c.alive and not c.is_pause]
    deadlines = {c.id: memory.signalled.get(c.id, now) + grace for c in alive}
    late = [c for c in alive if deadlines[c.id] <= now]
    if len(late) < len(alive):
        stage: Stage = (
            *(Remove(c.member, c.id, c.attempt) for c in late),
            *(Terminate(c.member, c.id, c.stop_signal, intent.grace) for c in alive if c.id not in memory.signalled),
        )
        return Plan((stage,) if stage else (), (), min(at for at in deadlines.values() if at > now), memory)
    files: tuple[Stage, ...] = ((RemoveFiles(),),) if observed.files else ()
    return Plan((*_removals(observed.containers), *files, (Forget(),)), (), None, memory)


def _removals(containers: tuple[ObservedContainer, ...]) -> tuple[Stage, ...]:
    """Members first, then pauses: a pause must not go while something stands in its namespaces."""
    stages = (
        tuple(Remove(c.member, c.id, c.attempt) for c in containers if not c.is_pause),
        tuple(Remove(c.member, c.id, c.attempt) for c in containers if c.is_pause),
    )
    return tuple(stage for stage in stages if stage)


def references(look: Look) -> tuple[str, ...]:
    """The images this look depends on: of what has to be created. Asked before `observed.images` is filled in."""
    if look.intent.desired is Desired.GONE:
        return ()
    pause = _usable(look)
    first = [look.intent.pause_image] if pause is None else []
    return tuple(dict.fromkeys([*first, *(member.image for member in _absent(look, _stale(look, pause)))]))


def _absent(look: Look, stale: tuple[ObservedContainer, ...]) -> list[Container]:
    """The members of the spec that have no container to keep."""
    kept = {container.member for container in look.observed.containers if container not in stale}
    return [member for member in look.intent.pod.spec.containers if member.name not in kept]


def _usable(look: Look) -> ObservedContainer | None:
    """The pause to build on: the only one, right in spec, alive, or created and not failed yet."""
    intent, observed = look.intent, look.observed
    if len(observed.pauses) != 1:
        return None
    pause = observed.pauses[0]
    if pause.spec_hash != intent.spec_hash or pause.state is RunState.EXITED or pause.state is RunState.DEAD:
        return None
    ran = any(c.alive or c.state is RunState.EXITED for c in observed.containers if not c.is_pause)
    if pause.state is RunState.CREATED and (ran or "pause" in look.memory.failures):
        return None
    return pause


def _stale(look: Look, pause: ObservedContainer | None) -> tuple[ObservedContainer, ...]:
    """Containers that must go: of another pause or spec, of a member that is not in the spec, dead, or superseded."""
    intent, observed = look.intent, look.observed
    if pause is None:
        return observed.containers
    names = {container.name for container in intent.pod.spec.containers}
    newest = {name: observed.members(name)[0].id for name in names if observed.members(name)}
    return tuple(
        c
        for c in observed.containers
        if not c.is_pause
        and (
            c.pause_attempt != pause.attempt
            or c.spec_hash != intent.spec_hash
            or c.state is RunState.DEAD
            or newest.get(c.member) != c.id
        )
    )


def _converge(look: Look) -> Plan:
    memory, observed, now = look.memory, look.observed, look.now
    pause = _usable(look)
    stale = _stale(look, pause)
    left = tuple(c for c in observed.containers if c not in stale)
    stages = list(_removals(stale))
    held = memory.failures.get("pause")
    pause_image = look.intent.pause_image
    has_image = pause is not None or pause_image in observed.images
    # One that is built here and missing is not pulled: creating pause fails with the engine's words.
    if (has_image or images.built_here(pause_image)) and (held is None or held.retry_at <= now):
        stages += _build(replace(look, observed=replace(observed, containers=left)), pause)
    missing = images.missing(_absent(look, stale), observed.images, look.facts)
    if not has_image and not images.built_here(pause_image):
        missing = (pause_image, *missing)
    pulls = images.wanted(missing, look.facts, memory.failures, now)
    return Plan(tuple(stage for stage in stages if stage), pulls, _next_look(memory, now), memory)


def _build(look: Look, pause: ObservedContainer | None) -> list[Stage]:
    observed, memory = look.observed, look.memory
    attempt = pause.attempt if pause else memory.attempts.get(PAUSE, -1) + 1
    stages: list[Stage] = [] if observed.files else [(MakeFiles(),)]
    if pause is None:
        stages.append((CreatePause(attempt),))
    if pause is None or not pause.alive:
        stages.append((StartPause(attempt),))
    newest = {m.name: next(iter(observed.members(m.name)), None) for m in look.intent.pod.spec.containers}
    due = [m for m in look.intent.pod.spec.containers if _startable(look, m, newest[m.name])]
    # Again before every start, for `locked` lies in a row: the node trusts none, and it takes a few milliseconds.
    if due or pause is None or not pause.alive or memory.locked != pause.id:
        stages.append((PrepareNetwork(attempt),))
    numbers = {m.name: seen.attempt if (seen := newest[m.name]) else memory.attempts.get(m.name, -1) + 1 for m in due}
    stages.append(tuple(CreateMember(m.name, numbers[m.name], attempt) for m in due if newest[m.name] is None))
    stages.append(tuple(StartMember(m.name, numbers[m.name]) for m in due))
    return stages


def _startable(look: Look, member: Container, newest: ObservedContainer | None) -> bool:
    """It has not been started, and no back-off or missing image holds it; a start that failed under Never is final."""
    if newest is None and not images.ready_for_member(member, look.observed.images, look.facts):
        return False
    if newest is not None and newest.state is not RunState.CREATED:
        return False
    failure = look.memory.failures.get(f"member/{member.name}")
    if failure is None:
        return True
    final = look.intent.pod.spec.restart_policy == "Never" and failure.reason == "RunContainerError"
    return not final and failure.retry_at <= look.now


def _next_look(memory: Memory, now: datetime) -> datetime:
    """When something changes by time alone: a back-off ends, or ErrImagePull turns into ImagePullBackOff."""
    times = [at for failure in memory.failures.values() for at in _turns(failure)]
    return min([now + SETTLED_LOOK, *(at for at in times if at > now)])


def _turns(failure: Failure) -> tuple[datetime, datetime]:
    return failure.at + images.SHOWN_AS_ERROR, failure.retry_at
