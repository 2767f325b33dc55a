"""What a pod's containers may use, have used, may do, see mounted and were started with: one reading, when asked.

Read from the kernel beside the live samples, which would carry it ten times a second for nobody.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.db import close_old_connections
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandboxes import inspection_wire as wire
from sandboxes.calls import Verb
from sandboxes.members import members_of
from sandboxes.models import Pod
from sandboxes.node.door import Door
from sandboxes.node.readers.cgroups import Hierarchy, controller_folders, mounted_hierarchies
from sandboxes.node.readers.first import First, Vanished, read_at
from sandboxes.node.readers.limits import read_limits
from sandboxes.node.readers.mounts import parse_mounts
from sandboxes.node.readers.rights import rights
from sandboxes.node.sampler import Watched
from sandboxes.plan import PAUSE
from sandboxes.sources import sources_of
from sandboxes.spec import decode
from sandboxes.spec.hidden import hidden_variables
from sandboxes.times import exact
from sandboxes.visible import visible
from sandboxes.wire import MemberState

# Of the environment; a process may write there what it likes.
MOST_VARIABLES, LONGEST_VALUE, MOST_BYTES = 500, 4096, 1 << 16
# Several who look at one pod are answered by one reading.
FRESH = 0.4
Part = TypeVar("Part")


class Inspections:
    """`look` says which containers a pod has; asked for at each reading."""

    def __init__(self, look: Callable[[UUID], Watched]) -> None:
        self._look = look
        self._last: dict[UUID, tuple[float, str]] = {}

    async def text(self, uid: UUID) -> str:
        """An Inspection as JSON. Raises EngineError when the pod cannot be looked at."""
        at, text = self._last.get(uid, (0.0, ""))
        if time.monotonic() - at > FRESH:
            text = await asyncio.to_thread(self._read, uid)
            now = time.monotonic()
            self._last = {key: value for key, value in self._last.items() if now - value[0] < FRESH}
            self._last[uid] = now, text
        return text

    def _read(self, uid: UUID) -> str:
        running = [target for target in self._look(uid).targets if target.running and target.host_pid > 0]
        hidden = _hidden(uid)
        found = wire.Inspection(
            at=exact(datetime.now(UTC)),
            monotonic=time.monotonic_ns() // 1000,
            members=tuple(inspect(target, hidden.get(target.member)) for target in running),
        )
        return found.model_dump_json(by_alias=True)


def inspect(target: MemberState, hidden: frozenset[str] | None) -> wire.Inspected:
    """One container. `hidden` are names of variables whose values are not told, None for all of them."""
    told = wire.Inspected(
        member=target.member,
        attempt=target.attempt,
        host_pid=target.host_pid,
        limits=None,
        usage=None,
        rights=None,
        mounts=(),
        environment=(),
        problems=(),
    )
    hierarchies = mounted_hierarchies()
    try:
        first = First(target, hierarchies)
    except Vanished as exc:
        return told.model_copy(update={"problems": (str(exc) or "its first process is gone",)})
    try:
        return told.model_copy(update=_parts(first, hierarchies, hidden))
    finally:
        first.close()


def _parts(first: First, hierarchies: tuple[Hierarchy, ...], hidden: frozenset[str] | None) -> dict[str, object]:
    problems: list[str] = []

    def part(what: str, read: Callable[[], Part]) -> Part | None:
        try:
            return read()
        except (OSError, ValueError) as exc:
            why = os.strerror(exc.errno) if isinstance(exc, OSError) and exc.errno else str(exc)
            problems.append(f"{what}: {why}")
            return None

    def text(name: str) -> str:
        return read_at(first.folder, name).decode(errors="replace")

    folders = part("cgroup", lambda: controller_folders(text("cgroup"), first.container_id, hierarchies))
    limits, usage = read_limits(folders) if folders else (None, None)
    return {
        "limits": limits,
        "usage": usage,
        "rights": part("rights", lambda: rights(text("status"), text("uid_map"), text("gid_map"))),
        "mounts": part("mounts", lambda: parse_mounts(_long(first, "mountinfo"))) or (),
        "environment": part("environment", lambda: environment(_long(first, "environ"), hidden)) or (),
        "problems": tuple(problems),
    }


def _long(first: First, name: str) -> bytes:
    """More than one page of a file of /proc."""
    fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=first.folder)
    with open(fd, "rb") as file:
        return file.read(MOST_BYTES)


def environment(raw: bytes, hidden: frozenset[str] | None) -> tuple[wire.Variable, ...]:
    """The variables of /proc/<pid>/environ, as they stand there, by name; at most 500."""
    found = []
    for entry in raw.split(b"\0")[:MOST_VARIABLES]:
        name, equals, value = entry.partition(b"=")
        if equals:
            shown = None if hidden is None or name.decode(errors="replace") in hidden else visible(value)
            found.append(wire.Variable(name=visible(name), value=shown and shown[:LONGEST_VALUE]))
    return tuple(sorted(found, key=lambda variable: variable.name))


def _hidden(uid: UUID) -> Mapping[str, frozenset[str]]:
    """By member, the variables that a Secret holds. Of who is not there nothing is told: a pod whose row is gone."""
    close_old_connections()
    try:
        row = Pod.objects.select_related("namespace").filter(uid=uid).first()
        if row is None:
            return {}
        pod = decode(row.manifest)
        secrets = {name: frozenset(data) for name, data in sources_of(pod, row.namespace).secrets.items()}
        members = {member.name: hidden_variables(member.spec, secrets) for member in members_of(pod)}
        return {PAUSE: frozenset()} | members
    finally:
        close_old_connections()


class InspectionApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, inspections: Inspections) -> None:
        self._door, self._inspections = door, inspections
        self.routes: Sequence[BaseRoute] = (Route("/inspect", self._inspect),)

    async def _inspect(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.INSPECT)
        return Response(await self._inspections.text(call.uid), media_type="application/json")
