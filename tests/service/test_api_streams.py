"""Logs and live samples over HTTP: the checks before a stream, and the stream itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from people import tokens
from people.models import AccessToken, Session
from sandboxes import upstream, upstream_copies
from sandboxes.calls import LogOptions
from sandboxes.errors import Malformed, NodeUnavailable, NotFound
from sandboxes.models import Pod
from tests.service import made
from tests.service.caller import Answered, read, user
from tests.service.fakes import SOON, until

pytestmark = pytest.mark.usefixtures("database_thread")
POD = "/api/v1/namespaces/alice/pods/web"
COPY = "/api/playground/v1/namespaces/alice/pods/web/copy?path=/srv"
LIVE = "/api/playground/v1/namespaces/alice/pods/web/live"


def status(name: str, state: dict[str, Any], last: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "state": state, "lastState": last or {}}


RUNNING = {"running": {"startedAt": None}}


class Upstream:
    """The node's side, led by the test; `asked` is what web wanted of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[UUID, str, LogOptions]] = []
        self.pieces: list[bytes] = [b"one\n", b"two\n"]
        self.refusal: Exception | None = None
        self.closed = False
        self.endless = False
        monkeypatch.setattr(upstream, "log", self.log)
        monkeypatch.setattr(upstream, "one_sample", self.one_sample)
        monkeypatch.setattr(upstream_copies, "copy_out", self.copy_out)

    async def log(self, uid: UUID, member: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
        self.asked.append((uid, member, options))
        if self.refusal:
            raise self.refusal
        async with aclosing(self._told()) as told:
            async for piece in told:
                yield piece

    async def copy_out(self, uid: UUID, member: str, path: str) -> AsyncGenerator[bytes, None]:
        yield b""  # the node has begun
        async with aclosing(self._told()) as told:
            async for piece in told:
                yield piece

    async def _told(self) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self.pieces:
                yield piece
            if self.endless:
                await asyncio.Event().wait()
        finally:
            self.closed = True

    async def one_sample(self, uid: UUID) -> str:
        if self.refusal:
            raise self.refusal
        return '{"type":"sample"}'


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Upstream:
    return Upstream(monkeypatch)


Get = Callable[[str], Awaitable[Any]]


async def prepared(*members: dict[str, Any]) -> tuple[Get, Pod]:
    """How alice gets a path, and her pod with members in these states."""
    found: tuple[Get, Pod] = await database_sync_to_async(_prepared)(*members)
    return found


def _prepared(*members: dict[str, Any]) -> tuple[Get, Pod]:
    containers = [{"name": member["name"], "image": "nginx"} for member in members]
    manifest = made.MANIFEST | {"spec": {"containers": containers}}
    pod = made.pod(manifest=manifest, status={"phase": "Running", "containerStatuses": list(members)})
    headers = {"Authorization": f"Bearer {tokens.issue(user('alice'))}"}
    return partial(AsyncClient().get, headers=headers), pod


async def text(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    return b"".join([piece async for piece in response])


async def refused(get: Get, query: str = "") -> Answered:
    return read(await get(f"{POD}/log{query}"))


async def test_the_log_of_the_only_member_is_text(node: Upstream) -> None:
    get, pod = await prepared(status("a", RUNNING))
    assert await text(await get(f"{POD}/log")) == b"one\ntwo\n"
    assert node.asked == [(pod.uid, "a", LogOptions())]
    assert node.closed


async def _revoke_token() -> None:
    await database_sync_to_async(AccessToken.objects.all().delete)()


async def _put_out() -> None:
    await database_sync_to_async(User.objects.update)(is_active=False)


async def _give_away() -> None:
    other = await database_sync_to_async(made.pod)(user="bob", name="other")
    await database_sync_to_async(Pod.objects.filter(name="web").update)(namespace_id=other.namespace_id)


async def _end_session() -> None:
    await database_sync_to_async(Session.objects.all().delete)()


@pytest.mark.parametrize("end", [_revoke_token, _put_out, _give_away])
async def test_a_followed_log_ends_with_the_right_to_read_it(
    node: Upstream, monkeypatch: pytest.MonkeyPatch, end: Callable[[], Awaitable[None]]
) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.05)
    node.endless = True
    get, _ = await prepared(status("a", RUNNING))
    await _ends(node, await get(f"{POD}/log?follow=true"), end)


async def test_a_followed_log_ends_with_the_session(node: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.05)
    node.endless = True
    await prepared(status("a", RUNNING))
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget(username="alice"))
    await _ends(node, await client.get(f"{POD}/log?follow=true"), _end_session)


