"""What a person does to a member that runs: a signal to its first process, a freeze, a thaw."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from sandboxes.engine.port import Engine
from sandboxes.errors import Malformed
from sandboxes.world import Observed, ObservedContainer


class Act(StrEnum):
    SIGNAL = "signal"
    FREEZE = "freeze"
    THAW = "thaw"


class Acts:
    """`engine` is asked for at each use: it may not answer when watch starts."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    async def run(self, uid: UUID, member: str, act: str, *, name: str = "") -> int:
        """How many containers it was done to. `member` "" is every member, `name` the signal's.

        Raises Malformed for an unknown signal or a member that does not run.
        """
        return await asyncio.to_thread(self._run, uid, member, Act(act), name)

    def _run(self, uid: UUID, member: str, act: Act, name: str) -> int:
        engine = self._engine()
        seen = Observed(engine.observe(uid))
        living = [c for c in seen.containers if c.alive and not c.is_pause and member in ("", c.member)]
        if member and not living:
            raise Malformed(f'container not found ("{member}")')
        for container in living:
            _do(engine, container, act, name)
        return len(living)


def _do(engine: Engine, container: ObservedContainer, act: Act, name: str) -> None:
    if act is Act.SIGNAL:
        engine.signal(container.id, signal_name(name))
    else:
        engine.freeze(container.id, frozen=act is Act.FREEZE)


def signal_name(given: str) -> str:
    """As signal(7) names it, from a name with or without SIG, or a number. Raises Malformed."""
    text = given.strip().upper()
    try:
        found = signal.Signals(int(text)) if text.isdecimal() else signal.Signals[f"SIG{text.removeprefix('SIG')}"]
    except (ValueError, KeyError) as exc:
        raise Malformed(f"{given!r} is no signal: a name like TERM or a number from 1 to 31") from exc
    return found.name
