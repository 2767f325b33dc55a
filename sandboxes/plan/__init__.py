"""What to do next about a pod: `plan` compares what is wanted with what is, and answers with actions.

PURE and total: no I/O, no clock of its own, the same values in give the same plan out. One file a question: what a look
teaches (`learn`), what must stop (`stop`), what may start now (`start`). Rules: ARCHITECTURE §4, PODS §1 and §4.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sandboxes import images
from sandboxes.actions import Forget, Remove, RemoveFiles, Stage
from sandboxes.members import Member, Role
from sandboxes.plan.learn import FORBIDDEN_SYSCTL, deadline_of, learn
from sandboxes.plan.look import PAUSE, BackOff, Intent, Look, Plan
from sandboxes.plan.start import Start, asked_of, build, counted, has_image, held_until, turns
from sandboxes.plan.stop import Stopping, grace_of, stop, stop_all
from sandboxes.policy import FAILED, SCAN_AGAIN
from sandboxes.spec.models import AnyContainer
from sandboxes.world import Desired, Failure, Memory, ObservedContainer, RunState, Stop, Wanted, WantedKind

__all__ = [
    "FORBIDDEN_SYSCTL",
    "PAUSE",
    "BackOff",
    "Intent",
    "Look",
    "Plan",
    "held_until",
    "plan",
    "references",
    "shown_until",
]

SETTLED_LOOK = timedelta(seconds=60)
# The kubelet shows how a member ended until its next sync, then what that leads to.
SHOWN_AS_ENDED = timedelta(seconds=1)


def plan(look: Look) -> Plan:
    """The next actions for this pod. Nothing to do: no stages."""
    look = replace(look, memory=learn(look))
    if look.is_deleted:
        return _tear_down(look)
    if look.memory.ended or look.intent.desired is Desired.STOPPED:
        return _wind_down(look)
    return _converge(look)


def references(look: Look) -> tuple[str, ...]:
    """The images this look depends on: of what may have to be created. Asked before `observed.images` is filled in."""
    if look.is_deleted or look.memory.ended or look.intent.desired is Desired.STOPPED:
        return ()
    first = [look.intent.pause_image] if look.pause is None else []
    waiting = (m.spec.image for m in look.members if not _runs(look.here(m.name)))
    return tuple(dict.fromkeys([*first, *waiting]))


def _runs(container: ObservedContainer | None) -> bool:
    return container is not None and container.alive


def _tear_down(look: Look) -> Plan:
    """Members, pause, files, row."""
    living = look.observed.living
    if living:
        return _stopping(look, stop_all(look, living))
    files: tuple[Stage, ...] = ((RemoveFiles(),),) if look.observed.files else ()
    return Plan((*_removals(look.observed.containers), *files, (Forget(),)), (), None, look.memory)


def _wind_down(look: Look) -> Plan:
    """Members, then pause; what members left behind stays to be read: their logs, their files."""
    living = look.observed.living
    if living:
        return _stopping(look, stop_all(look, living))
    gone = (*look.observed.pauses, *(c for c in look.observed.containers if _never_ran(c)), *_superseded(look))
    return Plan(_removals(gone), (), look.now + SETTLED_LOOK, look.memory.model_copy(update={"stops": {}}))


def _stopping(look: Look, stopping: Stopping) -> Plan:
    memory = look.memory.model_copy(update={"stops": dict(stopping.stops)})
    stages = (stopping.stage,) if stopping.stage else ()
    times = [at for at in stopping.look_at if at > look.now]
    return Plan(stages, stopping.wanted, min([look.now + SETTLED_LOOK, *times]), memory)


def _never_ran(container: ObservedContainer) -> bool:
    return not container.is_pause and container.state is RunState.CREATED and not container.start_failed


def _removals(containers: tuple[ObservedContainer, ...]) -> tuple[Stage, ...]:
    """Members first, then pauses: a pause must not go while something stands in its namespaces."""
    stages = (
        tuple(Remove(c.member, c.id, c.attempt) for c in containers if not c.is_pause),
        tuple(Remove(c.member, c.id, c.attempt) for c in containers if c.is_pause),
    )
    return tuple(stage for stage in stages if stage)


def _converge(look: Look) -> Plan:
    pause, living = look.pause, look.observed.living
    if pause is None and (astray := [c for c in living if not _superseded_alive(look, c)]):
        # Nothing is built beside members of a pause that is lost.
        return _stopping(look, stop_all(look, astray))
    if pause is None and not look.may_rebuild:
        return _wind_down(look)
    stages = list(_removals(_stale(look)))
    failing = stop(look, living, reasons) if (reasons := _reasons(look)) else Stopping((), (), {}, ())
    if failing.stage:
        stages.insert(0, failing.stage)
    starts = turns(look)
    due = [start for start in starts if _is_due(look, start)]
    memory = look.memory.model_copy(
        update={"stops": dict(failing.stops), "crashes": counted(look, [s for s in due if s.again])}
    )
    if _may_build(look):
        stages += build(look, due)
    steady = [c for c in living if c.id not in failing.stops and look.here(c.member) == c]
    wanted = (*_pulls(look, starts), *_scans(look, starts), *failing.wanted, *asked_of(look, steady), *_usages(look))
    times = [*failing.look_at, *_times(look, starts)]
    return Plan(tuple(s for s in stages if s), wanted, _next_look(look, times), memory)


def _reasons(look: Look) -> dict[str, Stop]:
    """Which members of this pause must stop although the pod goes on, by container id."""
    found: dict[str, Stop] = {}
    for member in look.members:
        container = look.here(member.name)
        if container is None or not container.alive:
            continue
        known = look.memory.stops.get(container.id)
        reason = known or _reason(look, member, container)
        if reason is not None:
            found[container.id] = reason
    return found


def _reason(look: Look, member: Member, container: ObservedContainer) -> Stop | None:
    name, grace = member.name, grace_of(look)
    hook = look.fact(WantedKind.POST_START, container)
    if hook is not None and hook.outcome == "failed":
        return Stop(since=look.now, grace=grace, why="FailedPostStartHook")
    if container.image and container.image != member.spec.image:
        return Stop(since=look.now, grace=grace, why=f"Container {name} definition changed, will be restarted")
    if look.asked_again(name, container.attempt):
        return Stop(since=look.now, grace=grace, why=f"Container {name} is restarted on request")
    for kind in ("startup", "liveness"):
        probe = member.probe(kind)
        if probe is not None and look.probed(container, kind) is False:
            own = probe.termination_grace_period_seconds
            return Stop(since=look.now, grace=grace if own is None else own, why=_unwell(look, member, kind))
    return None


def _unwell(look: Look, member: Member, kind: str) -> str:
    """In a kubelet's words, which differ by what comes next (recorded: probe-13, sidecar-09)."""
    if member.role is Role.SIDECAR:
        return f"Init container {member.name} failed {kind} probe"
    if look.intent.pod.spec.restart_policy == "Never":
        return f"Stopping container {member.name}"
    return f"Container {member.name} failed {kind} probe, will be restarted"


