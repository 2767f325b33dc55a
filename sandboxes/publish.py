"""The only place that sends over the channel layer: nudges `{uid, rev}`, never state.

Synchronous code publishes through one long-lived event loop: `async_to_sync` would open a connection per call.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from concurrent.futures import Future
from contextlib import suppress
from functools import lru_cache
from typing import Any

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

# Seconds; a Redis that swallows what it is sent would otherwise keep every nudge waiting in memory.
SEND_WITHIN = 5.0
TOLD_WITHIN = 1.0


def pod_group(uid: uuid.UUID | str) -> str:
    """Who shows this pod. Its messages: {"type": "pod.changed", "uid": str, "rev": int}."""
    return f"pod.{uid}"


def node_group(node: str) -> str:
    """The watch of that node. Its messages: {"type": "node.changed", "uid": str, "rev": int}."""
    return f"node.{node}"


def user_group(user: int) -> str:
    """The sockets of a user. Its messages: {"type": "user.changed"}: what they may do is to be asked again."""
    return f"user.{user}"


def user_changed(user: int) -> None:
    """Have the user's sockets look at once whether they may stay. Waits until it is sent: a command ends after it."""
    with suppress(TimeoutError):
        _send(user_group(user), {"type": "user.changed"}).result(TOLD_WITHIN)


def pod_changed(uid: uuid.UUID, rev: int) -> None:
    """Tell whoever shows the pod that its row is newer."""
    _send(pod_group(uid), {"type": "pod.changed", "uid": str(uid), "rev": rev})


def node_changed(node: str, uid: uuid.UUID, rev: int) -> None:
    """Tell the node's watch to read `wanted` and `next_look_at` of the row again."""
    _send(node_group(node), {"type": "node.changed", "uid": str(uid), "rev": rev})


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="publish", daemon=True).start()
    return loop


def _send(group: str, message: dict[str, Any]) -> Future[None]:
    async def send() -> None:
        layer = get_channel_layer()
        assert layer is not None, "CHANNEL_LAYERS is not set"
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await layer.group_send(group, message)
        except Exception as exc:  # a nudge is an optimisation: the sweep and the page's own reads are the net
            log.warning("nudge to %s lost: %s %s", group, type(exc).__name__, exc)

    return asyncio.run_coroutine_threadsafe(send(), _loop())
