"""Reads a request's body: JSON or YAML, of a size that is reasonable for what it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from sandboxes import spec
from sandboxes.api.answers import TooLarge, UnsupportedMedia
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
