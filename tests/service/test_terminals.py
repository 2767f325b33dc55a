"""Shells at the node, on its real socket, with a shell that the test leads: attached, held back, found again, ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from sandboxes import terminal_wire as wire
from sandboxes import upstream_terminals
from sandboxes.engine.tty import NoShell
from sandboxes.errors import EngineError, NotFound
from sandboxes.node import terminal as terminal_module
from sandboxes.node.terminal import About
from sandboxes.node.terminal_api import TerminalApi
from sandboxes.node.terminals import Limits, Terminals
from sandboxes.wire import CLOSE_MALFORMED
from sandboxes.world import ObservedContainer, RunState
from tests.service import made
from tests.service.fake_tty import FakeFamily, FakeTty
from tests.service.fakes import SOON, Served, until

pytestmark = pytest.mark.usefixtures("database_thread")
OWNER, CREDENTIAL = "7", "session x"
FRAMES = 3 * wire.WINDOW // 1024
KEPT_LONG = Limits(kept=600, per_pod=3, per_user=3)


class Node:
    """The node API with terminals, and one pod that runs."""

    def __init__(self, served: Served, uid: UUID) -> None:
        self.served, self.uid = served, uid
        self.terminals: Terminals | None = None
        self.written: list[tuple[str, int]] = []

    def wrote(self, about: About, size: int) -> None:
        self.written.append((about.member, size))

    @property
    def shell(self) -> FakeTty:
        return self.served.streams.shells[-1]

    @property
    def family(self) -> FakeFamily:
        return FakeFamily.made[-1]

    def link(self) -> None:
        """A shell whose processes are gone has ended."""
        shell = self.shell
        self.family.on_death = lambda: shell.ends(137)


@pytest_asyncio.fixture
async def node(tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
    monkeypatch.setattr(terminal_module, "HANG_UP_FOR", 0.3)
    monkeypatch.setattr(terminal_module, "LOOK_AGAIN", 0.01)
    monkeypatch.setattr(FakeFamily, "made", [])
    monkeypatch.setattr("sandboxes.node.terminals.EVERY", 0.01)
    settings.NODE_SOCKET = tmp_path / "run" / "node.sock"
    pod = await database_sync_to_async(made.pod)()
    served = Served(settings.NODE_SOCKET, settings.NODE_KEY)
    served.containers = (ObservedContainer("c1", "a", 0, 0, "h", RunState.RUNNING, pid=7),)
    found = Node(served, pod.uid)

    def more(door: Any, streams: Any, engine: Any) -> Any:
        found.terminals = Terminals(streams, engine, "test", KEPT_LONG, kin=FakeFamily)
        found.terminals.wrote = found.wrote
        return TerminalApi(door, found.terminals).routes

    served.more = more
    await served.start()
    assert found.terminals is not None
    keeping = asyncio.create_task(found.terminals.keep())
    yield found
    for shell in served.streams.shells:
        shell.ends()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await served.stop()


class Page:
    """One page at a shell: what came, and what it says."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.output = socket, bytearray()
        self.told: list[wire.Told] = []
        self.offset = 0

    async def next(self) -> wire.Told | bytes:
        async with asyncio.timeout(SOON):
            frame = await self.socket.recv()
        if isinstance(frame, bytes):
            self.output += frame
            self.offset += len(frame)
            return frame
        self.told.append(wire.TOLD.validate_json(frame))
        if isinstance(self.told[-1], wire.From):
            self.offset = self.told[-1].offset
        return self.told[-1]

    async def until(self, kind: type[BaseModel]) -> Any:
        while not isinstance(found := await self.next(), kind):
            pass
        return found

    async def until_bytes(self, count: int) -> None:
        while len(self.output) < count:
            await self.next()

    async def say(self, message: wire.Said) -> None:
        await self.socket.send(message.model_dump_json(by_alias=True))

    async def type(self, position: int, data: bytes) -> None:
        await self.socket.send(wire.POSITION.pack(position) + data)

    async def code(self) -> int:
        async with asyncio.timeout(SOON):
            try:
                while True:
                    await self.next()
            except ConnectionClosed as exc:
                return exc.rcvd.code if exc.rcvd else 1006


def opening(terminal: UUID | None = None, **more: Any) -> wire.OpenTerminal:
    values = {"terminal": terminal or uuid4(), "writer": UUID(int=1), "member": "a", "columns": 80, "rows": 24}
    return wire.OpenTerminal.model_validate(values | more)


