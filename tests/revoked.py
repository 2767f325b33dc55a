"""Many pages of one session, without a browser, and how long each stays open once that session is ended."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.stack import Stack

API = "/api/playground/v1/session"
SOON = 20.0
# Until a page listens for nudges: without that it would look again by itself.
LISTENING = 1.0


async def seconds_open(stack: Stack, namespace: str, pod: str, pages: int) -> list[tuple[float, int]]:
    """(seconds from sending the sign-out, close code) of each page; the user of the namespace signs in and out."""
    link = stack.manage("link", namespace).rpartition("#")[2].strip()
    async with httpx.AsyncClient(base_url=stack.url, timeout=SOON) as client, AsyncExitStack() as opened:
        token = (await client.get(API)).json()["csrfToken"]
        headers = {"X-CSRFToken": token, "Origin": stack.url}
        signed_in = (await client.post(API, json={"link": link}, headers=headers)).raise_for_status()
        address = f"{stack.url.replace('http', 'ws', 1)}/ws/namespaces/{namespace}/pods/{pod}/live"
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        sockets = [
            await opened.enter_async_context(
                connect(address, additional_headers={"Cookie": cookie, "Origin": stack.url}, proxy=None)
            )
            for _ in range(pages)
        ]
        for socket in sockets:
            await socket.recv()
        watching = [asyncio.create_task(_closed(socket)) for socket in sockets]
        await asyncio.sleep(LISTENING)
        begun = time.perf_counter()
        headers["X-CSRFToken"] = signed_in.json()["csrfToken"]
        (await client.delete(API, headers=headers)).raise_for_status()
        async with asyncio.timeout(SOON):
            ends = await asyncio.gather(*watching)
    return [(at - begun, code) for at, code in ends]


async def _closed(socket: ClientConnection) -> tuple[float, int]:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as exc:
        return time.perf_counter(), exc.rcvd.code if exc.rcvd else 1006
