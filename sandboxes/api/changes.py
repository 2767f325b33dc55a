"""Changes of a pod on Kubernetes' own paths: PATCH and PUT of the pod, its status and its debug members."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from people.rules import Verb
from sandboxes import changes, pods
from sandboxes.api import bodies, shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented
from sandboxes.models import Pod
from sandboxes.spec.merging import merged, strategic

POD = "/v1/namespaces/{namespace}/pods/{name}"
PATCHES: dict[str, Any] = {
    "application/strategic-merge-patch+json": strategic,
    "application/merge-patch+json": merged,
}
ANY_OBJECT = {"type": "object", "additionalProperties": True}
PATCH_BODY = {"requestBody": {"content": {kind: {"schema": ANY_OBJECT} for kind in PATCHES}, "required": True}}
PUT_BODY = {"requestBody": {"content": {"application/json": {"schema": ANY_OBJECT}}, "required": True}}
TARGETS = (
    ("", "Pod", changes.update, "labels, annotations, images, activeDeadlineSeconds"),
    ("/status", "PodStatus", changes.update_status, "the conditions of its readiness gates"),
    ("/ephemeralcontainers", "PodEphemeralContainers", changes.update_debug, "debug members, more of them"),
)


def add(api: Documented) -> None:
    """The routes."""
    for path, what, change, told in TARGETS:
        _add(api, path, what, change, told)


def _add(api: Documented, path: str, what: str, use: Any, told: str) -> None:
    options: dict[str, Any] = {"response": shapes.Pod, "by_alias": True}

    @api.patch(f"{POD}{path}", operation_id=f"patch{what}", openapi_extra=PATCH_BODY, **options)
    def patch(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        pods.live_pod(request.auth, namespace, name, Verb.UPDATE)
        given = bodies.read(request, kinds=tuple(PATCHES))
        apply = PATCHES[request.content_type or ""]
        return _shown(use(request.auth, namespace, name, lambda pod: apply(pod, given)))

    @api.put(f"{POD}{path}", operation_id=f"replace{what}", openapi_extra=PUT_BODY, **options)
    def put(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        pods.live_pod(request.auth, namespace, name, Verb.UPDATE)
        given = bodies.read(request)
        return _shown(use(request.auth, namespace, name, lambda _: given))

    patch.__doc__ = f"Change {told}, by a merge."
    put.__doc__ = f"Change {told}: the whole object as it shall be."
    if path == "/ephemeralcontainers":

        @api.get(f"{POD}{path}", operation_id=f"read{what}", **options)
        def read(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
            """The pod, whose debug members are in its spec."""
            return _shown(pods.live_pod(request.auth, namespace, name, Verb.READ))  # type: ignore[attr-defined]


def _shown(row: Pod) -> HttpResponse:
    return answer(pods.pod_object(row))
