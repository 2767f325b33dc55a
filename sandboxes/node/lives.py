"""Whose processes come and go between two readings: who began in a watched pod, and ended without being seen.

Knows no socket and no thread. A process is of the pod of the one that forked it, or of the container whose cgroup it
runs a program in.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from sandboxes import wire
from sandboxes.node.readers.process_events import Event, Executed, Exited, Forked
from sandboxes.passed_wire import Passed
from sandboxes.times import exact

KEPT = 24
# A process that no reading lists and of whose end nothing was heard, because that was lost.
FORGOTTEN_AFTER = 5_000_000_000


@dataclass(frozen=True)
class Described:
    """What a process runs right now. `pid`: in its innermost namespace."""

    pid: int
    cmd: str


class Node(Protocol):
    """What a process of the node is, asked the moment it runs something. PIDs are the node's."""

    def containers(self, pid: int) -> frozenset[str]:
        """The ids its cgroup names; none when it is gone."""

    def describe(self, pid: int) -> Described | None:
        """What it runs; None when it is gone."""


@dataclass
class _Life:
    uid: UUID
    member: str
    parent: int
    pid: int
    cmd: str
    began: int
    seen: bool


@dataclass
class _Watched:
    members: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[wire.Process, ...] = ()
    passed: deque[Passed] = field(default_factory=lambda: deque(maxlen=KEPT))


class Lives:
    """The processes of the pods that are watched, from the events of all."""

    def __init__(
        self,
        node: Node,
        *,
        monotonic: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._node, self._monotonic, self._wall = node, monotonic, wall
        self._pods: dict[UUID, _Watched] = {}
        self._containers: dict[str, tuple[UUID, str]] = {}
        self._lives: dict[int, _Life] = {}

    def __bool__(self) -> bool:
        return bool(self._pods)

    def follow(self, uid: UUID, targets: Iterable[wire.MemberState], rows: tuple[wire.Process, ...]) -> None:
        """The pod as it was just read: its containers that run, and the processes that the reading caught."""
        pod = self._pods.setdefault(uid, _Watched())
        members = {target.container_id: target.member for target in targets if target.running}
        if members != pod.members:
            self._drop_containers(uid)
            self._containers |= {container: (uid, member) for container, member in members.items()}
            pod.members = members
        if rows != pod.rows:
            pod.rows = rows
            self._see(uid, pod)

    def _see(self, uid: UUID, pod: _Watched) -> None:
        for row in pod.rows:
            life = self._lives.get(row.host_pid)
            if life is None or life.uid != uid:
                began = self._monotonic()
                life = _Life(uid, row.member, row.host_ppid, row.pid, row.cmd, began, seen=True)
                self._lives[row.host_pid] = life
            life.seen, life.pid, life.cmd = True, row.pid, row.cmd
        caught = {row.host_pid for row in pod.rows}
        # One that ended while the reading was made was caught by it all the same.
        pod.passed = deque((each for each in pod.passed if each.host_pid not in caught), maxlen=KEPT)
        old = self._monotonic() - FORGOTTEN_AFTER
        for pid in [pid for pid, life in self._lives.items() if life.uid == uid and life.began < old]:
            if pid not in caught:
                del self._lives[pid]

    def passed(self, uid: UUID) -> tuple[Passed, ...]:
        """The last of the pod's processes that no reading caught, oldest first."""
        pod = self._pods.get(uid)
        return tuple(pod.passed) if pod else ()

    def forget(self, uid: UUID) -> None:
        """Nobody watches the pod any more. Can be repeated."""
        self._pods.pop(uid, None)
        self._drop_containers(uid)
        self._lives = {pid: life for pid, life in self._lives.items() if life.uid != uid}

    def _drop_containers(self, uid: UUID) -> None:
        self._containers = {container: of for container, of in self._containers.items() if of[0] != uid}

    def hear(self, event: Event) -> None:
        """Something happened to a process, of a watched pod or not."""
        match event:
            case Forked():
                self._forked(event)
            case Executed():
                self._executed(event)
            case Exited():
                self._exited(event)

    def _forked(self, event: Forked) -> None:
        parent = self._lives.get(event.parent)
        if parent is None:
            self._lives.pop(event.pid, None)
            return
        self._lives[event.pid] = _Life(parent.uid, parent.member, event.parent, 0, parent.cmd, event.at, seen=False)

    def _executed(self, event: Executed) -> None:
        life = self._lives.get(event.pid) or self._newcomer(event)
        described = self._node.describe(event.pid) if life else None
        if life and described:
            life.pid, life.cmd = described.pid, described.cmd

    def _newcomer(self, event: Executed) -> _Life | None:
        """What comes into a container from outside of it, as `docker exec` does."""
        named = self._node.containers(event.pid)
        found = next((self._containers[each] for each in named if each in self._containers), None)
        if found is None:
            return None
        life = _Life(*found, parent=0, pid=0, cmd="", began=event.at, seen=False)
        self._lives[event.pid] = life
        return life

    def _exited(self, event: Exited) -> None:
        life = self._lives.pop(event.pid, None)
        pod = self._pods.get(life.uid) if life else None
        if life is None or pod is None or life.seen:
            return
        ago = (self._monotonic() - life.began) / 1e9
        pod.passed.append(
            Passed(
                member=life.member,
                host_pid=event.pid,
                host_ppid=life.parent,
                pid=life.pid,
                cmd=life.cmd,
                started=exact(datetime.fromtimestamp(self._wall() - ago, UTC)),
                lived=max(0, event.at - life.began) // 1_000_000,
                exit_code=event.status >> 8 & 0xFF,
                signal=_signal(event.status & 0x7F),
            )
        )


def _signal(number: int) -> str:
    if number == 0:
        return ""
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time one
        return f"signal {number}"
