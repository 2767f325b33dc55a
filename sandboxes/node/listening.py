"""The node API's unix socket: who can open it, and how long its streams may take to end."""

from __future__ import annotations

import asyncio
import grp
import logging
import os
import socket
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: watch has its own."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


async def serve(app: Starlette, path: Path, group: str) -> None:
    """Serve on `path` until cancelled; open streams then get 2 s to end."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bind(path, group)]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def bind(path: Path, group: str) -> socket.socket:
    """A listening socket that only root and `group` can open: directory 0750, socket 0660. uvicorn's own would be 0666.

    A group that does not exist leaves both to root. Raises OSError when another watch answers there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o750)
    _free(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    bound.bind(str(path))
    path.chmod(0o660)
    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError:
        log.warning("there is no group %s: only watch's own user can call this node", group)
        return bound
    os.chown(path, -1, gid)
    os.chown(path.parent, -1, gid)
    return bound


def _free(path: Path) -> None:
    """What a watch that died left is removed; one that lives is left alone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(f"another watch answers at {path}")