def _stale(look: Look) -> tuple[ObservedContainer, ...]:
    """Containers that must go: pauses that are none, what the spec does not know, what never ran where it was made,
    and all but the two newest attempts, of which the older one is kept for its log."""
    names = {member.name for member in look.members}
    pause = look.pause
    return tuple(
        c
        for c in look.observed.containers
        if (c.is_pause and (pause is None or c.id != pause.id))
        or (not c.is_pause and (c.member not in names or c.state is RunState.DEAD or _is_astray(look, c)))
        or c in _superseded(look)
    )


def _is_astray(look: Look, container: ObservedContainer) -> bool:
    """It has not ended, and is not the one that counts."""
    return not container.ended and look.here(container.member) != container


def _superseded(look: Look) -> tuple[ObservedContainer, ...]:
    return tuple(old for member in look.members for old in look.observed.members(member.name)[2:])


def _superseded_alive(look: Look, container: ObservedContainer) -> bool:
    return look.observed.members(container.member)[0] != container


def _is_due(look: Look, start: Start) -> bool:
    return not _waits(look, start) and (start.created or has_image(look, start.member))


def _waits(look: Look, start: Start) -> bool:
    """Its back-off goes on."""
    return start.not_before is not None and start.not_before > look.now


def _may_build(look: Look) -> bool:
    """Pause stands or its image is there, and neither pause nor the volumes wait to be tried again."""
    image = look.intent.pause_image
    # One that is built here and missing is not pulled: creating pause fails with the engine's words.
    there = look.pause is not None or image in look.observed.images or images.built_here(image)
    held = (look.memory.failures.get(key) for key in ("pause", "volumes"))
    return there and not any(failure is not None and failure.retry_at > look.now for failure in held)