@pytest.mark.parametrize("path", [f"{POD}/log", COPY], ids=["log", "files"])
@pytest.mark.parametrize("end", [_revoke_token, _put_out, _give_away])
async def test_what_is_taken_along_breaks_off_with_the_right_to_it(
    node: Upstream, monkeypatch: pytest.MonkeyPatch, path: str, end: Callable[[], Awaitable[None]]
) -> None:
    """It does not end as if that were all."""
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.05)
    node.endless = True
    get, _ = await prepared(status("a", RUNNING))
    response = await get(path)
    with pytest.raises(ConnectionAbortedError):
        await _ends(node, response, end)
    assert node.closed


async def test_files_that_are_taken_along_break_off_with_the_session(
    node: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.05)
    node.endless = True
    await prepared(status("a", RUNNING))
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget(username="alice"))
    response = await client.get(COPY)
    with pytest.raises(ConnectionAbortedError):
        await _ends(node, response, _end_session)


async def test_a_reader_who_takes_nothing_meanwhile_gets_nothing_more(
    node: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.05)
    get, _ = await prepared(status("a", RUNNING))
    pieces = aiter(await get(COPY))
    assert await anext(pieces) == b"one\n"
    await _revoke_token()
    await asyncio.sleep(0.06)
    with pytest.raises(ConnectionAbortedError):
        await anext(pieces)


async def test_files_are_whole_however_often_one_is_asked(node: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.0)
    node.pieces = [f"{i}\n".encode() for i in range(50)]
    get, _ = await prepared(status("a", RUNNING))
    assert b"".join([piece async for piece in await get(COPY)]) == b"".join(node.pieces)


async def _ends(node: Upstream, response: Any, end: Callable[[], Awaitable[None]]) -> None:
    read: list[bytes] = []

    async def take() -> None:
        async for piece in response:
            read.append(piece)

    reader = asyncio.create_task(take())
    await until(lambda: read == node.pieces)
    # Asked again and found good, more than once.
    assert not (await asyncio.wait({reader}, timeout=0.2))[0]
    await end()
    await asyncio.wait_for(reader, SOON)
    assert read == node.pieces
    assert node.closed


