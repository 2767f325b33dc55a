"""The frames of a stream that its reader has not taken yet: of each kind the newest, however slow the reader is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Frame:
    """A serialised wire message. `state` and `reason` are those of a `stream` message, else ""."""

    kind: Literal["stream", "sample", "still"]
    text: str
    state: Literal["", "live", "waiting", "unavailable"] = ""
    reason: str = ""


class Slot:
    """Room for the newest frames, filled from any thread and emptied in the event loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._frames: dict[str, Frame] = {}

    def offer(self, frame: Frame) -> None:
        """Puts a frame in, from any thread. Once the loop is closed nobody will take it, and it is dropped."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, frame)

    def _put(self, frame: Frame) -> None:
        match frame.kind:
            case "stream" if frame.state == "live":
                self._frames["stream"] = frame
            case "stream":  # what came before it is over
                self._frames = {"stream": frame}
            case "sample":
                self._frames.pop("still", None)
                self._frames["sample"] = frame
            case "still" if "sample" not in self._frames:  # it says "as the last sample", which is not taken yet
                self._frames["still"] = frame
        self._filled.set()

    async def take(self) -> Frame:
        """The next frame, waited for: what the stream is first, then the sample, then that nothing differs from it."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        return self._frames.pop(next(kind for kind in ("stream", "sample", "still") if kind in self._frames))
