"""A body that is too long is refused before it is read, whatever it says of its length."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandboxes.api.limit import BodyLimit

MOST = 10


async def swallow(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads all of the body, and answers 200 when it was whole."""
    while (message := await receive())["type"] == "http.request":
        if not message.get("more_body"):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return


def answered(chunks: list[bytes], *, length: bytes | None = None) -> tuple[int, int]:
    """(status, chunks read) of a request with these chunks."""
    sent: list[dict[str, Any]] = []
    left = [{"type": "http.request", "body": c, "more_body": i + 1 < len(chunks)} for i, c in enumerate(chunks)]

    async def receive() -> Any:
        return left.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", length)]
    scope: Any = {"type": "http", "headers": headers}

    async def most(_: Any) -> int:
        return MOST

    asyncio.run(BodyLimit(swallow, most)(scope, receive, send))
    return sent[0]["status"], len(chunks) - len(left)


def test_a_short_body_passes() -> None:
    assert answered([b"12345", b"67890"], length=b"10") == (200, 2)


@pytest.mark.parametrize("length", [b"11", b"-1", b"ten", b"9" * 400])
def test_a_length_that_is_too_much_or_no_number_is_refused_unread(length: bytes) -> None:
    assert answered([b"x"], length=length) == (413, 0)


def test_a_body_that_turns_out_too_long_is_read_no_further() -> None:
    assert answered([b"12345", b"67890", b"1", b"2", b"3"]) == (413, 3)
