"""Nudges: one that cannot be sent is given up and told."""

from __future__ import annotations

import asyncio
import logging
import time
from uuid import uuid4

import pytest

from sandboxes import publish

DEADLINE = 30.0


class Blackhole:
    """A channel layer that neither takes a message nor refuses it."""

    async def group_send(self, group: str, message: object) -> None:
        await asyncio.Event().wait()


def test_a_layer_that_never_answers_costs_a_nudge_and_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(publish, "get_channel_layer", Blackhole)
    monkeypatch.setattr(publish, "SEND_WITHIN", 0.01)
    with caplog.at_level(logging.WARNING, publish.log.name):
        for rev in range(3):
            publish.pod_changed(uuid4(), rev)
        deadline = time.monotonic() + DEADLINE
        while caplog.text.count("lost") < 3 or asyncio.all_tasks(publish._loop()):
            assert time.monotonic() < deadline, f"still sending; told: {caplog.text}"
            time.sleep(0.005)
    assert "TimeoutError" in caplog.text