def attaching(terminal: UUID, **more: Any) -> wire.AttachTerminal:
    values = {"terminal": terminal, "writer": UUID(int=1), "columns": 80, "rows": 24}
    return wire.AttachTerminal.model_validate(values | more)


@asynccontextmanager
async def page(node: Node, first: wire.First, *, owner: str = OWNER) -> AsyncIterator[Page]:
    async with upstream_terminals.terminal(node.uid, owner, CREDENTIAL, first) as socket:
        yield Page(socket)


@asynccontextmanager
async def looking_on(node: Node, first: wire.OpenTerminal) -> AsyncIterator[tuple[Page, Page]]:
    """Who drives, and one that only looks on."""
    async with page(node, first) as here:
        await here.until(wire.From)
        async with page(node, attaching(first.terminal, writer=uuid4(), drive=False)) as other:
            assert not (await other.until(wire.Attached)).drives
            await other.until(wire.From)
            yield here, other


async def listed(node: Node, owner: str = OWNER) -> list[dict[str, Any]]:
    return await upstream_terminals.terminals(node.uid, owner)


async def test_a_shell_is_opened_typed_into_and_ends(node: Node) -> None:
    async with page(node, opening(user="33", name="mine")) as here:
        attached = await here.until(wire.Attached)
        assert (attached.name, attached.member, attached.user, attached.drives) == ("mine", "a", "33", True)
        assert await here.next() == wire.From(offset=0, lost=0)
        shell = node.shell
        assert (shell.request.user, shell.request.columns, shell.request.rows) == ("33", 80, 24)
        assert shell.request.env == ("TERM=xterm-256color", f"PLAYGROUND_TERMINAL=test/{attached.terminal}")
        shell.says(b"$ ")
        assert await here.next() == b"$ "
        await here.type(0, b"ls\n")
        assert await here.until(wire.Taken) == wire.Taken(input=3)
        assert shell.typed == b"ls\n"
        await here.say(wire.Resize(columns=100, rows=40))
        await until(lambda: shell.sizes[-1] == (100, 40))
        shell.says(b"bye")
        shell.ends(3)
        assert await here.until(wire.Ended) == wire.Ended(reason="exited", exit_code=3)
        assert here.output == b"$ bye"
        assert node.written == [("a", 2), ("a", 3)]
        assert await here.code() == wire.CLOSE_ENDED
    assert await listed(node) == []
    assert node.family.heard == []
    assert shell.is_closed


async def test_a_page_that_comes_back_gets_what_it_has_not_and_nothing_twice(node: Node) -> None:
    first = opening()
    async with page(node, first) as here:
        await here.until(wire.From)
        node.shell.says(b"one two")
        await here.until_bytes(7)
        await here.say(wire.Acknowledge(offset=4))
        await here.type(0, b"ab")
        await here.until(wire.Taken)
    node.shell.says(b" three")
    async with page(node, attaching(first.terminal, offset=4)) as again:
        attached = await again.until(wire.Attached)
        assert (attached.input, attached.seen, attached.drives) == (2, 4, True)
        assert await again.next() == wire.From(offset=4, lost=0)
        await again.until_bytes(9)
        assert again.output == b"two three"
        await again.type(0, b"abcd")  # it is not sure what came through
        await again.until(wire.Taken)
        assert node.shell.typed == b"abcd"


async def test_the_same_opening_said_twice_is_one_shell(node: Node) -> None:
    first = opening()
    node.served.streams.shells_open.clear()
    for _ in range(2):  # left before the engine has answered
        async with page(node, first):
            pass
    node.served.streams.shells_open.set()
    async with page(node, first) as here:
        await here.until(wire.From)
    assert len(node.served.streams.shells) == 1


async def test_a_connection_that_was_given_up_does_not_take_the_shell_from_the_newer_one(node: Node) -> None:
    first = opening()
    async with page(node, first) as here:
        await here.until(wire.From)
        assert node.terminals is not None
        (terminal,) = node.terminals._terminals.values()
        late = terminal.attach(str(first.writer), 0, drive=True, came=-1)
        assert late.is_replaced and [each.writer for each in terminal.attachments] == [str(first.writer)]
        await here.say(wire.Resize(columns=90, rows=20))
        await until(lambda: (90, 20) in node.shell.sizes)


