"""Middleware around everything: below /api/ no answer is a page, and every answer says what a browser may do with it.

Outermost, so that what Django and other middleware refuse (host, CSRF, method, a bug) passes here too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from sandboxes import violations
from sandboxes.api.answers import answer, status

API = "/api/"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# For a page that says nothing else: Django's admin has its scripts and styles in files.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    f"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; {violations.DIRECTIVES}"
)

Handler = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def edge(get_response: Handler) -> Handler:
    """See the module."""
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponseBase:
            _begin(request)
            found: Awaitable[HttpResponseBase] = get_response(request)
            return _finished(request, await found)

        return awaited

    def called(request: HttpRequest) -> HttpResponseBase:
        _begin(request)
        return _finished(request, get_response(request))

    return called


def _begin(request: HttpRequest) -> None:
    """Each has an id: log lines and the audit trail name it, and the answer's X-Request-Id."""
    request.id = uuid4().hex  # type: ignore[attr-defined]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request.id)  # type: ignore[attr-defined]


def _finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers["X-Request-Id"] = request.id  # type: ignore[attr-defined]
    if not request.path.startswith(API):
        response.headers.setdefault("Content-Security-Policy", PAGE)
        response.headers["Reporting-Endpoints"] = violations.ENDPOINTS
        return response
    if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith("application/json"):
        response = _as_status(response)
    response.headers["Content-Security-Policy"] = NOTHING
    response.headers["Cache-Control"] = "no-store"
    return response


def _as_status(page: HttpResponseBase) -> HttpResponse:
    found = answer(status(page.status_code), page.status_code)
    if "Allow" in page.headers:
        found.headers["Allow"] = page.headers["Allow"]
    return found
