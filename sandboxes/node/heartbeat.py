"""This node's row: alive every 5 s, ready only while the engine answers and the network canary passes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes.engine.port import Engine
from sandboxes.errors import PlaygroundError
from sandboxes.models import Node

log = logging.getLogger(__name__)
EVERY = 5.0
CANARY = 60.0


class NodeNetwork(Protocol):
    """What is asked of the node's bridge and firewall."""

    def ensure(self) -> None: ...

    def check(self) -> list[str]: ...


@dataclass(frozen=True)
class Size:
    """What the machine has, and what its pods may have together (0: any amount, but of pods none). Counts, milli-CPUs,
    bytes."""

    cpu: int
    memory: int
    max_pods: int
    max_cpu: int = 0
    max_memory: int = 0


class Heartbeat:
    """`reasons` says what is wrong, per part; empty is ready. Engine and network are asked for at each use: they need
    an engine that answers, and it may not when watch starts."""

    def __init__(
        self, node: str, size: Size, *, engine: Callable[[], Engine], network: Callable[[], NodeNetwork]
    ) -> None:
        self._node = node
        self._size = size
        self._engine = engine
        self._network = network
        self._version = ""
        self.reasons = {"engine": "the engine was not asked yet", "network": "the network was not checked yet"}
        self._changed = asyncio.Event()

    async def ask_engine(self) -> None:
        """Every 5 s, until cancelled."""
        while True:
            try:
                self._version = await asyncio.to_thread(lambda: self._engine().ping())
                self._say("engine", "")
            except PlaygroundError as exc:
                self._say("engine", str(exc))
            await asyncio.sleep(EVERY)

    async def check_network(self) -> None:
        """Made and checked at start and every minute, every 5 s while something is wrong; until cancelled."""
        while True:
            self._say("network", await asyncio.to_thread(self._network_problem))
            await asyncio.sleep(EVERY if self.reasons["network"] else CANARY)

    async def beat(self) -> None:
        """The row, every 5 s and when a reason changes; until cancelled."""
        while True:
            self._changed.clear()
            reason = "; ".join(told for told in self.reasons.values() if told)
            await database_sync_to_async(self._write)(reason)
            try:
                await asyncio.wait_for(self._changed.wait(), EVERY)
            except TimeoutError:
                continue

    def _network_problem(self) -> str:
        try:
            network = self._network()
            network.ensure()
            return "; ".join(network.check())
        except PlaygroundError as exc:
            return str(exc)

    def _say(self, part: str, reason: str) -> None:
        if self.reasons[part] != reason:
            log.log(logging.WARNING if reason else logging.INFO, "%s: %s", part, reason or "good")
            self.reasons[part] = reason
            self._changed.set()

    def _write(self, reason: str) -> None:
        Node.objects.update_or_create(
            name=self._node,
            defaults={
                "ready": not reason,
                "reason": reason,
                "engine": self._version,
                "seen_at": timezone.now(),
                **asdict(self._size),
            },
        )
