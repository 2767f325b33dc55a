"""What a deletion is subject to, and what it changes in a pod's row, whoever asks: a person, or the end of its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandboxes import spec
from sandboxes.errors import Conflict
from sandboxes.models import ConfigObject, Pod
from sandboxes.world import Desired


@dataclass(frozen=True)
class Terms:
    """What a deletion is subject to: `uid` and `resource_version`, when given, must be the pod's; a dry run writes
    nothing.
    """

    uid: str | None = None
    resource_version: str | None = None
    dry_run: bool = False


NO_TERMS = Terms()


def columns(row: Pod, grace: int | None, now: datetime) -> dict[str, Any]:
    """The columns to change, {} when a repeat does not shorten (CheckGracefulDelete and BeforeDelete, PODS §4.9).

    `grace` in seconds; None: what the spec says. `now` is the database's.
    """
    seconds = _grace(row, grace)
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


def check_terms(row: Pod | ConfigObject, terms: Terms, kind: str) -> None:
    """The preconditions, in the words of BeforeDelete (apiserver, registry/rest/delete.go), which says Pod for pods.

    Raises Conflict.
    """
    held = (
        ("UID", terms.uid, str(row.uid), "deleted and then recreated"),
        ("ResourceVersion", terms.resource_version, str(row.resource_version), "modified"),
    )
    for what, asked, found, perhaps in held:
        if asked is not None and asked != found:
            told = f"the {what} in the precondition ({asked}) does not match the {what} in record ({found})"
            told = f'Operation cannot be fulfilled on {kind} "{row.name}": {told}. The object might have been {perhaps}'
            raise Conflict(told, kind=kind, name=row.name)
