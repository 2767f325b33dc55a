"""Who gets where: every operation of the OpenAPI documents and every WebSocket route, against every kind of visitor.

A route without a row fails here, and so does a row without a route: whoever adds one says who may use it.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import Client

from sandboxes import wire
from sandboxes.routing import websocket_urlpatterns
from tests.service import made
from tests.service.caller import Answered, Caller, read
from tests.service.test_consumers import bearer, code, page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]

K, P = "/api/v1/namespaces", "/api/playground/v1"
POD = P + "/namespaces/{namespace}/pods/{name}"
TERMINAL = str(UUID(int=7))
# Who may: `anyone`, `members` (whoever is signed in, about what is theirs), `owner` (and staff), `staff`, `founders`
# (authors and staff; to all others it is forbidden), `browsers` (as members, and no token).
ACCESS = {
    **dict.fromkeys((f"{method} {P}/session" for method in ("GET", "POST", "DELETE")), "anyone"),
    **dict.fromkeys((f"POST {P}/guests", f"POST {P}/csp-reports"), "anyone"),
    f"GET {K}": "members",
    **dict.fromkeys((f"{method} {P}/tokens" for method in ("GET", "POST")), "members"),
    f"DELETE {P}/tokens/{{token}}": "members",
    **dict.fromkeys((f"{method} {P}/sessions" for method in ("GET", "DELETE")), "members"),
    f"DELETE {P}/sessions/{{session}}": "members",
    **dict.fromkeys((f"{method} {P}/second-factor" for method in ("GET", "POST", "PUT", "DELETE")), "browsers"),
    f"POST {P}/second-factor/recovery-codes": "browsers",
    **dict.fromkeys((f"{method} {P}/password" for method in ("GET", "PUT")), "browsers"),
    f"GET {P}/teams": "members",
    f"POST {P}/teams": "founders",
    **dict.fromkeys((f"{method} {P}/teams/{{team}}" for method in ("GET", "DELETE")), "owner"),
    **dict.fromkeys((f"{method} {P}/teams/{{team}}/members/{{user}}" for method in ("PUT", "DELETE")), "owner"),
    f"GET {P}/catalogue": "members",
    f"GET {P}/quota": "members",
    f"GET {P}/nodes": "staff",
    f"GET {P}/trail": "staff",
    f"GET {P}/trail/export": "staff",
    f"POST {POD}/warn": "staff",
    f"GET {P}/nodes/{{name}}": "staff",
    f"GET {K}/{{namespace}}/events": "owner",
    **dict.fromkeys((f"{method} {K}/{{namespace}}/pods" for method in ("GET", "POST", "DELETE")), "owner"),
    **dict.fromkeys(
        (f"{method} {K}/{{namespace}}/pods/{{name}}" for method in ("GET", "PUT", "PATCH", "DELETE")), "owner"
    ),
    f"GET {K}/{{namespace}}/pods/{{name}}/log": "owner",
    **dict.fromkeys(
        (f"{method} {K}/{{namespace}}/pods/{{name}}/ephemeralcontainers" for method in ("GET", "PUT", "PATCH")), "owner"
    ),
    **dict.fromkeys((f"{method} {K}/{{namespace}}/pods/{{name}}/status" for method in ("PUT", "PATCH")), "owner"),
    **{
        f"{method} {K}/{{namespace}}/{kind}{rest}": "owner"
        for kind in ("configmaps", "secrets")
        for rest, methods in (("", ("GET", "POST")), ("/{name}", ("GET", "PUT", "PATCH", "DELETE")))
        for method in methods
    },
    **dict.fromkeys(
        (
            f"POST {POD}/{act}"
            for act in ("clone", "exec", "extend", "kill", "pause", "replace", "restart", "start", "stop", "unpause")
        ),
        "owner",
    ),
    **dict.fromkeys((f"GET {POD}/{what}" for what in ("commands", "copy", "inspect", "live", "terminals")), "owner"),
    **dict.fromkeys((f"GET {POD}/{what}" for what in ("recording", "recording/pod", "wiring")), "owner"),
    f"GET {POD}/recording/samples": "owner",
    f"POST {POD}/preview": "owner",
    **dict.fromkeys((f"{method} {POD}/preview/shares" for method in ("GET", "POST")), "owner"),
    f"DELETE {POD}/preview/shares/{{share}}": "owner",
    f"PUT {POD}/copy": "owner",
    **dict.fromkeys((f"{method} {POD}/terminals/{{terminal}}" for method in ("PUT", "DELETE")), "owner"),
}
SOCKETS = {
    "ws/namespaces/<str:namespace>/pods/<str:name>/live": "owner",
    "ws/namespaces/<str:namespace>/pods/<str:name>/terminal": "owner",
}
# What a route needs to be asked at all: authorisation comes before what is asked.
QUERY = {f"GET {POD}/recording/samples": "?from=2026-01-01T00:00:00Z", f"GET {POD}/copy": "?path=/etc"}
QUERY |= {f"PUT {POD}/copy": "?path=/etc"}
# A body that is malformed is refused before anybody is asked for, in the same words to all.
BODIES = dict.fromkeys((f"POST {POD}/clone", f"PUT {POD}/terminals/{{terminal}}"), b'{"name": "other"}')
BODIES |= {f"POST {P}/teams": b'{"name": "others"}', f"POST {POD}/warn": b'{"message": "stop it"}'}
SHUT = (
    "not found",
    "the server could not find the requested resource",
    'pods "web" not found',
    'namespaces "alice" not found',
    'teams "crew" not found',
)
CHANGES = {"PATCH": "application/merge-patch+json"}


def test_every_operation_has_a_row_and_every_row_an_operation(tmp_path: Any) -> None:
    call_command("openapi", str(tmp_path), verbosity=0)
    found = set()
    for name in ("kubernetes", "playground"):
        for path, operations in json.loads((tmp_path / f"{name}.json").read_text())["paths"].items():
            found |= {f"{method.upper()} {path}" for method in operations if method != "parameters"}
    assert found == set(ACCESS)


def test_every_socket_has_a_row_and_every_row_a_socket() -> None:
    assert {str(route.pattern) for route in websocket_urlpatterns} == set(SOCKETS)


def ask(client: Client, route: str) -> Answered:
    """The route, of alice's pod, with the least that it takes."""
    method, _, path = route.partition(" ")
    filled = path.format(namespace="alice", name="n1" if "/nodes/" in path else "web", terminal=TERMINAL,
                         team="crew", user="bob", token=0, session="none", share=7)  # fmt: skip
    kind = CHANGES.get(method, "application/json")
    return read(client.generic(method, filled + QUERY.get(route, ""), BODIES.get(route, b"{}"), content_type=kind))


