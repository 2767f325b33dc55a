"""What Kubernetes has no path for: the session, the catalogue of images, one live sample."""

from __future__ import annotations

import base64
from itertools import groupby
from operator import itemgetter
from typing import Any, get_args

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from people import guests, links, oidc, second_factor, sign_in, trail
from people.roles import guest_until, profile_of, role_of
from people.rules import Verb
from sandboxes import catalogue, inspection_wire, namespaces, pods, policy, quotas, upstream, wire, wiring_wire
from sandboxes.api import (
    acts,
    bodies,
    copies,
    nodes,
    passwords,
    people,
    people_shapes,
    preview_shapes,
    previews,
    recording,
    terminal_shapes,
    terminals,
    trail_shapes,
    trails,
    violations,
)
from sandboxes.api import playground_shapes as shapes
from sandboxes.api import second_factor as factors
from sandboxes.api.answers import Unauthenticated, answer
from sandboxes.api.auth import SIGNED_IN, MaybeSignedIn, SignedIn, visitor
from sandboxes.api.documents import Documented, body_of
from sandboxes.api.logs import member_for_exec
from sandboxes.errors import Cause, Conflict, Malformed, NodeUnavailable, NotFound
from sandboxes.pins import pins_of
from sandboxes.times import stamp

BACKEND = "django.contrib.auth.backends.ModelBackend"

BODIES = (
    *factors.SHAPES,
    *passwords.SHAPES,
    people_shapes.NewGuest,
    people_shapes.NewToken,
    people_shapes.NewTeam,
    people_shapes.MemberRole,
    shapes.PasswordSignIn,
    shapes.LinkSignIn,
    shapes.Execute,
    shapes.MemberChoice,
    shapes.Kill,
    shapes.CloneTo,
    shapes.Extend,
    trail_shapes.Warning,
    terminal_shapes.NameTerminal,
    preview_shapes.OpenPreview,
    preview_shapes.SharePreview,
    bodies.PodManifest,
)

api = Documented(
    bodies=BODIES,
    title="Pod playground: the rest",
    version="v1",
    description="Session, catalogue and live samples. Errors are Kubernetes' Status objects.",
    urls_namespace="playground",
    auth=SIGNED_IN,
)


@api.get("/session", auth=visitor, response=shapes.Session, by_alias=True, operation_id="readSession")
def read_session(request: MaybeSignedIn) -> HttpResponse:
    """Who you are, your namespace (made now if this is the first time), and the token to send with changes."""
    return _session(request, request.auth)


@api.post(
    "/session",
    auth=visitor,
    response=shapes.Session,
    by_alias=True,
    operation_id="signIn",
    openapi_extra=body_of(shapes.PasswordSignIn, shapes.LinkSignIn),
)
def create_session(request: MaybeSignedIn) -> HttpResponse:
    """Sign in with a password or a one-time link. The CSRF token changes with it."""
    trail.always(request)
    body = bodies.read(request)
    user = _by_link(body) if "link" in body else _by_password(request, body)
    login(request, user, backend=BACKEND)
    return _session(request, user)


@api.delete("/session", auth=visitor, response=shapes.Session, by_alias=True, operation_id="signOut")
def delete_session(request: MaybeSignedIn) -> HttpResponse:
    """Sign out; harmless when you are not signed in."""
    logout(request)
    return _session(request, AnonymousUser())


@api.post(
    "/guests",
    auth=visitor,
    response={201: shapes.Session},
    by_alias=True,
    operation_id="becomeGuest",
    openapi_extra=body_of(people_shapes.NewGuest, required=False),
)
def create_guest(request: MaybeSignedIn) -> HttpResponse:
    """Sign in without an account, with the code of an event where guests need one. The CSRF token changes with it."""
    trail.always(request)
    asked = bodies.shaped(request, people_shapes.NewGuest)
    if isinstance(request.auth, User):
        raise Conflict("you are signed in already: sign out first")
    guest = guests.admit(request, asked.code)
    login(request, guest.user, backend=BACKEND)
    request.session.set_expiry(guest.expires_at)
    return _session(request, guest.user, 201)


@api.get("/catalogue", response=shapes.Catalogue, by_alias=True, operation_id="listCatalogue")
def list_catalogue(request: SignedIn) -> HttpResponse:
    """The images at hand, and those on their way."""
    columns = ("reference", "size", "state", "message")
    rows = [{column: getattr(row, column) for column in columns} for row in catalogue.offered(request.auth)]
    nearest = get_args(shapes.ImageState)
    rows.sort(key=lambda row: (row["reference"], nearest.index(row["state"])))
    firsts = [next(group) for _, group in groupby(rows, key=itemgetter("reference"))]
    pinned = pins_of(row["reference"] for row in firsts)
    return answer({"items": [row | {"pinned": pinned.get(row["reference"], "")} for row in firsts]})


