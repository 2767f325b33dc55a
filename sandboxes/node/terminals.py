"""The shells of this node: opened, found again, listed, named, ended.

One that nobody is attached to lives for a while, so that a reload, a restart of web or a lost network finds it again.
Nothing here outlives watch: what a watch that was killed left behind is killed when the next one starts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Protocol
from uuid import UUID

from channels.db import database_sync_to_async

from sandboxes import terminal_wire as wire
from sandboxes.engine.port import Engine
from sandboxes.engine.streams import Streams
from sandboxes.engine.tty import NoShell, TtyRequest
from sandboxes.errors import EngineError, NotFound, PlaygroundError
from sandboxes.host import descent
from sandboxes.members import members_of
from sandboxes.models import Pod as Row
from sandboxes.node.attachment import Attachment
from sandboxes.node.family import HostFamily
from sandboxes.node.terminal import About, Family, Reason, Terminal
from sandboxes.policy import Profile, profile_named
from sandboxes.policy.shells import shell_refusal
from sandboxes.spec import Pod, decode
from sandboxes.times import stamp
from sandboxes.world import Observed, ObservedContainer, RunState

log = logging.getLogger(__name__)
EVERY = 0.5
CLOSED_WITHIN = 2.0


@dataclass(frozen=True)
class Limits:
    """`kept`: seconds that a shell lives with nobody attached. The others: shells at once."""

    kept: float
    per_pod: int
    per_user: int


class ShellRefused(PlaygroundError):
    """There will be no shell."""

    permanent = True

    def __init__(self, refused: wire.Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


class Kin(Protocol):
    """Makes the family of a shell; the tests' own kills nobody."""

    def __call__(self, container_id: str, marked: str, *, pid: int, first: int) -> Family: ...


@dataclass(frozen=True)
class Guest:
    """Who is at the door: the pod, the user, and a name for the credential that was shown."""

    pod: UUID
    owner: str
    credential: str