async def test_the_driver_holds_the_shell_back_and_nobody_else_does(node: Node) -> None:
    first = opening()
    async with looking_on(node, first) as (here, looks_on):
        for _ in range(FRAMES):
            node.shell.says(b"x" * 1024)
        await here.until_bytes(wire.WINDOW)
        reads = node.shell.reads
        assert node.shell.unread == FRAMES - wire.WINDOW // 1024
        await looks_on.until_bytes(wire.WINDOW)
        await looks_on.say(wire.Acknowledge(offset=wire.WINDOW))
        await looks_on.say(wire.Resize(columns=1, rows=1))  # no driver's, so nobody's
        assert node.shell.reads == reads
        await here.say(wire.Acknowledge(offset=1024))
        await here.until_bytes(wire.WINDOW + 1024)
        assert node.shell.unread == FRAMES - wire.WINDOW // 1024 - 1
        assert (1, 1) not in node.shell.sizes


async def test_what_was_not_acknowledged_is_kept_while_nobody_is_there(node: Node) -> None:
    first = opening()
    async with page(node, first) as here:
        await here.until(wire.From)
        for number in range(FRAMES):
            node.shell.says(b"%04d" % number * 256)
        await here.until_bytes(1000)
    async with page(node, attaching(first.terminal, offset=1000)) as again:
        whole = b"".join(b"%04d" % number * 256 for number in range(FRAMES))
        while len(again.output) < len(whole) - 1000:
            await again.next()
            await again.say(wire.Acknowledge(offset=again.offset))
        assert again.output == whole[1000:]


async def test_who_looks_on_and_is_slow_is_told_what_it_has_missed(node: Node) -> None:
    first = opening()
    async with looking_on(node, first) as (here, slow):
        for _ in range(2 * wire.KEPT // 1024):
            node.shell.says(b"x" * 1024)
        while here.offset < 2 * wire.KEPT:
            await here.next()
            await here.say(wire.Acknowledge(offset=here.offset))
        await slow.until_bytes(wire.WINDOW)
        await slow.say(wire.Acknowledge(offset=slow.offset))
        assert await slow.until(wire.From) == wire.From(offset=wire.KEPT, lost=wire.KEPT - wire.WINDOW)


async def test_another_page_takes_over_and_hands_back_when_it_leaves(node: Node) -> None:
    first = opening()
    async with page(node, first) as here:
        await here.until(wire.From)
        await here.type(0, b"ab")
        await here.until(wire.Taken)
        async with page(node, attaching(first.terminal, writer=uuid4())) as other:
            assert (await other.until(wire.Attached)).drives
            assert await here.until(wire.Drives) == wire.Drives(drives=False, input=2)
            await here.type(2, b"lost")
            await other.type(0, b"cd")
            await other.until(wire.Taken)
        assert await here.until(wire.Drives) == wire.Drives(drives=True, input=2)
        await here.type(2, b"ef")
        await here.until(wire.Taken)
        assert node.shell.typed == b"abcdef"


async def test_the_old_connection_of_a_page_that_came_back_is_closed(node: Node) -> None:
    first = opening()
    async with page(node, first) as half_dead:
        await half_dead.until(wire.From)
        async with page(node, attaching(first.terminal)) as here:
            await here.until(wire.From)
            assert await half_dead.code() == wire.CLOSE_MOVED
            assert (await listed(node))[0]["attached"] == 1


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_closed_tab_hangs_up_at_once_and_kills_what_does_not_hear(
    node: Node, monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    monkeypatch.setattr(FakeFamily, "stubborn", stubborn)
    async with page(node, opening()) as here:
        await here.until(wire.From)
        node.link()
        await here.say(wire.EndTerminal())
        assert await here.until(wire.Ended) == wire.Ended(reason="closed", exit_code=None)
    assert node.family.heard == (["HUP", "KILL"] if stubborn else ["HUP"])


async def test_a_shell_that_nobody_comes_back_to_ends_in_its_time(node: Node) -> None:
    first = opening()
    assert node.terminals is not None
    async with page(node, first) as here:
        await here.until(wire.From)
        node.link()
        kept_short = replace(KEPT_LONG, kept=0.05)
        node.terminals._limits = kept_short
        await asyncio.sleep(0.3)  # longer than one is kept alone
        assert node.family.heard == []
        node.terminals._limits = KEPT_LONG
    assert len(await listed(node)) == 1
    node.terminals._limits = kept_short
    await until(lambda: node.family.heard == ["HUP"])
    assert await listed(node) == []
    async with page(node, attaching(first.terminal)) as late:
        ended = await late.next()
        while isinstance(ended, bytes | wire.Attached | wire.From):
            ended = await late.next()
        assert isinstance(ended, wire.Ended | wire.Refused)


async def test_the_end_of_its_member_is_the_end_of_a_shell(node: Node) -> None:
    async with page(node, opening()) as here:
        await here.until(wire.From)
        node.link()
        assert node.family.ended is not None
        node.family.ended()
        assert (await here.until(wire.Ended)).reason == "member"


async def test_shells_are_listed_named_and_ended_by_their_owner_alone(node: Node) -> None:
    first = opening(name="build")
    async with page(node, first) as here:
        await here.until(wire.From)
        node.link()
        assert [(each["name"], each["attached"]) for each in await listed(node)] == [("build", 1)]
        named = await upstream_terminals.terminals(node.uid, OWNER, "name", terminal=str(first.terminal), name="x")
        assert named[0]["name"] == "x"
        assert await listed(node, "8") == []
        for act in ("name", "end"):
            with pytest.raises(NotFound):
                await upstream_terminals.terminals(node.uid, "8", act, terminal=str(first.terminal), name="y")
        async with page(node, attaching(first.terminal), owner="8") as other:
            assert (await other.until(wire.Refused)).reason == "not-found"
        await upstream_terminals.terminals(node.uid, OWNER, "end", terminal=str(first.terminal))
        assert (await here.until(wire.Ended)).reason == "closed"


async def test_who_signs_out_loses_the_shells_of_that_session(node: Node) -> None:
    async with page(node, opening()) as here:
        await here.until(wire.From)
        node.link()
        assert await asyncio.to_thread(upstream_terminals.sign_out, OWNER, "session y") == 0
        assert await asyncio.to_thread(upstream_terminals.sign_out, "8", "") == 0
        assert await asyncio.to_thread(upstream_terminals.sign_out, OWNER, CREDENTIAL) == 1
        assert (await here.until(wire.Ended)).reason == "signed-out"


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (NoShell(), "no-shell"),
        (EngineError("unable to find user x: no matching entries in passwd file"), "user"),
        (EngineError("away"), "unavailable"),
    ],
)
async def test_why_there_is_no_shell_is_told(node: Node, raised: EngineError, reason: str) -> None:
    node.served.streams.no_shells.append(raised)
    async with page(node, opening()) as here:
        assert (await here.until(wire.Refused)).reason == reason
        assert await here.code() == wire.CLOSE_ENDED


