"""The live WebSocket, without a server: who gets in, what comes first, what ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers, get_channel_layer
from channels.routing import URLRouter
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from people import tokens
from sandboxes import nudges, upstream, wire
from sandboxes.models import Pod
from sandboxes.nudges import Nudges
from sandboxes.publish import pod_group
from sandboxes.routing import websocket_urlpatterns
from tests.service import made
from tests.service.fakes import SOON, live, sample, still, until

SESSION = configured.SESSION_COOKIE_NAME
pytestmark = pytest.mark.usefixtures("database_thread")
PATH = "/ws/namespaces/alice/pods/web/live"
Headers = dict[str, str]
Communicator = Any  # asgiref's has no types


class Upstream:
    """What the node says; `open` counts who listens."""

    def __init__(self) -> None:
        self.open = 0
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    async def live(self, uid: UUID) -> AsyncGenerator[str, None]:
        self.open += 1
        try:
            while True:
                yield await self.queue.get()
        finally:
            self.open -= 1


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Upstream:
    found = Upstream()
    monkeypatch.setattr(upstream, "live", found.live)
    return found


@sync_to_async
def bearer(name: str = "alice") -> Headers:
    return {"authorization": f"Bearer {tokens.issue(User.objects.get_or_create(username=name)[0])}"}


@sync_to_async
def cookie(name: str = "alice", **others: str) -> Headers:
    client = Client()
    client.force_login(User.objects.get_or_create(username=name)[0])
    page = {"host": "localhost:8000", "origin": "http://localhost:8000"}
    return page | {"cookie": f"{SESSION}={client.cookies[SESSION].value}"} | others


@asynccontextmanager
async def page(headers: Headers, path: str = PATH) -> AsyncIterator[Communicator]:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": encoded, "subprotocols": []}
    make: Any = ApplicationCommunicator
    socket = make(URLRouter(websocket_urlpatterns), scope)
    await socket.send_input({"type": "websocket.connect"})
    # A browser learns a close code only from a socket that was open.
    assert (await socket.receive_output(SOON))["type"] == "websocket.accept"
    yield socket
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(SOON)


async def frame_of(socket: Communicator) -> str:
    output = await socket.receive_output(SOON)
    assert output["type"] == "websocket.send", output
    found: str = output["text"]
    return found


async def message(socket: Communicator) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await frame_of(socket))
    return found


async def code(socket: Communicator) -> int:
    """The close code of the next thing that is not a frame."""
    while (output := await socket.receive_output(SOON))["type"] != "websocket.close":
        pass
    found: int = output["code"]
    return found


async def change(pod: Pod, *, nudge: bool = True, **columns: Any) -> None:
    await sync_to_async(Pod.objects.filter(pk=pod.pk).update)(**columns)
    if nudge:
        changed = {"type": "pod.changed", "uid": str(pod.uid), "rev": columns.get("rev", pod.rev)}
        await get_channel_layer().group_send(pod_group(pod.uid), changed)


async def test_the_snapshot_comes_first_then_what_the_node_says(node: Upstream) -> None:
    pod = await sync_to_async(made.pod)()
    for frame in (live(), sample(1), still(1)):
        node.queue.put_nowait(frame)
    async with page(await bearer()) as socket:
        first = await message(socket)
        assert (first["type"], first["rev"], first["pod"]["metadata"]["uid"]) == ("snapshot", 1, str(pod.uid))
        assert [await frame_of(socket) for _ in range(3)] == [live(), sample(1), still(1)]
    assert node.open == 0


async def test_a_change_brings_a_new_snapshot_and_an_old_nudge_none(node: Upstream) -> None:
    pod = await sync_to_async(made.pod)()
    async with page(await bearer()) as socket:
        assert (await message(socket))["rev"] == 1
        await change(pod, rev=5)
        assert (await message(socket))["rev"] == 5
        await change(pod, rev=3)
        node.queue.put_nowait(still(1))
        assert (await message(socket))["type"] == "still"


async def test_many_changes_are_one_snapshot_of_the_last(node: Upstream) -> None:
    pod = await sync_to_async(made.pod)()
    async with page(await bearer()) as socket:
        await message(socket)
        for rev in range(2, 50):
            await change(pod, rev=rev)
        revs: list[int] = []
        while not revs or revs[-1] < 49:
            revs.append((await message(socket))["rev"])
        assert revs == sorted(set(revs))


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://portal.example"])
async def test_a_cookie_opens_a_socket_for_our_own_pages(node: Upstream, settings: Any, origin: str) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://portal.example"]
    await sync_to_async(made.pod)()
    async with page(await cookie(origin=origin)) as socket:
        assert (await message(socket))["type"] == "snapshot"


@pytest.mark.parametrize(
    "origin",
    [
        "https://localhost:8000",
        "http://localhost:31005",
        "http://localhost",
        "http://evil.example",
        "http://localhost:8000.evil.example",
        "http://localhost:x",
        "null",
        "",
    ],
)
async def test_a_cookie_from_elsewhere_opens_nothing(node: Upstream, origin: str) -> None:
    await sync_to_async(made.pod)()
    async with page(await cookie(origin=origin)) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


async def test_a_host_that_is_not_ours_opens_nothing(node: Upstream) -> None:
    await sync_to_async(made.pod)()
    async with page(await cookie(host="rebound.example", origin="http://rebound.example")) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


async def test_a_token_needs_no_origin(node: Upstream) -> None:
    await sync_to_async(made.pod)()
    async with page(await bearer() | {"origin": "http://evil.example"}) as socket:
        assert (await message(socket))["type"] == "snapshot"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic eDp5"},
        {"cookie": f"{SESSION}=wrong"},
        {"cookie": f"{SESSION}={'a' * 32}"},
        {"cookie": rf'{SESSION}="abcdefgh\000"'},
        {"cookie": f"{SESSION}={'a' * 5000}"},
    ],
    ids=["nothing", "wrong token", "basic", "wrong session", "no session", "NUL", "long"],
)
async def test_nobody_is_told_nothing(node: Upstream, headers: Headers) -> None:
    await sync_to_async(made.pod)()
    page_of_ours = {"host": "localhost", "origin": "http://localhost"}
    async with page(page_of_ours | headers) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


@pytest.mark.parametrize("path", [PATH, "/ws/namespaces/alice/pods/other/live", "/ws/namespaces/no/pods/web/live"])
async def test_anothers_pod_is_not_found_like_one_that_is_not_there(node: Upstream, path: str) -> None:
    await sync_to_async(made.pod)()
    async with page(await bearer("mallory"), path) as socket:
        assert await code(socket) == wire.CLOSE_NOT_FOUND


async def test_staff_may_look(node: Upstream) -> None:
    await sync_to_async(made.pod)()
    headers = await bearer("admin")
    await sync_to_async(User.objects.filter(username="admin").update)(is_staff=True)
    async with page(headers) as socket:
        assert (await message(socket))["type"] == "snapshot"


async def test_a_pod_that_is_gone_says_so_and_closes(node: Upstream) -> None:
    pod = await sync_to_async(made.pod)()
    async with page(await bearer()) as socket:
        await message(socket)
        await change(pod, gone_at=timezone.now(), rev=2)
        assert await message(socket) == {"type": "gone", "uid": str(pod.uid)}
        assert await code(socket) == wire.CLOSE_GONE


async def test_who_may_no_longer_look_is_shown_out_without_a_nudge(
    node: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.nudges.LISTENING", 0.05)
    pod = await sync_to_async(made.pod)()
    async with page(await cookie()) as socket:
        await message(socket)
        await change(pod, nudge=False, rev=2)
        assert (await message(socket))["rev"] == 2, "a lost nudge is caught up on"
        await sync_to_async(User.objects.filter(username="alice").update)(is_active=False)
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


async def test_a_session_that_ends_ends_its_sockets(node: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    from people.models import Session

    monkeypatch.setattr("sandboxes.nudges.LISTENING", 0.05)
    await sync_to_async(made.pod)()
    async with page(await cookie()) as socket:
        await message(socket)
        await sync_to_async(Session.objects.all().delete)()
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


async def test_who_is_shown_out_before_a_page_listens_is_gone_when_it_does(
    node: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("LISTENING", "ALONE"):
        monkeypatch.setattr(nudges, patience, 600.0)
    may_listen, listen = asyncio.Event(), Nudges._listen

    async def late(listener: Nudges) -> None:
        await may_listen.wait()
        await listen(listener)

    monkeypatch.setattr(Nudges, "_listen", late)
    await sync_to_async(made.pod)()
    async with page(await cookie()) as socket:
        await message(socket)
        await sync_to_async(User.objects.filter(username="alice").update)(is_active=False)
        may_listen.set()
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED


async def test_a_pod_that_changes_hands_is_not_found_any_more(node: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.nudges.LISTENING", 0.05)
    pod = await sync_to_async(made.pod)()
    other = await sync_to_async(made.pod)(user="bob", name="other")
    async with page(await bearer()) as socket:
        await message(socket)
        await change(pod, nudge=False, namespace_id=other.namespace_id)
        assert await code(socket) == wire.CLOSE_NOT_FOUND


@pytest.fixture
async def no_redis(tmp_path: Path) -> AsyncIterator[RedisPubSubChannelLayer]:
    """The channel layer as it is when Redis is away; a socket at that path brings it back."""
    layer = RedisPubSubChannelLayer(hosts=[{"address": f"unix://{tmp_path}/redis.sock", "socket_timeout": None}])
    before = channel_layers.set("default", layer)
    yield layer
    channel_layers.set("default", before)
    await layer.flush()


async def test_without_redis_a_page_still_gets_snapshots_and_samples(
    node: Upstream, no_redis: RedisPubSubChannelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandboxes.nudges.ALONE", 0.05)
    pod = await sync_to_async(made.pod)()
    node.queue.put_nowait(sample(1))
    async with page(await bearer()) as socket:
        assert {(await message(socket))["type"], (await message(socket))["type"]} == {"snapshot", "sample"}
        await change(pod, nudge=False, rev=2)
        assert (await message(socket))["rev"] == 2, "its row is read without a nudge"
        await change(pod, nudge=False, gone_at=timezone.now(), rev=3)
        assert (await message(socket))["type"] == "gone"
        assert await code(socket) == wire.CLOSE_GONE


async def test_without_redis_the_row_is_read_more_often(no_redis: RedisPubSubChannelLayer) -> None:
    heard = Nudges("pod.x", lambda nudge: None)
    work = asyncio.create_task(heard.run())
    assert heard.patience == nudges.ALONE == 2.0
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_nudges_are_heard_again_when_redis_is_back(
    redis: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_redis: RedisPubSubChannelLayer
) -> None:
    monkeypatch.setattr(nudges, "ALONE", 0.05)
    told: list[dict[str, Any]] = []
    heard = Nudges("pod.x", told.append)
    work = asyncio.create_task(heard.run())
    (tmp_path / "redis.sock").symlink_to(redis.removeprefix("unix://"))
    await until(lambda: heard.patience == nudges.LISTENING)
    await until(lambda: bool(told))  # what was missed is caught up on
    await no_redis.group_send("pod.x", {"type": "pod.changed", "rev": 7})
    await until(lambda: told[-1].get("rev") == 7)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_a_redis_that_goes_away_is_noticed(
    redis: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_redis: RedisPubSubChannelLayer
) -> None:
    monkeypatch.setattr(nudges, "ALONE", 0.05)
    monkeypatch.setattr(nudges, "LISTENING", 0.1)
    (tmp_path / "redis.sock").symlink_to(redis.removeprefix("unix://"))
    heard = Nudges("pod.x", lambda nudge: None)
    work = asyncio.create_task(heard.run())
    await until(lambda: heard.patience == 0.1)
    (tmp_path / "redis.sock").unlink()
    [shard] = no_redis._get_layer()._shards
    await shard._redis.connection_pool.disconnect()
    await until(lambda: heard.patience == 0.05)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
