"""What asking for a pod's deletion changes in its row, whoever asks: a person, or the end of its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandboxes import spec
from sandboxes.models import Pod
from sandboxes.world import Desired


def columns(row: Pod, grace: int | None) -> dict[str, Any]:
    """The columns to change, {} when a repeat does not shorten (CheckGracefulDelete and BeforeDelete, PODS §4.9).

    `grace` in seconds; None: what the spec says.
    """
    seconds = _grace(row, grace)
    now = timezone.now()
    if row.deletion_at is not None and row.deletion_grace is not None:
        if seconds >= row.deletion_grace or grace is None:
            return {}
        asked = row.deletion_at - timedelta(seconds=row.deletion_grace)
    else:
        asked = now
    changes: dict[str, Any] = {
        "desired": Desired.GONE.value,
        "deletion_at": asked + timedelta(seconds=seconds),
        "deletion_grace": seconds,
    }
    return changes | ({"gone_at": now} if seconds == 0 else {})


def _grace(row: Pod, asked: int | None) -> int:
    # Nothing runs, or nothing runs any more: nobody needs time to finish.
    if row.node_id is None or row.status.get("phase") in ("Succeeded", "Failed"):
        return 0
    wanted = row.manifest["spec"].get("terminationGracePeriodSeconds", spec.DEFAULT_GRACE) if asked is None else asked
    return 1 if wanted < 0 else min(int(wanted), spec.LONGEST_GRACE)
