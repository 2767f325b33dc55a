"""Feeding a command that may end before it has read all of its input."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandboxes.engine.piping import _feed


class Ended:
    """aiodocker's stream, once the engine has closed the connection: it raises, or asserts that there is one."""

    _resp = None

    def __init__(self, error: Exception) -> None:
        self.error, self.given = error, 0

    async def write_in(self, data: bytes) -> None:
        self.given += 1
        raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError(), AssertionError()], ids=["closed", "asserted"])
async def test_what_a_command_that_has_ended_would_have_read_is_dropped(error: Exception) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"tar"

    stream: Any = Ended(error)
    await _feed(stream, pieces())
    assert stream.given == 1
