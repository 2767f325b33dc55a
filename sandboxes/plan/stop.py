"""What must stop, and how: preStop hook, stop signal, grace, KILL; main members first, then sidecars backwards.

kubelet: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer) and kuberuntime_termination_order.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandboxes.actions import Kill, Remove, Stage, Terminate
from sandboxes.members import Member, Role
from sandboxes.plan.look import Look
from sandboxes.world import ObservedContainer, RunState, Stop, Wanted, WantedKind

# What a member gets after its stop signal, however little of its grace is left (minimumGracePeriodInSeconds).
LEAST = timedelta(seconds=2)
# Then the engine is told to remove it, which kills once more and says why where it cannot.
AFTER_KILL = timedelta(seconds=10)
DEFAULT_GRACE = 30


@dataclass(frozen=True)
class Stopping:
    """What a look does to stop members. `stops` is the memory of it, `look_at` when time alone changes something."""

    stage: Stage
    wanted: tuple[Wanted, ...]
    stops: Mapping[str, Stop]
    look_at: tuple[datetime, ...]


def grace_of(look: Look) -> int:
    """The pod's grace, in seconds."""
    if look.is_deleted:
        return look.intent.grace
    seconds = look.intent.pod.spec.termination_grace_period_seconds
    return DEFAULT_GRACE if seconds is None else seconds


def stop_all(look: Look, living: Iterable[ObservedContainer]) -> Stopping:
    """All of these, in order."""
    grace = grace_of(look)
    reasons = {c.id: Stop(since=look.now, grace=grace, why=f"Stopping container {c.member}") for c in living}
    return stop(look, [c for c in look.observed.containers if c.id in reasons], reasons, ordered=True)


def stop(
    look: Look, living: Iterable[ObservedContainer], reasons: Mapping[str, Stop], *, ordered: bool = False
) -> Stopping:
    """The next step for each of these containers; `reasons` is by id, for those that are not being stopped yet.

    A grace that has become shorter counts from when the stop began.
    """
    living = [container for container in living if container.alive and container.id in reasons]
    roles = {member.name: member for member in look.members}
    turns = _turns([*look.members], {c.member for c in living}) if ordered else None
    actions: list[Terminate | Kill | Remove] = []
    wanted: list[Wanted] = []
    stops: dict[str, Stop] = {}
    times: list[datetime] = []
    for container in living:
        known, new = look.memory.stops.get(container.id), reasons[container.id]
        current = known.model_copy(update={"grace": min(known.grace, new.grace)}) if known else new
        stops[container.id] = current
        deadline = _deadline(current)
        member = roles.get(container.member)
        if current.grace == 0 or (current.signalled is not None and deadline <= look.now):
            overdue = deadline + AFTER_KILL <= look.now
            kill = Remove if overdue else Kill
            actions.append(kill(container.member, container.id, container.attempt))
            times.append(deadline + AFTER_KILL)
        elif current.signalled is not None:
            times.append(deadline)
        elif member is not None and _hook_runs(look, member, container, current):
            wanted.append(Wanted(kind=WantedKind.PRE_STOP, member=member.name, attempt=container.attempt, name=""))
            times.append(deadline)
        elif turns is None or container.member in turns or deadline <= look.now:
            left = round(max((deadline - look.now).total_seconds(), LEAST.total_seconds()))
            actions.append(Terminate(container.member, container.id, container.stop_signal, left))
        else:
            times.append(deadline)
    return Stopping(tuple(actions), tuple(wanted), stops, tuple(times))


def _deadline(current: Stop) -> datetime:
    """When KILL follows; before the stop signal: when the grace is over."""
    end = current.since + timedelta(seconds=current.grace)
    return end if current.signalled is None or current.grace == 0 else max(end, current.signalled + LEAST)


def _hook_runs(look: Look, member: Member, container: ObservedContainer, current: Stop) -> bool:
    """Its preStop hook has not ended, and may go on."""
    if member.lifecycle.pre_stop is None or container.state is RunState.PAUSED or _deadline(current) <= look.now:
        return False
    return look.fact(WantedKind.PRE_STOP, container) is None


def _turns(members: list[Member], living: set[str]) -> set[str]:
    """Whose turn it is: all but sidecars at once, then the sidecars one by one, the last first."""
    sidecars = [m.name for m in members if m.role is Role.SIDECAR and m.name in living]
    others = living - set(sidecars)
    return others or set(sidecars[-1:])
