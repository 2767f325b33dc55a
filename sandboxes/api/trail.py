"""Middleware that writes the audit trail: every request that would change something, however it was answered; and what
operators and auditors read of others.

Their acts on somebody else's pod also stand in that pod's events, where its owner sees them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from people import trail
from people.roles import role_of
from people.sign_in import address_of, subscriber
from sandboxes import operators, throttle
from sandboxes.errors import TooManyRequests
from sandboxes.models import Namespace

log = logging.getLogger(__name__)
API = "/api/"
TOO_MANY, BAD = 429, 400
Handler = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def keep(get_response: Handler) -> Handler:
    """See the module."""
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponseBase:
            found: Awaitable[HttpResponseBase] = get_response(request)
            response = await found
            if _is_kept(request, response):
                await sync_to_async(_note)(request, response.status_code)
            return response

        return awaited

    def called(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if _is_kept(request, response):
            _note(request, response.status_code)
        return response

    return called


def _is_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Who asks too often would fill the trail with that. Of what is read, `_write` asks who does."""
    if response.status_code == TOO_MANY:
        return False
    return trail.is_for(request) or (response.status_code < BAD and "name" in _named(request))


def _named(request: HttpRequest) -> dict[str, object]:
    return request.resolver_match.kwargs if request.resolver_match else {}


def _object(request: HttpRequest) -> str:
    """The last word of the route that is no parameter of it: `pods`, `exec`, `session`."""
    route = request.resolver_match.route if request.resolver_match else ""
    return next((word for word in reversed(route.split("/")) if word and not word.startswith("<")), "")


def _is_too_much(request: HttpRequest, actor: User | None, code: int) -> bool:
    """Whether it was refused, and would fill the trail: no other throttle has counted who is not signed in, nor anybody
    outside of the API. A sign-in is kept however often somebody tries.
    """
    if code < BAD or trail.is_always_for(request) or (actor is not None and request.path.startswith(API)):
        return False
    whose = f"user-{actor.pk}" if actor else f"address-{subscriber(address_of(request))}"
    try:
        throttle.take(throttle.refusals(), whose)
    except TooManyRequests:
        return True
    return False


def _note(request: HttpRequest, code: int) -> None:
    """What cannot be written does not undo what was done: it is logged, and a full disk is seen elsewhere."""
    try:
        _write(request, code)
    except DatabaseError:
        log.exception("no entry in the trail for %s %s", request.method, request.path)


def _write(request: HttpRequest, code: int) -> None:
    # By a token or a session; whoever signs in was nobody when the request came.
    found = (getattr(request, "auth", None), getattr(request, "user", None))
    actor = next((user for user in found if isinstance(user, User) and user.pk), None)
    if _is_too_much(request, actor, code):
        return
    named = _named(request)
    row = Namespace.objects.filter(name=str(named.get("namespace", ""))).select_related("owner").first()
    if not trail.is_for(request) and not (actor and row and operators.is_stranger_with_sight(actor, row)):
        return
    deed = trail.Deed(
        act=f"{request.method} {_object(request)}",
        path=trail.path_of(request),
        actor=actor.username if actor else "",
        role=role_of(actor).value if actor else "",
        address=address_of(request),
        owner=row.owner.username if row else "",
        code=code,
        request=getattr(request, "id", ""),
    )
    if not trail.is_for(request) and trail.has_lately(deed):
        return
    trail.append(deed)
    if actor is not None and row is not None and code < BAD and "/pods/" in request.path:
        operators.tell_owner(actor, row, str(named.get("name", "")), deed.act)
