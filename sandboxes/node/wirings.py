"""A pod's neighbours and the firewall rules that its packets meet: read when asked, beside the live samples."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandboxes import wiring_wire as wire
from sandboxes.calls import Verb
from sandboxes.engine.naming import bridge_name, table_name
from sandboxes.errors import PlaygroundError
from sandboxes.node.door import Door
from sandboxes.node.readers.cgroups import mounted_hierarchies
from sandboxes.node.readers.firewall import listed, parse_tables
from sandboxes.node.readers.first import First
from sandboxes.node.readers.netlink import RouteSocket
from sandboxes.node.readers.visit import inside
from sandboxes.node.sampler import Watched
from sandboxes.times import exact

# All who look at one pod share a reading for so long, also one that is still being made.
FRESH = 5.0


class Wirings:
    """`look` says which containers a pod has; asked for at each reading."""

    def __init__(self, install: str, look: Callable[[UUID], Watched]) -> None:
        self._install, self._look = install, look
        self._readings: dict[UUID, tuple[float, asyncio.Task[str]]] = {}

    async def text(self, uid: UUID) -> str:
        """A Wiring as JSON. Raises EngineError when the pod cannot be looked at."""
        now = time.monotonic()
        self._readings = {key: kept for key, kept in self._readings.items() if now - kept[0] < FRESH}
        if uid not in self._readings:
            self._readings[uid] = now, asyncio.create_task(asyncio.to_thread(self._read, uid))
        # Shielded: who leaves must not take the reading from the others.
        return await asyncio.shield(self._readings[uid][1])

    def _read(self, uid: UUID) -> str:
        problems: list[str] = []
        tables = self._of_node(problems)
        neighbours: tuple[wire.Neighbour, ...] = ()
        running = [target for target in self._look(uid).targets if target.running and target.host_pid > 0]
        if running:
            try:
                first = First(running[0], mounted_hierarchies())
                try:
                    neighbours = inside(first.folder, "net", _neighbours)
                    tables += parse_tables(inside(first.folder, "net", lambda: listed("ruleset")) or "", "pod")
                finally:
                    first.close()
            except (PlaygroundError, OSError) as exc:
                problems.append(f"the pod's own namespace: {exc}")
        at = exact(datetime.now(UTC))
        found = wire.Wiring(at=at, neighbours=neighbours, tables=tables, problems=tuple(problems))
        return found.model_dump_json(by_alias=True)

    def _of_node(self, problems: list[str]) -> tuple[wire.Table, ...]:
        bridge, name = bridge_name(self._install), table_name(self._install)
        found: tuple[wire.Table, ...] = ()
        for family in ("inet", "bridge"):
            try:
                text = listed(f"table {family} {name}")
            except PlaygroundError as exc:
                problems.append(str(exc))
                continue
            found += parse_tables(text or "", "node", lambda said: "the pods' bridge" if said == bridge else said)
            if text is None and family == "inet":
                problems.append("the node has no table of rules for pods")
        return found


def _neighbours() -> tuple[wire.Neighbour, ...]:
    asked = RouteSocket()
    try:
        names = {link.index: link.name for link in asked.links()}
        return tuple(
            wire.Neighbour(
                family=each.family,
                address=each.address,
                mac=each.mac,
                interface=names.get(each.index, ""),
                state=each.state,
            )
            for each in asked.neighbours()
        )
    finally:
        asked.close()


class WiringApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, wirings: Wirings) -> None:
        self._door, self._wirings = door, wirings
        self.routes: Sequence[BaseRoute] = (Route("/wiring", self._wiring),)

    async def _wiring(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.WIRING)
        return Response(await self._wirings.text(call.uid), media_type="application/json")
