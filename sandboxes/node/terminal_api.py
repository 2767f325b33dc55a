"""The node API's verbs about shells: one of them, attached to (a WebSocket); a user's in a pod; all of a user's."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandboxes import terminal_wire as wire
from sandboxes.calls import Call, Verb
from sandboxes.errors import CallRefused, Malformed, PlaygroundError
from sandboxes.node.attachment import Attachment
from sandboxes.node.door import Door, refusal
from sandboxes.node.terminals import Guest, ShellRefused, Terminals
from sandboxes.wire import CLOSE_FAILED, CLOSE_MALFORMED

log = logging.getLogger(__name__)


class TerminalApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, terminals: Terminals) -> None:
        self._door, self._terminals = door, terminals
        self.routes: tuple[BaseRoute, ...] = (
            WebSocketRoute("/terminal", self._terminal),
            Route("/terminals", self._listed, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        )

    async def _terminal(self, websocket: WebSocket) -> None:
        try:
            call = await self._door.admit(websocket.headers, Verb.TERMINAL)
            guest, first = _guest(call), _first(call)
        except PlaygroundError as exc:
            await websocket.send_denial_response(refusal(exc))
            return
        await websocket.accept()
        try:
            attachment = await self._terminals.enter(guest, first)
        except ShellRefused as exc:
            await websocket.send_text(exc.refused.model_dump_json(by_alias=True))
            await websocket.close(wire.CLOSE_ENDED)
            return
        try:
            code = await _converse(websocket, attachment)
        finally:
            attachment.leave()
        if code:
            await websocket.close(code)

    async def _listed(self, request: Request) -> Response:
        """A user's shells in a pod, after one was named or ended, if that is asked for."""
        call = await self._door.admit(request.headers, Verb.TERMINALS)
        try:
            owner, act = str(call.arguments["owner"]), str(call.arguments["act"])
            terminal = UUID(call.arguments["terminal"]) if act != "list" else None
            name = str(call.arguments.get("name", ""))
        except (KeyError, TypeError, ValueError) as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        if terminal and act == "name":
            self._terminals.name(call.uid, owner, terminal, name)
        elif terminal and act in ("end", "sign-out"):
            self._terminals.end(call.uid, owner, terminal, "closed" if act == "end" else "signed-out")
        return JSONResponse({"items": self._terminals.listed(call.uid, owner)})

    async def _sign_out(self, request: Request) -> Response:
        call = await self._door.admit(request.headers, Verb.SIGN_OUT)
        try:
            owner, credential = (str(call.arguments[key]) for key in ("owner", "credential"))
        except KeyError as exc:
            raise CallRefused("the call's arguments cannot be read") from exc
        return JSONResponse({"ended": self._terminals.sign_out(owner, credential)})


async def _converse(websocket: WebSocket, attachment: Attachment) -> int:
    """Until either side has had enough; the code to close with, 0 where the caller has left."""
    sending = asyncio.create_task(_send(websocket, attachment))
    hearing = asyncio.create_task(_hear(websocket, attachment))
    try:
        await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        hearing.cancel()
        results = await asyncio.gather(sending, hearing, return_exceptions=True)
    for result in results:
        if isinstance(result, WebSocketDisconnect):
            return 0
        if isinstance(result, Malformed | ValidationError):
            log.info("terminal %s: %s", attachment.terminal.about.id, result)
            return CLOSE_MALFORMED
        if isinstance(result, Exception):
            log.error("terminal %s broke", attachment.terminal.about.id, exc_info=result)
            return CLOSE_FAILED
    return next((result for result in results if isinstance(result, int)), 0)


async def _send(websocket: WebSocket, attachment: Attachment) -> int:
    async with aclosing(attachment.frames()) as frames:
        async for frame in frames:
            if isinstance(frame, bytes):
                await websocket.send_bytes(frame)
            else:
                await websocket.send_text(frame)
    return wire.CLOSE_MOVED if attachment.is_replaced else wire.CLOSE_ENDED


async def _hear(websocket: WebSocket, attachment: Attachment) -> int:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return 0
        if (frame := message.get("bytes")) is not None:
            attachment.typed(frame)
        else:
            await attachment.hear(wire.SAID.validate_json(message["text"]))


def _guest(call: Call) -> Guest:
    try:
        return Guest(call.uid, str(call.arguments["owner"]), str(call.arguments["credential"]))
    except KeyError as exc:
        raise CallRefused("the call's arguments cannot be read") from exc


def _first(call: Call) -> wire.First:
    try:
        return wire.FIRST.validate_python(call.arguments.get("first"))
    except ValidationError as exc:
        raise CallRefused("the call's arguments cannot be read") from exc
