"""Samples every watched pod in one thread and hands the frames to whoever watches. Nobody watches: no sample is taken.

A sample is whole, serialised once, and sent when it differs from the last one. The thread knows no Django and asks
Docker nothing; of its socket it asks the kernel who listens there. Which containers a pod has is looked up in other
threads, so that an engine that does not answer stops no other pod.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sandboxes import wire
from sandboxes.engine.connect import socket_path
from sandboxes.errors import NodeUnavailable, PlaygroundError
from sandboxes.node.passing import Passing
from sandboxes.node.readers.node import Node
from sandboxes.node.readers.pod import PodReader, Reading, Watched, nothing_runs
from sandboxes.node.recorder import Recorder
from sandboxes.node.slot import Frame, Slot
from sandboxes.node.watching import Reader, Watch
from sandboxes.times import exact

__all__ = ["Sampler", "Watched", "period"]

log = logging.getLogger(__name__)

_FULLY_EVERY = 1.0
_STILL_EVERY = 1.0
_LOOK_EVERY = 5.0  # the net below `poke`
_LOOK_SOON = 1.0  # while nothing runs, or the last look failed
_LOOK_AGAIN = 0.2  # a container said to run does not
_REST = 9  # times what a sample took, before the next one of the same pod: one tenth of the time at most
_LOOKERS = 4


def period(pods: int) -> float:
    """Seconds between two samples of a pod when so many are watched: 10 a second up to 20, down to 4 at 100."""
    crowd = min(max(pods - 20, 0), 80)
    return 1 / (10 - 6 * crowd / 80)


class Sampler:
    """The live readings of this node's pods. `samples` counts those taken, `cpu` the seconds they cost its thread."""

    def __init__(
        self,
        look: Callable[[UUID], Watched],
        *,
        pulls: Callable[[UUID], tuple[wire.PullView, ...]] = lambda _: (),
        open_reader: Callable[[], Reader] | None = None,
        recorder: Recorder | None = None,
        passing: Passing | None = None,
    ) -> None:
        self.samples = 0
        self.cpu = 0.0
        self._look = look
        self._pulls = pulls
        self._recorder = recorder
        self._passing = passing
        self._node: Node | None = None
        self._open_reader = open_reader or self._open_pod_reader
        self._watches: dict[UUID, Watch] = {}
        self._left: list[Watch] = []
        # From the clock, in milliseconds: a page that stays open sees them grow across a restart of watch too.
        self._revs = itertools.count(time.time_ns() // 1_000_000)
        self._changed = threading.Condition()
        self._closed = False
        self._lookers = ThreadPoolExecutor(_LOOKERS, thread_name_prefix="look")
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    async def stream(self, uid: UUID) -> AsyncGenerator[str, None]:
        """The pod's frames, the newest at once, until the caller closes it: it is watched exactly that long."""
        with self._joined(uid) as (_, slot):
            while True:
                yield (await slot.take()).text

    async def once(self, uid: UUID) -> str:
        """One sample, of a pod of which nothing runs too. Raises NodeUnavailable when it cannot be looked at."""
        with self._joined(uid) as (watch, slot):
            while True:
                frame = await slot.take()
                if frame.kind == "sample":
                    return frame.text
                if frame.state == "unavailable":
                    raise NodeUnavailable(frame.reason)
                if frame.state == "waiting" and watch.watched is not None:
                    return _sample_text(nothing_runs(watch.watched), rev=next(self._revs))

    def poke(self, uid: UUID) -> None:
        """Something happened to the pod: look again, and sample at once if it is watched. From any thread."""
        with self._changed:
            if watch := self._watches.get(uid):
                watch.due = watch.look_due = 0.0
                self._changed.notify()

    def close(self) -> None:
        """Ends the thread and lets go of every pod. Streams stay open and tell nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._lookers.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _joined(self, uid: UUID) -> Iterator[tuple[Watch, Slot]]:
        slot = Slot()
        with self._changed:
            watch = self._watches.setdefault(uid, Watch(uid))
            watch.slots.add(slot)
            for frame in watch.current():
                slot.offer(frame)
            self._changed.notify()
        try:
            yield watch, slot
        finally:
            with self._changed:
                watch.slots.discard(slot)
                if not watch.slots:
                    del self._watches[uid]
                    self._left.append(watch)
                    if self._recorder is not None:
                        self._recorder.left(uid)
                self._changed.notify()

    def _run(self) -> None:
        while (watch := self._next()) is not None:
            began = time.thread_time()
            try:
                self._visit(watch)
            except Exception:  # the top of the loop: a bug in one pod's reading stops no other pod
                log.exception("sampling failed", extra={"uid": str(watch.uid)})
                self._give_up(watch, "the pod cannot be read")
            took = time.thread_time() - began
            self.cpu += took
            watch.earliest = time.monotonic() + took * _REST
        self._release_all()

    def _next(self) -> Watch | None:
        """The watch whose turn it is, waited for; None at the end. Its next turn is set before it is read."""
        with self._changed:
            while not self._closed:
                while self._left:
                    self._let_go(self._left.pop())
                now = time.monotonic()
                watch = min(self._watches.values(), key=Watch.turn, default=None)
                if watch is not None and watch.turn() <= now:
                    watch.due = now + period(len(self._watches))
                    return watch
                self._changed.wait(watch.turn() - now if watch is not None else None)
        return None

    def _visit(self, watch: Watch) -> None:
        now = time.monotonic()
        if now >= watch.look_due and not watch.looking:
            self._look_at(watch, now)
        if watch.watched is None:
            if watch.look_problem:
                self._tell(watch, "unavailable", watch.look_problem)
        elif not watch.runs():
            watch.release()
            self._tell(watch, "waiting", watch.look_problem)
        else:
            self._sample(watch, watch.watched, now)

    def _look_at(self, watch: Watch, now: float) -> None:
        with self._changed:
            watch.looking = True
            watch.look_due = now + (_LOOK_EVERY if watch.runs() else _LOOK_SOON)
        try:
            self._lookers.submit(self._look, watch.uid).add_done_callback(lambda done: self._looked(watch, done))
        except RuntimeError:  # closing
            watch.looking = False

    def _looked(self, watch: Watch, done: Future[Watched]) -> None:
        """In a looker's thread: what it found is used in the pod's next turn, which is now."""
        with self._changed:
            watch.looking = False
            watch.due = 0.0
            if done.cancelled():
                return
            problem = done.exception()
            if problem is None:
                watch.fully_due = 0.0 if done.result() != watch.watched else watch.fully_due
                watch.watched, watch.look_problem = done.result(), ""
            else:
                watch.look_problem = str(problem) or type(problem).__name__
                watch.look_due = time.monotonic() + _LOOK_SOON
                if not isinstance(problem, PlaygroundError):
                    log.error("looking failed", exc_info=problem, extra={"uid": str(watch.uid)})
            self._changed.notify()

    def _sample(self, watch: Watch, watched: Watched, now: float) -> None:
        fully = now >= watch.fully_due
        if fully:
            watch.fully_due = now + _FULLY_EVERY
        if watch.reader is None:
            watch.reader = self._open_reader()
        reading = replace(watch.reader.read(watched, fully=fully), pulls=self._pulls(watch.uid))
        if self._passing is not None:
            passed, problem = self._passing.follow(watch.uid, watched.targets, reading.processes)
            reading = replace(reading, passed=passed, passed_problem=problem)
        self.samples += 1
        if reading.lost:
            watch.look_due = min(watch.look_due, now + _LOOK_AGAIN)
        self._tell(watch, "live", watch.look_problem)
        if reading != watch.reading:
            watch.reading, watch.rev = reading, next(self._revs)
            self._publish(watch, Frame("sample", _sample_text(reading, rev=watch.rev)), now)
        elif now >= watch.still_due:
            self._publish(
                watch,
                Frame("still", wire.Still(rev=watch.rev, at=exact(datetime.now(UTC))).model_dump_json(by_alias=True)),
                now,
            )

    def _tell(self, watch: Watch, state: Literal["live", "waiting", "unavailable"], reason: str) -> None:
        if watch.stream is None or (watch.stream.state, watch.stream.reason) != (state, reason):
            text = wire.Stream(state=state, reason=reason).model_dump_json(by_alias=True)
            self._publish(watch, Frame("stream", text, state, reason), time.monotonic())

    def _publish(self, watch: Watch, frame: Frame, now: float) -> None:
        with self._changed:
            watch.still_due = now + _STILL_EVERY
            watch.keep(frame)
            for slot in watch.slots:
                slot.offer(frame)
            # Here, and with `left` under the same lock: what is told after the last watcher left is told to nobody.
            if self._recorder is not None and watch.slots:
                self._recorder.frame(watch.uid, frame)

    def _give_up(self, watch: Watch, reason: str) -> None:
        self._let_go(watch)
        self._tell(watch, "unavailable", reason)
        with self._changed:
            watch.due = time.monotonic() + _LOOK_SOON

    def _open_pod_reader(self) -> Reader:
        if self._node is None:
            self._node = Node(socket_path())
        return PodReader(self._node)

    def _release_all(self) -> None:
        with self._changed:
            for watch in (*self._watches.values(), *self._left):
                self._let_go(watch)
        if self._node is not None:
            self._node.close()

    def _let_go(self, watch: Watch) -> None:
        """Releases it where nothing else would hear of a failure: one there would end the thread of all pods."""
        if self._passing is not None:
            self._passing.forget(watch.uid)
        try:
            watch.release()
        except Exception:
            log.exception("letting go failed", extra={"uid": str(watch.uid)})


def _sample_text(reading: Reading, *, rev: int) -> str:
    return wire.Sample(
        rev=rev,
        at=exact(datetime.now(UTC)),
        members=reading.members,
        processes=reading.processes,
        processes_truncated=reading.processes_truncated,
        passed=reading.passed,
        passed_problem=reading.passed_problem,
        hostnames=reading.hostnames,
        network=reading.network,
        namespaces=reading.namespaces,
        pulls=reading.pulls,
        problems=reading.problems,
    ).model_dump_json(by_alias=True)
