"""How web speaks to a node: one signed call, and in which words it fails. Knows no verb."""

from __future__ import annotations

import json
import os
import time
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings

from sandboxes.calls import Verb, new_call, sign
from sandboxes.errors import Malformed, NodeUnavailable, NotFound

ANSWER_WITHIN = 10.0


def client(*, read: float | None) -> httpx.AsyncClient:
    """A client of the node; `read` is how long it may be silent, in seconds, None for ever."""
    transport = httpx.AsyncHTTPTransport(uds=str(settings.NODE_SOCKET))
    return httpx.AsyncClient(
        transport=transport, base_url="http://node", timeout=httpx.Timeout(ANSWER_WITHIN, read=read), trust_env=False
    )


def signed(verb: Verb, uid: UUID, arguments: dict[str, Any] | None = None) -> dict[str, str]:
    """The headers of one call."""
    call = new_call(verb, uid, now=time.time(), arguments=arguments)
    return {"Authorization": f"Bearer {sign(call, settings.NODE_KEY)}"}


def silent(exc: BaseException) -> NodeUnavailable:
    """The node did not answer, and why in words: of all that was raised on the way, the operating system knows best."""
    causes: list[BaseException] = [exc]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    numbered = next((each for each in causes if isinstance(each, OSError) and each.errno), None)
    if any(isinstance(each, TimeoutError | httpx.TimeoutException) for each in causes):
        why = f"nothing within {ANSWER_WITHIN:.0f} seconds"
    elif isinstance(numbered, FileNotFoundError):
        why = "it does not run"
    elif numbered is not None and numbered.errno:
        why = os.strerror(numbered.errno).lower()
    else:
        why = "the connection broke"
    return NodeUnavailable(f"the node does not answer ({why})")


def refuse(status: int, body: bytes) -> None:
    """Raises what the node's answer means: NotFound, Malformed, NodeUnavailable."""
    try:
        message = str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        message = f"the node answered {status}"
    match status:
        case 404:
            raise NotFound(message)
        case 400:
            raise Malformed(message)
        case _:
            raise NodeUnavailable(message)
