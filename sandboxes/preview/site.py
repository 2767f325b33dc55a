"""The ASGI application in front of the portal's: whatever is asked of a host below the preview domain ends here.

So no path of the portal is there on a preview's host, and nothing of a pod on the portal's. The paths below
`/-playground/` of a preview are the site's own: `enter?token=…` opens it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.conf import settings

from people import sign_in, tokens
from sandboxes import throttle
from sandboxes.errors import TooManyRequests
from sandboxes.preview import grants, headers, origins, pages
from sandboxes.preview.exchange import Left, Receive, Request, Send, TooLarge, Unsendable, exchange
from sandboxes.preview.hosts import Place, is_preview_host, place_of
from sandboxes.preview.pages import Page
from sandboxes.preview.reasons import Unreachable
from sandboxes.preview.websocket import connected, converse

Ending = Callable[[], Coroutine[Any, Any, None]]
App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
OWN = "/-playground/"
ENTER = f"{OWN}enter"
# A browser that was let in is let in again so long without a look, seconds; what stays open is looked at as often.
SURE_FOR = 1.5
MOST_SURE = 4096
MOST_COOKIES = 16
# RFC 6455 §7.4.1: policy violation.
CLOSE_REFUSED = 1008
SECURE = ("https", "wss")
DENIAL = "websocket.http.response"  # ASGI's extension for an answer to a WebSocket that is not opened


class PreviewSite:
    """`portal` answers on every other host."""

    def __init__(self, portal: App) -> None:
        self._portal = portal
        self._sure = Sure()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name.lower() == b"host"]
        if not any(is_preview_host(host, settings.PREVIEW_DOMAIN) for host in hosts):
            await self._portal(scope, receive, send)
            return
        place = place_of(hosts[0], settings.PREVIEW_DOMAIN) if len(hosts) == 1 else None
        answer = _Answer(scope, receive, send)
        try:
            if place is None:
                await answer.page(pages.NOT_FOUND)
            elif scope["path"].startswith(OWN):
                await self._own(answer, place)
            else:
                await self._preview(answer, place)
        except TooManyRequests as exc:
            await answer.page(pages.too_often(exc.seconds))

    async def _own(self, answer: _Answer, place: Place) -> None:
        if answer.scope["path"] != ENTER or answer.method not in ("GET", "HEAD"):
            await answer.page(pages.NOT_FOUND)
            return
        asked = parse_qs(answer.scope["query_string"].decode("latin-1")).get("token", [""])[0]
        answer.scope["query_string"] = b""  # uvicorn reads it again for its log, where no secret belongs
        opened = None
        if answer.method == "GET":
            await _throttle(answer.scope)
            opened = await database_sync_to_async(grants.enter)(asked, place)
        if opened is None:
            await answer.page(pages.USED)
        else:
            await answer.let_in(opened)

    async def _preview(self, answer: _Answer, place: Place) -> None:
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.scope["headers"]}
        # First, for it costs no query, and what a page of elsewhere asks is no use of the pod.
        if origins.is_foreign(found, place, settings.PREVIEW_DOMAIN, method=answer.method):
            await answer.page(pages.FOREIGN)
            return
        cookie = await self._sure.good_cookie(answer.scope, place)
        if cookie is None:
            await answer.page(pages.PRIVATE)
        else:
            carry = _http if answer.scope["type"] == "http" else _websocket
            await carry(answer, place, partial(self._sure.until_refused, cookie, place))


class Sure:
    """Which cookies were good when they were last looked for, and how long that is believed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Place], float] = {}
        self._looks: dict[tuple[tuple[str, ...], Place], asyncio.Task[str | None]] = {}

    async def good_cookie(self, scope: dict[str, Any], place: Place) -> str | None:
        """The one that opens this preview. Raises TooManyRequests, but not for who was let in before."""
        named = headers.cookies_named(scope["headers"], settings.PREVIEW_COOKIE_NAME)
        cookies = tuple(dict.fromkeys(named))[:MOST_COOKIES]
        for cookie in cookies:
            if self._left(cookie, place) > 0:
                return cookie
        if not cookies:
            return None
        if all((cookie, place) not in self._known for cookie in cookies):
            await _throttle(scope)
        return await self._look(cookies, place)

    async def until_refused(self, cookie: str, place: Place) -> None:
        """Returns when it does not open it any more."""
        while self._left(cookie, place) > 0 or await self._look((cookie,), place):
            await asyncio.sleep(self._left(cookie, place))

    def _left(self, cookie: str, place: Place) -> float:
        return max(0.0, self._known.get((cookie, place), 0.0) - time.monotonic())

    async def _look(self, cookies: tuple[str, ...], place: Place) -> str | None:
        """One for all who want it at once: a page has many requests open. Who leaves ends it for no other."""
        key = cookies, place
        if key not in self._looks:
            self._looks[key] = asyncio.create_task(self._admitted(cookies, place))
            self._looks[key].add_done_callback(lambda _: self._looks.pop(key))
        return await asyncio.shield(self._looks[key])

    async def _admitted(self, cookies: tuple[str, ...], place: Place) -> str | None:
        asked = time.monotonic()
        found: str | None = await database_sync_to_async(grants.admitted)(cookies, place)
        for cookie in cookies:
            self._known.pop((cookie, place), None)
        if found is not None:
            self._known[found, place] = asked + SURE_FOR
        while len(self._known) > MOST_SURE:
            del self._known[next(iter(self._known))]
        return found


