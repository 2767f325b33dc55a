"""One probe of one attempt of a member, for as long as it is wanted.

pkg/kubelet/prober (worker.go, prober.go): the first question after initialDelaySeconds of the start, then one a period;
a Fact when a threshold is crossed, an event Unhealthy for each failure.
"""

from __future__ import annotations

import asyncio
import logging

from channels.db import database_sync_to_async
from django.utils import timezone

from sandboxes import rows
from sandboxes.engine.execution import Request
from sandboxes.engine.streams import Streams
from sandboxes.errors import EngineError
from sandboxes.journal import Entry
from sandboxes.node import requests
from sandboxes.node.facts import record
from sandboxes.node.requests import Result
from sandboxes.node.subject import Subject
from sandboxes.node.thresholds import Thresholds
from sandboxes.spec.models import ExecAction, Probe
from sandboxes.world import Wanted

log = logging.getLogger(__name__)
MOST_OUTPUT = 10 * 1024
SHOWN = 1024


class Prober:
    """Asks and tells until it is cancelled; a liveness or startup probe ends with its verdict."""

    def __init__(self, streams: Streams, subject: Subject, want: Wanted) -> None:
        assert subject.member is not None
        found = subject.member.probe(want.name)
        assert found is not None, "the plan asks for probes that the spec has"
        self._streams = streams
        self._subject = subject
        self._want = want
        self._probe: Probe = found
        self._thresholds = Thresholds(found.success_threshold or 1, found.failure_threshold or 3)

    async def run(self) -> None:
        await asyncio.sleep(self._delay())
        while True:
            result = await self.ask()
            if await self._tell(result):
                return
            await asyncio.sleep(self._probe.period_seconds or 10)

    def _delay(self) -> float:
        started = self._subject.started_at
        waited = (timezone.now() - started).total_seconds() if started else 0.0
        return max(0.0, self._probe.initial_delay_seconds - waited)

    async def ask(self) -> Result:
        """One question."""
        probe, subject, seconds = self._probe, self._subject, float(self._probe.timeout_seconds or 1)
        if probe.exec is not None:
            return await self._executed(probe.exec, seconds)
        if probe.grpc is not None:
            return await requests.grpc(probe.grpc, subject.ip, probe.grpc.port, seconds)
        action = probe.http_get or probe.tcp_socket
        assert action is not None, "validation wants exactly one handler"
        port = requests.port_number(action.port, subject.ports)
        if port is None:
            return Result(False, f"couldn't find port: {action.port}", known=False)
        if probe.http_get is not None:
            return await requests.http(probe.http_get, subject.ip, port, seconds)
        assert probe.tcp_socket is not None
        return await requests.tcp(probe.tcp_socket, subject.ip, port, seconds)

    async def _executed(self, action: ExecAction, seconds: float) -> Result:
        request = Request(action.command, seconds=seconds, most=MOST_OUTPUT)
        try:
            done = await self._streams.execute(self._subject.container_id, request)
        except EngineError as exc:
            return Result(False, str(exc), known=False)
        if done.error:
            return Result(False, f"failed to exec in container: {done.error}", known=False)
        if done.timed_out:
            told = f"command timed out: {' '.join(action.command)!r} timed out after {seconds:g}s"
            return Result(False, told.replace("'", '"'))
        return Result(done.exit_code == 0, (done.stdout + done.stderr).decode(errors="replace"))

    async def _tell(self, result: Result) -> bool:
        """Writes down what is news; True when there is nothing more to find out."""
        await self._journal(result)
        verdict = self._thresholds.take(result.succeeded) if result.known else None
        if verdict is None:
            return False
        outcome = "succeeded" if verdict else "failed"
        await database_sync_to_async(record)(
            self._subject.uid, self._want, outcome=outcome, message=result.output[:SHOWN]
        )
        # Either way the plan asks for something else now; a liveness probe that went well goes on.
        return self._want.name == "startup" or (self._want.name == "liveness" and not verdict)

    async def _journal(self, result: Result) -> None:
        kind = self._want.name.capitalize()
        if not result.known:
            told = f"{kind} probe errored and resulted in unknown state: {result.output[:SHOWN]}"
            entry = self._entry("Unhealthy", told)
        elif not result.succeeded:
            entry = self._entry("Unhealthy", f"{kind} probe failed: {result.output[:SHOWN]}")
        elif result.warning:
            entry = self._entry("ProbeWarning", f"{kind} probe warning: {result.warning[:SHOWN]}")
        else:
            return
        await database_sync_to_async(rows.tell)(self._subject.uid, (entry,), timezone.now())

    def _entry(self, reason: str, message: str) -> Entry:
        assert self._subject.member is not None
        return Entry(reason, message, self._want.member, warning=True, field=self._subject.member.field)