def _pulls(look: Look, starts: tuple[Start, ...]) -> tuple[Wanted, ...]:
    """For members whose next attempt is to be created now."""
    # For a name that is pinned to another build of ours there is nothing to pull either.
    ours = {name for name, unfit in look.observed.unfit.items() if unfit.local}
    members = [member for member in _to_create(look, starts) if member.image not in ours]
    missing = images.missing(members, look.observed.images, look.facts, look.memory.pulled)
    pause_image = look.intent.pause_image
    if look.pause is None and pause_image not in look.observed.images and not images.built_here(pause_image):
        missing = (pause_image, *missing)
    return images.wanted(missing, look.facts, look.memory.failures, look.now)


def _scans(look: Look, starts: tuple[Start, ...]) -> tuple[Wanted, ...]:
    return images.scans_wanted(_to_create(look, starts), look.observed, look.now)


def _to_create(look: Look, starts: tuple[Start, ...]) -> list[AnyContainer]:
    """The members whose next attempt is to be created now."""
    return [start.member.spec for start in starts if not start.created and not _waits(look, start)]


def _usages(look: Look) -> tuple[Wanted, ...]:
    """The disk volumes whose size has a limit, and all of what the pod has on disk."""
    limited = [
        volume.name
        for volume in look.intent.pod.spec.volumes
        if volume.empty_dir is not None and volume.empty_dir.size_limit and volume.empty_dir.medium != "Memory"
    ]
    whole = [""] if look.intent.on_disk and look.pause is not None else []
    return tuple(Wanted(kind=WantedKind.USAGE, member="", attempt=0, name=name) for name in (*limited, *whole))


def _times(look: Look, starts: tuple[Start, ...]) -> list[datetime]:
    """When something changes by time alone: a back-off or the deadline ends, or what is shown turns into the next."""
    turning = [at for failure in look.memory.failures.values() for at in _turns(failure)]
    again = [at for start in starts if start.not_before is not None for at in (start.not_before, *_shown(look, start))]
    scans = (look.observed.scans or {}).values()
    again += [scan.at + SCAN_AGAIN for scan in scans if scan.outcome == FAILED]
    deadline = deadline_of(look)
    return [*turning, *again, *([deadline] if deadline else [])]


def _shown(look: Look, start: Start) -> tuple[datetime, ...]:
    until = shown_until(look.memory, start.member.name)
    return () if until is None else (until,)


def shown_until(memory: Memory, name: str) -> datetime | None:
    """Until when a member that ended is shown as that, before what comes of it."""
    last = memory.last.get(name)
    return None if last is None or last.finished_at is None else last.finished_at + SHOWN_AS_ENDED


def _next_look(look: Look, times: list[datetime]) -> datetime:
    return min([look.now + SETTLED_LOOK, *(at for at in times if at > look.now)])


def _turns(failure: Failure) -> tuple[datetime, datetime]:
    return failure.at + images.SHOWN_AS_ERROR, failure.retry_at
