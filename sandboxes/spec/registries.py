"""Credentials for registries: read from a pull secret, and matched with the image that is to be pulled.

PURE. pkg/credentialprovider of Kubernetes 1.34 (keyring.go, config.go): a credential is kept under a host, which may
hold `*` within a label, with a port and the beginning of a path if need be; one for Docker Hub under any of its names.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from sandboxes.spec.images import HUB, parse

HUBS_HOST = "index.docker.io"
LONGEST = 512  # characters of a place: no registry has more, and a pattern takes time
# The key of the file in a Secret of each type.
FILES = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}


@dataclass(frozen=True)
class Credential:
    """`place` is host[:port][/path]. Nothing that prints it shows the password."""

    place: str
    username: str
    password: str = field(repr=False)


def place_of(registry: str) -> str | None:
    """A registry as people write it (`https://index.docker.io/v1/`) as a place; None when it is none."""
    try:
        parts = urlsplit(registry if registry.startswith(("https://", "http://")) else f"https://{registry}")
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    path = parts.path[3:] if parts.path.startswith(("/v1/", "/v2/")) else parts.path
    sound = parts.hostname and "@" not in parts.netloc and len(registry) <= LONGEST
    return parts.netloc.lower() + path.rstrip("/") if sound else None


def credentials_in(kind: str, data: Mapping[str, bytes]) -> tuple[Credential, ...]:
    """Those of the file in a Secret of type `kind`; what cannot be read, or is of another type, holds none."""
    try:
        found = json.loads(data.get(FILES.get(kind, ""), b"{}"))
    except (ValueError, RecursionError):
        return ()
    if kind == "kubernetes.io/dockerconfigjson":
        found = found.get("auths") if isinstance(found, dict) else None
    return tuple(_entries(found)) if isinstance(found, dict) else ()


def matching(credentials: Iterable[Credential], reference: str) -> tuple[Credential, ...]:
    """Those to try for the image, longest place first and else in the order given; none for what is no reference."""
    image = parse(reference)
    if image is None:
        return ()
    known = tuple(credentials)
    fitting = [item for item in known if _fits(item.place, image.name)]
    if not fitting and image.domain == HUB:
        fitting = [item for item in known if item.place == HUBS_HOST]
    return tuple(dict.fromkeys(sorted(fitting, key=lambda item: -len(item.place))))


def _entries(found: Mapping[str, Any]) -> Iterator[Credential]:
    for registry, entry in found.items():
        place, pair = place_of(registry), _pair(entry)
        if place and pair:
            yield Credential(place, *pair)


def _pair(entry: Any) -> tuple[str, str] | None:
    """Name and password: of `auth` (base64 of both, with a colon between) if it is there."""
    if not isinstance(entry, dict):
        return None
    name, password, both = (entry.get(key) or "" for key in ("username", "password", "auth"))
    if not all(isinstance(text, str) for text in (name, password, both)):
        return None
    if both:
        try:
            padded = both + "=" * (-len(both) % 4)
            name, colon, password = base64.b64decode(padded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (name, password.rstrip("\0")) if colon else None
    return (name, password) if name or password else None


def _fits(place: str, image: str) -> bool:
    """Label by label, port by port, and the path from its beginning to the end of a component."""
    host, _, path = place.partition("/")
    registry, _, repository = image.partition("/")
    (labels, port), (asked, asked_port) = _labels(host), _labels(registry.lower())
    return (
        port == asked_port
        and len(labels) == len(asked)
        and all(fnmatchcase(label, pattern.replace("[", "[[]")) for pattern, label in zip(labels, asked, strict=True))
        and f"{repository}/".startswith(f"{path}/" if path else "")
    )


def _labels(host: str) -> tuple[list[str], str]:
    name, colon, port = host.rpartition(":")
    return (name.split("."), port) if colon and port.isdecimal() else (host.split("."), "")
