"""The web server as scripts/process starts it, with another application: what it takes, and whom it believes."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from playground.asgi import portal
from sandboxes.node.listening import Server
from tests.booted import web_options
from tests.service.fakes import until

# Of uvicorn's, which has no other that is awaited until the peer takes what is sent.
pytestmark = pytest.mark.filterwarnings("ignore:websockets", "ignore:The `websockets`", "ignore:remove second argument")
TOO_BIG = 1009  # RFC 6455 §7.4.1


async def says(scope: Any, receive: Any, send: Any) -> None:
    """An application that says who asks, and sends back each message's length."""
    if scope["type"] == "http":
        body = json.dumps({"client": scope["client"][0], "scheme": scope["scheme"]}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(len(message["bytes"]))})


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Where it listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = Server(uvicorn.Config(says, log_config=None, timeout_graceful_shutdown=1, **web_options(tmp_path)))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        await until(lambda: server.started or serving.done())
        yield bound.getsockname()[1]
        server.should_exit = True
        await serving


async def test_a_websockets_frame_of_more_than_64_kib_ends_it(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as here:
        await here.send(b"x" * 65536)
        assert await here.recv() == "65536"
        await here.send(b"x" * 65537)
        with pytest.raises(ConnectionClosed):
            await here.recv()
        assert here.close_code == TOO_BIG


async def test_nobody_says_for_themselves_where_they_come_from(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        claimed = {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https"}
        found = await client.get("/", headers=claimed)
    assert found.json() == {"client": "127.0.0.1", "scheme": "http"}
    assert "server" not in found.headers


async def test_a_body_that_says_it_is_too_long_is_refused_before_any_of_it_is_read() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        pytest.fail("it was read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/namespaces/alice/pods", "query_string": b""}
    await portal(scope | {"headers": [(b"host", b"localhost"), (b"content-length", b"2000000")]}, receive, send)
    assert sent[0]["status"] == 413
