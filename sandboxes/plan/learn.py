"""What a look teaches: attempts, how members ended, failed pulls, whether the init members are done, the pod's end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sandboxes import images
from sandboxes.members import Member, Role
from sandboxes.plan.look import Look
from sandboxes.policy import forbidden_sysctl
from sandboxes.world import Ended, Memory, ObservedContainer, Termination, WantedKind

# The engine says 126 or 127 for what it cannot start; a kubelet says this (recorded: err-05-not-in-path).
START_ERROR = 128
FORBIDDEN_SYSCTL = "SysctlForbidden"


def learn(look: Look) -> Memory:
    """Memory with what this look has shown."""
    memory = _engine_tells(look)
    look = replace(look, memory=memory)
    pause = look.pause
    if pause is not None and all(look.passed(member) for member in look.with_role(Role.INIT, Role.SIDECAR)):
        memory = memory.model_copy(update={"initialized": pause.attempt})
    return memory.model_copy(update={"ended": memory.ended or _end(look)})


def _engine_tells(look: Look) -> Memory:
    memory, observed = look.memory, look.observed
    attempts, last, earlier = dict(memory.attempts), dict(memory.last), dict(memory.earlier)
    failures = images.failed_pulls(memory.failures, look.facts, look.back_off.after)
    for container in sorted(observed.containers, key=lambda c: c.attempt):
        name = container.member
        attempts[name] = max(attempts.get(name, 0), container.attempt)
        known = last.get(name)
        if container.is_pause or not container.ended or (known is not None and known.attempt >= container.attempt):
            continue
        if known is not None:
            earlier[name] = known
        # A start that failed is how this attempt ended, and nothing more to wait for.
        failures.pop(f"member/{name}", None)
        last[name] = termination(container, message=observed.messages.get(container.id, ""), now=look.now)
    seen = {container.id for container in observed.containers if container.alive}
    return memory.model_copy(
        update={
            "attempts": attempts,
            "last": last,
            "earlier": earlier,
            "failures": failures,
            "stops": {key: stop for key, stop in memory.stops.items() if key in seen},
        }
    )


def termination(container: ObservedContainer, *, message: str, now: datetime) -> Termination:
    """How this attempt ended, with the reasons a kubelet gives (PODS §4.5). One that never ran ended `now`."""
    if container.start_failed:
        exit_code, reason, message = START_ERROR, "StartError", container.error
    else:
        plainly = "Completed" if container.exit_code == 0 else "Error"
        exit_code, reason = container.exit_code, "OOMKilled" if container.oom_killed else plainly
    return Termination(
        attempt=container.attempt,
        container_id=container.id,
        image_id=container.image_id,
        exit_code=exit_code,
        reason=reason,
        message=message,
        started_at=container.started_at,
        finished_at=container.finished_at or now,
    )


def _end(look: Look) -> Ended | None:
    """The terminal phase this look comes to; None while the pod goes on, or is being deleted."""
    if look.is_deleted:
        return None
    for fact in look.facts:
        if fact.kind is WantedKind.USAGE and fact.outcome == "failed":
            return Ended(phase="Failed", reason="Evicted", message=fact.message)
    if (unsafe := forbidden_sysctl(look.intent.pod)) and not look.observed.containers:
        return Ended(phase="Failed", reason=FORBIDDEN_SYSCTL, message=f"Pod was rejected: {unsafe}")
    deadline = deadline_of(look)
    if deadline is not None and deadline <= look.now:
        told = "Pod was active on the node longer than the specified deadline"
        return Ended(phase="Failed", reason="DeadlineExceeded", message=told)
    if any(_is_final(look, member, failed=True) for member in look.with_role(Role.INIT)):
        return Ended(phase="Failed")
    mains = tuple(look.with_role(Role.MAIN))
    if not all(_is_final(look, member) for member in mains):
        return None
    succeeded = all(look.memory.last[member.name].exit_code == 0 for member in mains)
    return Ended(phase="Succeeded" if succeeded else "Failed")


def deadline_of(look: Look) -> datetime | None:
    """When activeDeadlineSeconds ends the pod."""
    seconds = look.intent.pod.spec.active_deadline_seconds
    if seconds is None or look.intent.taken_on is None:
        return None
    return look.intent.taken_on + timedelta(seconds=seconds)


def _is_final(look: Look, member: Member, *, failed: bool = False) -> bool:
    """Its newest attempt has ended and nothing starts it again; with `failed`: and not well."""
    last = look.memory.last.get(member.name)
    if last is None or last.attempt < look.memory.attempts.get(member.name, 0):
        return False
    return not look.runs_again(member, last) and not (failed and last.exit_code == 0)
