"""What the end of an action means: what to remember of it, and what the journal says.

PURE. Reasons and messages are Kubernetes' (PODS §4.5, §4.14; wording as a 1.34 kubelet records it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandboxes.actions import (
    Action,
    CreateMember,
    CreatePause,
    MakeFiles,
    PrepareNetwork,
    Remove,
    StartMember,
    StartPause,
    Terminate,
)
from sandboxes.errors import EngineUnavailable, PlaygroundError
from sandboxes.plan import BackOff
from sandboxes.world import Failure, Memory, Wanted


@dataclass(frozen=True)
class Done:
    """One action, ended: when it began, milliseconds it took, its error if any, and what it made.

    `container_id` and `ip` are set where the action found them out.
    """

    action: Action
    started: datetime
    ms: int
    error: PlaygroundError | None = None
    effect: str = ""
    container_id: str = ""
    ip: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the journal; `member` "" is about the pod as a whole."""

    reason: str
    message: str
    member: str = ""
    warning: bool = False

    @property
    def field_path(self) -> str:
        return f"spec.containers{{{self.member}}}" if self.member else ""


@dataclass(frozen=True)
class Told:
    """The memory after an action, and its journal entries."""

    memory: Memory
    entries: tuple[Entry, ...] = field(default_factory=tuple)


def subject(action: Action) -> str:
    """What the action is about, as the page names it: a member, "pause", or "pod"."""
    match action:
        case CreatePause() | StartPause() | PrepareNetwork() | Remove(member=""):
            return "pause"
        case CreateMember(member) | StartMember(member) | Terminate(member) | Remove(member):
            return member
        case _:
            return "pod"


@dataclass(frozen=True)
class Source:
    """The image of the member an action was about: its reference, and whether it was pulled for this pod."""

    reference: str = ""
    pulled: bool = False


def told(memory: Memory, done: Done, *, source: Source, back_off: BackOff) -> Told:
    """What `done` changes."""
    if done.error is None:
        return _success(memory, done, source)
    if isinstance(done.error, EngineUnavailable):
        return Told(memory)  # says nothing about this pod
    return _failure(memory, done, done.error, back_off)


def _success(memory: Memory, done: Done, source: Source) -> Told:
    match done.action:
        case CreatePause(attempt) if attempt > 0 and "pause" not in memory.failures:
            return Told(memory, (Entry("SandboxChanged", "Pod sandbox changed, it will be killed and re-created."),))
        case PrepareNetwork():
            update = {"locked": done.container_id, "ip": done.ip, "failures": _without(memory, "pause")}
            return Told(memory.model_copy(update=update))
        case CreateMember(member):
            present = f'Container image "{source.reference}" already present on machine'
            pulled = f'Successfully pulled image "{source.reference}"'
            there = Entry("Pulled", pulled if source.pulled else present, member)
            return Told(memory, (there, Entry("Created", f"Created container: {member}", member)))
        case StartMember(member):
            cleared = memory.model_copy(update={"failures": _without(memory, f"member/{member}")})
            return Told(cleared, (Entry("Started", f"Started container {member}", member),))
        case Terminate(member):
            stopping = Entry("Killing", f"Stopping container {member}", member)
            return Told(_signalled(memory, done, done.action), (stopping,))
        case _:
            return Told(memory)


def _failure(memory: Memory, done: Done, error: PlaygroundError, back_off: BackOff) -> Told:
    words = str(error)
    match done.action:
        case MakeFiles() | CreatePause() | StartPause() | PrepareNetwork():
            entry = Entry("FailedCreatePodSandBox", f"Failed to create pod sandbox: {words}", warning=True)
            return Told(_failed(memory, "pause", "CreatePodSandboxError", done, back_off), (entry,))
        case CreateMember(member):
            entry = Entry("Failed", f"Error: {words}", member, warning=True)
            return Told(_failed(memory, f"member/{member}", "CreateContainerError", done, back_off), (entry,))
        case StartMember(member):
            entry = Entry("Failed", f"Error: {words}", member, warning=True)
            return Told(_failed(memory, f"member/{member}", "RunContainerError", done, back_off), (entry,))
        case Terminate():
            # A signal that cannot be sent is followed by KILL all the same.
            return Told(_signalled(memory, done, done.action), (_not_killed(words),))
        case _:
            return Told(memory, (_not_killed(words),))


def _not_killed(words: str) -> Entry:
    return Entry("FailedKillPod", f"error killing pod: {words}", warning=True)


def _signalled(memory: Memory, done: Done, action: Terminate) -> Memory:
    return memory.model_copy(update={"signalled": memory.signalled | {action.container_id: done.started}})


def _failed(memory: Memory, key: str, reason: str, done: Done, back_off: BackOff) -> Memory:
    count = memory.failures[key].count + 1 if key in memory.failures else 1
    at = done.started + timedelta(milliseconds=done.ms)
    failure = Failure(reason=reason, message=str(done.error), count=count, at=at, retry_at=at + back_off.after(count))
    return memory.model_copy(update={"failures": memory.failures | {key: failure}})


def _without(memory: Memory, key: str) -> dict[str, Failure]:
    return {name: failure for name, failure in memory.failures.items() if name != key}


def asked(before: Iterable[Wanted], now: Iterable[Wanted], sources: Mapping[str, str]) -> tuple[Entry, ...]:
    """The entries for pulls that are asked for anew; `sources` is member → image reference."""
    known = set(before)
    return tuple(
        Entry("Pulling", f'Pulling image "{want.name}"', member)
        for want in now
        if want not in known
        for member, reference in sources.items()
        if reference == want.name
    )


def turned(previous: Mapping[str, Any], status: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The entries for members that began to wait for something else between two statuses."""
    before = {c["name"]: _waits_for(c) for c in previous.get("containerStatuses", [])}
    return tuple(
        entry
        for container in status.get("containerStatuses", [])
        if _waits_for(container) != before.get(container["name"])
        for entry in _image_entries(container)
    )


def _waits(container: Mapping[str, Any]) -> tuple[str, str]:
    """Reason and message."""
    waiting = container["state"].get("waiting", {})
    return str(waiting.get("reason", "")), str(waiting.get("message", ""))


def _waits_for(container: Mapping[str, Any]) -> tuple[str, str]:
    """The reason; where it is the one for everything, what its message says too."""
    reason, words = _waits(container)
    return reason, words if reason == "ContainerCreating" else ""


def _image_entries(container: Mapping[str, Any]) -> tuple[Entry, ...]:
    member, image = container["name"], container["image"]
    reason, words = _waits(container)
    error = Entry("Failed", f"Error: {reason}", member, warning=True)
    match reason:
        case "ErrImagePull":
            return (Entry("Failed", f'Failed to pull image "{image}": {words}', member, warning=True), error)
        case "ImagePullBackOff":
            return (Entry("BackOff", f'Back-off pulling image "{image}"', member), error)
        case "InvalidImageName":
            return (Entry("InspectFailed", words, member, warning=True), error)
        case "ErrImageNeverPull":
            return (Entry("ErrImageNeverPull", words, member, warning=True), error)
        case "ContainerCreating" if words:
            return (Entry("Building", words, member),)
        case _:
            return ()
