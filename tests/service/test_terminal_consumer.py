"""A terminal's WebSocket at web, with the real node API behind it: who gets in, and what takes the shell away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from people.models import AccessToken, Session
from sandboxes import teams, wire
from sandboxes import terminal_wire as messages
from sandboxes.models import Namespace, Pod
from tests.service import made
from tests.service.caller import Caller
from tests.service.fakes import SOON
from tests.service.test_consumers import SESSION, Communicator, bearer, code, cookie, page
from tests.service.test_terminals import Node, node, opening

pytestmark = pytest.mark.usefixtures("database_thread")
PATH = "/ws/namespaces/alice/pods/web/terminal"
__all__ = ["node"]
Returned = TypeVar("Returned")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.terminal_consumer.REAUTHORISE", 0.05)


async def say(socket: Communicator, message: Any) -> None:
    await socket.send_input({"type": "websocket.receive", "text": message.model_dump_json(by_alias=True)})


async def told(socket: Communicator, kind: str) -> dict[str, Any]:
    while True:
        output = await socket.receive_output(SOON)
        assert output["type"] == "websocket.send", output
        message: dict[str, Any] = json.loads(output["text"]) if output.get("text") else {}
        if message.get("type") == kind:
            return message


async def test_what_page_and_node_say_is_handed_on(node: Node) -> None:
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        node.shell.says(b"$ ")
        assert (await socket.receive_output(SOON))["bytes"] == b"$ "
        await socket.send_input({"type": "websocket.receive", "bytes": messages.POSITION.pack(0) + b"ls"})
        assert (await told(socket, "taken"))["input"] == 2
        assert node.shell.typed == b"ls"
        node.shell.ends(1)
        assert await told(socket, "ended") == {"type": "ended", "reason": "exited", "exitCode": 1}
        assert await code(socket) == messages.CLOSE_ENDED


@pytest.mark.parametrize("first", ['{"type": "ack", "offset": 0}', "no JSON", '{"type": "open"}'])
async def test_a_first_word_that_is_none_is_refused(node: Node, first: str) -> None:
    async with page(await bearer(), PATH) as socket:
        await socket.send_input({"type": "websocket.receive", "text": first})
        assert await code(socket) == wire.CLOSE_MALFORMED
    assert node.served.streams.shells == []


async def test_a_page_that_never_says_a_first_word_is_closed(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.terminal_consumer.FIRST_WORD_WITHIN", 0.1)
    async with page(await bearer(), PATH) as socket:
        assert await code(socket) == wire.CLOSE_MALFORMED


async def test_nobody_and_strangers_get_no_shell(node: Node) -> None:
    async with page({}, PATH) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
    async with page(await cookie(origin="http://evil.example"), PATH) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
    async with page(await bearer("mallory"), PATH) as socket:
        assert await code(socket) == wire.CLOSE_NOT_FOUND


async def test_a_node_that_does_not_answer_is_tried_again(settings: Any, tmp_path: Any) -> None:
    settings.NODE_SOCKET = tmp_path / "away.sock"
    await sync_to_async(made.pod)()
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        assert await code(socket) == messages.CLOSE_AGAIN


async def test_a_session_that_ends_takes_its_shell_with_it(node: Node) -> None:
    async with page(await cookie(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        node.link()
        await sync_to_async(Session.objects.update)(expire_date=timezone.now())  # which no signal tells of
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
        assert node.family.heard == ["HUP"]


async def test_a_pod_that_changes_hands_takes_its_shells_with_it(node: Node) -> None:
    other = await sync_to_async(made.pod)(user="bob", name="other")
    async with page(await cookie(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        await sync_to_async(Pod.objects.filter(uid=node.uid).update)(namespace_id=other.namespace_id)
        assert await code(socket) == wire.CLOSE_NOT_FOUND
        assert node.family.heard == ["HUP"]


async def test_a_founder_who_is_removed_from_the_team_loses_the_shell(node: Node) -> None:
    team = await sync_to_async(made.team)("crew", admin="bob", member="alice")
    await Namespace.objects.filter(name="alice").aupdate(team=team)  # it stays alice's
    async with page(await cookie(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        await aside(lambda: teams.remove_member(User.objects.get(username="bob"), "crew", "alice"))
        # As whoever leaves a team, and with it all shells: the page looks once more, and finds no pod.
        assert await code(socket) in (wire.CLOSE_NOT_FOUND, wire.CLOSE_GONE)
        assert node.family.heard == ["HUP"]


async def aside(work: Callable[..., Returned], *arguments: object) -> Returned:
    """In a thread of its own, whose connection ends with it."""

    def closing() -> Returned:
        try:
            return work(*arguments)
        finally:
            connections.close_all()

    return await asyncio.to_thread(closing)


async def left_alone(node: Node, headers: dict[str, str]) -> None:
    """A shell of which the page is gone."""
    async with page(headers, PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
    node.link()
    assert node.family.heard == []


async def test_signing_out_ends_shells_that_nobody_is_attached_to(node: Node) -> None:
    headers = await cookie()
    await left_alone(node, headers)
    await aside(_sign_out, headers["cookie"])
    assert node.family.heard == ["HUP"]


def _sign_out(cookie: str) -> None:
    client = Client(headers={"cookie": cookie})
    client.cookies[SESSION] = cookie.partition("=")[2]
    client.logout()


@pytest.mark.parametrize("how", ["token", "inactive", "password"])
async def test_who_is_shown_out_loses_shells_that_nobody_is_attached_to(node: Node, how: str) -> None:
    await left_alone(node, await bearer())
    await aside(_show_out, how)
    assert node.family.heard == ["HUP"]


def _show_out(how: str) -> None:
    user = User.objects.get(username="alice")
    match how:
        case "token":
            AccessToken.objects.get(user=user).delete()
        case "inactive":
            user.is_active = False
            user.save()
        case "password":
            user.set_password("another one")
            user.save()


async def test_shells_are_listed_named_and_ended_over_http(node: Node) -> None:
    async with page(await bearer(), PATH) as socket:
        await say(socket, opening())
        await told(socket, "from")
        node.link()
        assert await aside(_over_http, str(uuid4())) == ["a", "build"]
        assert (await told(socket, "ended"))["reason"] == "closed"
    assert node.family.heard == ["HUP"]


def _over_http(unknown: str) -> list[str]:
    path = "/api/playground/v1/namespaces/alice/pods/web/terminals"
    alice, mallory = Caller("alice"), Caller("mallory")
    (found,) = alice.get(path).body["items"]
    assert (found["member"], found["user"], found["attached"]) == ("a", "", 1)
    one = f"{path}/{found['id']}"
    assert mallory.get(path).code == mallory.delete(one).code == 404
    assert alice.delete(f"{path}/{unknown}").code == 404
    assert alice.put(one, {"name": "\x1b[31m"}).code in (400, 422)
    named = alice.put(one, {"name": "build"}).body["items"]
    assert alice.delete(one).code == 200
    return [found["name"], named[0]["name"]]
