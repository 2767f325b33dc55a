"""Kubernetes' own paths: pods, their logs, events, namespaces. Reads, calls a use case, shows the object."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse, StreamingHttpResponse
from ninja import Query

from people.rules import Verb
from sandboxes import idempotency, namespaces, operators, pods, present, spec, upstream
from sandboxes.api import bodies, changes, configs, options, selectors, shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SIGNED_IN, SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.api.downloads import while_allowed
from sandboxes.api.logs import LogQuery, member_of
from sandboxes.errors import NotFound
from sandboxes.models import Namespace, Pod

PODS = "/v1/namespaces/{namespace}/pods"
POD = PODS + "/{name}"
TEXT = {"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}}

api = Documented(
    bodies=(bodies.PodManifest, bodies.DeleteOptions, bodies.ConfigMapManifest, bodies.SecretManifest),
    title="Pod playground: Kubernetes' paths",
    version="v1",
    description="Pods as Kubernetes has them. Errors are Status objects. Bodies are JSON or YAML.",
    urls_namespace="kubernetes",
    auth=SIGNED_IN,
)


@api.get("/v1/namespaces", response=shapes.NamespaceList, by_alias=True, operation_id="listNamespaces")
def list_namespaces(request: SignedIn) -> HttpResponse:
    """The namespaces you may see: yours, which is made now if this is the first time; all for staff."""
    namespaces.namespace_of(request.auth)
    version = pods.resource_version()
    items = [_namespace_object(row) for row in namespaces.visible_namespaces(request.auth)]
    return answer(present.listing("NamespaceList", items, version))


@api.get(PODS, response=shapes.PodList, by_alias=True, operation_id="listPods")
def list_pods(
    request: SignedIn,
    namespace: str,
    label_selector: Annotated[str, Query(alias="labelSelector")] = "",
    field_selector: Annotated[str, Query(alias="fieldSelector")] = "",
) -> HttpResponse:
    """The pods of a namespace."""
    version = pods.resource_version()  # before the rows: a list may be newer than it says, never older
    return answer(present.listing("PodList", _chosen(request.auth, namespace, label_selector, field_selector), version))


@api.delete(
    PODS,
    response=shapes.PodList,
    by_alias=True,
    operation_id="deletePods",
    openapi_extra=body_of(bodies.DeleteOptions, required=False),
)
def delete_pods(request: SignedIn, namespace: str, query: Query[options.DeleteQuery]) -> HttpResponse:
    """Delete the pods of a namespace that are chosen, each as one alone would be. The pods as they are then."""
    # A stranger learns nothing from how a body is refused.
    home = namespaces.live_namespace(request.auth, namespace, Verb.DELETE)
    dry = options.dry_run(request, query.dry_run, options.DELETE)
    grace, terms = options.deletion(request)
    asked = query.grace_period_seconds if grace is None else grace
    terms = replace(terms, dry_run=dry or terms.dry_run)
    version, deleted = pods.resource_version(), []
    for pod in _chosen(request.auth, namespace, query.label_selector, query.field_selector):
        with suppress(NotFound):  # gone meanwhile, which is what was asked for
            row = pods.delete_pod(request.auth, namespace, pod["metadata"]["name"], grace=asked, terms=terms)
            deleted.append(pods.pod_object(row))
            if not terms.dry_run:
                operators.tell_owner(request.auth, home, row.name, "DELETE pods")
    return answer(present.listing("PodList", deleted, version))


@api.post(
    PODS,
    response={201: shapes.Pod},
    by_alias=True,
    operation_id="createPod",
    openapi_extra=body_of(bodies.PodManifest, yaml=True),
)
def create_pod(
    request: SignedIn,
    namespace: str,
    dry_run: Annotated[str, Query(alias="dryRun")] = "",
    key: options.IdempotencyKey = None,
) -> HttpResponse:
    """Create a pod; under an Idempotency-Key once. With `dryRun=All` everything is checked and nothing is kept."""
    dry = options.dry_run(request, dry_run, options.CREATE)
    # A stranger learns nothing from how a body is refused.
    home = namespaces.live_namespace(request.auth, namespace, Verb.CREATE)
    body = bodies.read(request)

    def make() -> Pod:
        return pods.create_pod(request.auth, namespace, spec.decode(body), dry_run=dry)

    row = make() if dry else idempotency.once(request.auth, home, options.key(request, key, body), make)
    return answer(pods.pod_object(row), 201)


@api.get(POD, response=shapes.Pod, by_alias=True, operation_id="readPod")
def read_pod(request: SignedIn, namespace: str, name: str) -> HttpResponse:
    """One pod."""
    return answer(pods.pod_object(pods.live_pod(request.auth, namespace, name, Verb.READ)))


@api.delete(
    POD,
    response=shapes.Pod,
    by_alias=True,
    operation_id="deletePod",
    openapi_extra=body_of(bodies.DeleteOptions, required=False),
)
def delete_pod(
    request: SignedIn,
    namespace: str,
    name: str,
    grace_period_seconds: Annotated[int | None, Query(alias="gracePeriodSeconds")] = None,
    dry_run: Annotated[str, Query(alias="dryRun")] = "",
) -> HttpResponse:
    """Delete a pod within its grace period, which a later call may shorten. 0 takes its name away at once."""
    dry = options.dry_run(request, dry_run, options.DELETE)
    pods.live_pod(request.auth, namespace, name, Verb.DELETE)
    grace, terms = options.deletion(request)
    asked = grace_period_seconds if grace is None else grace
    terms = replace(terms, dry_run=dry or terms.dry_run)
    return answer(pods.pod_object(pods.delete_pod(request.auth, namespace, name, grace=asked, terms=terms)))


@api.get(POD + "/log", operation_id="readPodLog", openapi_extra=TEXT)
async def read_log(request: SignedIn, namespace: str, name: str, query: Query[LogQuery]) -> StreamingHttpResponse:
    """A member's log as text; with `follow` it goes on until the member ends or you leave."""
    row, member = await sync_to_async(_of_log)(request.auth, namespace, name, query)
    pieces = upstream.log(row.uid, member, query.options())
    first = await anext(pieces, b"")  # what is refused is refused before an answer begins
    # Who follows knows no end; all there is now is a file, which must not seem whole when it is not.
    rest = while_allowed(pieces, request, row, Verb.LOG, breaks=not query.follow)
    return StreamingHttpResponse(_with_first(first, rest), content_type="text/plain; charset=utf-8")


