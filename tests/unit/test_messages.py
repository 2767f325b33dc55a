"""What Celery carries: every message goes stale by itself, for the sweep says the same again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.signals import before_task_publish

from playground.celery import app

app.loader.import_default_modules()  # as a worker does
OURS: dict[str, tuple[str, ...]] = {
    "sandboxes.tasks.reconcile": ("uid",),
    "sandboxes.tasks.place": ("uid",),
    "sandboxes.tasks.sweep": (),
    "sandboxes.tasks.collect": (),
    "sandboxes.tasks.orphans": (),
    "sandboxes.guest_ends.end_guests": (),
}


@pytest.mark.parametrize("name", OURS)
def test_a_message_that_nobody_took_expires_after_30_s(name: str) -> None:
    sent: list[dict[str, Any]] = []

    def note(headers: dict[str, Any], **_: Any) -> None:
        sent.append(headers)

    before_task_publish.connect(note, weak=False)
    began = datetime.now(UTC)
    try:
        app.tasks[name].apply_async(OURS[name], queue="nobody")
    finally:
        before_task_publish.disconnect(note)
    sent_at = datetime.fromisoformat(sent[0]["expires"]) - timedelta(seconds=30)
    assert began <= sent_at <= datetime.now(UTC)


def test_every_task_is_among_them() -> None:
    assert {name for name in app.tasks if name.startswith("sandboxes.")} == set(OURS)
