"""Web's side of the node API: one connection per watched pod and process, its frames fanned out to who watches.

Authorises nobody: whoever calls has done that. Keeps no frame but the newest; closes with the last subscriber.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from websockets.asyncio.client import unix_connect
from websockets.exceptions import InvalidStatus, WebSocketException

from sandboxes import wire
from sandboxes.calling import ANSWER_WITHIN
from sandboxes.calling import client as _client
from sandboxes.calling import refuse as _raise
from sandboxes.calling import signed as _signed
from sandboxes.calling import silent as _silent
from sandboxes.calls import NODE, LogOptions, Verb
from sandboxes.errors import NodeUnavailable, NotFound

logger = logging.getLogger(__name__)

# Reconnecting: seconds, doubling.
FIRST, LONGEST = 0.1, 2.0
MAX_FRAME = 16 * 2**20
KIND = re.compile(r'\s*\{\s*"type"\s*:\s*"(\w+)"')


class Slot:
    """What one subscriber has not taken yet: of each kind of frame the newest, in order of arrival."""

    def __init__(self) -> None:
        self._frames: dict[str, str] = {}
        self._some = asyncio.Event()

    def put(self, kind: str, frame: str) -> None:
        self._frames.pop(kind, None)
        self._frames[kind] = frame
        self._some.set()

    async def take(self) -> str:
        await self._some.wait()
        frame = self._frames.pop(next(iter(self._frames)))
        if not self._frames:
            self._some.clear()
        return frame


class Feed:
    """The connection for one pod. `run` keeps it up until cancelled."""

    def __init__(self, uid: UUID) -> None:
        self.uid = uid
        self.slots: set[Slot] = set()
        self.task = asyncio.create_task(self.run(), name=f"live {uid}")
        self._newest: dict[str, str] = {}

    def subscribe(self) -> Slot:
        """A slot that begins with what is known."""
        slot = Slot()
        for kind, frame in self._newest.items():
            slot.put(kind, frame)
        self.slots.add(slot)
        return slot

    async def run(self) -> None:
        pause = FIRST
        while True:
            try:
                async with aclosing(self._frames()) as frames:
                    async for frame in frames:
                        pause = FIRST
                        self._spread(_kind(frame), frame)
                state, reason = "unavailable", "the node ended the stream"
            except NotFound as exc:
                state, reason = "waiting", str(exc)
            except NodeUnavailable as exc:
                state, reason = "unavailable", str(exc)
            except Exception as exc:  # the loop's top: subscribers are told, and it is tried again
                logger.exception("live of pod %s", self.uid)
                state, reason = "unavailable", str(exc)
            self._told(state, reason)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)

    async def _frames(self) -> AsyncGenerator[str, None]:
        try:
            async with unix_connect(
                str(settings.NODE_SOCKET),
                "ws://node/live",
                additional_headers=_signed(Verb.LIVE, self.uid),
                max_size=MAX_FRAME,
                compression=None,
                open_timeout=ANSWER_WITHIN,
                close_timeout=1,
                proxy=None,
            ) as node:
                async for frame in node:
                    yield frame if isinstance(frame, str) else frame.decode()
        except InvalidStatus as exc:
            _raise(exc.response.status_code, bytes(exc.response.body or b""))
        except (OSError, WebSocketException) as exc:
            raise _silent(exc) from exc

    def _spread(self, kind: str, frame: str) -> None:
        if kind == "stream":
            self._newest.pop("still", None)
        self._newest.pop(kind, None)
        self._newest[kind] = frame
        for slot in self.slots:
            slot.put(kind, frame)

    def _told(self, state: Any, reason: str) -> None:
        frame = wire.Stream(state=state, reason=reason).model_dump_json(by_alias=True)
        if self._newest.get("stream") != frame:
            self._spread("stream", frame)


_feeds: dict[UUID, Feed] = {}


async def live(uid: UUID) -> AsyncGenerator[str, None]:
    """Serialised Sample, Still and Stream frames of a pod, the newest known first; ends never, the caller closes it.

    Who is slow misses samples, never the last word on whether the stream is live.
    """
    feed = _feeds.get(uid)
    if feed is None:
        feed = _feeds[uid] = Feed(uid)
    slot = feed.subscribe()
    try:
        while True:
            yield await slot.take()
    finally:
        feed.slots.discard(slot)
        if not feed.slots and _feeds.get(uid) is feed:
            del _feeds[uid]
            feed.task.cancel()
            await asyncio.gather(feed.task, return_exceptions=True)


async def one_sample(uid: UUID) -> str:
    """One Sample as JSON text. Raises NodeUnavailable, NotFound."""
    return await read("/sample", Verb.SAMPLE, uid)


async def inspection(uid: UUID) -> str:
    """One Inspection as JSON text. Raises NodeUnavailable, NotFound."""
    return await read("/inspect", Verb.INSPECT, uid)


async def wiring(uid: UUID) -> str:
    """One Wiring as JSON text. Raises NodeUnavailable, NotFound."""
    return await read("/wiring", Verb.WIRING, uid)


async def node_view() -> str:
    """One NodeView as JSON text. Raises NodeUnavailable."""
    return await read("/node", Verb.NODE, NODE)


async def read(path: str, verb: Verb, uid: UUID, arguments: dict[str, Any] | None = None) -> str:
    """What the node answers at once, as text. Raises NodeUnavailable, NotFound, Malformed."""
    async with _client(read=ANSWER_WITHIN) as node:
        try:
            answer = await node.get(path, headers=_signed(verb, uid, arguments))
        except httpx.HTTPError as exc:
            raise _silent(exc) from exc
    if answer.status_code != 200:
        _raise(answer.status_code, answer.content)
    return answer.text


async def log(uid: UUID, member: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
    """A member's log; the first piece is empty and says that the node has taken the call.

    Raises NodeUnavailable, NotFound, and Malformed where Kubernetes answers 400.
    """
    headers = _signed(Verb.LOG, uid, {"member": member, "options": asdict(options)})
    try:
        async with _client(read=None) as node, node.stream("GET", "/log", headers=headers) as answer:
            if answer.status_code != 200:
                _raise(answer.status_code, await answer.aread())
            yield b""
            async for piece in answer.aiter_raw():
                yield piece
    except httpx.HTTPError as exc:
        raise _silent(exc) from exc


async def execute(uid: UUID, member: str, command: tuple[str, ...], *, stdin: bytes, seconds: float) -> dict[str, Any]:
    """A command in a member, to its end (node/executions.py). Raises NodeUnavailable, NotFound, Malformed."""
    arguments = {"member": member, "command": list(command), "seconds": seconds}
    async with _client(read=seconds + ANSWER_WITHIN) as node:
        try:
            answer = await node.post("/execute", headers=_signed(Verb.EXECUTE, uid, arguments), content=stdin)
        except httpx.HTTPError as exc:
            raise _silent(exc) from exc
    if answer.status_code != 200:
        _raise(answer.status_code, answer.content)
    found: dict[str, Any] = answer.json()
    return found


async def act(uid: UUID, member: str, what: str, *, signal: str = "") -> int:
    """To how many members it was done (node/acts.py). Raises NodeUnavailable, NotFound, Malformed."""
    arguments = {"member": member, "act": what, "signal": signal}
    async with _client(read=ANSWER_WITHIN) as node:
        try:
            answer = await node.post("/act", headers=_signed(Verb.ACT, uid, arguments))
        except httpx.HTTPError as exc:
            raise _silent(exc) from exc
    if answer.status_code != 200:
        _raise(answer.status_code, answer.content)
    return int(answer.json()["members"])


def _kind(frame: str) -> str:
    """The message's type, read without parsing the rest: `type` comes first in every message of wire.py."""
    found = KIND.match(frame)
    return found[1] if found else str(json.loads(frame)["type"])
