"""The preview site from outside: who gets in, what passes to a pod and back, and what ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from people.models import AccessToken, RoleAssignment, Session
from people.rules import Role
from sandboxes import lifetimes
from sandboxes.models import Pod, PreviewShare, PreviewVisit
from sandboxes.preview import grants
from sandboxes.preview.hosts import Place
from tests.service import made
from tests.service.caller import Caller
from tests.service.fakes import until
from tests.service.preview_site import Site, site

pytestmark = pytest.mark.usefixtures("database_thread")
SURE_FOR = 0.3
PATH = "/api/playground/v1/namespaces/alice/pods/web/preview"
COOKIE = configured.PREVIEW_COOKIE_NAME
# For what has to happen, however slow the machine is; how soon a refusal is seen is measured (benchmarks/revocation).
IN_TIME = 20.0


@pytest_asyncio.fixture
async def preview(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr("sandboxes.preview.site.SURE_FOR", SURE_FOR)
    async with site(tmp_path, settings) as found:
        yield found


@pytest_asyncio.fixture
async def pod(preview: Site) -> Pod:
    return await sync_to_async(made.pod)()


def _link(port: int, site_port: int, user: str = "alice", *, staff: bool = False) -> str:
    caller = Caller(user, staff=staff)
    caller.client.defaults["HTTP_HOST"] = f"localhost:{site_port}"
    found = caller.post(PATH, {"port": port})
    assert found.code == 200, found.body
    return str(found.body["url"])


async def link(preview: Site, user: str = "alice", *, staff: bool = False) -> str:
    """An address that opens the preview of the application, asked for with a token of that user's."""
    return await sync_to_async(_link)(preview.pod_port, preview.port, user, staff=staff)


async def visit(preview: Site, url: str) -> httpx.Response:
    """Follow a link as a browser does: to the host that it names, wherever that is."""
    asked = httpx.URL(url)
    async with preview.client() as client:
        return await client.get(asked.raw_path.decode(), headers={"host": asked.netloc.decode()})


async def cookie(preview: Site, user: str = "alice") -> str:
    """The Cookie header of a browser that was let in."""
    found = await visit(preview, await link(preview, user))
    assert (found.status_code, found.headers["location"]) == (303, "/")
    return found.headers["set-cookie"].partition(";")[0]


async def ask(preview: Site, uid: UUID, path: str = "/", *, cookie: str = "", **more: Any) -> httpx.Response:
    async with preview.client() as client:
        headers = {"host": preview.host(uid)} | ({"cookie": cookie} if cookie else {}) | more.pop("headers", {})
        return await client.request(more.pop("method", "GET"), path, headers=headers, **more)


def socket(preview: Site, uid: UUID, cookie: str, path: str = "/ws", **more: Any) -> connect:
    return connect(
        f"ws://{preview.host(uid)}{path}",
        host="127.0.0.1",
        port=preview.port,
        additional_headers={"cookie": cookie},
        proxy=None,
        **more,
    )


async def test_nothing_of_the_portal_is_there_below_the_preview_domain(preview: Site, pod: Pod) -> None:
    for host in ("preview.localhost", f"x.preview.localhost:{preview.port}", preview.host(uuid4())):
        for path in ("/api/v1/namespaces", "/admin/", "/api/playground/v1/session", "/static/x.css"):
            async with preview.client() as client:
                found = await client.get(path, headers={"host": host})
            assert found.status_code in (403, 404)
            assert found.headers["content-security-policy"].startswith("default-src 'none'")
            assert "set-cookie" not in found.headers
            assert found.headers["content-type"] == "text/html; charset=utf-8"
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                f"ws://{host}/ws/namespaces/alice/pods/web/live", host="127.0.0.1", port=preview.port, proxy=None
            )
        assert refused.value.response.status_code in (403, 404)


async def test_the_portal_is_where_it_was_and_has_no_door_to_a_preview(preview: Site, pod: Pod) -> None:
    good = await link(preview)
    async with preview.client() as client:
        assert (await client.get("/api/playground/v1/session")).status_code == 200
        found = await client.get(httpx.URL(good).raw_path.decode())
    assert "set-cookie" not in found.headers or COOKIE not in found.headers["set-cookie"]


