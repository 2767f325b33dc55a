"""Recordings as web reads them: whose they are, and the node's verb `recording`.

A recording outlives its pod for as long as the row is kept.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db.models import F

from people import rules
from sandboxes import access, pods, upstream
from sandboxes.calls import Verb
from sandboxes.errors import NotFound
from sandboxes.models import Pod


def recorded_pod(user: User, namespace: str, name: str, uid: uuid.UUID | None = None) -> Pod:
    """The pod of that name, the living one before those that are gone; with `uid` that very one.

    Raises NotFound when there is none, when it is not this user's, or when its row is not kept any more.
    """
    missing = NotFound(f'pods "{name}" not found', kind="pods", name=name)
    if not all(pods.PLAUSIBLE_NAME.fullmatch(text) for text in (namespace, name)):
        raise missing
    found = Pod.objects.filter(namespace__name=namespace, name=name).select_related("namespace")
    if uid is not None:
        found = found.filter(pk=uid)
    row = found.order_by(F("gone_at").desc(nulls_first=True)).first()
    if row is None:
        raise missing
    access.authorize(user, rules.Verb.LOOK, row)
    return row


async def index(uid: uuid.UUID) -> str:
    """JSON of what is held (node/recordings.py). Raises NodeUnavailable, NotFound."""
    return await upstream.read("/recording", Verb.RECORDING, uid)


async def frames(uid: uuid.UUID, start: int, end: int) -> str:
    """JSON of what was true at `start` and what came until `end`; milliseconds since 1970. Raises as `index`."""
    return await upstream.read("/recording", Verb.RECORDING, uid, {"start": start, "end": end})
