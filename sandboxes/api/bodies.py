"""Reads a request's body: JSON or YAML, of a size that is reasonable for what it is; and how bodies are described."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest

from sandboxes import spec
from sandboxes.api.answers import TooLarge, UnsupportedMedia
from sandboxes.api.shapes import Answer, Left
from sandboxes.spec.reading import LARGEST

KNOWN = frozenset({"application/json", "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def read(request: HttpRequest) -> dict[str, Any]:
    """The object in the body. Raises UnsupportedMedia, TooLarge or Malformed; without a type it is JSON."""
    kind = request.content_type or "application/json"
    if kind not in KNOWN:  # before the body is touched: a form would be parsed, and be gone
        raise UnsupportedMedia
    if len(request.body) > LARGEST:
        raise TooLarge(f"Request entity too large: limit is {LARGEST}")
    return spec.read(request.body, kind)


class ManifestMeta(spec.ObjectMeta):
    """The metadata that a client may set; what the server owns is dropped."""


class PodManifest(spec.Pod):
    """A pod as a client sends it. Fields of Kubernetes that are not here are refused."""

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
