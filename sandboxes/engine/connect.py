"""The one place that chooses an engine. Imports the Docker SDK when called: web imports this package, not the SDK."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from sandboxes.engine.port import Engine


def socket_path() -> str:
    """The engine's socket: of DOCKER_HOST, else the usual one. "" for an engine that is reached in another way."""
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return host.removeprefix("unix://") if host.startswith("unix://") else ""


@lru_cache(maxsize=1)
def connect() -> Engine:
    """This node's engine, one for the process. Raises EngineUnavailable when it does not answer."""
    from sandboxes.engine.docker import DockerEngine

    return DockerEngine(settings.INSTALL)
