"""A pod's recording: what is held of it, and what was true at a past moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse
from ninja import Query, Schema
from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from sandboxes import pods, recordings, wire
from sandboxes.api import recording_shapes as shapes
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented
from sandboxes.errors import NodeUnavailable, NotFound

RECORDING = "/namespaces/{namespace}/pods/{name}/recording"
JSON = "application/json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moments(Schema):
    """From when to when, RFC 3339, and of which pod where several had the name."""

    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime | None, Field(alias="to")] = None
    uid: UUID | None = None

    @field_validator("end")
    @classmethod
    def _in_order(cls, asked: AwareDatetime | None, info: ValidationInfo) -> AwareDatetime | None:
        if asked is not None and asked < info.data.get("start", asked):
            raise ValueError("must not be before `from`")
        return asked


def add(api: Documented) -> None:
    """The routes."""

    @api.get(RECORDING, response=shapes.Recording, by_alias=True, operation_id="readRecording")
    async def read_recording(request: SignedIn, namespace: str, name: str, uid: UUID | None = None) -> HttpResponse:
        """What is held of a pod: when samples were taken, what the engine did. Without `uid` the living pod of that
        name, or else the one that went last; a recording is kept for as long as the pod's row.
        """
        row = await sync_to_async(recordings.recorded_pod)(request.auth, namespace, name, uid)
        try:
            return HttpResponse(await recordings.index(row.uid), content_type=JSON)
        except NotFound as exc:  # the pod is there, and no node has taken it yet
            raise NodeUnavailable(str(exc)) from exc

    @api.get(f"{RECORDING}/samples", response=shapes.RecordedFrames, by_alias=True, operation_id="readRecordedSamples")
    async def read_samples(request: SignedIn, namespace: str, name: str, query: Query[Moments]) -> HttpResponse:
        """What was true at `from`, and what came after it up to `to`, which is `from` itself unless it is given."""
        row = await sync_to_async(recordings.recorded_pod)(request.auth, namespace, name, query.uid)
        start, end = _milliseconds(query.start), _milliseconds(query.end or query.start)
        try:
            found = await recordings.frames(row.uid, start, end)
        except NotFound as exc:
            raise NodeUnavailable(str(exc)) from exc
        return HttpResponse(found, content_type=JSON)

    @api.get(f"{RECORDING}/pod", response=wire.Snapshot, by_alias=True, operation_id="readRecordedPod")
    def read_pod(request: SignedIn, namespace: str, name: str, uid: UUID | None = None) -> HttpResponse:
        """The pod of a recording as its row says it last, with its events and engine calls, though it may be gone."""
        row = recordings.recorded_pod(request.auth, namespace, name, uid)
        return HttpResponse(pods.snapshot(row.uid, once=True).model_dump_json(by_alias=True), content_type=JSON)


def _milliseconds(at: datetime) -> int:
    """Since 1970; what is older is as good as the beginning."""
    return max((at - EPOCH) // timedelta(milliseconds=1), 0)
