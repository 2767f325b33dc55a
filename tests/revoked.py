"""What one session has open, without a browser, and how long it stays open once that session is ended."""

from __future__ import annotations

import asyncio
import socket
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


async def seconds_read(stack: Stack, namespace: str, path: str) -> float:
    """From when the sign-out was answered until an answer that is being read breaks off; one that ends as if it were
    whole is an AssertionError.
    """
    # Little is on its way at any time: what the reader has yet to take when the sender has stopped takes time too.
    little = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)])
    async with httpx.AsyncClient(base_url=stack.url, timeout=SOON, transport=little) as client:
        headers = await _signed_in(stack, client, namespace)
        async with client.stream("GET", path) as answer, asyncio.timeout(SOON):
            begun = 0.0
            try:
                async for piece in answer.raise_for_status().aiter_raw():
                    if not begun and piece:
                        (await client.delete(API, headers=headers)).raise_for_status()
                        begun = time.perf_counter()
                    await asyncio.sleep(0.002)  # it is as fast as it is read, and would keep the machine busy
            except httpx.RemoteProtocolError:
                return time.perf_counter() - begun
            raise AssertionError("it ended as if that were all")


async def _signed_in(stack: Stack, client: httpx.AsyncClient, user: str) -> dict[str, str]:
    """The client as a browser of that user's; what it sends with what changes something."""
    link = stack.manage("link", user).rpartition("#")[2].strip()
    token = (await client.get(API)).json()["csrfToken"]
    headers = {"X-CSRFToken": token, "Origin": stack.url}
    signed_in = (await client.post(API, json={"link": link}, headers=headers)).raise_for_status()
    return headers | {"X-CSRFToken": signed_in.json()["csrfToken"]}


async def seconds_open(stack: Stack, namespace: str, pod: str, pages: int) -> list[tuple[float, int]]:
    """(seconds from sending the sign-out, close code) of each page; the user of the namespace signs in and out."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=SOON) as client, AsyncExitStack() as opened:
        headers = await _signed_in(stack, client, namespace)
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
