"""Phase, conditions and container states: derived from what was observed and remembered, never stored as truth.

PURE. The shape is Kubernetes' PodStatus (camelCase dicts, as the API shows it); rules in PODS §4.3-4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandboxes import image_waits
from sandboxes.members import Member, Role
from sandboxes.phase import STOPPED, TERMINAL, phase_of
from sandboxes.plan import FORBIDDEN_SYSCTL, Look, held_until, shown_until
from sandboxes.spec.images import parse as parse_image
from sandboxes.spec.qos import qos_class
from sandboxes.times import stamp
from sandboxes.world import Desired, ObservedContainer, RunState, Termination, WantedKind

Json = dict[str, Any]
INIT_ROLES = (Role.INIT, Role.SIDECAR)


@dataclass(frozen=True)
class Place:
    """Where the pod runs: the node's address, when it was taken on, and the address hostPorts are published on."""

    host_ip: str
    started_at: datetime


def status(look: Look, *, previous: Mapping[str, Any], place: Place) -> Json:
    """The PodStatus of a pod that has a node; `previous` is the one before."""
    memory = look.memory
    if memory.ended is not None and memory.ended.reason == FORBIDDEN_SYSCTL:
        # A kubelet does not admit it, and says nothing else of it.
        return {
            "phase": "Failed",
            "reason": FORBIDDEN_SYSCTL,
            "message": memory.ended.message,
            "qosClass": qos_class(look.intent.pod.spec),
        }
    shown = {member.name: _container_status(look, member) for member in look.members}
    phase = phase_of(look, shown, str(previous.get("phase", "Pending")))
    conditions = [*_pod_conditions(look), *_ready_conditions(look, shown, phase)]
    found: Json = {
        "phase": phase,
        "conditions": _since(conditions, previous, look.now),
        "hostIP": place.host_ip,
        "hostIPs": [{"ip": place.host_ip}],
        "startTime": stamp(place.started_at),
        "containerStatuses": _listed(look, shown, Role.MAIN),
        "qosClass": qos_class(look.intent.pod.spec),
    }
    for key, roles in (("initContainerStatuses", INIT_ROLES), ("ephemeralContainerStatuses", (Role.DEBUG,))):
        if listed := _listed(look, shown, *roles):
            found[key] = listed
    if memory.ip:
        found |= {"podIP": memory.ip, "podIPs": [{"ip": memory.ip}]}
    if memory.ended and memory.ended.reason:
        found |= {"reason": memory.ended.reason, "message": memory.ended.message}
    if look.intent.desired is Desired.STOPPED:
        found |= STOPPED | dict(look.intent.ending)
    return found


def _listed(look: Look, shown: Mapping[str, Json], *roles: Role) -> list[Json]:
    return [shown[member.name] for member in look.with_role(*roles)]


def unscheduled(message: str, *, previous: Mapping[str, Any], now: datetime, qos: str = "BestEffort") -> Json:
    """The PodStatus of a pod that no node takes; `message` says why ("" while none was asked)."""
    condition = _condition("PodScheduled", not message, "Unschedulable" if message else "", message)
    return {"phase": "Pending", "conditions": _since([condition], previous, now), "qosClass": qos}


def _container_status(look: Look, member: Member) -> Json:
    memory = look.memory
    newest = next(iter(look.observed.members(member.name)), None)
    current = look.here(member.name) or newest
    state = _state(look, member, current)
    started = look.started(member, current) if current is not None else False
    last = _last(look, member, current, state)
    # Nobody asks whether a debug member has started.
    told = {} if member.role is Role.DEBUG else {"started": started and "running" in state}
    return {
        "name": member.name,
        "state": state,
        "lastState": _terminated(last) if last else {},
        "ready": _is_ready(look, member, current, state),
        **told,
        "restartCount": memory.attempts.get(member.name, 0),
        "image": member.spec.image,
        "imageID": f"docker://{newest.image_id}" if newest and newest.image_id else "",
        "containerID": f"docker://{newest.id}" if newest else "",
    }


