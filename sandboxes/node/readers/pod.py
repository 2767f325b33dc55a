"""One watched pod, read from the kernel: puts the readers together and keeps what they hold open.

What changes by the moment (processes, counters, sockets) is read each time; what hardly does (namespaces, hostnames,
files, accounts) only in a full reading. One part that cannot be read is a problem told, and the others are still read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sandboxes import wire
from sandboxes.errors import PlaygroundError
from sandboxes.node.readers import namespaces
from sandboxes.node.readers.cgroups import mounted_hierarchies
from sandboxes.node.readers.first import First, Vanished, shown
from sandboxes.node.readers.hostnames import read_hostnames
from sandboxes.node.readers.network import Network
from sandboxes.node.readers.node import Node
from sandboxes.node.readers.process import Process
from sandboxes.node.readers.procfs import Processes, Seen
from sandboxes.passed_wire import Passed

Part = TypeVar("Part")

_NO_NODE = namespaces.NodeNamespaces({}, "")


@dataclass(frozen=True)
class Watched:
    """What there is to look at in a pod, as the engine and the row have it."""

    targets: tuple[wire.MemberState, ...]
    published: tuple[wire.PublishedPort, ...]


@dataclass(frozen=True)
class Reading:
    """One whole reading. `lost`: a container said to run has no first process, so the targets are out of date.

    `pulls`, `passed` and `passed_problem` are no reader's: whoever knows of them adds them.
    """

    members: tuple[wire.MemberState, ...]
    processes: tuple[wire.Process, ...]
    processes_truncated: bool
    hostnames: tuple[wire.HostnameView, ...]
    network: wire.NetworkView | None
    namespaces: wire.NamespacesView
    problems: tuple[str, ...]
    lost: bool = field(compare=False)
    pulls: tuple[wire.PullView, ...] = ()
    passed: tuple[Passed, ...] = ()
    passed_problem: str = ""


def nothing_runs(watched: Watched) -> Reading:
    """The reading of a pod of which no container runs."""
    slow = _Slow()
    return Reading(
        members=watched.targets,
        processes=(),
        processes_truncated=False,
        hostnames=slow.hostnames,
        network=None,
        namespaces=slow.namespaces,
        problems=(),
        lost=False,
    )


@dataclass(frozen=True)
class _Slow:
    """What the last full reading found."""

    names: dict[str, Mapping[int, bytes]] = field(default_factory=dict)
    hostnames: tuple[wire.HostnameView, ...] = ()
    inodes: tuple[namespaces.Inodes, ...] = ()
    node: namespaces.NodeNamespaces = _NO_NODE
    namespaces: wire.NamespacesView = field(default_factory=lambda: namespaces.compare((), _NO_NODE))
    problems: tuple[str, ...] = ()


class PodReader:
    """The facts of one pod over time. Used from one thread."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._targets: tuple[wire.MemberState, ...] = ()
        self._firsts: dict[tuple[str, int], First] = {}
        self._ended = True  # nothing was looked at yet
        self._processes = Processes()
        self._network: Network | None = None
        self._slow = _Slow()
        self._problems: list[str] = []

    def read(self, watched: Watched, *, fully: bool) -> Reading:
        """The pod as it is now. `fully` False leaves namespaces, hostnames and accounts as they were last."""
        self._problems = []
        came, lost = self._follow(watched.targets)
        if fully or came:
            fully = True
            self._slow = self._read_slow()
        processes = self._part("processes", lambda: self._read_processes(fully=fully))
        alive = processes.alive if processes else ()
        network = self._part("network", lambda: self._read_network(alive, watched.published, fully=fully))
        return Reading(
            members=watched.targets,
            processes=processes.rows if processes else (),
            processes_truncated=processes.truncated if processes else False,
            hostnames=self._slow.hostnames,
            network=network,
            namespaces=self._slow.namespaces,
            problems=(*self._problems, *self._slow.problems),
            lost=lost,
        )

    def _follow(self, targets: tuple[wire.MemberState, ...]) -> tuple[bool, bool]:
        """Holds the first process of every container that runs; whether any came or went, and whether any is gone."""
        if targets is self._targets and not self._ended:
            return False, False
        self._targets = targets
        running = {_key(target): target for target in targets if target.running and target.host_pid > 0}
        left = [key for key, first in self._firsts.items() if key not in running or first.gone()]
        for key in left:
            self._release(self._firsts.pop(key))
        came = self._hold(running)
        # In the order of the targets, pause first: the readers rely on it.
        self._firsts = {key: self._firsts[key] for key in running if key in self._firsts}
        self._ended = len(self._firsts) < len(running)
        return came or bool(left), self._ended

    def _hold(self, running: Mapping[tuple[str, int], wire.MemberState]) -> bool:
        came = False
        for key, target in running.items():
            if key not in self._firsts:
                try:
                    self._firsts[key] = First(target, mounted_hierarchies())
                    came = True
                except Vanished as exc:
                    self._problems.append(f"{shown(target.member)}: {exc}")
        return came

    def _release(self, first: First) -> None:
        if self._network is not None and self._network.first is first:
            self._close_network()
        first.close()

    def _close_network(self) -> None:
        if self._network is not None:
            self._network.close()
            self._network = None

    def _read_slow(self) -> _Slow:
        firsts = list(self._firsts.values())
        hostnames, problems = read_hostnames(firsts)
        inodes, node = tuple(namespaces.read_inodes(first) for first in firsts), self._node.namespaces()
        known = (inodes, node) == (self._slow.inodes, self._slow.node)
        return _Slow(
            names={first.member: first.names() for first in firsts},
            hostnames=hostnames,
            inodes=inodes,
            node=node,
            namespaces=self._slow.namespaces if known else namespaces.compare(inodes, node),
            problems=problems,
        )

    def _read_processes(self, *, fully: bool) -> Seen:
        seen = self._processes.read(list(self._firsts.values()), self._slow.names, fully=fully)
        self._problems += seen.problems
        alive = {process.pid for process in seen.alive if process.stat.state not in "ZX"}
        self._ended = self._ended or any(first.pid not in alive for first in self._firsts.values())
        return seen

    def _read_network(
        self, alive: tuple[Process, ...], published: tuple[wire.PublishedPort, ...], *, fully: bool
    ) -> wire.NetworkView | None:
        first = next(iter(self._firsts.values()), None)
        if first is None:
            return None
        if self._network is None or self._network.first is not first:
            self._close_network()
            self._network = Network(first, self._node.links)
        try:
            return self._network.read(alive, published, fully=fully)
        except OSError:
            self._close_network()
            raise

    def _part(self, what: str, read: Callable[[], Part]) -> Part | None:
        try:
            return read()
        except OSError as exc:
            self._problems.append(f"{what}: {os.strerror(exc.errno or 0)}")
        except PlaygroundError as exc:
            self._problems.append(f"{what}: {exc}")
        return None

    def close(self) -> None:
        """Lets go of everything of the pod. Can be repeated."""
        self._processes.close()
        for first in self._firsts.values():
            self._release(first)
        self._firsts = {}


def _key(target: wire.MemberState) -> tuple[str, int]:
    return target.container_id, target.host_pid
