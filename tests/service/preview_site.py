"""The preview site under test: the real ASGI application, the real node API, and a web application in place of a pod.

The application listens on loopback, where the node under test believes the pod to be.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from playground.asgi import application
from sandboxes.node.listening import Server
from sandboxes.node.tunnels import TunnelApi, Tunnels
from sandboxes.preview.hosts import Place, host_of
from tests.service.fakes import Served, until


@dataclass
class Application:
    """What the pod serves. `open` counts what it has not ended yet, `pieces` those of an endless answer."""

    open: int = 0
    pieces: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._echo, methods=["GET", "POST", "HEAD"]),
                Route("/cookies", self._cookies),
                Route("/away", self._away),
                Route("/endless", self._endless),
                WebSocketRoute("/ws", self._socket),
                WebSocketRoute("/closed", self._refuses),
            ]
        )

    async def _echo(self, request: Request) -> Response:
        body = await request.body()
        told = {"target": str(request.url.path), "query": request.url.query, "length": len(body)}
        return JSONResponse(told | {"headers": [[key, value] for key, value in request.headers.items()]})

    async def _cookies(self, _: Request) -> Response:
        answer = Response("set")
        answer.headers.append("set-cookie", "own=1; Path=/")
        answer.headers.append("set-cookie", "wide=1; Domain=preview.localhost")
        return answer

    async def _away(self, _: Request) -> Response:
        return RedirectResponse("http://127.0.0.1:1/secret")

    async def _endless(self, _: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        self.open += 1
        try:
            while True:
                self.pieces += 1
                await asyncio.sleep(0)  # to whom nobody listens any more nothing waits: the loop is for all
                yield b"x" * 65536
        finally:
            self.open -= 1

    async def _socket(self, websocket: WebSocket) -> None:
        self.headers = list(websocket.headers.items())
        await websocket.accept("chat" if "chat" in websocket.scope["subprotocols"] else None)
        self.open += 1
        try:
            while (message := await websocket.receive())["type"] == "websocket.receive":
                if (text := message.get("text")) == "bye":
                    await websocket.close(4321, "enough")
                    return
                await (websocket.send_bytes(message["bytes"]) if text is None else websocket.send_text(text.upper()))
        finally:
            self.open -= 1

    async def _refuses(self, websocket: WebSocket) -> None:
        await websocket.close()


@dataclass
class Site:
    """`port`: of the portal and the preview site; `pod_port`: of the application."""

    port: int
    pod_port: int
    application: Application

    def host(self, uid: UUID, port: int | None = None) -> str:
        return f"{host_of(Place(uid, port or self.pod_port), 'preview.localhost')}:{self.port}"

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """One that reaches the site whatever host it is to ask for, and keeps no cookie."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False) as found:
            yield found


@asynccontextmanager
async def site(folder: Path, settings: Any) -> AsyncIterator[Site]:
    """All of it, running in this loop."""
    settings.NODE_SOCKET = folder / "run" / "node.sock"
    made = Application()
    node = Served(settings.NODE_SOCKET, settings.NODE_KEY)
    node.more = lambda door, *_: TunnelApi(door, Tunnels(lambda _: "127.0.0.1", node.sampler)).routes
    await node.start()
    try:
        async with _served(made.app()) as pod, _served(application) as web:
            yield Site(web, pod, made)
    finally:
        await node.stop()


@asynccontextmanager
async def _served(app: Any) -> AsyncIterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="off", log_config=None, ws_max_size=65536, timeout_graceful_shutdown=1)
        server = Server(config)
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        await until(lambda: server.started or serving.done())
        if serving.done():
            await serving
        yield bound.getsockname()[1]
        server.should_exit = True
        await serving