async def test_an_owner_opens_a_preview_and_sees_the_application(preview: Site, pod: Pod) -> None:
    url = await link(preview)
    assert url.startswith(f"http://{preview.host(pod.uid)}/")
    found = await visit(preview, url)
    said = found.headers["set-cookie"]
    assert found.status_code == 303
    assert "; HttpOnly" in said and "; Path=/" in said and "domain" not in said.lower()
    shown = await ask(preview, pod.uid, "/?q=%2F1", cookie=said.partition(";")[0])
    assert (shown.status_code, shown.json()["query"]) == (200, "q=%2F1")
    assert shown.headers["x-robots-tag"] == "noindex"


async def test_the_pod_sees_no_cookie_and_no_token_of_the_portal(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    sent = f"{configured.SESSION_COOKIE_NAME}=s; {held}; own=1; {configured.CSRF_COOKIE_NAME}=c"
    more = {"authorization": "Bearer pgt_secret", "x-forwarded-for": "10.9.9.9"}
    found = dict((await ask(preview, pod.uid, cookie=sent, headers=more)).json()["headers"])
    assert found["cookie"] == "own=1"
    assert "authorization" not in found
    assert "x-forwarded-for" not in found
    assert (found["host"], found["x-forwarded-host"]) == (preview.host(pod.uid), preview.host(pod.uid))
    assert found["x-forwarded-proto"] == "http"


async def test_a_browser_keeps_no_cookie_of_a_pod_for_more_than_its_host(preview: Site, pod: Pod) -> None:
    found = await ask(preview, pod.uid, "/cookies", cookie=await cookie(preview))
    assert found.headers.get_list("set-cookie") == ["own=1; Path=/"]


async def test_a_preview_is_private(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    other = await sync_to_async(made.pod)(name="other")
    assert (await ask(preview, pod.uid)).status_code == 403
    assert (await ask(preview, pod.uid, cookie=f"{COOKIE}=pgc_guess")).status_code == 403
    assert (await ask(preview, other.uid, cookie=held)).status_code == 403
    async with preview.client() as client:
        headers = {"host": preview.host(pod.uid, preview.pod_port - 1), "cookie": held}
        assert (await client.get("/", headers=headers)).status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        await socket(preview, pod.uid, "")
    assert refused.value.response.status_code == 403


async def test_a_shadow_of_the_cookie_does_not_shut_out_who_has_it(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    assert (await ask(preview, pod.uid, cookie=f"{COOKIE}=pgc_neighbours; {held}")).status_code == 200


async def test_a_token_opens_once_also_when_asked_many_times_at_once(preview: Site, pod: Pod) -> None:
    url = await link(preview)
    found = await asyncio.gather(*(visit(preview, url) for _ in range(8)))
    assert sorted(each.status_code for each in found) == [303] + [403] * 7
    assert (await visit(preview, url)).status_code == 403


async def test_a_token_is_for_its_host_and_for_a_minute(preview: Site, pod: Pod) -> None:
    other = await sync_to_async(made.pod)(name="other")
    url = await link(preview)
    moved = url.replace(pod.uid.hex, other.uid.hex)
    assert (await visit(preview, moved)).status_code == 403
    left = await sync_to_async(PreviewVisit.objects.get)()
    assert timedelta(seconds=50) < left.token_expires_at - timezone.now() <= timedelta(seconds=60)
    await sync_to_async(PreviewVisit.objects.update)(token_expires_at=timezone.now())
    assert (await visit(preview, url)).status_code == 403


async def test_no_row_holds_a_secret(preview: Site, pod: Pod) -> None:
    url = await link(preview)
    held = (await visit(preview, url)).headers["set-cookie"].partition(";")[0]
    rows = str(await sync_to_async(lambda: list(PreviewVisit.objects.values()))())
    assert httpx.URL(url).params["token"] not in rows
    assert held.partition("=")[2] not in rows


async def test_staff_may_and_strangers_may_not(preview: Site, pod: Pod) -> None:
    assert (await visit(preview, await link(preview, "root", staff=True))).status_code == 303
    found = await sync_to_async(lambda: Caller("mallory").post(PATH, {"port": 80}))()
    assert found.code == 404
    nobody = await sync_to_async(lambda: Client().post(PATH, "{}", content_type="application/json"))()
    assert nobody.status_code == 401


@pytest.mark.parametrize("body", [{}, {"port": 0}, {"port": 65536}, {"port": "80"}, {"port": 80, "host": "10.0.0.1"}])
async def test_a_port_is_a_number_and_nothing_else_is_asked(preview: Site, pod: Pod, body: dict[str, Any]) -> None:
    found = await sync_to_async(lambda: Caller("alice").post(PATH, body))()
    assert found.code == 400
    assert found.causes[0][0] in ("port", "host")


async def test_to_work_in_a_preview_is_to_use_the_pod(preview: Site, pod: Pod, settings: Any) -> None:
    settings.IDLE = 2  # so that a use is noted every half second
    held = await cookie(preview)
    assert await _uses_it(pod, ask(preview, pod.uid, cookie=held))
    neighbour = f"http://80-{uuid4().hex}.preview.localhost"
    await asyncio.sleep(SURE_FOR)  # so that each look is one at the database
    for refused in ({"cookie": f"{COOKIE}=pgc_guess"}, {"cookie": held, "headers": {"origin": neighbour}}, {}):
        assert not await _uses_it(pod, ask(preview, pod.uid, method="POST", **refused))
    async with socket(preview, pod.uid, held):
        for _ in range(2):
            await _forget_use()
            began = time.monotonic()
            while not await _is_used(pod):
                assert time.monotonic() - began < IN_TIME, "what stays open is no use"
                await asyncio.sleep(0.1)


async def test_whoever_has_a_shared_link_uses_the_pod_too(preview: Site, pod: Pod) -> None:
    shared = await sync_to_async(_share)(preview)
    held = (await visit(preview, shared["url"])).headers["set-cookie"].partition(";")[0]
    assert await _uses_it(pod, ask(preview, pod.uid, cookie=held))


async def _uses_it(pod: Pod, doing: Awaitable[Any]) -> bool:
    """Whether that counts as use of the pod."""
    await _forget_use()
    await doing
    return await _is_used(pod)


async def _forget_use() -> None:
    lifetimes.noted.clear()
    await sync_to_async(Pod.objects.update)(used_at=None)


async def _is_used(pod: Pod) -> bool:
    return (await sync_to_async(Pod.objects.get)(pk=pod.pk)).used_at is not None


async def _refused_within(preview: Site, uid: UUID, held: str, seconds: float) -> None:
    began = time.monotonic()
    while (await ask(preview, uid, cookie=held)).status_code != 403:
        assert time.monotonic() - began < seconds, "it is still let in"
        await asyncio.sleep(0.05)


def _end_token(_: Pod) -> None:
    AccessToken.objects.all().delete()


def _end_pod(pod: Pod) -> None:
    Pod.objects.filter(pk=pod.pk).update(gone_at=timezone.now())


def _end_user(_: Pod) -> None:
    User.objects.filter(username="alice").update(is_active=False)


def _end_owner(pod: Pod) -> None:
    other, _ = User.objects.get_or_create(username="bob")
    pod.namespace.owner = other
    pod.namespace.save()


def _expire(_: Pod) -> None:
    PreviewVisit.objects.update(expires_at=timezone.now())


@pytest.mark.parametrize("end", [_end_token, _end_pod, _end_user, _end_owner, _expire])
async def test_a_preview_ends_with_what_it_rests_on(preview: Site, pod: Pod, end: Any) -> None:
    held = await cookie(preview)
    async with socket(preview, pod.uid, held) as open_socket:
        await sync_to_async(end)(pod)
        await _ended(open_socket, 1008)
    await _refused_within(preview, pod.uid, held, IN_TIME)
    await until(lambda: preview.application.open == 0)


def _sign_out(client: Client) -> None:
    assert client.delete("/api/playground/v1/session").status_code == 200


def _change_password(_: Client) -> None:
    user = User.objects.get(username="alice")
    user.set_password("another one")
    user.save()


def _forget_session(_: Client) -> None:
    Session.objects.all().delete()


@pytest.mark.parametrize("end", [_sign_out, _change_password, _forget_session])
async def test_a_preview_ends_with_its_session(preview: Site, pod: Pod, end: Any) -> None:
    def opened() -> tuple[Client, str]:
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username="alice"))
        found = client.post(PATH, {"port": preview.pod_port}, content_type="application/json")
        return client, found.json()["url"]

    client, url = await sync_to_async(opened)()
    held = (await visit(preview, url)).headers["set-cookie"].partition(";")[0]
    assert (await ask(preview, pod.uid, cookie=held)).status_code == 200
    await sync_to_async(end)(client)
    await _refused_within(preview, pod.uid, held, IN_TIME)


async def test_behind_tls_the_cookie_is_locked_to_its_host(preview: Site, pod: Pod, settings: Any) -> None:
    settings.SECURE_COOKIES, settings.PREVIEW_COOKIE_NAME = True, "__Host-preview_main"
    said = (await visit(preview, await link(preview))).headers["set-cookie"]
    assert said.startswith("__Host-preview_main=")
    assert "; Secure" in said and "; Path=/;" in said and "domain" not in said.lower()
    assert (await ask(preview, pod.uid, cookie=said.partition(";")[0])).status_code == 200


async def test_an_answer_that_goes_on_breaks_off_when_its_reader_may_no_longer(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    async with preview.client() as client:
        headers = {"host": preview.host(pod.uid), "cookie": held}
        with pytest.raises(httpx.RemoteProtocolError):
            async with client.stream("GET", "/endless", headers=headers) as answer:
                await sync_to_async(_end_token)(pod)
                async with asyncio.timeout(IN_TIME):
                    async for _ in answer.aiter_raw():
                        await asyncio.sleep(0)
    await until(lambda: preview.application.open == 0)


async def test_a_reader_who_stands_still_holds_back_the_pod_and_one_who_leaves_lets_it_go(
    preview: Site, pod: Pod
) -> None:
    held = await cookie(preview)
    reader, writer = await asyncio.open_connection("127.0.0.1", preview.port)
    writer.write(f"GET /endless HTTP/1.1\r\nhost: {preview.host(pod.uid)}\r\ncookie: {held}\r\n\r\n".encode())
    assert b"200" in await reader.readline()
    taken = -1
    while taken != preview.application.pieces:
        taken = preview.application.pieces
        await asyncio.sleep(0.3)
    assert taken * 65536 < 64 * 2**20
    assert preview.application.open == 1
    writer.transport.abort()
    await until(lambda: preview.application.open == 0)


async def test_a_body_passes_whole_however_it_is_framed_and_not_beyond_its_bound(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)

    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * 2**20

    for content in (b"x" * 10 * 2**20, pieces(10)):
        found = await ask(preview, pod.uid, cookie=held, method="POST", content=content)
        assert found.json()["length"] == 10 * 2**20
    said = await ask(preview, pod.uid, cookie=held, method="POST", content=b"x" * (10 * 2**20 + 1))
    assert said.status_code == 413
    unsaid = await ask(preview, pod.uid, cookie=held, method="POST", content=pieces(11))
    assert unsaid.status_code == 413


async def test_a_redirect_is_the_browsers_to_follow(preview: Site, pod: Pod) -> None:
    found = await ask(preview, pod.uid, "/away", cookie=await cookie(preview))
    assert (found.status_code, found.headers["location"]) == (307, "http://127.0.0.1:1/secret")


async def test_an_answer_without_a_body_passes(preview: Site, pod: Pod) -> None:
    found = await ask(preview, pod.uid, cookie=await cookie(preview), method="HEAD")
    assert (found.status_code, found.content) == (200, b"")
    assert int(found.headers["content-length"]) > 0


async def test_a_page_of_another_pod_cannot_make_a_browser_ask(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    origin = {"origin": f"http://{preview.host(uuid4())}"}
    assert (await ask(preview, pod.uid, cookie=held, method="POST", headers=origin)).status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        await socket(preview, pod.uid, held, origin=origin["origin"])
    assert refused.value.response.status_code == 403
    async with socket(preview, pod.uid, held, origin=f"http://{preview.host(pod.uid)}") as own:
        await own.send("hello")
        assert await own.recv() == "HELLO"


async def test_a_websocket_passes_both_ways_with_its_subprotocol_and_its_end(preview: Site, pod: Pod) -> None:
    held = await cookie(preview)
    async with socket(preview, pod.uid, f"{held}; own=1", subprotocols=["other", "chat"]) as open_socket:
        assert open_socket.subprotocol == "chat"
        await open_socket.send("hello")
        assert await open_socket.recv() == "HELLO"
        await open_socket.send(b"\x00\xff" * 1000)
        assert await open_socket.recv() == b"\x00\xff" * 1000
        await open_socket.send("bye")
        await _ended(open_socket, 4321)
    seen = dict(preview.application.headers)
    assert (seen["cookie"], seen["host"]) == ("own=1", preview.host(pod.uid))
    await until(lambda: preview.application.open == 0)


async def _ended(open_socket: ClientConnection, code: int) -> None:
    async with asyncio.timeout(IN_TIME):
        with pytest.raises(ConnectionClosed):
            await open_socket.recv()
    assert open_socket.close_code == code


async def test_a_websocket_that_the_pod_refuses_is_refused(preview: Site, pod: Pod) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await socket(preview, pod.uid, await cookie(preview), "/closed")
    assert refused.value.response.status_code == 502


async def test_where_no_pod_runs_the_page_says_so_and_asks_again(preview: Site, pod: Pod) -> None:
    def moved() -> str:
        caller = Caller("alice")
        caller.client.defaults["HTTP_HOST"] = "localhost"
        return str(caller.post(PATH, {"port": 1}).body["url"])

    held = (await visit(preview, await sync_to_async(moved)())).headers["set-cookie"].partition(";")[0]
    async with preview.client() as client:
        found = await client.get("/", headers={"host": preview.host(pod.uid, 1), "cookie": held})
    assert found.status_code == 503
    assert "The pod is not running" in found.text
    assert 'http-equiv="refresh"' in found.text


SHARES = f"{PATH}/shares"


def _share(preview: Site, hours: int = 1, caller: Caller | None = None) -> dict[str, Any]:
    caller = caller or Caller("alice")
    caller.client.defaults["HTTP_HOST"] = "localhost"
    found = caller.post(SHARES, {"port": preview.pod_port, "hours": hours})
    assert found.code == 200, found.body
    return found.body


async def test_a_shared_link_needs_no_account_and_opens_for_many(preview: Site, pod: Pod) -> None:
    shared = await sync_to_async(_share)(preview)
    for _ in range(2):
        found = await visit(preview, shared["url"])
        assert found.status_code == 303
        held = found.headers["set-cookie"].partition(";")[0]
        assert (await ask(preview, pod.uid, cookie=held)).status_code == 200
    listed = await sync_to_async(lambda: Caller("alice").get(SHARES).body["items"])()
    assert [each["id"] for each in listed] == [shared["id"]]
    assert listed[0]["url"] is None
    digest = (await sync_to_async(PreviewShare.objects.get)()).digest
    assert digest not in shared["url"]


def _alices_new_password(_: Pod) -> None:
    """Also one that is changed past Django's models."""
    User.objects.filter(username="alice").update(password="another")


def _end_share(_: Pod) -> None:
    assert Caller("alice").delete(f"{SHARES}/{PreviewShare.objects.get().pk}").body["items"] == []


def _expire_share(_: Pod) -> None:
    PreviewShare.objects.update(expires_at=timezone.now())


def _alice_may_only_read(_: Pod) -> None:
    RoleAssignment.objects.create(user=User.objects.get(username="alice"), role=Role.AUDITOR)


@pytest.mark.parametrize(
    "end",
    [
        _end_share,
        _expire_share,
        _end_token,
        _alices_new_password,
        _end_user,
        _end_owner,
        _alice_may_only_read,
        _end_pod,
    ],
)
async def test_a_shared_link_ends(preview: Site, pod: Pod, end: Any) -> None:
    shared = await sync_to_async(_share)(preview)
    held = (await visit(preview, shared["url"])).headers["set-cookie"].partition(";")[0]
    async with socket(preview, pod.uid, held) as open_socket:
        await sync_to_async(end)(pod)
        await _ended(open_socket, 1008)
    await _refused_within(preview, pod.uid, held, IN_TIME)
    assert (await visit(preview, shared["url"])).status_code == 403
    assert await sync_to_async(grants.shares)(pod) == []


@pytest.mark.parametrize(("minutes", "hours"), [(20, 1), (90, 1), (None, 1), (60 * 24, 168)])
async def test_no_link_outlives_the_token_it_was_made_with(
    preview: Site, pod: Pod, minutes: int | None, hours: int
) -> None:
    began = timezone.now()
    end = None if minutes is None else began + timedelta(minutes=minutes)

    def made_with() -> tuple[datetime, str]:
        caller = Caller("alice")
        AccessToken.objects.update(expires_at=end)
        told = _share(preview, hours, caller)["expiresAt"]
        return PreviewShare.objects.get().expires_at, told

    found, told = await sync_to_async(made_with)()
    if end is not None and end < began + timedelta(hours=hours):
        assert found == end
    else:
        assert began + timedelta(hours=hours) <= found <= timezone.now() + timedelta(hours=hours)
    assert datetime.fromisoformat(told) == found.replace(microsecond=found.microsecond // 1000 * 1000)


async def test_a_link_that_a_browser_made_outlives_its_session(preview: Site, pod: Pod) -> None:
    def shared() -> str:
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username="alice"))
        body = {"port": preview.pod_port, "hours": 1}
        url: str = client.post(SHARES, body, content_type="application/json").json()["url"]
        _sign_out(client)
        return url

    assert (await visit(preview, await sync_to_async(shared)())).status_code == 303


@pytest.mark.parametrize(
    ("body", "field"),
    [({"port": 80, "hours": 0}, "hours"), ({"port": 80, "hours": 169}, "hours"), ({"hours": 1}, "port")],
)
async def test_a_share_has_a_port_and_an_end(preview: Site, pod: Pod, body: dict[str, Any], field: str) -> None:
    found = await sync_to_async(lambda: Caller("alice").post(SHARES, body))()
    assert (found.code, found.causes[0][0]) == (400, field)


async def test_another_pods_share_is_not_found(preview: Site, pod: Pod) -> None:
    shared = await sync_to_async(_share)(preview)
    await sync_to_async(made.pod)(name="other")
    other = SHARES.replace("/web/", "/other/")
    found = await sync_to_async(lambda: Caller("alice").delete(f"{other}/{shared['id']}"))()
    assert found.code == 404


async def test_a_pod_has_so_many_shares_and_no_more(preview: Site, pod: Pod) -> None:
    def fill() -> int:
        for number in range(50):
            owner = pod.namespace.owner
            row = {"port": 80, "made_by": owner, "auth_hash": owner.get_session_auth_hash(), "digest": str(number)}
            PreviewShare.objects.create(pod=pod, expires_at=timezone.now() + timedelta(hours=1), **row)
        return Caller("alice").post(SHARES, {"port": 80, "hours": 1}).code

    assert await sync_to_async(fill)() == 409


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [grants.COOKIE, grants.SHARE])
def test_made_up_cookies_cost_one_query(kind: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert grants.admitted([f"{kind}{number}" for number in range(16)], Place(uuid4(), 80)) is None


@pytest.mark.usefixtures("throttled")
async def test_whoever_is_not_let_in_asks_only_so_often(preview: Site, pod: Pod, settings: Any) -> None:
    held = await cookie(preview)
    settings.REQUESTS_PER_MINUTE = 3
    assert (await ask(preview, pod.uid, cookie=held)).status_code == 200
    tries = [await ask(preview, pod.uid, cookie=f"{COOKIE}=pgc_{number}") for number in range(3)]
    assert [each.status_code for each in tries] == [403, 403, 429]
    assert "Too many" in tries[-1].text
    assert tries[-1].headers["retry-after"] == "20"
    assert tries[-1].headers["content-security-policy"].startswith("default-src 'none'")
    url = f"http://{preview.host(pod.uid)}/-playground/enter?token=pgv_guess"
    assert (await visit(preview, url)).status_code == 429
    with pytest.raises(InvalidStatus) as refused:
        await socket(preview, pod.uid, f"{COOKIE}=pgc_guess")
    assert refused.value.response.status_code == 429
    # Who was let in is not kept out by the others behind their address, nor is who brings no cookie refused for that.
    await asyncio.sleep(SURE_FOR)
    assert (await ask(preview, pod.uid, cookie=held)).status_code == 200
    assert (await ask(preview, pod.uid)).status_code == 403


async def test_all_who_have_a_preview_open_share_one_look(
    preview: Site, pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[tuple[str, ...]] = []
    real = grants.admitted

    def counted(cookies: tuple[str, ...], place: Place) -> str | None:
        looks.append(cookies)
        return real(cookies, place)

    monkeypatch.setattr(grants, "admitted", counted)
    held = await cookie(preview)
    async with AsyncExitStack() as stack:
        opened = (stack.enter_async_context(socket(preview, pod.uid, held)) for _ in range(12))
        await asyncio.gather(*opened)
        looks.clear()
        began = time.monotonic()
        while (took := time.monotonic() - began) < 3 * SURE_FOR or not looks:
            assert took < IN_TIME, "nobody looks any more"
            await asyncio.sleep(0.1)
    assert len(looks) <= took / SURE_FOR + 2
