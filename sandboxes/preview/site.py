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

from people import tokens
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
        if place is None:
            await answer.page(pages.NOT_FOUND)
        elif scope["path"].startswith(OWN):
            await self._own(answer, place)
        else:
            await self._preview(answer, place)

    async def _own(self, answer: _Answer, place: Place) -> None:
        if answer.scope["path"] != ENTER or answer.method not in ("GET", "HEAD"):
            await answer.page(pages.NOT_FOUND)
            return
        asked = parse_qs(answer.scope["query_string"].decode("latin-1")).get("token", [""])[0]
        answer.scope["query_string"] = b""  # uvicorn reads it again for its log, where no secret belongs
        opened = await database_sync_to_async(grants.enter)(asked, place) if answer.method == "GET" else None
        if opened is None:
            await answer.page(pages.USED)
        else:
            await answer.let_in(opened)

    async def _preview(self, answer: _Answer, place: Place) -> None:
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.scope["headers"]}
        cookie = await self._sure.good_cookie(answer.scope["headers"], place)
        if cookie is None:
            await answer.page(pages.PRIVATE)
        elif origins.is_foreign(found, place, settings.PREVIEW_DOMAIN, method=answer.method):
            await answer.page(pages.FOREIGN)
        else:
            carry = _http if answer.scope["type"] == "http" else _websocket
            await carry(answer, place, partial(self._sure.until_refused, cookie, place))


class Sure:
    """Which cookies were good a moment ago."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Place], float] = {}

    async def good_cookie(self, given: headers.Headers, place: Place) -> str | None:
        """The one that opens this preview."""
        for cookie in headers.cookies_named(given, settings.PREVIEW_COOKIE_NAME)[:MOST_COOKIES]:
            if self._known.get((cookie, place), 0.0) > time.monotonic() or await self._admits(cookie, place):
                return cookie
        return None

    async def until_refused(self, cookie: str, place: Place) -> None:
        """Returns when it does not open it any more; who came in on an older look is looked at when that is over."""
        await asyncio.sleep(max(0.0, self._known.get((cookie, place), 0.0) - time.monotonic()))
        while await self._admits(cookie, place):
            await asyncio.sleep(SURE_FOR)

    async def _admits(self, cookie: str, place: Place) -> bool:
        asked = time.monotonic()
        is_good: bool = await database_sync_to_async(grants.admits)(cookie, place)
        self._known.pop((cookie, place), None)
        if is_good:
            self._known[cookie, place] = asked + SURE_FOR
        while len(self._known) > MOST_SURE:
            del self._known[next(iter(self._known))]
        return is_good


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