class Terminals:
    """`engine` is asked for at each use: it may not answer when watch starts. `wrote`: told of output, if anyone is."""

    def __init__(
        self, streams: Streams, engine: Callable[[], Engine], install: str, limits: Limits, *, kin: Kin = HostFamily
    ) -> None:
        self._streams, self._engine, self._install = streams, engine, install
        self._limits, self._kin = limits, kin
        self.wrote: Callable[[About, int], None] = lambda about, size: None
        self._came = count()
        self._terminals: dict[UUID, Terminal] = {}
        self._opening: dict[UUID, tuple[Guest, asyncio.Task[Terminal]]] = {}

    async def enter(self, guest: Guest, first: wire.First) -> Attachment:
        """A page at its shell. Raises ShellRefused."""
        writer, came = str(first.writer), next(self._came)
        if isinstance(first, wire.AttachTerminal):
            terminal = self._found(guest.pod, guest.owner, first.terminal)
            attachment = terminal.attach(writer, first.offset, drive=first.drive, came=came)
        else:
            terminal = await self._opened(guest, first)
            attachment = terminal.attach(writer, 0, drive=True, came=came)
        if terminal.driver is attachment:
            terminal.about.credential = guest.credential
            try:
                await terminal.resize(first.columns, first.rows)
            except BaseException:
                attachment.leave()
                raise
        return attachment

    def listed(self, pod: UUID, owner: str) -> list[dict[str, Any]]:
        """The user's living shells in the pod, oldest first, as the API shows them."""
        return [_shown(each) for each in self._living() if (each.about.pod, each.about.owner) == (pod, owner)]

    def name(self, pod: UUID, owner: str, terminal: UUID, name: str) -> None:
        """Raises NotFound."""
        self._of(pod, owner, terminal).about.name = name

    def end(self, pod: UUID, owner: str, terminal: UUID, reason: Reason = "closed") -> None:
        """Raises NotFound."""
        self._of(pod, owner, terminal).end(reason)

    def sign_out(self, owner: str, credential: str) -> int:
        """End all shells of a user on this node; with a credential only those. How many there were."""
        found = [t for t in self._living() if t.about.owner == owner and credential in ("", t.about.credential)]
        for each in found:
            each.end("signed-out")
        return len(found)

    async def keep(self) -> None:
        """Until cancelled: end who was left for too long; then all of them."""
        left = await asyncio.to_thread(descent.kill_marked, self._install)
        if left:
            log.warning("killed %d processes of shells that an earlier watch left", left)
        try:
            while True:
                await asyncio.sleep(EVERY)
                self._look()
        finally:
            await self._close()

    def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        for key, terminal in list(self._terminals.items()):
            if terminal.attachments or now - terminal.left_at < self._limits.kept:
                continue
            if terminal.over is None:
                terminal.end("left")
            elif terminal.is_done:
                del self._terminals[key]

    async def _close(self) -> None:
        for _, opening in self._opening.values():
            opening.cancel()
        living = self._living()
        ends = [each.end("closed") for each in living]
        if ends:
            await asyncio.wait(ends, timeout=CLOSED_WITHIN)
        await asyncio.gather(*(each.kill() for each in living if not each.is_done))

    def _living(self) -> list[Terminal]:
        return [each for each in self._terminals.values() if each.over is None]

    def _of(self, pod: UUID, owner: str, terminal: UUID) -> Terminal:
        found = self._terminals.get(terminal)
        if found is None or (found.about.pod, found.about.owner) != (pod, owner):
            raise NotFound("there is no such terminal")
        return found

    def _found(self, pod: UUID, owner: str, terminal: UUID) -> Terminal:
        try:
            return self._of(pod, owner, terminal)
        except NotFound as exc:
            raise _refused("not-found", str(exc)) from exc

    async def _opened(self, guest: Guest, first: wire.OpenTerminal) -> Terminal:
        """The one that was opened before by the same word, or a new one; a page that leaves meanwhile ends nothing."""
        if first.terminal in self._terminals:
            return self._found(guest.pod, guest.owner, first.terminal)
        of, opening = self._opening.get(first.terminal, (guest, None))
        if (of.pod, of.owner) != (guest.pod, guest.owner):
            raise _refused("not-found", "there is no such terminal")
        if opening is None:
            self._check_room(guest)
            opening = asyncio.create_task(self._open(guest, first))
            self._opening[first.terminal] = (guest, opening)
            opening.add_done_callback(partial(self._arrived, first.terminal))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            if opening.cancelled():
                raise _refused("unavailable", "the node is ending") from None
            raise

    def _arrived(self, key: UUID, opening: asyncio.Task[Terminal]) -> None:
        del self._opening[key]
        if not opening.cancelled() and opening.exception() is None:
            self._terminals[key] = opening.result()

    def _check_room(self, guest: Guest) -> None:
        """Of those that have ended only so many are kept for pages that come back."""
        ended = [key for key, each in self._terminals.items() if each.is_done and each.about.owner == guest.owner]
        for key in ended[: max(0, len(ended) - self._limits.per_user)]:
            del self._terminals[key]
        there = [(each.about.pod, each.about.owner) for each in self._living()]
        there += [(each.pod, each.owner) for each, _ in self._opening.values()]
        if sum(pod == guest.pod for pod, _ in there) >= self._limits.per_pod:
            raise _refused("too-many", f"this pod has {self._limits.per_pod} shells already: close one")
        if sum(owner == guest.owner for _, owner in there) >= self._limits.per_user:
            raise _refused("too-many", f"you have {self._limits.per_user} shells already: close one")

    async def _open(self, guest: Guest, first: wire.OpenTerminal) -> Terminal:
        container = await self._container(guest, first)
        marked = descent.mark(self._install, str(first.terminal))
        request = TtyRequest(first.user, first.columns, first.rows, ("TERM=xterm-256color", marked))
        try:
            tty = await self._streams.shell(container.id, request)
        except NoShell as exc:
            told = f"the image of {first.member} has no shell"
            raise _refused("no-shell", told) from exc
        except EngineError as exc:
            raise _refused("user" if "user" in str(exc) else "unavailable", str(exc)) from exc
        family = self._kin(container.id, marked, pid=tty.pid, first=container.pid)
        about = About(
            id=first.terminal,
            pod=guest.pod,
            member=first.member,
            user=first.user,
            owner=guest.owner,
            credential=guest.credential,
            name=first.name or first.member,
            columns=first.columns,
            rows=first.rows,
        )
        terminal = Terminal(about, tty, family, self.wrote)
        family.when_member_ends(partial(terminal.end, "member"))
        log.info(
            "terminal %s of pod %s: %s as %r for user %s", about.id, guest.pod, about.member, about.user, about.owner
        )
        return terminal

    async def _container(self, guest: Guest, first: wire.OpenTerminal) -> ObservedContainer:
        pod, profile = await database_sync_to_async(_spec_of)(guest.pod)
        member = next((each for each in members_of(pod) if each.name == first.member), None)
        if member is None:
            raise _refused("not-running", f'container not found ("{first.member}")')
        if why := shell_refusal(pod, member.spec, first.user, profile):
            raise _refused("user", why)
        try:
            seen = Observed(await asyncio.to_thread(self._engine().observe, guest.pod))
        except EngineError as exc:
            raise _refused("unavailable", str(exc)) from exc
        newest = next(iter(seen.members(first.member)), None)
        if newest is None or newest.state is not RunState.RUNNING:
            frozen = newest is not None and newest.state is RunState.PAUSED
            raise _refused("not-running", f"{first.member} is frozen" if frozen else f"{first.member} does not run")
        return newest


def _refused(reason: Any, message: str) -> ShellRefused:
    return ShellRefused(wire.Refused(reason=reason, message=message))


def _shown(terminal: Terminal) -> dict[str, Any]:
    about = terminal.about
    return {
        "id": str(about.id),
        "name": about.name,
        "member": about.member,
        "user": about.user,
        "started": stamp(terminal.started),
        "attached": len(terminal.attachments),
        "written": terminal.ring.end,
    }


def _spec_of(uid: UUID) -> tuple[Pod, Profile]:
    manifest, profile = Row.objects.values_list("manifest", "profile").get(uid=uid)
    return decode(manifest), profile_named(profile)
