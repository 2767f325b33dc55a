"""Reads a request's body: JSON or YAML, of a size that is reasonable for what it is; and how bodies are described."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest, RawPostDataException
from pydantic import BaseModel, ValidationError

from sandboxes import spec
from sandboxes.api.answers import TooLarge, UnsupportedMedia
from sandboxes.api.shapes import Answer, Left
from sandboxes.errors import Cause, Malformed
from sandboxes.spec.configs import ConfigMap, Secret
from sandboxes.spec.reading import LARGEST

Body = TypeVar("Body", bound=BaseModel)
KNOWN = frozenset({"application/json", "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def read(request: HttpRequest, *, kinds: Collection[str] = KNOWN) -> dict[str, Any]:
    """The object in the body. Raises UnsupportedMedia, TooLarge or Malformed; without a type it is JSON."""
    kind = request.content_type or "application/json"
    if kind not in kinds:  # before the body is touched: a form would be parsed, and be gone
        raise UnsupportedMedia
    body = _content(request)
    if len(body) > LARGEST:
        raise TooLarge(f"Request entity too large: limit is {LARGEST}")
    return spec.read(body, kind if kind in KNOWN else "application/json")


def shaped(request: HttpRequest, shape: type[Body]) -> Body:
    """The body as that shape; none at all is an empty object. Raises what `read` and `checked` raise."""
    return checked(shape, read(request) if _content(request) else {})


def _content(request: HttpRequest) -> bytes:
    """Raises UnsupportedMedia for a form, which Django has read to look for a CSRF token in it."""
    try:
        return request.body
    except RawPostDataException as exc:
        raise UnsupportedMedia from exc


def checked(shape: type[Body], body: dict[str, Any]) -> Body:
    """Raises Malformed with a cause for each field at fault."""
    try:
        return shape.model_validate(body, strict=True)
    except ValidationError as exc:
        causes = tuple(
            Cause(".".join(map(str, error["loc"])), "FieldValueInvalid", error["msg"])
            for error in exc.errors(include_input=False, include_context=False)
        )
        raise Malformed(f"{causes[0].field}: {causes[0].message}", causes) from exc


class ManifestMeta(spec.ObjectMeta):
    """The metadata that a client may set; what the server owns is dropped."""


class PodManifest(spec.Pod):
    """A pod as a client sends it. Fields of Kubernetes that are not here are refused."""

    metadata: ManifestMeta = ManifestMeta()


class ConfigMapManifest(ConfigMap):
    """A ConfigMap as a client sends it."""

    metadata: ManifestMeta = ManifestMeta()


class SecretManifest(Secret):
    """A Secret as a client sends it; `stringData` is text that becomes `data`."""

    metadata: ManifestMeta = ManifestMeta()


class Preconditions(Answer):
    """What must be true of the object."""

    uid: Annotated[str, Left]
    resource_version: Annotated[str, Left]


class DeleteOptions(Answer):
    """How to delete: within how many seconds (0 is at once), which pod it must be, and whether really (`["All"]`)."""

    api_version: Annotated[str, Left]
    kind: Annotated[str, Left]
    grace_period_seconds: Annotated[int, Left]
    preconditions: Annotated[Preconditions, Left]
    dry_run: Annotated[tuple[Literal["All"], ...], Left]
