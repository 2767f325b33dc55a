"""What can be done to a pod besides changing its spec: stop, start, extend, restart, freeze, thaw, signal, clone,
replace.
"""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.http import HttpResponse

from people import trail
from people.rules import Verb
from sandboxes import changes, idempotency, namespaces, pods, spec, upstream
from sandboxes.api import bodies, options
from sandboxes.api import playground_shapes as shapes
from sandboxes.api import shapes as kubernetes_shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.api.logs import member_for_exec
from sandboxes.models import Pod

POD = "/namespaces/{namespace}/pods/{name}"


def add(api: Documented) -> None:
    """The routes."""
    told = {"response": kubernetes_shapes.Pod, "by_alias": True}

    @api.post(f"{POD}/stop", operation_id="stopPod", **told)  # type: ignore[arg-type]
    def stop(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """End members and pause; the spec, logs and volumes stay until the pod is started or deleted."""
        return _shown(changes.stop(request.auth, namespace, name))

    @api.post(f"{POD}/start", operation_id="startPod", **told)  # type: ignore[arg-type]
    def start(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Start a stopped pod: a new pause, init members again, every member anew."""
        return _shown(changes.start(request.auth, namespace, name))

    @api.post(f"{POD}/restart", operation_id="restartMember", openapi_extra=body_of(shapes.MemberChoice), **told)  # type: ignore[arg-type]
    def restart(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Stop one member within its grace and start it again at once; the pod's address stays."""
        member = _member(request.auth, namespace, name, bodies.shaped(request, shapes.MemberChoice).container)
        return _shown(changes.restart(request.auth, namespace, name, member))

    @api.post(f"{POD}/extend", operation_id="extendPod", openapi_extra=body_of(shapes.Extend), **told)  # type: ignore[arg-type]
    def extend(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Let the pod live for so many minutes more; 422 names the latest end when that is too many."""
        pods.live_pod(request.auth, namespace, name, Verb.UPDATE)  # a stranger learns nothing by how bodies are refused
        minutes = bodies.shaped(request, shapes.Extend).minutes
        return _shown(changes.extend(request.auth, namespace, name, minutes))

    @api.post(f"{POD}/clone", openapi_extra=body_of(shapes.CloneTo), operation_id="clonePod",
              response={201: kubernetes_shapes.Pod}, by_alias=True)  # fmt: skip
    def clone(request: SignedIn, namespace: str, name: str, key: options.IdempotencyKey = None) -> HttpResponse:
        """Another pod of the same spec under another name; under an Idempotency-Key once."""
        asked = bodies.shaped(request, shapes.CloneTo)
        if asked.dry_run:
            trail.leave_out(request)

        def make() -> Pod:
            return changes.clone(request.auth, namespace, name, asked.name, dry_run=asked.dry_run)

        return _made(request, namespace, None if asked.dry_run else options.key(request, key, asked.model_dump()), make)

    @api.post(f"{POD}/replace", openapi_extra=body_of(bodies.PodManifest, yaml=True), operation_id="replaceByForce",
              response={201: kubernetes_shapes.Pod}, by_alias=True)  # fmt: skip
    def replace(request: SignedIn, namespace: str, name: str, key: options.IdempotencyKey = None) -> HttpResponse:
        """Another pod in the place of this one, which goes at once (kubectl replace --force); under an Idempotency-Key
        once.
        """
        # A stranger learns nothing from how a body is refused.
        namespaces.live_namespace(request.auth, namespace, Verb.DELETE)
        body = bodies.read(request)

        def make() -> Pod:
            return changes.replace(request.auth, namespace, name, spec.decode(body))

        return _made(request, namespace, options.key(request, key, body), make)

    _add_acts(api)


def _made(request: SignedIn, namespace: str, key: idempotency.Key | None, make: Callable[[], Pod]) -> HttpResponse:
    home = namespaces.live_namespace(request.auth, namespace, Verb.CREATE)
    return answer(pods.pod_object(idempotency.once(request.auth, home, key, make)), 201)


def _add_acts(api: Documented) -> None:
    options = {"response": shapes.Done, "by_alias": True, "openapi_extra": body_of(shapes.MemberChoice)}

    @api.post(f"{POD}/pause", operation_id="pausePod", **options)  # type: ignore[arg-type]
    async def pause(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Freeze a member, or without a name all of them: their processes stand still, all else stays."""
        return await _act(request, namespace, name, "freeze")

    @api.post(f"{POD}/unpause", operation_id="unpausePod", **options)  # type: ignore[arg-type]
    async def unpause(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Let frozen members go on."""
        return await _act(request, namespace, name, "thaw")

    @api.post(f"{POD}/kill", operation_id="killMember", response=shapes.Done, by_alias=True,
              openapi_extra=body_of(shapes.Kill))  # fmt: skip
    async def kill(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """Send a signal to a member's first process; what comes of it is up to that, and to restartPolicy."""
        row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.ACT)
        asked = bodies.shaped(request, shapes.Kill)
        member = member_for_exec(pods.pod_object(row), asked.container)
        return answer({"members": await upstream.act(row.uid, member, "signal", signal=asked.signal)})


async def _act(request: SignedIn, namespace: str, name: str, act: str) -> HttpResponse:
    row = await sync_to_async(pods.live_pod)(request.auth, namespace, name, Verb.ACT)
    asked = bodies.shaped(request, shapes.MemberChoice).container
    member = member_for_exec(pods.pod_object(row), asked) if asked else ""
    return answer({"members": await upstream.act(row.uid, member, act)})


def _member(user: User, namespace: str, name: str, asked: str) -> str:
    return member_for_exec(pods.pod_object(pods.live_pod(user, namespace, name, Verb.UPDATE)), asked)


def _shown(row: Pod) -> HttpResponse:
    return answer(pods.pod_object(row))
