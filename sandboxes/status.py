"""Phase, conditions and container states: derived from what was observed and remembered, never stored as truth.

PURE. The shape is Kubernetes' PodStatus (camelCase dicts, as the API shows it); rules in PODS §4.3-4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandboxes import images
from sandboxes.plan import Intent, Look, termination
from sandboxes.spec.images import parse as parse_image
from sandboxes.spec.models import Container
from sandboxes.times import stamp
from sandboxes.world import Desired, ObservedContainer, RunState, Termination

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the pod runs: the node's address, when it was taken on, and the address hostPorts are published on."""

    host_ip: str
    started_at: datetime


def status(look: Look, *, previous: Mapping[str, Any], place: Place) -> Json:
    """The PodStatus of a pod that has a node; `previous` is the one before."""
    memory = look.memory
    members = [_container_status(look, member) for member in look.intent.pod.spec.containers]
    phase = _phase(look.intent, members, str(previous.get("phase", "Pending")))
    conditions = [*_pod_conditions(look), *_ready_conditions(members, phase)]
    found: Json = {
        "phase": phase,
        "conditions": _since(conditions, previous, look.now),
        "hostIP": place.host_ip,
        "hostIPs": [{"ip": place.host_ip}],
        "startTime": stamp(place.started_at),
        "containerStatuses": members,
        "qosClass": "BestEffort",
    }
    if memory.ip:
        found |= {"podIP": memory.ip, "podIPs": [{"ip": memory.ip}]}
    return found


def unscheduled(message: str, *, previous: Mapping[str, Any], now: datetime) -> Json:
    """The PodStatus of a pod that no node takes; `message` says why ("" while none was asked)."""
    condition = _condition("PodScheduled", not message, "Unschedulable" if message else "", message)
    return {"phase": "Pending", "conditions": _since([condition], previous, now), "qosClass": "BestEffort"}


def _phase(intent: Intent, members: list[Json], previous: str) -> str:
    """getPhase of the kubelet, PODS §4.3, for pods without init containers. A terminal phase never changes."""
    if previous in ("Succeeded", "Failed"):
        return previous
    states = [next(iter(member["state"])) for member in members]
    waiting = [m for m in members if "waiting" in m["state"] and not m["lastState"]]
    if waiting and intent.desired is not Desired.GONE:
        return "Pending"
    if "running" in states:
        return "Running"
    codes = [m["state"]["terminated"]["exitCode"] for m in members if "terminated" in m["state"]]
    if len(codes) < len(members):
        return "Pending"
    return _ended_phase(intent, codes)


def _ended_phase(intent: Intent, codes: list[int]) -> str:
    succeeded = all(code == 0 for code in codes)
    if intent.desired is Desired.GONE:
        return "Succeeded" if succeeded else "Failed"
    match intent.pod.spec.restart_policy:
        case "Never":
            return "Succeeded" if succeeded else "Failed"
        case "OnFailure":
            return "Succeeded" if succeeded else "Running"
        case _:
            return "Running"


def _container_status(look: Look, member: Container) -> Json:
    memory = look.memory
    newest = next(iter(look.observed.members(member.name)), None)
    state = _state(look, member, newest)
    running = "running" in state and look.intent.desired is not Desired.GONE
    last = memory.last.get(member.name)
    earlier = last is not None and newest is not None and last.attempt < newest.attempt
    return {
        "name": member.name,
        "state": state,
        "lastState": _terminated(last) if last and earlier else {},
        "ready": running,
        "started": "running" in state,
        "restartCount": newest.attempt if newest else memory.attempts.get(member.name, 0),
        "image": member.image,
        "imageID": f"docker://{newest.image_id}" if newest and newest.image_id else "",
        "containerID": f"docker://{newest.id}" if newest else "",
    }


def _state(look: Look, member: Container, newest: ObservedContainer | None) -> Json:
    if newest is None:
        gone = look.memory.last.get(member.name)
        if gone is not None and look.intent.desired is Desired.GONE:
            return _terminated(gone)
        return _waiting(*_why_absent(look, member))
    match newest.state:
        case RunState.RUNNING | RunState.PAUSED:
            return {"running": {"startedAt": stamp(newest.started_at) if newest.started_at else None}}
        case RunState.EXITED:
            return _terminated(termination(newest))
        case RunState.DEAD:
            return {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "containerID": newest.id}}
        case RunState.CREATED:
            return _not_started(look, member, newest)


def _not_started(look: Look, member: Container, created: ObservedContainer) -> Json:
    failure = look.memory.failures.get(f"member/{member.name}")
    if failure is None:
        return _waiting("ContainerCreating", "")
    if look.intent.pod.spec.restart_policy == "Never" and failure.reason == "RunContainerError":
        # What containerd's kubelet reports for a command that cannot be run (recorded: err-05-not-in-path).
        told = {"exitCode": 128, "reason": "StartError", "message": failure.message}
        return {"terminated": told | {"containerID": f"docker://{created.id}"}}
    return _waiting(failure.reason, failure.message)


def _why_absent(look: Look, member: Container) -> tuple[str, str]:
    """Reason and message of a member that has no container (PODS §4.5)."""
    if parse_image(member.image) is None:
        told = f'Failed to apply default image tag "{member.image}": couldn\'t parse image name "{member.image}"'
        return "InvalidImageName", f"{told}: invalid reference format"
    created = look.memory.failures.get(f"member/{member.name}")
    if created is not None:
        return created.reason, created.message
    if member.image_pull_policy == "Never" and member.image not in look.observed.images:
        told = f'Container image "{member.image}" is not present with pull policy of Never'
        return ("ErrImageNeverPull", told) if look.intent.desired is Desired.RUNNING else ("ContainerCreating", "")
    if images.built_here(member.image) and member.image not in look.observed.images:
        told = f'Container image "{member.image}" is built here, and is not on this node: run scripts/images there'
        return ("ErrImageNeverPull", told) if look.intent.desired is Desired.RUNNING else ("ContainerCreating", "")
    pull = look.memory.failures.get(f"image/{member.image}")
    if pull is not None and look.now - pull.at < images.SHOWN_AS_ERROR:
        return "ErrImagePull", pull.message
    if pull is not None:
        return "ImagePullBackOff", f'Back-off pulling image "{member.image}": ErrImagePull: {pull.message}'
    if images.being_built(member.image, look.facts) and member.image not in look.observed.images:
        return "ContainerCreating", f'Waiting for image "{member.image}" to be built on this node'
    return "ContainerCreating", ""


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
        _condition("Initialized", True),
    ]


def _ready_conditions(members: list[Json], phase: str) -> list[Json]:
    unready = [m["name"] for m in members if not m["ready"]]
    reason, message = "", ""
    if phase in ("Succeeded", "Failed"):
        reason = "PodCompleted" if phase == "Succeeded" else "PodFailed"
    elif unready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    return [_condition(kind, not reason, reason, message) for kind in ("ContainersReady", "Ready")]


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
