"""ConfigMaps and Secrets on Kubernetes' own paths: create, read, list, replace, change by a merge, delete."""

from __future__ import annotations

from dataclasses import replace as with_fields
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query

from people.rules import Verb
from sandboxes import configs, pods, present
from sandboxes.api import bodies, config_shapes, options, selectors
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.changes import PATCH_BODY, PATCHES
from sandboxes.api.documents import Documented, body_of
from sandboxes.namespaces import live_namespace
from sandboxes.spec.configs import Config, ConfigMap, Secret, decode

SHAPES: dict[type[Config], tuple[Any, Any, Any]] = {
    ConfigMap: (bodies.ConfigMapManifest, config_shapes.ConfigMap, config_shapes.ConfigMapList),
    Secret: (bodies.SecretManifest, config_shapes.Secret, config_shapes.SecretList),
}

DryRun = Annotated[str, Query(alias="dryRun")]


def add(api: Documented) -> None:
    """The routes of both kinds."""
    for kind in SHAPES:
        path = f"/v1/namespaces/{{namespace}}/{configs.PLURALS[kind]}"
        _add_all(api, kind, path)
        _add_one(api, kind, f"{path}/{{name}}")
        _add_changes(api, kind, f"{path}/{{name}}")


def _add_all(api: Documented, kind: type[Config], path: str) -> None:
    """Of a namespace: list and create."""
    manifest, shape, listing = SHAPES[kind]
    name_of_kind = kind.__name__

    @api.get(
        path,
        response=listing,
        by_alias=True,
        operation_id=f"list{name_of_kind}s",
        description=f"The {name_of_kind}s of a namespace, by name.",
    )
    def list_all(
        request: SignedIn,
        namespace: str,
        label_selector: Annotated[str, Query(alias="labelSelector")] = "",
        field_selector: Annotated[str, Query(alias="fieldSelector")] = "",
    ) -> HttpResponse:
        version = pods.resource_version()
        found = [configs.shown(row) for row in configs.listed(request.auth, namespace, kind)]
        chosen = [
            obj for obj in found if selectors.by_labels(label_selector, obj) and selectors.by_name(field_selector, obj)
        ]
        return answer(present.listing(f"{name_of_kind}List", chosen, version))

    @api.post(
        path,
        response={201: shape},
        by_alias=True,
        operation_id=f"create{name_of_kind}",
        openapi_extra=body_of(manifest, yaml=True),
        description=f"Create a {name_of_kind}. With `dryRun=All` everything is checked and nothing is kept.",
    )
    def create(request: SignedIn, namespace: str, dry_run: DryRun = "") -> HttpResponse:
        dry = options.dry_run(request, dry_run, options.CREATE)
        live_namespace(request.auth, namespace, Verb.CREATE)  # a stranger learns nothing from how a body is refused
        asked = decode(kind, bodies.read(request))
        return answer(configs.shown(configs.create(request.auth, namespace, asked, dry_run=dry)), 201)


def _add_one(api: Documented, kind: type[Config], path: str) -> None:
    """Of one object: read and delete."""
    name_of_kind, shape = kind.__name__, SHAPES[kind][1]

    @api.get(
        path,
        response=shape,
        by_alias=True,
        operation_id=f"read{name_of_kind}",
        description=f"One {name_of_kind}.",
    )
    def read(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        return answer(configs.shown(configs.found(request.auth, namespace, kind, name, Verb.READ)))

    @api.delete(
        path,
        response=shape,
        by_alias=True,
        operation_id=f"delete{name_of_kind}",
        openapi_extra=body_of(bodies.DeleteOptions, required=False),
        description=f"Delete a {name_of_kind}. Pods that run keep what they had.",
    )
    def delete(request: SignedIn, namespace: str, name: str, dry_run: DryRun = "") -> HttpResponse:
        dry = options.dry_run(request, dry_run, options.DELETE)
        known = configs.found(request.auth, namespace, kind, name, Verb.DELETE)
        _, terms = options.deletion(request)
        terms = with_fields(terms, dry_run=dry or terms.dry_run)
        return answer(configs.shown(configs.delete(known, terms)))


def _add_changes(api: Documented, kind: type[Config], path: str) -> None:
    """Of one object: replace and patch. A `resourceVersion` in it must be the one it has."""
    manifest, shape, _ = SHAPES[kind]
    name_of_kind = kind.__name__

    @api.put(
        path,
        response=shape,
        by_alias=True,
        operation_id=f"replace{name_of_kind}",
        openapi_extra=body_of(manifest, yaml=True),
        description=f"Give a {name_of_kind} other content; a `resourceVersion` in it must be the one it has.",
    )
    def replace(request: SignedIn, namespace: str, name: str, dry_run: DryRun = "") -> HttpResponse:
        dry = options.dry_run(request, dry_run, options.UPDATE)
        known = configs.found(request.auth, namespace, kind, name, Verb.UPDATE)
        given = bodies.read(request)
        return answer(configs.shown(configs.change(known, lambda _: given, dry_run=dry)))

    @api.patch(
        path,
        response=shape,
        by_alias=True,
        operation_id=f"patch{name_of_kind}",
        openapi_extra=PATCH_BODY,
        description=f"Change a {name_of_kind} by a merge.",
    )
    def patch(request: SignedIn, namespace: str, name: str, dry_run: DryRun = "") -> HttpResponse:
        dry = options.dry_run(request, dry_run, options.PATCH)
        known = configs.found(request.auth, namespace, kind, name, Verb.UPDATE)
        given = bodies.read(request, kinds=tuple(PATCHES))
        apply = PATCHES[request.content_type or ""]
        return answer(configs.shown(configs.change(known, lambda obj: apply(obj, given), dry_run=dry)))
