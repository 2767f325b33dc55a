"""The node API's verb `recording`: the index of a pod's recording, or what was true from a moment on."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandboxes.calls import Verb
from sandboxes.errors import CallRefused
from sandboxes.node.door import Door
from sandboxes.node.recordings import Recordings


class RecordingApi:
    """`door` lets in for pods that have ended too: their recording outlives them."""

    def __init__(self, door: Door, recordings: Recordings) -> None:
        self._door = door
        self._recordings = recordings
        self.routes = [Route("/recording", self._recording)]

    async def _recording(self, request: Request) -> Response:
        """Without arguments the index; with `start` and `end` (milliseconds since 1970) frames."""
        call = await self._door.admit(request.headers, Verb.RECORDING)
        if not call.arguments:
            return JSONResponse(await asyncio.to_thread(self._recordings.index, call.uid))
        try:
            start, end = int(call.arguments["start"]), int(call.arguments["end"])
        except (KeyError, TypeError, ValueError) as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        found = await asyncio.to_thread(self._recordings.frames, call.uid, start, end)
        return Response(found, media_type="application/json")
