"""What the journal says: entries with Kubernetes' reasons and messages, for what changed between two looks.

PURE. Wording as a 1.34 kubelet records it (PODS §4.14; pkg/kubelet/events/event.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandboxes.image_waits import SCANNING
from sandboxes.members import Member, members_of
from sandboxes.spec.models import Pod
from sandboxes.world import Fact, Memory, Observed, Stop, Wanted, WantedKind

# The reason that a kubelet gives as the message of the event Killing.
FAILED_HOOK = "FailedPostStartHook"
LISTS = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")


@dataclass(frozen=True)
class Entry:
    """One line of the journal; `member` "" is about the pod as a whole, `field` the list of the spec it stands in."""

    reason: str
    message: str
    member: str = ""
    warning: bool = False
    field: str = "containers"

    @property
    def field_path(self) -> str:
        return f"spec.{self.field}{{{self.member}}}" if self.member else ""


def located(entries: Iterable[Entry], pod: Pod) -> tuple[Entry, ...]:
    """The entries with the list that their member stands in."""
    fields = {member.name: member.field for member in members_of(pod)}
    return tuple(replace(entry, field=fields.get(entry.member, entry.field)) for entry in entries)


def changed(before: Memory, now: Memory, observed: Observed) -> tuple[Entry, ...]:
    """The entries for stops that began and for the pod's end."""
    members = {container.id: container.member for container in observed.containers}
    stops = tuple(
        entry
        for key, stop in now.stops.items()
        if key not in before.stops and key in members
        for entry in _stopping(stop, members[key])
    )
    ended = now.ended
    if ended is None or before.ended is not None or not ended.reason:
        return stops
    told = ended.message.removeprefix("Pod was rejected: ")
    return (*stops, Entry(ended.reason, told, warning=ended.reason != "DeadlineExceeded"))


def _stopping(stop: Stop, member: str) -> tuple[Entry, ...]:
    killing = Entry("Killing", stop.why, member)
    if stop.why != FAILED_HOOK:
        return (killing,)
    return (Entry(FAILED_HOOK, "PostStartHook failed", member, warning=True), killing)


def asked(before: Iterable[Wanted], now: Iterable[Wanted], members: Iterable[Member]) -> tuple[Entry, ...]:
    """The entries for pulls that are asked for anew."""
    known = set(before)
    return tuple(
        Entry("Pulling", f'Pulling image "{want.name}"', member.name)
        for want in now
        if want.kind is WantedKind.PULL and want not in known
        for member in members
        if member.spec.image == want.name
    )


def unretrieved(secrets: Iterable[str], *, first: bool, pulling: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entry for pull secrets that are not there, at the first look and with every pull that begins."""
    missing = ", ".join(secrets)
    if not missing or not (first or any(pulling)):
        return ()
    told = f"Unable to retrieve some image pull secrets ({missing}); attempting to pull the image may not succeed."
    return (Entry("FailedToRetrieveImagePullSecret", told, warning=True),)


def cut_off(before: Iterable[Wanted], now: Iterable[Wanted], facts: Iterable[Fact]) -> tuple[Entry, ...]:
    """The entries for preStop hooks that the grace did not suffice for."""
    answered = {(fact.member, fact.attempt) for fact in facts if fact.kind is WantedKind.PRE_STOP}
    running = set(now)
    return tuple(
        Entry("FailedPreStopHook", "PreStopHook failed", want.member, warning=True)
        for want in before
        if want.kind is WantedKind.PRE_STOP and want not in running and (want.member, want.attempt) not in answered
    )


def turned(previous: Mapping[str, Any], status: Mapping[str, Any], *, pod: str) -> tuple[Entry, ...]:
    """The entries for members that began to wait for something else between two statuses; `pod` is its full name."""
    before = {c["name"]: _waits_for(c) for c in _containers(previous)}
    return tuple(
        entry
        for container in _containers(status)
        if _waits_for(container) != before.get(container["name"])
        for entry in _entries(container, pod)
    )


def _containers(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [container for key in LISTS for container in status.get(key, [])]


def _waits(container: Mapping[str, Any]) -> tuple[str, str]:
    """Reason and message."""
    waiting = container["state"].get("waiting", {})
    return str(waiting.get("reason", "")), str(waiting.get("message", ""))


def _waits_for(container: Mapping[str, Any]) -> tuple[str, str]:
    """The reason; where it is the one for everything, or comes again, what its message says too."""
    reason, words = _waits(container)
    return reason, words if reason in ("ContainerCreating", "CrashLoopBackOff") else ""


def _entries(container: Mapping[str, Any], pod: str) -> tuple[Entry, ...]:
    member, image = container["name"], container["image"]
    reason, words = _waits(container)
    error = Entry("Failed", f"Error: {reason}", member, warning=True)
    match reason:
        case "CrashLoopBackOff":
            told = f"Back-off restarting failed container {member} in pod {pod}"
            return (Entry("BackOff", told, member, warning=True),)
        case "ErrImagePull":
            return (Entry("Failed", f'Failed to pull image "{image}": {words}', member, warning=True), error)
        case "ImagePullBackOff":
            return (Entry("BackOff", f'Back-off pulling image "{image}"', member), error)
        case "InvalidImageName":
            return (Entry("InspectFailed", words, member, warning=True), error)
        case "ErrImageNeverPull":
            return (Entry("ErrImageNeverPull", words, member, warning=True), error)
        case "ImageInspectError":
            return (Entry("InspectFailed", words, member, warning=True), error)
        case "ContainerCreating" if words:
            return (Entry("Scanning" if words.startswith(SCANNING) else "Building", words, member),)
        case _:
            return ()