@api.get("/v1/namespaces/{namespace}/events", response=shapes.EventList, by_alias=True, operation_id="listEvents")
def list_events(
    request: SignedIn, namespace: str, field_selector: Annotated[str, Query(alias="fieldSelector")] = ""
) -> HttpResponse:
    """The events of a namespace's pods, oldest first; `fieldSelector=involvedObject.uid=…` for those of one."""
    version = pods.resource_version()
    lookups = selectors.event_lookups(field_selector)
    items = pods.events_in(request.auth, namespace, lookups or {}) if lookups is not None else ()
    return answer(present.listing("EventList", items, version))


changes.add(api)
configs.add(api)


@api.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", include_in_schema=False)
def unknown(request: SignedIn, rest: str) -> HttpResponse:
    """Every other path below /api/; the last route, so that a credential is asked for there too."""
    raise Http404


def _chosen(user: User, namespace: str, labels: str, fields: str) -> list[dict[str, Any]]:
    """The pods that both selectors fit."""
    found = (pods.pod_object(row) for row in pods.pods_in(user, namespace))
    return [pod for pod in found if selectors.by_labels(labels, pod) and selectors.by_fields(fields, pod)]


def _of_log(user: User, namespace: str, name: str, query: LogQuery) -> tuple[Pod, str]:
    row = pods.live_pod(user, namespace, name, Verb.LOG)
    return row, member_of(pods.pod_object(row), query.container, previous=query.previous)


async def _with_first(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


def _namespace_object(row: Namespace) -> dict[str, Any]:
    return present.namespace(row.name, created_at=row.created_at, resource_version=row.resource_version)
