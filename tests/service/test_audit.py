"""The audit in watch: a container that is not as its profile has it is killed, and its pod's journal says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from sandboxes.engine.streams import EngineEvent
from sandboxes.errors import EngineUnavailable
from sandboxes.models import Pod, PodEvent
from sandboxes.node.audit import Audit
from tests.service.fakes import SOON, until
from tests.service.node import PAUSE_IMAGE, FakeNode, a_pod

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]


def running_pod(node: FakeNode) -> Pod:
    row = a_pod()
    for _ in range(3):
        node.look(row.uid)
    assert node.running() == {"": 1, "web": 1, "box": 1}
    return row


def told(row: Pod) -> list[str]:
    found = PodEvent.objects.filter(pod=row, reason="PolicyViolation")
    return [event.message for event in found]


async def until_told(row: Pod) -> list[str]:
    """The journal comes after the kill."""
    async with asyncio.timeout(SOON):
        while not (found := await sync_to_async(told)(row)):
            await asyncio.sleep(0.005)
    return found


def audit_of(node: FakeNode) -> Audit:
    return Audit(lambda: node.engine, Path("/fake"), pause_image=PAUSE_IMAGE, host_ip=node.tools.host_ip)


@asynccontextmanager
async def auditing(node: FakeNode) -> AsyncIterator[Audit]:
    audit = audit_of(node)
    task = asyncio.create_task(audit.keep())
    try:
        yield audit
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_containers_as_we_make_them_are_left_alone() -> None:
    node = FakeNode()
    row = await sync_to_async(running_pod)(node)
    audit = audit_of(node)
    found = await sync_to_async(audit.seen)(node.engine.inspections())
    assert (len(found), audit.judge(found)) == (3, [])
    assert await sync_to_async(told)(row) == []


async def test_one_that_is_above_its_profile_is_killed_and_its_journal_says_why() -> None:
    node = FakeNode()
    row = await sync_to_async(running_pod)(node)
    node.engine.tampered["web"] = {"Privileged": True, "Memory": 0}
    async with auditing(node):
        (message,) = await until_told(row)
    assert node.running() == {"": 1, "box": 1}
    assert message == "Container web was killed: not as its profile has it (privileged, memory)"


async def test_a_pause_that_was_tampered_with_goes_too() -> None:
    node = FakeNode()
    row = await sync_to_async(running_pod)(node)
    node.engine.tampered[""] = {"NetworkMode": "host"}
    async with auditing(node):
        (message,) = await until_told(row)
    assert "" not in node.running()
    assert "The pause container was killed" in message


async def test_a_start_is_looked_at_at_once_and_not_after_a_minute() -> None:
    node = FakeNode()
    row = await sync_to_async(running_pod)(node)
    async with auditing(node) as audit:
        await until(lambda: "inspections" in node.faults.calls)  # the first look at all
        node.engine.tampered["box"] = {"PidMode": "host"}
        audit.event(EngineEvent(row.uid, "start", "c", timezone.now()))
        await until(lambda: "box" not in node.running())


async def test_a_profile_that_was_taken_from_a_row_counts_at_the_next_look() -> None:
    """A member that runs as root under a row that says restricted is above it, whoever changed the row."""
    node = FakeNode()
    row = await sync_to_async(running_pod)(node)
    await sync_to_async(Pod.objects.filter(pk=row.pk).update)(profile="restricted")
    async with auditing(node):
        await until(lambda: not {"web", "box"} & set(node.running()))


async def test_an_engine_that_is_away_is_no_finding() -> None:
    node = FakeNode()
    await sync_to_async(running_pod)(node)
    node.engine.tampered["web"] = {"Privileged": True}
    node.faults.fail("inspections", EngineUnavailable("away"))
    with pytest.raises(EngineUnavailable):
        await audit_of(node).keep()
