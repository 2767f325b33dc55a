"""What may start now: pause, then init members one by one, then main members; who ended starts again, in its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandboxes import images
from sandboxes.actions import CreateMember, CreatePause, MakeFiles, PrepareNetwork, Stage, StartMember, StartPause
from sandboxes.members import Member, Role
from sandboxes.plan.look import PAUSE, Look
from sandboxes.spec.facts import needs_address
from sandboxes.world import Crash, ObservedContainer, RunState, Wanted, WantedKind

PROBES = ("startup", "liveness", "readiness")


@dataclass(frozen=True)
class Start:
    """A member whose turn it is: its attempt, and whether that has to be created first.

    `not_before` is when its back-off ends, None when there is none. `again`: it ended before in this pause.
    """

    member: Member
    attempt: int
    created: bool
    not_before: datetime | None = None
    again: bool = False


def turns(look: Look) -> tuple[Start, ...]:
    """Every member that should be running and is not, as far as its turn has come; back-offs and images aside."""
    found = (_start(look, member) for member in _whose_turn(look))
    return tuple(start for start in found if start is not None)


def _whose_turn(look: Look) -> Iterator[Member]:
    """Debug members always, init members up to the first that lets no other pass, main members after all of them.

    A main member with a postStart hook holds those after it until the hook ends, as the kubelet's loop does.
    """
    yield from look.with_role(Role.DEBUG)
    for member in look.with_role(Role.INIT, Role.SIDECAR):
        if look.initialized and member.role is Role.INIT:
            continue
        yield member
        if not look.initialized and not look.passed(member):
            return
    for member in look.with_role(Role.MAIN):
        yield member
        container = look.here(member.name)
        if container is not None and container.alive and not look.hooked(member, container):
            return


def _start(look: Look, member: Member) -> Start | None:
    container, number = look.here(member.name), look.memory.attempts.get(member.name, -1) + 1
    failure = look.memory.failures.get(f"member/{member.name}")
    not_before = failure.retry_at if failure else None
    if container is None:
        if member.role is Role.DEBUG and number > 0:
            return None
        return Start(member, number, created=False, not_before=not_before)
    if container.state is RunState.CREATED and not container.start_failed:
        return Start(member, container.attempt, created=True, not_before=not_before)
    if container.alive or (look.passed(member) and member.role is Role.INIT):
        return None
    last = look.memory.last[member.name]
    if not look.runs_again(member, last):
        return None
    ready = held_until(look, member)
    return Start(member, number, created=False, not_before=max((ready, not_before or ready)), again=True)


def held_until(look: Look, member: Member) -> datetime:
    """When a member that ended may start again: its back-off counts from its end, the first time there is none."""
    crash, ended = _streak(look, member), _ended(look, member)
    at_once = look.asked_again(member.name, look.memory.last[member.name].attempt)
    return ended if crash is None or at_once else ended + look.back_off.after(crash.count)


def counted(look: Look, again: list[Start]) -> dict[str, Crash]:
    """The memory of restarts with these in it; one that is tried a second time counts once."""
    crashes = dict(look.memory.crashes)
    for start in again:
        crash = _streak(look, start.member)
        if crash is None or crash.attempt != start.attempt:
            count = crash.count + 1 if crash else 1
            crashes[start.member.name] = Crash(count=count, at=look.now, attempt=start.attempt)
    return crashes


def _streak(look: Look, member: Member) -> Crash | None:
    """Its restarts so far; none when it ran long enough since the last."""
    crash = look.memory.crashes.get(member.name)
    ran_long = crash and _ended(look, member) - crash.at > timedelta(seconds=look.back_off.reset)
    return None if ran_long else crash


def _ended(look: Look, member: Member) -> datetime:
    return min(look.memory.last[member.name].finished_at or look.now, look.now)


def has_image(look: Look, member: Member) -> bool:
    """The image is on the node, as its policies want it, and no scan is in the way."""
    ready = images.ready_for_member(member.spec, look.observed.images, look.facts, look.memory.pulled)
    return ready and images.is_accepted(member.spec.image, look.observed)


def build(look: Look, due: list[Start]) -> list[Stage]:
    """The stages from what stands to these members running."""
    observed, memory, pause = look.observed, look.memory, look.pause
    attempt = pause.attempt if pause else memory.attempts.get(PAUSE, -1) + 1
    stages: list[Stage] = [] if observed.files == look.intent.files else [(MakeFiles(),)]
    if pause is None:
        stages.append((CreatePause(attempt),))
    if pause is None or not pause.alive:
        stages.append((StartPause(attempt),))
    # Again before every start, for `locked` lies in a row: the node trusts none, and it takes a few milliseconds.
    if due or pause is None or not pause.alive or memory.locked != pause.id:
        stages.append((PrepareNetwork(attempt),))
    stages.append(
        tuple(
            CreateMember(s.member.name, s.attempt, attempt, after_pause=needs_address(s.member.spec))
            for s in due
            if not s.created
        )
    )
    stages.append(tuple(StartMember(s.member.name, s.attempt) for s in due))
    return stages


def asked_of(look: Look, living: Iterable[ObservedContainer]) -> tuple[Wanted, ...]:
    """The hooks and probes that watch is to run for members that run and are not being stopped."""
    members = {member.name: member for member in look.members}
    return tuple(
        want
        for container in living
        if container.state is RunState.RUNNING and container.member in members
        for want in _asked(look, members[container.member], container)
    )


def _asked(look: Look, member: Member, container: ObservedContainer) -> Iterator[Wanted]:
    if not look.hooked(member, container):
        if look.fact(WantedKind.POST_START, container) is None:
            yield Wanted(kind=WantedKind.POST_START, member=member.name, attempt=container.attempt, name="")
        return
    for kind in PROBES:
        if member.probe(kind) is None:
            continue
        if kind == "startup" and look.probed(container, kind) is not None:
            continue
        yield Wanted(kind=WantedKind.PROBE, member=member.name, attempt=container.attempt, name=kind)
        if kind == "startup":
            return