def _is_ready(look: Look, member: Member, current: ObservedContainer | None, state: Json) -> bool:
    """An init member is when it ended well; any other when it has started and its readiness probe says so."""
    if member.role is Role.INIT:
        return bool("terminated" in state and state["terminated"]["exitCode"] == 0)
    if current is None or member.role is Role.DEBUG or look.is_deleted or not look.started(member, current):
        return False
    return member.probe("readiness") is None or look.probed(current, "readiness") is True


def _last(look: Look, member: Member, current: ObservedContainer | None, state: Json) -> Termination | None:
    """How the attempt before the one that `state` shows ended."""
    last = look.memory.last.get(member.name)
    if last is None:
        return None
    shown = state.get("terminated")
    if shown is None:
        return last if current is None or current.ended or last.attempt < current.attempt else None
    return look.memory.earlier.get(member.name) if shown["containerID"].endswith(last.container_id) else last


def _state(look: Look, member: Member, current: ObservedContainer | None) -> Json:
    last = look.memory.last.get(member.name)
    if current is None:
        stays = look.is_deleted or look.memory.ended or look.intent.desired is Desired.STOPPED
        return _terminated(last) if last and stays else _waiting(*_why_absent(look, member))
    match current.state:
        case RunState.RUNNING | RunState.PAUSED if not look.hooked(member, current):
            return _waiting(_creating(look), "")
        case RunState.RUNNING | RunState.PAUSED:
            return {"running": {"startedAt": stamp(current.started_at) if current.started_at else None}}
        case RunState.DEAD:
            return {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "containerID": current.id}}
        case _ if current.ended:
            return _ended(look, member, current)
        case _:
            failure = look.memory.failures.get(f"member/{member.name}")
            return _waiting(failure.reason, failure.message) if failure else _waiting(_creating(look), "")


def _ended(look: Look, member: Member, current: ObservedContainer) -> Json:
    """A member that ended: as that; a moment later, if it is to start again, as what it waits for."""
    last = look.memory.last[member.name]
    goes_on = look.memory.ended is None and look.intent.desired is Desired.RUNNING and look.pause is not None
    if not goes_on or not look.runs_again(member, last):
        return _terminated(last)
    failure = look.memory.failures.get(f"member/{member.name}")
    if failure is not None:
        return _waiting(failure.reason, failure.message)
    if held_until(look, member) <= look.now and (waits := image_waits.why(look, member)) is not None:
        return _waiting(*waits)
    until = shown_until(look.memory, member.name)
    if until is not None and look.now < until:
        return _error_of_start(look, current) or _terminated(last)
    crash = look.memory.crashes.get(member.name)
    if crash is None:
        return _error_of_start(look, current) or _terminated(last)
    wait = int(look.back_off.after(crash.count).total_seconds())
    told = f"back-off {_duration(wait)} restarting failed container={member.name} pod={look.intent.full_name}"
    return _waiting("CrashLoopBackOff", told)


def _error_of_start(look: Look, current: ObservedContainer) -> Json | None:
    """It never came to run for anyone: it could not be started, or its postStart hook failed."""
    if current.start_failed:
        return _waiting("RunContainerError", current.error)
    hook = look.fact(WantedKind.POST_START, current)
    if hook is not None and hook.outcome == "failed":
        return _waiting("PostStartHookError", hook.message)
    return None


