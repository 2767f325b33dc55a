"""The host names of previews: `<port>-<uid of the pod, without dashes>.<preview domain>`, one for each pod and port.

PURE. A browser keeps cookies, storage and service workers apart by host, so what one pod's page leaves behind is no
other's to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

LABEL = re.compile(r"([1-9][0-9]{0,4})-([0-9a-f]{32})")
DOMAIN = re.compile(r"(?=.{1,200}\Z)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Place:
    """A TCP port of a pod."""

    uid: UUID
    port: int


def host_of(place: Place, domain: str) -> str:
    """The name, without a port."""
    return f"{place.port}-{place.uid.hex}.{domain}"


def is_preview_host(host: str, domain: str) -> bool:
    """Whether a Host header names the preview domain or anything below it, a preview or not."""
    name = _name(host)
    return name == domain or name.endswith(f".{domain}")


def place_of(host: str, domain: str) -> Place | None:
    """What a Host header (`name` or `name:port`) means; None for all that `host_of` does not make."""
    name = _name(host)
    if not name.endswith(f".{domain}"):
        return None
    found = LABEL.fullmatch(name.removesuffix(f".{domain}"))
    if found is None or int(found[1]) > HIGHEST_PORT:
        return None
    return Place(UUID(hex=found[2]), int(found[1]))


def beside(host: str, place: Place, domain: str) -> str:
    """The Host of a preview for whoever reaches the portal as `host`: under the same TCP port."""
    _, colon, port = host.rpartition(":")
    return host_of(place, domain) + (f":{port}" if colon and port.isdecimal() else "")


def _name(host: str) -> str:
    """Lower case, without the port and the dot that ends a whole domain name (RFC 1034 §3.1)."""
    name, colon, port = host.rpartition(":")
    return (name if colon and (port.isdecimal() or not port) else host).lower().removesuffix(".")
