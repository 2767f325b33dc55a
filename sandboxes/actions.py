"""What can be done about a pod: every action is a value, a plan is stages of them.

PURE. `plan` chooses them, `act.py` performs them, `outcome.py` says what their end means.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MakeFiles:
    """The pod's folder in the state directory."""


@dataclass(frozen=True)
class CreatePause:
    attempt: int


@dataclass(frozen=True)
class StartPause:
    attempt: int


@dataclass(frozen=True)
class PrepareNetwork:
    """Read pause's address, write the hosts file, close Docker's resolver in its network namespace."""

    attempt: int


@dataclass(frozen=True)
class CreateMember:
    """`after_pause`: its body needs the pod's address."""

    member: str
    attempt: int
    pause_attempt: int
    after_pause: bool = False


@dataclass(frozen=True)
class StartMember:
    member: str
    attempt: int


@dataclass(frozen=True)
class Terminate:
    """Send the stop signal once; KILL follows after `grace` seconds."""

    member: str
    container_id: str
    signal: str
    grace: int


@dataclass(frozen=True)
class Kill:
    """SIGKILL to its first process; how it ended is still to be seen."""

    member: str
    container_id: str
    attempt: int


@dataclass(frozen=True)
class Remove:
    """Kill and remove one container; `member` "" is a pause."""

    member: str
    container_id: str
    attempt: int


@dataclass(frozen=True)
class RemoveFiles:
    """The pod's folder, once no container is left."""


@dataclass(frozen=True)
class Forget:
    """Nothing is left: the row is finished."""


Action = (
    MakeFiles
    | CreatePause
    | StartPause
    | PrepareNetwork
    | CreateMember
    | StartMember
    | Terminate
    | Kill
    | Remove
    | RemoveFiles
    | Forget
)
Stage = tuple[Action, ...]


def hoisted(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The same work with members created beside pause's start, if nothing in their bodies needs a running pause.

    (The engine takes a pause that is only created, and no member starts before the network is prepared.)
    """
    creates = tuple(a for stage in stages for a in stage if isinstance(a, CreateMember) and not a.after_pause)
    starts_pause = any(isinstance(a, StartPause) for stage in stages for a in stage)
    if not creates or not starts_pause:
        return stages
    moved = (tuple(a for a in stage if a not in creates) for stage in stages)
    return tuple((*stage, *creates) if isinstance(stage[0], StartPause) else stage for stage in moved if stage)
