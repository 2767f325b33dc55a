"""What the end of an action means: what to remember of it, and what the journal says of it.

PURE. Reasons and messages are Kubernetes' (PODS §4.5, §4.14; wording as a 1.34 kubelet records it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandboxes.actions import (
    Action,
    CreateMember,
    CreatePause,
    Kill,
    MakeFiles,
    PrepareNetwork,
    Remove,
    StartMember,
    StartPause,
    Terminate,
)
from sandboxes.errors import ConfigError, EngineUnavailable, MountFailed, PlaygroundError
from sandboxes.journal import Entry
from sandboxes.plan import BackOff
from sandboxes.world import Failure, Memory

WHEN_SOURCES_MISS = timedelta(seconds=10)


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
class Told:
    """The memory after an action, and its journal entries."""

    memory: Memory
    entries: tuple[Entry, ...] = field(default_factory=tuple)


def subject(action: Action) -> str:
    """What the action is about, as the page names it: a member, "pause", or "pod"."""
    match action:
        case CreatePause() | StartPause() | PrepareNetwork() | Remove(member=""):
            return "pause"
        case CreateMember(member) | StartMember(member) | Terminate(member) | Kill(member) | Remove(member):
            return member
        case _:
            return "pod"


@dataclass(frozen=True)
class Source:
    """The image of the member an action was about: its reference, and whether it was pulled for this pod.

    `pull` is the number of the pull that brought it last, -1 when none did.
    """

    reference: str = ""
    pulled: bool = False
    pull: int = -1


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
            update = {
                "failures": _without(memory, f"member/{member}"),
                "pulled": memory.pulled | ({member: source.pull} if source.pull >= 0 else {}),
            }
            cleared = memory.model_copy(update=update)
            return Told(cleared, (there, Entry("Created", f"Created container: {member}", member)))
        case MakeFiles():
            return Told(memory.model_copy(update={"failures": _without(memory, "volumes")}))
        case StartMember(member):
            cleared = memory.model_copy(update={"failures": _without(memory, f"member/{member}")})
            return Told(cleared, (Entry("Started", f"Started container {member}", member),))
        case Terminate():
            return Told(_signalled(memory, done, done.action))
        case _:
            return Told(memory)


def _failure(memory: Memory, done: Done, error: PlaygroundError, back_off: BackOff) -> Told:
    words = str(error)
    match done.action:
        case MakeFiles() if isinstance(error, MountFailed):
            entry = Entry("FailedMount", words, warning=True)
            return Told(_failed(memory, "volumes", "FailedMount", done, back_off), (entry,))
        case MakeFiles() | CreatePause() | StartPause() | PrepareNetwork():
            entry = Entry("FailedCreatePodSandBox", f"Failed to create pod sandbox: {words}", warning=True)
            return Told(_failed(memory, "pause", "CreatePodSandboxError", done, back_off), (entry,))
        case CreateMember(member):
            entry = Entry("Failed", f"Error: {words}", member, warning=True)
            reason = "CreateContainerConfigError" if isinstance(error, ConfigError) else "CreateContainerError"
            return Told(_failed(memory, f"member/{member}", reason, done, back_off), (entry,))
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
    stop = memory.stops.get(action.container_id)
    if stop is None:
        return memory
    return memory.model_copy(
        update={"stops": memory.stops | {action.container_id: stop.model_copy(update={"signalled": done.started})}}
    )


def _failed(memory: Memory, key: str, reason: str, done: Done, back_off: BackOff) -> Memory:
    count = memory.failures[key].count + 1 if key in memory.failures else 1
    at = done.started + timedelta(milliseconds=done.ms)
    # What a ConfigMap would mend is tried at each of the kubelet's syncs, and never less often.
    wait = WHEN_SOURCES_MISS if isinstance(done.error, ConfigError | MountFailed) else back_off.after(count)
    failure = Failure(reason=reason, message=str(done.error), count=count, at=at, retry_at=at + wait)
    return memory.model_copy(update={"failures": memory.failures | {key: failure}})


def _without(memory: Memory, key: str) -> dict[str, Failure]:
    return {name: failure for name, failure in memory.failures.items() if name != key}
