"""How many WebSockets one user has at pods, how fast a page may speak on one, and what an idle shell comes to."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from sandboxes import lifetimes, pod_socket, terminal_consumer, wire
from sandboxes import terminal_wire as messages
from sandboxes.pace import Allowance
from tests.service import made
from tests.service.fakes import SOON, until
from tests.service.test_consumers import Communicator, bearer, code, message, page
from tests.service.test_consumers import node as live_node
from tests.service.test_terminal_consumer import PATH, say, soon, told
from tests.service.test_terminals import Node, node, opening

pytestmark = pytest.mark.usefixtures("database_thread")
__all__ = ["live_node", "node", "soon"]


async def typed(socket: Communicator, position: int, letters: bytes) -> None:
    await socket.send_input({"type": "websocket.receive", "bytes": messages.POSITION.pack(position) + letters})


async def test_one_user_has_so_many_at_once_and_another_as_many(live_node: Any, settings: Any) -> None:
    settings.SOCKETS_PER_USER = 2
    await sync_to_async(made.pod)()
    await sync_to_async(made.pod)(user="bob")
    headers = await bearer()
    async with AsyncExitStack() as opened:
        first = await opened.enter_async_context(page(headers))
        async with page(headers) as second:
            for socket in (first, second):
                assert (await message(socket))["type"] == "snapshot"
            async with page(headers) as third:
                assert await code(third) == wire.CLOSE_TOO_MANY
            async with page(await bearer("bob"), "/ws/namespaces/bob/pods/web/live") as others:
                assert (await message(others))["type"] == "snapshot"
        async with page(headers) as again:  # what is closed is given back, what was refused never taken
            assert (await message(again))["type"] == "snapshot"


async def test_shells_and_live_pages_are_counted_together_and_what_is_refused_is_not(node: Node, settings: Any) -> None:
    settings.SOCKETS_PER_USER = 1
    headers = await bearer()
    for _ in range(3):
        async with page(headers, PATH.replace("web", "nowhere")) as socket:
            assert await code(socket) == wire.CLOSE_NOT_FOUND
    async with page(headers, PATH), page(headers) as socket:
        assert await code(socket) == wire.CLOSE_TOO_MANY
    async with page({}) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
    assert not pod_socket._open


@pytest.mark.usefixtures("throttled")
async def test_who_opens_too_many_a_minute_is_told_to_come_later(live_node: Any, settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = 2
    await sync_to_async(made.pod)()
    headers = await bearer()
    for _ in range(2):
        async with page(headers) as socket:
            assert (await message(socket))["type"] == "snapshot"
    async with page(headers) as socket:
        assert await code(socket) == wire.CLOSE_LATER
    for expected in (wire.CLOSE_UNAUTHENTICATED, wire.CLOSE_UNAUTHENTICATED, wire.CLOSE_LATER):
        async with page({}) as socket:
            assert await code(socket) == expected


async def test_a_live_page_that_says_something_is_closed(live_node: Any) -> None:
    await sync_to_async(made.pod)()
    async with page(await bearer()) as socket:
        await socket.send_input({"type": "websocket.receive", "text": "{}"})
        assert await code(socket) == wire.CLOSE_MALFORMED


async def _seconds_to_type(node: Node, frames: int, letters: bytes) -> float:
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        begun = monotonic()
        for number in range(frames):
            await typed(socket, number * len(letters), letters)
        await until(lambda: len(node.shell.typed) == frames * len(letters))
        return monotonic() - begun


async def test_what_a_page_says_faster_than_it_may_comes_later_and_whole(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pod_socket, "MESSAGES", Allowance(rate=20, most=5))
    assert await _seconds_to_type(node, 14, b"x") >= 0.4  # 9 too many, and 10 if the first word was said just now


async def test_so_does_what_is_too_much(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pod_socket, "BYTES", Allowance(rate=20_000, most=10_000))
    assert await _seconds_to_type(node, 2, b"x" * 10_000) >= 0.45


async def test_a_shell_in_which_nothing_happens_is_let_go_of_and_not_ended(
    node: Node, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TERMINAL_IDLE, now = 60, 0
    monkeypatch.setattr(terminal_consumer, "monotonic", lambda: now)
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        for position in range(2):  # each of which is something
            now += 50
            await typed(socket, position, b"l")
            await told(socket, "taken")
            now += 50
            node.shell.says(b"$ ")
            assert (await socket.receive_output(SOON))["bytes"] == b"$ "
        now += 59
        assert await socket.receive_nothing(timeout=0.3), "it was looked at several times"
        now += 1
        assert await code(socket) == messages.CLOSE_IDLE
        assert node.family.heard == []


async def test_a_shell_that_is_only_left_open_keeps_no_pod_from_being_idle(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[UUID] = []
    monkeypatch.setattr(lifetimes, "note_use", used.append)
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        await until(lambda: used == [node.uid] * 2)  # who opens it uses the pod: at the door, and at the first look
        used.clear()
        node.shell.says(b"$ ")
        await asyncio.sleep(0.2)
        assert used == []
        await typed(socket, 0, b"l")
        await until(lambda: used == [node.uid])
