"""Where a container's files lie on the engine's disk, as GET /containers/{id}/json has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def written_to(inspected: Mapping[str, Any]) -> tuple[str, ...]:
    """The folders of the engine's that what it writes lies in: its writable layer, where the storage driver names one
    (overlay2), and its image's VOLUMEs. What is mounted from elsewhere is not the container's.
    """
    layer = ((inspected.get("GraphDriver") or {}).get("Data") or {}).get("UpperDir")
    volumes = [mount["Source"] for mount in inspected.get("Mounts") or () if mount.get("Type") == "volume"]
    return (*([layer] if layer else ()), *volumes)
