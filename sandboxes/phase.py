"""The phase of a pod, from the states its members show.

PURE. kubelet: pkg/kubelet/kubelet_pods.go (getPhase), PODS §4.3. A terminal phase never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandboxes.members import Role
from sandboxes.plan import Look

Json = dict[str, Any]
TERMINAL = ("Succeeded", "Failed")
# Of a pod that somebody stopped; one that is stopped for another reason says that instead.
STOPPED = {"reason": "Stopped", "message": "The pod was stopped. Starting it makes a new pause and new members."}


def phase_of(look: Look, shown: Mapping[str, Json], previous: str) -> str:
    """`shown` is each member's ContainerStatus by name, `previous` the phase before."""
    if previous in TERMINAL:
        return previous
    if look.memory.ended is not None and not look.observed.pauses and not look.observed.living:
        return look.memory.ended.phase
    mains = [shown[member.name] for member in look.with_role(Role.MAIN)]
    if look.is_deleted:
        return _of_deleted(look, mains, previous)
    if not _initialized(look, shown) and not any(_has_started(main) for main in mains):
        return "Pending"
    stay = mains + [shown[member.name] for member in look.with_role(Role.SIDECAR)]
    if any("waiting" in main["state"] and not main["lastState"] for main in stay):
        return "Pending"
    return "Running"


def _of_deleted(look: Look, mains: list[Json], previous: str) -> str:
    """Once all have ended, by how they did, whatever the restart policy; what never ran ended unknown, and badly."""
    if any("running" in shown["state"] for shown in mains):
        return "Running"
    codes = [_code(shown) for shown in mains]
    if any(container.alive for container in look.observed.containers if not container.is_pause):
        return previous
    return "Succeeded" if all(code == 0 for code in codes) else "Failed"


def _code(shown: Json) -> int | None:
    ended = shown["state"].get("terminated") or shown["lastState"].get("terminated")
    return ended["exitCode"] if ended else None


def _initialized(look: Look, shown: Mapping[str, Json]) -> bool:
    return look.initialized or all(look.passed(member) for member in look.with_role(Role.INIT, Role.SIDECAR))


def _has_started(shown: Json) -> bool:
    return "waiting" not in shown["state"] or bool(shown["lastState"])