async def _throttle(scope: dict[str, Any]) -> None:
    """Raises TooManyRequests where this address tries too often. Redis keeps a thread waiting, as the database does."""
    host, _ = scope.get("client") or ("", 0)
    await database_sync_to_async(throttle.take)(throttle.previews(), f"address-{sign_in.subscriber(host)}")


class _Answer:
    """What is said to one browser, over HTTP or at the door of a WebSocket."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.has_begun = scope, receive, False
        self._send = send
        self.method = str(scope.get("method", "WEBSOCKET"))
        self.host = next(value for name, value in scope["headers"] if name.lower() == b"host")
        self.scheme = "https" if scope.get("scheme") in SECURE else "http"

    async def send(self, message: Any) -> None:
        self.has_begun = True
        await self._send(message)

    async def page(self, page: Page) -> None:
        body = page.html(again=self.method == "GET")
        await self._whole(page.status, page.headers(), body)

    async def let_in(self, opened: grants.Opened) -> None:
        secure = "; Secure" if settings.SECURE_COOKIES else ""
        # Lax: the link is followed from the portal, which is another site.
        cookie = (
            f"{settings.PREVIEW_COOKIE_NAME}={opened.secret}; Path=/; Max-Age={opened.seconds}; HttpOnly; "
            f"SameSite=Lax{secure}"
        )
        told = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"cache-control", b"no-store")]
        told += [(b"referrer-policy", b"no-referrer"), (b"content-security-policy", pages.POLICY.encode())]
        await self._whole(303, told, b"")

    async def _whole(self, status: int, told: headers.Headers, body: bytes) -> None:
        kind = "http.response"
        if self.scope["type"] == "websocket":
            await self.receive()  # websocket.connect
            if DENIAL not in self.scope.get("extensions", {}):
                await self._send({"type": "websocket.close"})
                return
            kind = DENIAL
        told = [*told, (b"content-length", str(len(body)).encode())]
        await self.send({"type": f"{kind}.start", "status": status, "headers": told})
        await self._send({"type": f"{kind}.body", "body": b"" if self.method == "HEAD" else body})


def _front(answer: _Answer) -> headers.Front:
    ours = frozenset({settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.PREVIEW_COOKIE_NAME})
    return headers.Front(answer.host, answer.scheme, headers.Portal(ours, (tokens.PREFIX,)))


async def _http(answer: _Answer, place: Place, until_refused: Ending) -> None:
    request = Request(answer.scope, answer.receive)
    if request.is_too_large:
        await answer.page(pages.TOO_LARGE)
        return
    try:
        carried = exchange(request, answer.send, place, _front(answer))
        if await _first_of(carried, until_refused(), request.left()):
            return
        page = pages.PRIVATE
    except Unreachable as exc:
        page = pages.unreachable(exc.reason, place.port)
    except TooLarge:
        page = pages.TOO_LARGE
    except Unsendable:
        page = pages.MALFORMED
    except Left:
        return
    # An answer that has begun cannot become another one: it breaks off, which the browser shows.
    if not answer.has_begun:
        await answer.page(page)


async def _websocket(answer: _Answer, place: Place, until_refused: Ending) -> None:
    try:
        async with connected(answer.scope, place, _front(answer)) as pod:
            await answer.receive()  # websocket.connect
            await answer.send({"type": "websocket.accept", "subprotocol": pod.subprotocol})
            if not await _first_of(converse(answer.receive, answer.send, pod), until_refused()):
                await answer.send({"type": "websocket.close", "code": CLOSE_REFUSED})
    except Unreachable as exc:
        if not answer.has_begun:
            await answer.page(pages.unreachable(exc.reason, place.port))


async def _first_of(work: Coroutine[Any, Any, None], *others: Coroutine[Any, Any, None]) -> bool:
    """Whether the work came to its end; it is ended when any of the others comes to its own. Raises what any raised."""
    task = asyncio.create_task(work)
    ends = [asyncio.create_task(each) for each in others]
    try:
        await asyncio.wait({task, *ends}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, *ends):
            if each.done():
                each.result()
        return task.done()
    finally:
        for each in (task, *ends):
            each.cancel()
        await asyncio.gather(task, *ends, return_exceptions=True)
