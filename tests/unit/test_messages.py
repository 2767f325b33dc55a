"""What Celery carries: every message goes stale by itself, for the sweep says the same again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.signals import before_task_publish

from playground.celery import app

app.loader.import_default_modules()  # as a worker does
OURS: dict[str, tuple[str, ...]] = {
    "tasks.reconcile": ("uid",),
    "tasks.place": ("uid",),
    "tasks.sweep": (),
    "tasks.collect": (),
    "tasks.orphans": (),
    "guest_ends.end_guests": (),
}


@pytest.mark.parametrize("name", OURS)
def test_a_message_that_nobody_took_expires_after_30_s(name: str) -> None:
    sent: list[dict[str, Any]] = []

    def note(headers: dict[str, Any], **_: Any) -> None:
        sent.append(headers)

    before_task_publish.connect(note, weak=False)
    try:
        app.tasks[f"sandboxes.{name}"].apply_async(OURS[name], queue="nobody")
    finally:
        before_task_publish.disconnect(note)
    left = datetime.fromisoformat(sent[0]["expires"]) - datetime.now(UTC)
    assert timedelta(seconds=25) < left <= timedelta(seconds=30)


def test_every_task_is_among_them() -> None:
    assert {name for name in app.tasks if name.startswith("sandboxes.")} == {f"sandboxes.{name}" for name in OURS}