async def test_a_log_that_ends_by_itself_is_whole_however_often_one_is_asked(
    node: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.api.downloads.REAUTHORISE", 0.0)
    node.pieces = [f"{i}\n".encode() for i in range(50)]
    get, _ = await prepared(status("a", RUNNING))
    assert await text(await get(f"{POD}/log?follow=true")) == b"".join(node.pieces)


async def test_a_reader_who_leaves_ends_the_call(node: Upstream) -> None:
    node.endless = True
    get, _ = await prepared(status("a", RUNNING))
    pieces = aiter(await get(f"{POD}/log?follow=true"))
    assert await anext(pieces) == b"one\n"
    reader = asyncio.create_task(_drain(pieces))
    assert not (await asyncio.wait({reader}, timeout=0.05))[0]
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    await until(lambda: node.closed)


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


async def test_an_empty_log_is_empty(node: Upstream) -> None:
    node.pieces = []
    get, _ = await prepared(status("a", RUNNING))
    assert await text(await get(f"{POD}/log")) == b""


async def test_parameters_reach_the_node(node: Upstream) -> None:
    get, _ = await prepared(status("a", RUNNING), status("b", RUNNING))
    query = "container=b&follow=true&tailLines=5&sinceSeconds=60&timestamps=true&limitBytes=9"
    await text(await get(f"{POD}/log?{query}"))
    [(_, member, options)] = node.asked
    assert member == "b"
    assert options.since is not None
    assert options == LogOptions(follow=True, timestamps=True, tail=5, since=options.since, limit_bytes=9)


async def test_a_log_begins_at_a_time_in_any_zone(node: Upstream) -> None:
    get, _ = await prepared(status("a", RUNNING))
    await text(await get(f"{POD}/log?sinceTime=2026-11-26T02:00:00.5%2B02:00"))
    [(_, _, options)] = node.asked
    assert options == LogOptions(since=datetime(2026, 11, 26, 0, 0, 0, 500_000, tzinfo=UTC).timestamp())


async def test_two_beginnings_of_a_log_are_one_too_many(node: Upstream) -> None:
    get, _ = await prepared(status("a", RUNNING))
    answered = await refused(get, "?sinceSeconds=5&sinceTime=2026-11-26T00:00:00Z")
    assert (answered.code, answered.causes) == (400, [("sinceTime", "FieldValueInvalid")])
    told = "sinceTime: Invalid value: at most one of `sinceTime` or `sinceSeconds` may be specified"
    assert answered.body["message"] == told
    assert node.asked == []


async def test_a_member_must_be_named_among_several(node: Upstream) -> None:
    get, _ = await prepared(status("a", RUNNING), status("b", RUNNING))
    told = "a container name must be specified for pod web, choose one of: [a b]"
    assert (await refused(get)).body["message"] == told
    assert (await refused(get, "?container=zz")).body["message"] == "container zz is not valid for pod web"
    assert node.asked == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("ContainerCreating", "ContainerCreating"),
        ("ErrImageNeverPull", "ErrImageNeverPull"),
        ("ErrImagePull", "image can't be pulled"),
        ("ImagePullBackOff", "trying and failing to pull image"),
    ],
)
async def test_a_member_that_never_ran_has_no_log(node: Upstream, reason: str, told: str) -> None:
    get, _ = await prepared(status("a", {"waiting": {"reason": reason}}))
    answered = await refused(get)
    assert answered.code == 400
    assert answered.body["message"] == f'container "a" in pod "web" is waiting to start: {told}'


async def test_a_member_that_waits_to_run_again_has_its_last_log(node: Upstream) -> None:
    waiting = status("a", {"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {"exitCode": 1}})
    get, _ = await prepared(waiting)
    assert await text(await get(f"{POD}/log")) == b"one\ntwo\n"


@pytest.mark.parametrize(
    "query",
    [
        "tailLines=-1",
        "tailLines=x",
        "sinceSeconds=0",
        f"sinceSeconds={2**70}",
        "follow=perhaps",
        "sinceTime=yesterday",
        "sinceTime=2026-11-26T00:00:00",
        "sinceTime=99999-01-01T00:00:00Z",
    ],
)
async def test_a_parameter_out_of_range_is_named(node: Upstream, query: str) -> None:
    get, _ = await prepared(status("a", RUNNING))
    answered = await refused(get, f"?{query}")
    assert (answered.code, answered.causes) == (400, [(query.partition("=")[0], "FieldValueInvalid")])


@pytest.mark.parametrize(
    ("refusal", "code"), [(NodeUnavailable("away"), 503), (Malformed("not yet"), 400), (NotFound("no container"), 404)]
)
async def test_what_the_node_refuses_is_refused_before_the_stream(
    node: Upstream, refusal: Exception, code: int
) -> None:
    get, _ = await prepared(status("a", RUNNING))
    node.refusal = refusal
    answered = await refused(get)
    assert (answered.code, answered.body["message"]) == (code, str(refusal))


async def test_one_live_sample_is_the_nodes_text(node: Upstream) -> None:
    get, _ = await prepared(status("a", RUNNING))
    assert read(await get(LIVE)).body == {"type": "sample"}


@pytest.mark.parametrize("refusal", [NodeUnavailable("the node does not answer"), NotFound("nothing runs yet")])
async def test_without_a_sample_the_reason_is_told(node: Upstream, refusal: Exception) -> None:
    get, _ = await prepared(status("a", RUNNING))
    node.refusal = refusal
    answered = read(await get(LIVE))
    assert (answered.code, answered.body["reason"]) == (503, "ServiceUnavailable")
    assert answered.body["message"] == str(refusal)
