"""A pod without rows: observe, plan, act and remember on the fakes, with a clock that jumps to the next look.

A crash loses what was not kept yet, as a killed worker does: the memory of the actions of that look.
"""

from __future__ import annotations

import uuid
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandboxes.act import Hands, Tools, act
from sandboxes.actions import Forget
from sandboxes.engine.fake import FakeEngine
from sandboxes.engine.faults import Crash, Faults
from sandboxes.engine.naming import Identity
from sandboxes.host.fake import FakeHost
from sandboxes.outcome import Done, Source, told
from sandboxes.plan import Intent, Look, plan
from sandboxes.policy import BASELINE
from sandboxes.spec.facts import Facts
from sandboxes.spec.models import Pod
from sandboxes.world import Desired, Fact, Memory, Observed, RunState

from .worlds import BACK_OFF, FILES, HASH, IMAGES, NOW, PAUSE_IMAGE, pod

UID = uuid.UUID("6a1f0000-0000-4000-8000-000000000001")
FACTS = Facts(pod(), "ada", str(UID), "n1", "127.0.0.1")


class Inline(Executor):
    """Runs a call when it is submitted: the n-th call of a pass is the same one each time."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass
class Simulation:
    """One pod on one fake node."""

    desired: Desired = Desired.RUNNING
    grace: int = 30
    faults: Faults = field(default_factory=Faults)
    memory: Memory = field(default_factory=Memory)
    now: datetime = NOW
    finished: bool = False
    pod: Pod = field(default_factory=pod)
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        self.engine = FakeEngine(self.faults)
        self.engine.on_node = dict(IMAGES)
        self.host = FakeHost(self.faults)
        self.tools = Tools(self.engine, self.host, "test", "n1", "127.0.0.1", Inline(), lambda: self.now)

    def has(self, member: str, state: RunState, *, attempt: int = 0, pause_attempt: int = 0, of: str = HASH) -> None:
        """A container that was there before the first look."""
        joined = "" if member == "" else self.pause_id(pause_attempt)
        identity = Identity("test", UID, "demo", member, attempt, pause_attempt)
        self.engine.put(identity, state, pause_id=joined, spec_hash=of)

    def pause_id(self, attempt: int) -> str:
        pauses = [k for k, c in self.engine.containers.items() if c.identity.is_pause and c.identity.attempt == attempt]
        return pauses[0] if pauses else "a-pause-that-is-gone"

    def look(self) -> bool:
        """One look and what follows; True when there was nothing to do."""
        intent = Intent(self.pod, HASH, self.desired, self.grace, PAUSE_IMAGE, files=FILES)
        files = FILES if self.host.files(UID) else ""
        observed = Observed(self.engine.observe(UID), self.engine.images(list(IMAGES)), files)
        planned = plan(Look(intent, observed, self.facts, self.memory, self.now, BACK_OFF))
        self.memory = planned.memory
        if not planned.stages:
            waits = planned.look_at is not None and planned.look_at < self.now + timedelta(seconds=60)
            self.now = planned.look_at if waits and planned.look_at else self.now
            return not waits
        self._act(planned.stages, Hands(self.tools, UID, intent, BASELINE, observed, FACTS))
        return self.finished

    def _act(self, stages: Any, hands: Hands) -> None:
        memory = self.memory
        done: list[Done] = []
        complete = act(stages, hands, before=lambda: None, after=done.append)
        for each in done:
            memory = told(memory, each, source=Source(), back_off=BACK_OFF).memory
        self.memory = memory
        self.finished = complete and any(isinstance(a, Forget) for stage in stages for a in stage)

    def settle(self, most: int = 12) -> int:
        """Look until nothing is left to do; how many looks acted. A crash ends a look, the next one goes on."""
        for acted in range(most):
            try:
                if self.look():
                    return acted + (1 if self.finished else 0)
            except Crash:
                continue
        raise AssertionError(f"not settled after {most} looks: {self.engine.containers}")

    def newest(self) -> dict[str, RunState]:
        """member → the state of its newest attempt."""
        kept = sorted(self.engine.containers.values(), key=lambda kept: kept.identity.attempt)
        return {each.identity.member: each.seen.state for each in kept}

    def shape(self) -> dict[str, list[RunState]]:
        """member → the states of its containers ("" is pause)."""
        found: dict[str, list[RunState]] = {}
        for kept in self.engine.containers.values():
            found.setdefault(kept.identity.member, []).append(kept.seen.state)
        return found

    def on_present_pause(self) -> bool:
        """Every member stands in the namespaces of the one pause there is."""
        pauses = {key for key, kept in self.engine.containers.items() if kept.identity.is_pause}
        living = (kept for kept in self.engine.containers.values() if kept.seen.alive)
        return {kept.pause_id for kept in living if kept.pause_id} <= pauses
