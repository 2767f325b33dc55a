"""Hears of processes too short-lived for any reading, while a pod is watched: the kernel's events, in a thread.

Where they cannot be heard, it says why, and the readings go on without them.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from uuid import UUID

from sandboxes import wire
from sandboxes.host.cgroup import containers_named
from sandboxes.node.lives import Described, Lives
from sandboxes.node.readers.first import read_at
from sandboxes.node.readers.process_events import ProcessEvents, is_overflow
from sandboxes.node.readers.ps import command_column, parse_stat, parse_status
from sandboxes.passed_wire import Passed

log = logging.getLogger(__name__)

_AGAIN_AFTER = 30.0
_LONGEST_CMD = 512
_LONGEST_CGROUP = 8192


class Passing:
    """`cpu`: seconds that listening cost. Threads: the sampler's calls in, the events come in one of its own."""

    def __init__(self, open_events: Callable[[], ProcessEvents] = ProcessEvents) -> None:
        self.cpu = 0.0
        self._open = open_events
        self._lives = Lives(ProcNode())
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._problem = ""
        self._again = 0.0

    def follow(
        self, uid: UUID, targets: tuple[wire.MemberState, ...], rows: tuple[wire.Process, ...]
    ) -> tuple[tuple[Passed, ...], str]:
        """The pod was read: the processes that no reading of it caught, and why none can be heard of, or ""."""
        with self._lock:
            self._lives.follow(uid, targets, rows)
            if self._thread is None and time.monotonic() >= self._again:
                self._thread = threading.Thread(target=self._run, name="process events", daemon=True)
                self._thread.start()
            return self._lives.passed(uid), self._problem

    def forget(self, uid: UUID) -> None:
        """Nobody watches the pod. Once nobody watches any, nothing is listened to. Can be repeated."""
        with self._lock:
            self._lives.forget(uid)

    def _run(self) -> None:
        try:
            events = self._open()
        except OSError as exc:
            self._end(f"the kernel's process events: {os.strerror(exc.errno or 0)}")
            return
        self._problem = ""
        try:
            while self._hear(events):
                pass
        except OSError as exc:
            self._end(f"the kernel's process events: {os.strerror(exc.errno or 0)}")
        except Exception:  # the thread's top: a bug here takes no reading along
            log.exception("listening to process events broke")
            self._end("the kernel's process events cannot be read")
        finally:
            events.close()

    def _hear(self, events: ProcessEvents) -> bool:
        """One event more; False once nobody watches."""
        try:
            event = events.next()
        except OSError as exc:
            if not is_overflow(exc):
                raise
            event = None
        with self._lock:
            self.cpu = time.thread_time()
            if not self._lives:
                self._thread = None
                return False
            if event is not None:
                self._lives.hear(event)
        return True

    def _end(self, problem: str) -> None:
        log.warning("%s", problem)
        with self._lock:
            self._problem, self._thread, self._again = problem, None, time.monotonic() + _AGAIN_AFTER


class ProcNode:
    """`lives.Node` from the node's /proc."""

    def containers(self, pid: int) -> frozenset[str]:
        """Of /proc/<pid>/cgroup: all that is asked of a stranger's process, of which there may be many."""
        try:
            with open(f"/proc/{pid}/cgroup", "rb", buffering=0) as cgroup:
                return containers_named((cgroup.read(_LONGEST_CGROUP) or b"").decode("utf-8", "replace"))
        except OSError:
            return frozenset()

    def describe(self, pid: int) -> Described | None:
        """As the readings show it, its command line cut short."""
        try:
            folder = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            cmdline = read_at(folder, "cmdline", limit=_LONGEST_CMD)
            stat = parse_stat(read_at(folder, "stat"))
            pids = parse_status(read_at(folder, "status"))[1]
        except (OSError, ValueError):
            return None
        finally:
            os.close(folder)
        return Described(pids[-1], command_column(cmdline, comm=stat.comm, state=stat.state))
