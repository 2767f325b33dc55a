"""One hook of one attempt of a member, from beginning to end.

pkg/kubelet/lifecycle/handlers.go: a command must end with 0, a GET must be answered (by whatever status), a sleep ends.
"""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes import rows
from sandboxes.engine.execution import Request
from sandboxes.engine.streams import Streams
from sandboxes.journal import Entry
from sandboxes.node import requests
from sandboxes.node.facts import Answer
from sandboxes.node.subject import Subject
from sandboxes.spec.models import HTTPGetAction, LifecycleHandler
from sandboxes.world import Wanted, WantedKind

# A hook may take as long as whoever wants it waits; this only keeps a forgotten one from staying for ever.
LONGEST = 24 * 3600.0
ANSWERED_WITHIN = 30.0


async def run_hook(streams: Streams, subject: Subject, want: Wanted) -> Answer:
    """How it ended; a preStop hook that failed is told in the journal, a failed postStart hook by the pass."""
    assert subject.member is not None
    hooks = subject.member.lifecycle
    is_start = want.kind is WantedKind.POST_START
    handler = hooks.post_start if is_start else hooks.pre_stop
    why = await _failure(streams, subject, handler or LifecycleHandler())
    if not why:
        return Answer("succeeded")
    if not is_start:
        entry = Entry("FailedPreStopHook", "PreStopHook failed", want.member, warning=True, field=subject.member.field)
        await database_sync_to_async(rows.tell)(subject.uid, (entry,), timezone.now())
    return Answer("failed", f"{'PostStartHook' if is_start else 'PreStopHook'} failed: {why}")


async def _failure(streams: Streams, subject: Subject, handler: LifecycleHandler) -> str:
    """Why it failed, "" when it did not."""
    if handler.exec is not None:
        done = await streams.execute(subject.container_id, Request(handler.exec.command, seconds=LONGEST, most=4096))
        if done.error:
            return done.error
        said = (done.stdout + done.stderr).decode(errors="replace")
        return f"command exited with {done.exit_code}: {said}" if done.exit_code else ""
    if handler.http_get is not None:
        return await _asked(subject, handler.http_get)
    if handler.sleep is not None:
        await asyncio.sleep(handler.sleep.seconds)
        return ""
    return "invalid handler: a hook does not open a socket"


async def _asked(subject: Subject, action: HTTPGetAction) -> str:
    port = requests.port_number(action.port, subject.ports)
    if port is None:
        return f"couldn't find port: {action.port}"
    result = await requests.http(action, subject.ip, port, ANSWERED_WITHIN, asks="lifecycle")
    answered = result.succeeded or "statuscode" in result.output
    return "" if answered else result.output