@api.get("/quota", response=shapes.Quota, by_alias=True, operation_id="readQuota")
def read_quota(request: SignedIn) -> HttpResponse:
    """How much your pods have of what they may have, and your teams', and which they are."""
    return answer({"items": [_use(use) for use in quotas.uses(request.auth)]})


@api.get("/namespaces/{namespace}/pods/{name}/live", response=wire.Sample, by_alias=True, operation_id="readLiveSample")
async def read_live(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """One sample of the pod from inside, taken now; 503 with the reason while there is nothing to read."""
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.LOOK)
    try:
        sample = await upstream.one_sample(row.uid)
    except NotFound as exc:  # the pod is there, its containers are not yet
        raise NodeUnavailable(str(exc)) from exc
    return HttpResponse(sample, content_type="application/json")


@api.get(
    "/namespaces/{namespace}/pods/{name}/inspect",
    response=inspection_wire.Inspection,
    by_alias=True,
    operation_id="inspectPod",
)
async def inspect(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """Limits, use, rights, mounts and environment of each container, read now. What a Secret holds is not told."""
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.LOOK)
    return HttpResponse(await upstream.inspection(row.uid), content_type="application/json")


@api.get(
    "/namespaces/{namespace}/pods/{name}/wiring",
    response=wiring_wire.Wiring,
    by_alias=True,
    operation_id="readWiring",
)
async def wiring(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """The neighbours that the pod's network knows, and the firewall rules its packets meet; at most 5 s old."""
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.LOOK)
    return HttpResponse(await upstream.wiring(row.uid), content_type="application/json")


@api.get(
    "/namespaces/{namespace}/pods/{name}/commands", response=shapes.Commands, by_alias=True, operation_id="listCommands"
)
def list_commands(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """The docker commands that would make this pod by hand, in order, and those that take it away."""
    found = pods.commands_of(pods.live_pod(request.auth, namespace, name, Verb.READ))
    return answer({"items": [{"about": each.about, "line": each.line} for each in found]})


@api.post(
    "/namespaces/{namespace}/pods/{name}/exec",
    response=shapes.Executed,
    by_alias=True,
    operation_id="execute",
    openapi_extra=body_of(shapes.Execute),
)
async def execute(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """Run a command in a member to its end. For a shell to type into there is none of this."""
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.EXEC)
    asked = bodies.shaped(request, shapes.Execute)
    member = member_for_exec(pods.pod_object(row), asked.container)
    done = await upstream.execute(
        row.uid, member, tuple(asked.command), stdin=_stdin(asked), seconds=float(asked.timeout_seconds)
    )
    return answer(done)


acts.add(api)
copies.add(api)
terminals.add(api)
recording.add(api)
nodes.add(api)
people.add(api)
factors.add(api)
passwords.add(api)
previews.add(api)
trails.add(api)
violations.add(api)


def _use(use: quotas.Use) -> dict[str, Any]:
    by = [
        {"name": each.name, "amount": each.amount, "secondsLeft": each.left, "isEnding": each.is_ending}
        for each in use.by
    ]
    return {"pool": use.pool, "resource": use.resource, "used": use.used, "limit": use.limit, "by": by}


def _stdin(asked: shapes.Execute) -> bytes:
    try:
        return base64.b64decode(asked.stdin_base64, validate=True) if asked.stdin_base64 else asked.stdin.encode()
    except ValueError as exc:
        told = "it is not base64"
        raise Malformed(f"stdinBase64: {told}", (Cause("stdinBase64", "FieldValueInvalid", told),)) from exc


def _session(request: HttpRequest, user: User | AnonymousUser, code: int = 200) -> HttpResponse:
    provider = {"name": settings.OIDC_NAME, "path": oidc.LOGIN} if settings.OIDC_ISSUER else None
    told: dict[str, Any] = {"user": None, "namespace": None, "csrfToken": get_token(request)}
    told |= {"guests": settings.GUESTS, "provider": provider}
    if isinstance(user, User):
        until = guest_until(user)
        told["user"] = {
            "name": user.username,
            "isStaff": user.is_staff,
            "role": role_of(user),
            "guestUntil": stamp(until) if until else None,
            "needsSecondFactor": second_factor.is_missing(user),
            "publishesPorts": bool(policy.profile_named(profile_of(user)).host_ports),
        }
        told["namespace"] = namespaces.namespace_of(user).name
    return answer(told, code)


def _by_link(body: dict[str, Any]) -> User:
    given = bodies.checked(shapes.LinkSignIn, body)
    if (owner := links.owner_of(given.link)) is not None:
        second_factor.check(owner, given.code)
    user = links.redeem(given.link)
    if user is None:
        raise Unauthenticated("this link has been used, or is more than 15 minutes old: ask for a new one")
    return user


def _by_password(request: HttpRequest, body: dict[str, Any]) -> User:
    given = bodies.checked(shapes.PasswordSignIn, body)
    user = sign_in.with_password(request, given.username, given.password)
    if user is None:
        raise Unauthenticated("the name or the password is wrong")
    second_factor.check(user, given.code)
    return user
