"""Who comes in at the node API: signed calls, each once, for pods that are ours; and how anyone else is refused."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandboxes.calls import LIFETIME, NODE, OF_NODE, Call, Verb, verify
from sandboxes.errors import CallRefused, EngineError, Malformed, NotFound, PlaygroundError

STATUS: tuple[tuple[type[PlaygroundError], int], ...] = (
    (CallRefused, 403),
    (NotFound, 404),
    (Malformed, 400),
    (EngineError, 503),
    (PlaygroundError, 500),
)


class Door:
    """Who comes in: signed calls, each once, for pods that `owns` says are ours."""

    def __init__(self, key: str, owns: Callable[[UUID], Awaitable[bool]]) -> None:
        self._key = key
        self._owns = owns
        self._seen: dict[str, float] = {}

    async def admit(self, headers: Headers, verb: Verb) -> Call:
        """The call the Authorization header carries. Raises CallRefused, or NotFound for a pod that is not ours."""
        now = time.time()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise CallRefused("the call is not signed")
        call = verify(token, self._key, now)
        if call.verb is not verb:
            raise CallRefused(f"the call is for {call.verb}, not {verb}")
        self._use(call, now)
        ours = call.uid == NODE if verb in OF_NODE else await self._owns(call.uid)
        if not ours:
            raise NotFound("no such pod on this node")
        return call

    def _use(self, call: Call, now: float) -> None:
        if call.nonce in self._seen:
            raise CallRefused("the call was used before")
        # In order of arrival, and none holds longer than LIFETIME: the oldest are the ones to forget.
        self._seen[call.nonce] = now
        while (oldest := next(iter(self._seen))) and self._seen[oldest] < now - LIFETIME:
            del self._seen[oldest]


def refusal(exc: PlaygroundError) -> Response:
    """The answer to an error: its words, and a status that web knows."""
    status = next(code for kind, code in STATUS if isinstance(exc, kind))
    return JSONResponse({"message": str(exc)}, status)


async def refused(_: Request, exc: Exception) -> Response:
    """The same, as Starlette calls it."""
    assert isinstance(exc, PlaygroundError)
    return refusal(exc)