def _duration(seconds: int) -> str:
    """As Go prints a time.Duration of whole seconds: 40s, 1m20s, 5m0s."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _creating(look: Look) -> str:
    """The reason for everything (pkg/kubelet/kubelet_pods.go, convertToAPIContainerStatuses)."""
    return "PodInitializing" if any(look.with_role(*INIT_ROLES)) else "ContainerCreating"


def _why_absent(look: Look, member: Member) -> tuple[str, str]:
    """Reason and message of a member that has no container (PODS §4.5)."""
    creating, image = _creating(look), member.spec.image
    if not _is_its_turn(look, member):
        return creating, ""
    if parse_image(image) is None:
        told = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}"'
        return "InvalidImageName", f"{told}: invalid reference format"
    created = look.memory.failures.get(f"member/{member.name}")
    if created is not None:
        return created.reason, created.message
    return image_waits.why(look, member) or (creating, "")


def _is_its_turn(look: Look, member: Member) -> bool:
    """Nothing that comes before it is still to be done."""
    if look.initialized or member.role is Role.DEBUG:
        return True
    for other in look.with_role(*INIT_ROLES):
        if other.name == member.name:
            return True
        if not look.passed(other):
            return False
    return True


def _waiting(reason: str, message: str) -> Json:
    return {"waiting": {"reason": reason} | ({"message": message} if message else {})}


def _terminated(ended: Termination) -> Json:
    told: Json = {"exitCode": ended.exit_code, "reason": ended.reason}
    if ended.message:
        told["message"] = ended.message
    times = {"startedAt": ended.started_at, "finishedAt": ended.finished_at}
    told |= {key: stamp(at) for key, at in times.items() if at}
    return {"terminated": told | {"containerID": f"docker://{ended.container_id}"}}


def _pod_conditions(look: Look) -> list[Json]:
    pause = next((p for p in look.observed.pauses if p.alive), None)
    prepared = pause is not None and look.memory.locked == pause.id
    failure = look.memory.failures.get("pause")
    stuck = (failure.reason, failure.message) if failure and not prepared else ("", "")
    return [
        _condition("PodScheduled", True),
        _condition("PodReadyToStartContainers", prepared, *stuck),
        _initialized(look),
    ]


def _initialized(look: Look) -> Json:
    waited = [m.name for m in look.with_role(*INIT_ROLES) if not look.passed(m)]
    ran = look.memory.ended is not None and all(m.name in look.memory.last for m in look.with_role(Role.MAIN))
    if look.initialized or ran or not waited:
        return _condition("Initialized", True, "PodCompleted" if _succeeded(look) else "")
    told = f"containers with incomplete status: [{' '.join(waited)}]"
    return _condition("Initialized", False, "ContainersNotInitialized", told)


def _succeeded(look: Look) -> bool:
    return look.memory.ended is not None and look.memory.ended.phase == "Succeeded"


def _ready_conditions(look: Look, shown: Mapping[str, Json], phase: str) -> list[Json]:
    unready = [m.name for m in look.with_role(Role.SIDECAR, Role.MAIN) if not shown[m.name]["ready"]]
    reason, message = "", ""
    ended = look.memory.ended.phase if look.memory.ended else phase
    if ended in TERMINAL:
        reason = "PodCompleted" if ended == "Succeeded" else "PodFailed"
    elif unready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    contained = _condition("ContainersReady", not reason, reason, message)
    gates = [gate.condition_type for gate in look.intent.pod.spec.readiness_gates]
    closed = [gate for gate in gates if look.intent.gates.get(gate, {}).get("status") != "True"]
    if not reason and closed:
        told = (
            f'corresponding condition of pod readiness gate "{gate}" '
            + ("does not exist." if gate not in look.intent.gates else "is not True.")
            for gate in closed
        )
        reason, message = "ReadinessGatesNotReady", ", ".join(told)
    given = [dict(look.intent.gates[gate]) for gate in gates if gate in look.intent.gates]
    return [contained, _condition("Ready", not reason, reason, message), *given]


def _condition(kind: str, true: bool, reason: str = "", message: str = "") -> Json:
    told = {"type": kind, "status": "True" if true else "False", "lastProbeTime": None}
    return told | ({"reason": reason} if reason else {}) | ({"message": message} if message else {})


def _since(found: list[Json], previous: Mapping[str, Any], now: datetime) -> list[Json]:
    """lastTransitionTime stays while a condition's status does."""
    before = {condition["type"]: condition for condition in previous.get("conditions", [])}
    for condition in found:
        old = before.get(condition["type"])
        same = old is not None and old["status"] == condition["status"]
        condition["lastTransitionTime"] = old["lastTransitionTime"] if old is not None and same else stamp(now)
    return found
