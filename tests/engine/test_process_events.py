"""Processes that live for a millisecond, in real containers: none is missed, and nobody is asked while nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import UUID

import docker
import pytest

from sandboxes import wire
from sandboxes.node.passing import Passing
from sandboxes.node.readers.pod import PodReader
from sandboxes.passed_wire import Passed
from tests.engine.readers_pod import DEADLINE, PAUSE, TestPod, reader, test_pod

POD = UUID(int=1)


@pytest.fixture
def pod() -> Iterator[TestPod]:
    client = docker.from_env()
    with test_pod(client) as made:
        made.run("", PAUSE, hostname="example")
        made.run("web", command=["sleep", "1000"])
        yield made
    client.close()


class Watching:
    """Reads the pod as the sampler does, and keeps what a reading caught and what passed between two of them."""

    def __init__(self, pod: TestPod, read: PodReader) -> None:
        self.passing = Passing()
        self.caught: dict[int, wire.Process] = {}
        self.passed: dict[int, Passed] = {}
        self._pod, self._reader = pod, read

    def look(self) -> None:
        watched = self._pod.watched()
        rows = self._reader.read(watched, fully=False).processes
        told, problem = self.passing.follow(POD, watched.targets, rows)
        assert problem == ""
        self.caught |= {row.host_pid: row for row in rows}
        self.passed |= {each.host_pid: each for each in told}

    def until(self, count: int, is_meant: Callable[[Passed | wire.Process], bool]) -> list[Passed | wire.Process]:
        """Looks until so many of those that are meant were caught or passed."""
        deadline = time.monotonic() + DEADLINE
        while True:
            self.look()
            found = [each for each in (self.caught | self.passed).values() if is_meant(each)]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"{len(found)} of {count}"
            time.sleep(0.1)

    def close(self) -> None:
        self.passing.forget(POD)


@pytest.fixture
def watching(pod: TestPod) -> Iterator[Watching]:
    with reader() as read:
        made = Watching(pod, read)
        made.look()
        # Until the thread listens: what it hears of first.
        deadline = time.monotonic() + DEADLINE
        while not made.passed:
            pod.sh("web", "/bin/true")
            made.look()
            assert time.monotonic() < deadline
        yield made
        made.close()


# By what they end with, not by names: some end before their command line could be read, and are told all the same.
# Nothing else is forked meanwhile: `read` waits without a process.
FORTY_ONE = "exec 3<> <(exit 7); for each in $(seq 40); do (exit 7); read -t 0.02 -u 3; done"


def is_child(each: Passed | wire.Process) -> bool:
    """Of the shell that came from outside; a reading may catch one of them too, or what is left of it."""
    return each.exit_code == 7 if isinstance(each, Passed) else "bash" in each.cmd and each.ppid > 0


def test_none_of_a_members_short_lived_processes_is_missed(pod: TestPod, watching: Watching) -> None:
    pod.spawn("web", FORTY_ONE)
    found = watching.until(41, is_child)
    assert len(found) == 41 and {each.member for each in found} == {"web"}


def test_what_comes_in_by_docker_exec_and_ends_at_once_is_told(pod: TestPod, watching: Watching) -> None:
    pod.containers["web"].exec_run(["sleep", "0.011"])
    (found,) = watching.until(1, lambda each: each.cmd == "sleep 0.011")
    assert found.member == "web" and found.pid > 1


def test_one_that_a_signal_ended_says_which(pod: TestPod, watching: Watching) -> None:
    # More than one, as a reading may catch it just then: such a one has not passed unseen.
    pod.spawn("web", "for each in $(seq 20); do sleep 77 & kill -9 $!; wait; done")
    watching.until(1, lambda each: isinstance(each, Passed) and each.signal == "SIGKILL")