async def test_a_member_that_does_not_run_and_one_that_is_not_there_have_no_shell(node: Node) -> None:
    node.served.containers = (ObservedContainer("c1", "a", 0, 0, "h", RunState.PAUSED),)
    async with page(node, opening()) as here:
        assert "frozen" in (await here.until(wire.Refused)).message
    for member in ("b", "a"):
        node.served.containers = ()
        async with page(node, opening(member=member)) as here:
            assert (await here.until(wire.Refused)).reason == "not-running"


async def test_there_are_only_so_many_shells(node: Node) -> None:
    for _ in range(3):
        async with page(node, opening()) as here:
            await here.until(wire.From)
    async with page(node, opening()) as here:
        refused = await here.until(wire.Refused)
    assert (refused.reason, refused.message) == ("too-many", "this pod has 3 shells already: close one")


@pytest.mark.parametrize(
    "frame",
    [
        b"short",
        wire.POSITION.pack(5) + b"a gap",
        wire.POSITION.pack(0) + b"x" * (wire.MOST_TYPED + 1),
        "no JSON",
        json.dumps({"type": "open"}),
        json.dumps({"type": "ack", "offset": 10**6}),
    ],
    ids=["short", "gap", "long", "text", "out of turn", "not sent yet"],
)
async def test_a_page_that_talks_nonsense_is_shown_out(node: Node, frame: bytes | str) -> None:
    async with page(node, opening()) as here:
        await here.until(wire.From)
        await here.socket.send(frame)
        assert await here.code() == CLOSE_MALFORMED


async def test_a_shell_that_reads_nothing_blocks_neither_acknowledgements_nor_watch(node: Node) -> None:
    async with page(node, opening()) as here:
        await here.until(wire.From)
        node.shell.takes.clear()
        sent = 0
        for _ in range(wire.MOST_AHEAD // wire.MOST_TYPED):
            await here.type(sent, b"x" * wire.MOST_TYPED)
            sent += wire.MOST_TYPED
        node.shell.says(b"y" * wire.WINDOW)
        await here.until_bytes(wire.WINDOW)
        await here.say(wire.Acknowledge(offset=here.offset))
        node.shell.says(b"z")
        await here.until_bytes(wire.WINDOW + 1)
        node.shell.takes.set()
        while await here.until(wire.Taken) != wire.Taken(input=sent):
            pass
        assert len(node.shell.typed) == sent
