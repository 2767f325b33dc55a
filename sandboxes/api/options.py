"""What a request asks for besides its object: dryRun, the DeleteOptions in a deletion's body, and the Idempotency-Key
of what makes a pod.

Only fields that mean something here are read, and those strictly; Kubernetes' others do not matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from people import trail
from sandboxes.api import bodies
from sandboxes.deletion import Terms
from sandboxes.errors import Cause, Malformed, SpecRefused
from sandboxes.idempotency import HEADER, Key

CREATE, DELETE, UPDATE, PATCH = (f"{verb}Options.meta.k8s.io" for verb in ("Create", "Delete", "Update", "Patch"))

PRINTABLE = r"^[ -~]{1,255}$"  # what a header can hold of a text (RFC 9651 §3.3.3), quotation marks too


def _printable(text: str) -> str:
    if not re.fullmatch(PRINTABLE, text):
        raise ValueError("must be 1 to 255 printable ASCII characters")
    return text


Printable = Annotated[str, AfterValidator(_printable), WithJsonSchema({"type": "string", "pattern": PRINTABLE})]
IdempotencyKey = Annotated[
    Printable | None,
    Header(
        alias=HEADER,
        description="The same for each time that the same request is sent: then it makes one pod. Good for 24 h.",
    ),
]


class DeleteQuery(Schema):
    """Which objects of a kind to delete, and how."""

    label_selector: str = Field("", alias="labelSelector")
    field_selector: str = Field("", alias="fieldSelector")
    grace_period_seconds: int | None = Field(None, alias="gracePeriodSeconds")
    dry_run: str = Field("", alias="dryRun")


def dry_run(request: HttpRequest, asked: str, kind: str) -> bool:
    """Whether nothing may be kept, also not in the trail. Raises SpecRefused for anything but "All"."""
    dry = _is_all(asked, kind)
    if dry:
        trail.leave_out(request)
    return dry


def _is_all(asked: str, kind: str) -> bool:
    if asked not in ("", "All"):
        told = f'Unsupported value: "{asked}": supported values: "All"'
        raise SpecRefused("", (Cause("dryRun", "FieldValueNotSupported", told),), kind=kind)
    return asked == "All"


def key(request: HttpRequest, text: str | None, body: dict[str, Any]) -> Key | None:
    """The request by what its header said: it is the same one where the same is asked of the same path."""
    if text is None:
        return None
    asked = json.dumps([request.path, body], sort_keys=True)
    return Key(text, hashlib.sha256(asked.encode()).hexdigest())


def deletion(request: HttpRequest) -> tuple[int | None, Terms]:
    """The grace in seconds, None when the body does not say, and the terms. Raises Malformed or SpecRefused."""
    if not request.body:
        return None, Terms()
    found = bodies.read(request)
    grace = found.get("gracePeriodSeconds")
    if grace is not None and (not isinstance(grace, int) or isinstance(grace, bool)):
        raise _wrong("gracePeriodSeconds", "must be a whole number of seconds")
    conditions = found.get("preconditions")
    if conditions is not None and not isinstance(conditions, dict):
        raise _wrong("preconditions", "must be an object")
    uid, version = (_text(conditions or {}, key) for key in ("uid", "resourceVersion"))
    dry = _dry(found.get("dryRun"))
    if dry:
        trail.leave_out(request)
    return grace, Terms(uid=uid, resource_version=version, dry_run=dry)


def _dry(asked: Any) -> bool:
    if asked is None:
        return False
    if not isinstance(asked, list) or not all(isinstance(item, str) for item in asked):
        raise _wrong("dryRun", "must be a list of texts")
    return True in [_is_all(item, DELETE) for item in asked]  # all are looked at: a wrong one is refused


def _text(conditions: dict[str, Any], key: str) -> str | None:
    found = conditions.get(key)
    if found is not None and not isinstance(found, str):
        raise _wrong(f"preconditions.{key}", "must be a text")
    return found


def _wrong(field: str, message: str) -> Malformed:
    told = f'DeleteOptions in version "v1" cannot be handled as a DeleteOptions: {field} {message}'
    return Malformed(told, (Cause(field, "FieldValueTypeInvalid", message),))