def is_shut(found: Answered) -> bool:
    """As if there were no such thing: what is asked for is named, or nothing is."""
    if (found.code, found.body.get("reason")) != (404, "NotFound"):
        return False
    return found.body["message"] in SHUT or ("nodes" in found.body["message"])


@pytest.mark.parametrize("route", ACCESS)
def test_only_who_may_gets_through(route: str) -> None:
    may = ACCESS[route]
    made.pod()
    made.team("crew", admin="alice", member="bob")
    nobody = Client(raise_request_exception=False)
    assert (ask(nobody, route).code == 401) == (may != "anyone")
    assert is_shut(ask(Caller("mallory").client, route)) == (may in ("owner", "staff"))
    if may == "browsers":
        assert ask(Caller("alice").client, route).code == ask(Caller("root", staff=True).client, route).code == 403
        client = Client(raise_request_exception=False)
        client.force_login(Caller("alice").user)
        assert (found := ask(client, route)).code != 403 and not is_shut(found)
        return
    if may == "founders":
        assert ask(Caller("mallory").client, route).code == ask(Caller("alice").client, route).code == 403
    # Staff first: what the owner deletes is not there for anyone.
    for caller, is_refused in ((Caller("root", staff=True), False), (Caller("alice"), may == "staff")):
        if route == f"POST {P}/teams" and not caller.user.is_staff:
            continue
        made.team("crew", admin="alice", member="bob")  # again, where the last one deleted it
        found = ask(caller.client, route)
        assert is_shut(found) == is_refused and found.code not in (401, 403), found.body


@pytest.mark.parametrize("pattern", SOCKETS)
async def test_a_socket_lets_in_neither_nobody_nor_strangers(pattern: str) -> None:
    await sync_to_async(made.pod)()
    path = "/" + pattern.replace("<str:namespace>", "alice").replace("<str:name>", "web")
    async with page({}, path) as socket:
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
    async with page(await bearer("mallory"), path) as socket:
        assert await code(socket) == wire.CLOSE_NOT_FOUND
