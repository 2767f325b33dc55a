"""Processes that come and go between two readings, from the kernel's words to what is told of them."""

from __future__ import annotations

import errno
import struct
import threading
import time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes import wire
from sandboxes.host.cgroup import containers_named
from sandboxes.node.lives import KEPT, Described, Lives
from sandboxes.node.passing import Passing
from sandboxes.node.readers.process_events import Event, Executed, Exited, Forked, ProcessEvents, parse_event

POD, OTHER = UUID(int=1), UUID(int=2)
CONTAINER = "c" * 64
MS = 1_000_000
FORK, EXEC, UID, EXIT = 0x1, 0x2, 0x4, 0x80000000


def target(container: str = CONTAINER, member: str = "web") -> wire.MemberState:
    return wire.MemberState(member=member, container_id=container, attempt=0, host_pid=100, running=True, frozen=False)


def row(host_pid: int, cmd: str = "sh", member: str = "web") -> wire.Process:
    return wire.Process(
        member=member,
        host_pid=host_pid,
        host_ppid=1,
        ns_pids=(host_pid, 1),
        pid=1,
        ppid=0,
        uid=0,
        user="root",
        c=0,
        stime="",
        started="",
        tty="?",
        time="",
        cmd=cmd,
        state="S",
        threads=1,
        cpu=0,
        rss=0,
        reaper=host_pid,
    )


class Machine:
    """What runs and in which container, by the node's PID, and a clock that stands still."""

    def __init__(self) -> None:
        self.runs: dict[int, Described] = {}
        self.within: dict[int, str] = {}
        self.now = 1000 * MS
        self.lives = Lives(self, monotonic=lambda: self.now, wall=lambda: 1_700_000_000.0)

    def containers(self, pid: int) -> frozenset[str]:
        return frozenset({self.within[pid]} if pid in self.within else ())

    def describe(self, pid: int) -> Described | None:
        return self.runs.get(pid)

    def hear(self, *events: Event) -> None:
        for event in events:
            self.lives.hear(event)

    def told(self, uid: UUID = POD) -> list[tuple[Any, ...]]:
        return [(p.member, p.host_pid, p.pid, p.cmd, p.lived, p.exit_code, p.signal) for p in self.lives.passed(uid)]


@pytest.fixture
def machine() -> Machine:
    made = Machine()
    made.lives.follow(POD, [target()], (row(100),))
    return made


def datagram(what: int, *words: int, at: int = 7) -> bytes:
    return bytes(36) + struct.pack("=IIQ", what, 0, at) + struct.pack("=6I", *words, *[0] * (6 - len(words)))


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (datagram(FORK, 10, 9, 20, 20), Forked(9, 20, 7)),
        (datagram(FORK, 10, 9, 20, 9), None),
        (datagram(EXEC, 20, 20), Executed(20, 7)),
        (datagram(EXIT, 20, 20, 256, 17), Exited(20, 256, 7)),
        (datagram(EXIT, 21, 20, 0, 17), None),
        (datagram(UID, 20, 20, 0, 0), None),
        (datagram(FORK, 10, 9, 20, 20)[:60], None),
        (b"", None),
    ],
)
def test_a_datagram_tells_of_processes_and_not_of_threads(told: bytes, event: Event | None) -> None:
    assert parse_event(told) == event


@given(st.binary(max_size=90))
def test_no_datagram_breaks_the_reader(told: bytes) -> None:
    event = parse_event(told)
    assert event is None or event.pid >= 0


def test_a_child_that_no_reading_caught_is_told_with_what_it_ran_and_how_it_ended(machine: Machine) -> None:
    machine.runs[200] = Described(7, "sleep 0.01")
    machine.hear(Forked(100, 200, 900 * MS), Executed(200, 901 * MS), Exited(200, 3 << 8, 912 * MS))
    assert machine.told() == [("web", 200, 7, "sleep 0.01", 12, 3, "")]
    assert machine.lives.passed(POD)[0].started == "2023-11-14T22:13:19.900Z"


def test_one_that_only_forked_ran_what_its_parent_runs_and_a_signal_has_its_name(machine: Machine) -> None:
    machine.hear(Forked(100, 200, 900 * MS), Forked(200, 201, 901 * MS), Exited(201, 9, 902 * MS))
    assert machine.told() == [("web", 201, 0, "sh", 1, 0, "SIGKILL")]


def test_one_that_comes_in_from_outside_is_known_by_its_cgroup(machine: Machine) -> None:
    machine.runs[300] = machine.runs[301] = Described(9, "true")
    machine.within |= {300: CONTAINER, 301: "d" * 64}
    machine.hear(Executed(300, 900 * MS), Executed(301, 900 * MS))
    machine.hear(Exited(300, 0, 901 * MS), Exited(301, 0, 901 * MS))
    assert machine.told() == [("web", 300, 9, "true", 1, 0, "")]


