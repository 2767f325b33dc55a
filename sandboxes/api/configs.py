"""ConfigMaps and Secrets on Kubernetes' own paths: create, read, list, replace, delete."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query

from sandboxes import configs, pods, present
from sandboxes.api import bodies, config_shapes, options, selectors
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.namespaces import live_namespace
from sandboxes.spec.configs import Config, ConfigMap, Secret, decode

SHAPES: dict[type[Config], tuple[Any, Any, Any]] = {
    ConfigMap: (bodies.ConfigMapManifest, config_shapes.ConfigMap, config_shapes.ConfigMapList),
    Secret: (bodies.SecretManifest, config_shapes.Secret, config_shapes.SecretList),
}


def add(api: Documented) -> None:
    """The routes of both kinds."""
    for kind in SHAPES:
        _add(api, kind)


def _add(api: Documented, kind: type[Config]) -> None:
    manifest, shape, listing = SHAPES[kind]
    name_of_kind = kind.__name__
    many = f"/v1/namespaces/{{namespace}}/{configs.PLURALS[kind]}"
    one = f"{many}/{{name}}"
    reads_body = body_of(manifest, yaml=True)

    @api.get(many, response=listing, by_alias=True, operation_id=f"list{name_of_kind}s")
    def list_all(
        request: SignedIn, namespace: str, label_selector: Annotated[str, Query(alias="labelSelector")] = ""
    ) -> HttpResponse:
        version = pods.resource_version()
        found = [configs.shown(row) for row in configs.listed(request.auth, namespace, kind)]
        chosen = [obj for obj in found if selectors.by_labels(label_selector, obj)]
        return answer(present.listing(f"{name_of_kind}List", chosen, version))

    @api.post(
        many, response={201: shape}, by_alias=True, operation_id=f"create{name_of_kind}", openapi_extra=reads_body
    )
    def create(request: SignedIn, namespace: str, dry_run: Annotated[str, Query(alias="dryRun")] = "") -> HttpResponse:
        dry = options.dry_run(dry_run, options.CREATE)
        live_namespace(request.auth, namespace)  # a stranger learns nothing from how a body is refused
        asked = decode(kind, bodies.read(request))
        return answer(configs.shown(configs.create(request.auth, namespace, asked, dry_run=dry)), 201)

    @api.get(one, response=shape, by_alias=True, operation_id=f"read{name_of_kind}")
    def read(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        return answer(configs.shown(configs.found(request.auth, namespace, kind, name)))

    @api.put(one, response=shape, by_alias=True, operation_id=f"replace{name_of_kind}", openapi_extra=reads_body)
    def replace(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        configs.found(request.auth, namespace, kind, name)
        given = bodies.read(request)
        meta = given.get("metadata")
        version = str(meta.get("resourceVersion") or "") if isinstance(meta, dict) else ""
        return answer(
            configs.shown(configs.replace(request.auth, namespace, name, decode(kind, given), version=version))
        )

    @api.delete(one, response=shape, by_alias=True, operation_id=f"delete{name_of_kind}")
    def delete(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        return answer(configs.shown(configs.delete(request.auth, namespace, kind, name)))

    for view, told in (
        (list_all, f"The {name_of_kind}s of a namespace, by name."),
        (create, f"Create a {name_of_kind}. With `dryRun=All` everything is checked and nothing is kept."),
        (read, f"One {name_of_kind}."),
        (replace, f"Give a {name_of_kind} other content; a `resourceVersion` in it must be the one it has."),
        (delete, f"Delete a {name_of_kind}. Pods that run keep what they had."),
    ):
        view.__doc__ = told
