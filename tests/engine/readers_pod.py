"""Containers for the readers' tests, made with the Docker SDK alone: pause and members, as a pass would join them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from sandboxes import wire
from sandboxes.node.readers.node import Node
from sandboxes.node.readers.pod import PodReader, Reading, Watched

PAUSE, TOOLBOX, SOCKET = "playground/pause:1", "playground/toolbox:1", "/var/run/docker.sock"
LABELS = {"playground-test": "readers"}
DEADLINE = 20.0


@dataclass
class TestPod:
    """Running containers by member ("" is pause), removed together."""

    __test__ = False

    client: docker.DockerClient
    containers: dict[str, Container] = field(default_factory=dict)

    def run(self, member: str, image: str = TOOLBOX, command: list[str] | None = None, **options: Any) -> Container:
        """Starts a container; with `share_pid` it joins pause's PID namespace, net and IPC it always does."""
        pause = self.containers.get("")
        if pause is not None:
            joined = f"container:{pause.id}"
            options |= {"network_mode": joined, "ipc_mode": joined}
            if options.pop("share_pid", False):
                options["pid_mode"] = joined
        else:
            options |= {"ipc_mode": "shareable"}
        made = self.client.containers.run(image, command, detach=True, labels=LABELS, **options)
        made.reload()
        self.containers[member] = made
        return made

    def pid(self, member: str) -> int:
        """The node's PID of a member's first process."""
        return int(self.containers[member].attrs["State"]["Pid"])

    def watched(self) -> Watched:
        """What the node would look up about this pod."""
        return Watched(tuple(self._state(member) for member in self.containers), ())

    def _state(self, member: str) -> wire.MemberState:
        found = self.containers[member]
        return wire.MemberState(
            member=member, container_id=found.id or "", attempt=0, host_pid=self.pid(member), frozen=False, running=True
        )

    def sh(self, member: str, script: str) -> str:
        """What a shell in that member prints."""
        code, output = self.containers[member].exec_run(["bash", "-c", script])
        assert isinstance(output, bytes)
        assert code == 0, output
        return output.decode("utf-8", "replace")

    def spawn(self, member: str, script: str) -> None:
        """Runs a shell in that member and does not wait for it."""
        self.containers[member].exec_run(["bash", "-c", script], detach=True)

    def kill(self, member: str) -> None:
        """Kills a member without a new connection of this process to the engine."""
        subprocess.run(["docker", "kill", self.containers[member].id or ""], check=True, stdout=subprocess.DEVNULL)

    def remove(self) -> None:
        """Members first, as a pass does."""
        for found in reversed(self.containers.values()):
            found.remove(force=True)


@contextmanager
def test_pod(client: docker.DockerClient) -> Iterator[TestPod]:
    pod = TestPod(client)
    try:
        yield pod
    finally:
        pod.remove()


test_pod.__test__ = False  # type: ignore[attr-defined]


@contextmanager
def reader() -> Iterator[PodReader]:
    """A reader of one pod, with what it needs of the node."""
    node = Node(SOCKET)
    made = PodReader(node)
    try:
        yield made
    finally:
        made.close()
        node.close()


def once(pod: TestPod) -> Reading:
    """One full reading."""
    with reader() as made:
        return made.read(pod.watched(), fully=True)


def ps_lines(pod: TestPod, member: str) -> list[list[str]]:
    """What `ps -ef` prints inside a member, apart from itself and the header."""
    lines = pod.sh(member, "exec ps -ef").splitlines()[1:]
    return [row for line in lines if (row := line.split(None, 7))[7] != "ps -ef"]


def as_ps(process: wire.Process) -> list[str]:
    """The same columns of one of our rows."""
    shown = (process.user, process.pid, process.ppid, process.c, process.stime, process.tty, process.time, process.cmd)
    return [str(column) for column in shown]


def eventually(true: Callable[[], bool], what: str) -> None:
    """Waits until it is so; fails with `what` when it does not become so."""
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def open_descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))


def fifo(folder: Path) -> str:
    """A FIFO nobody writes to."""
    path = folder / "fifo"
    os.mkfifo(path)
    return str(path)