def test_one_that_a_reading_caught_is_not_told_also_when_its_end_is_heard_first(machine: Machine) -> None:
    machine.hear(Forked(100, 200, 900 * MS), Forked(100, 201, 900 * MS))
    machine.lives.follow(POD, [target()], (row(100), row(200)))
    machine.hear(Exited(200, 0, 950 * MS), Exited(201, 0, 950 * MS))
    assert [told[1] for told in machine.told()] == [201]
    machine.lives.follow(POD, [target()], (row(100), row(201)))
    assert machine.told() == []


def test_another_pods_and_strangers_processes_are_not_this_pods(machine: Machine) -> None:
    machine.lives.follow(OTHER, [target("e" * 64, "db")], (row(500, member="db"),))
    machine.hear(Forked(500, 501, 900 * MS), Exited(501, 0, 901 * MS), Forked(7, 8, 900 * MS), Exited(8, 0, 901 * MS))
    assert machine.told() == [] and [told[:2] for told in machine.told(OTHER)] == [("db", 501)]


def test_a_pid_that_is_used_again_elsewhere_is_no_longer_the_pods(machine: Machine) -> None:
    machine.hear(Forked(100, 200, 900 * MS), Forked(7, 200, 950 * MS), Exited(200, 0, 951 * MS))
    assert machine.told() == []


def test_only_the_last_ones_are_kept(machine: Machine) -> None:
    for pid in range(200, 300):
        machine.hear(Forked(100, pid, 900 * MS), Exited(pid, 0, 901 * MS))
    assert [told[1] for told in machine.told()] == list(range(300 - KEPT, 300))


def test_what_nobody_watches_is_forgotten(machine: Machine) -> None:
    machine.hear(Forked(100, 200, 900 * MS))
    machine.lives.forget(POD)
    machine.lives.forget(POD)
    machine.hear(Exited(200, 0, 901 * MS))
    assert not machine.lives and machine.told() == []


def test_one_whose_end_was_lost_is_dropped_and_does_not_pile_up(machine: Machine) -> None:
    machine.hear(Forked(100, 200, 900 * MS))
    machine.now += 6000 * MS
    machine.lives.follow(POD, [target()], (row(100, "sh -c other"),))
    machine.hear(Exited(200, 0, machine.now))
    assert machine.told() == []


@given(
    st.lists(
        st.one_of(
            st.builds(Forked, st.integers(98, 106), st.integers(98, 106), st.just(900 * MS)),
            st.builds(Executed, st.integers(98, 106), st.just(901 * MS)),
            st.builds(Exited, st.integers(98, 106), st.integers(0, 0xFFFF), st.just(902 * MS)),
        ),
        max_size=60,
    )
)
def test_whatever_is_told_there_are_at_most_so_many_and_all_are_of_a_member(events: list[Event]) -> None:
    machine = Machine()
    machine.lives.follow(POD, [target()], (row(100),))
    machine.hear(*events)
    assert len(machine.told()) <= KEPT and {told[0] for told in machine.told()} <= {"web"}


def test_a_cgroup_names_containers_by_their_whole_id_whatever_the_driver() -> None:
    text = f"12:pids:/docker/{CONTAINER}\n1:name=systemd:/system.slice/docker-{CONTAINER}.scope/child\n0::/\n"
    assert containers_named(text) == {CONTAINER}
    assert containers_named("0::/user.slice/" + "c" * 65) == frozenset()


class Told(ProcessEvents):
    """Events out of a list; OSErrors in it are raised."""

    def __init__(self, *told: Event | OSError) -> None:
        self.told, self.closed = list(told), threading.Event()

    def next(self) -> Event | None:
        if not self.told:
            time.sleep(0.001)
            return None
        event = self.told.pop(0)
        if isinstance(event, OSError):
            raise event
        return event

    def close(self) -> None:
        self.closed.set()


def until(passing: Passing, holds: Any) -> None:
    deadline = time.monotonic() + 30
    while not holds(passing.follow(POD, (target(),), (row(100),))):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_events_are_listened_to_only_while_a_pod_is_watched_and_lost_ones_end_nothing() -> None:
    events = Told(OSError(errno.ENOBUFS, "lost"), Forked(100, 200, 900 * MS), Exited(200, 0, 901 * MS))
    passing = Passing(lambda: events)
    until(passing, lambda told: told[0] and told[0][0].host_pid == 200 and told[1] == "")
    assert not events.closed.is_set()
    passing.forget(POD)
    assert events.closed.wait(30)


def test_where_the_kernel_refuses_the_reason_is_told_and_it_is_not_asked_again_at_each_reading() -> None:
    asked = []

    def refuse() -> ProcessEvents:
        asked.append(1)
        raise OSError(errno.EPERM, "no")

    passing = Passing(refuse)
    until(passing, lambda told: told == ((), "the kernel's process events: Operation not permitted"))
    for _ in range(20):
        passing.follow(POD, (target(),), (row(100),))
    assert len(asked) == 1
