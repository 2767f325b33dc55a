"""Answers of the API: objects as JSON, and every error as a Kubernetes Status (kind Status, reason, details, causes).

The one table from error classes to codes is here. Nothing the client sent may end in a 500; what is our fault is
logged and told without its details.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError
from ninja.errors import ValidationError as BadParameters

from people import second_factor
from people.guests import FullOfGuests, NoGuests, WrongCode
from people.tokens import TooManyTokens
from sandboxes.errors import (
    AboutObject,
    AlreadyExists,
    Cause,
    Conflict,
    Malformed,
    NodeUnavailable,
    NotAllowed,
    NotFound,
    PlaygroundError,
    QuotaExceeded,
    SpecRefused,
    TooManyRequests,
)

log = logging.getLogger(__name__)

Json = dict[str, Any]


class Unauthenticated(PlaygroundError):
    """Unauthorized"""

    permanent = True


class Forbidden(PlaygroundError):
    """The credential may not be used here."""

    permanent = True


class UnsupportedMedia(PlaygroundError):
    """The body of the request was in an unknown format: send application/json or application/yaml."""

    permanent = True


class TooLarge(PlaygroundError):
    """The body of the request is too large."""

    permanent = True


# Class → (code, reason); the first that fits. Reasons are metav1.StatusReason.
TABLE: tuple[tuple[type[Exception], int, str], ...] = (
    (SpecRefused, 422, "Invalid"),
    (Malformed, 400, "BadRequest"),
    (BadParameters, 400, "BadRequest"),
    (MultiPartParserError, 400, "BadRequest"),
    (UnreadablePostError, 400, "BadRequest"),
    (RequestDataTooBig, 413, "RequestEntityTooLarge"),
    (TooLarge, 413, "RequestEntityTooLarge"),
    (SuspiciousOperation, 400, "BadRequest"),
    (Unauthenticated, 401, "Unauthorized"),
    (AuthenticationError, 401, "Unauthorized"),
    (Forbidden, 403, "Forbidden"),
    (NotAllowed, 403, "Forbidden"),
    (NoGuests, 403, "Forbidden"),
    (WrongCode, 401, "Unauthorized"),
    (QuotaExceeded, 403, "Forbidden"),
    (second_factor.CodeNeeded, 401, "Unauthorized"),
    (second_factor.WrongCode, 401, "Unauthorized"),
    (NotFound, 404, "NotFound"),
    (Http404, 404, "NotFound"),
    (AlreadyExists, 409, "AlreadyExists"),
    (Conflict, 409, "Conflict"),
    (UnsupportedMedia, 415, "UnsupportedMediaType"),
    (TooManyRequests, 429, "TooManyRequests"),
    (FullOfGuests, 429, "TooManyRequests"),
    (TooManyTokens, 429, "TooManyRequests"),
    (NodeUnavailable, 503, "ServiceUnavailable"),
)
# What a code alone is called, for answers that Django gives before a route is found.
REASONS = {code: reason for _, code, reason in TABLE} | {405: "MethodNotAllowed", 500: "InternalError"}
TOLD = {
    400: "the request could not be understood",
    403: "the request is not allowed from there",
    404: "the server could not find the requested resource",
    405: "the server does not allow this method on the requested resource",
}


def answer(content: Mapping[str, Any], code: int = 200) -> HttpResponse:
    """An object as JSON."""
    return HttpResponse(json.dumps(content), status=code, content_type="application/json")


def status(code: int, message: str = "", *, reason: str = "", details: Json | None = None) -> Json:
    """A Status that says why not (metav1.Status)."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or TOLD.get(code, "an internal error: it is in the server's log"),
        "reason": reason or REASONS.get(code, "BadRequest" if code < 500 else "InternalError"),
        **({"details": details} if details else {}),
        "code": code,
    }


def refusal(request: HttpRequest, exc: Exception) -> HttpResponse:
    """The answer to an error, whoever raised it; given to ninja as the handler of all exceptions."""
    for kind, code, reason in TABLE:
        if isinstance(exc, kind):
            details = _details(exc)
            found = answer(status(code, _message(exc), reason=reason, details=details), code)
            if details and "retryAfterSeconds" in details:
                found.headers["Retry-After"] = str(details["retryAfterSeconds"])
            return found
    log.error("%s %s failed", request.method, request.path, exc_info=exc)
    return answer(status(500), 500)


def _message(exc: Exception) -> str:
    match exc:
        case PlaygroundError():
            return str(exc)
        case BadParameters():
            return "; ".join(f"{cause.field}: {cause.message}" for cause in _parameter_causes(exc))
        case RequestDataTooBig():
            return str(TooLarge())
        case AuthenticationError():
            return str(Unauthenticated())
        case _:
            return ""


def _details(exc: Exception) -> Json | None:
    match exc:
        case SpecRefused():
            # The kind alone: "CreateOptions.meta.k8s.io" is a kind and its group.
            kind, _, group = exc.kind.partition(".")
            return _about(kind, exc.name, group) | {"causes": _causes(exc.causes)}
        case Malformed() if exc.causes:
            return {"causes": _causes(exc.causes)}
        case second_factor.CodeNeeded():
            return {"causes": _causes((Cause("code", "FieldValueRequired", str(exc)),))}
        case second_factor.WrongCode():
            return {"causes": _causes((Cause("code", "FieldValueInvalid", str(exc)),))}
        case BadParameters():
            return {"causes": _causes(_parameter_causes(exc))}
        case QuotaExceeded():
            later = {} if exc.retry_after is None else {"retryAfterSeconds": exc.retry_after}
            return _about(exc.kind, exc.name, "") | {"causes": _causes(exc.causes)} | later
        case AboutObject() if exc.kind:
            return _about(exc.kind, exc.name, "") | ({"causes": _causes(exc.causes)} if exc.causes else {})
        case TooManyRequests():
            return {"retryAfterSeconds": exc.seconds}
        case _:
            return None


def _about(kind: str, name: str, group: str) -> Json:
    return ({"name": name} if name else {}) | ({"group": group} if group else {}) | {"kind": kind}


def _causes(causes: tuple[Cause, ...]) -> list[Json]:
    return [{"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes]


def _parameter_causes(exc: BadParameters) -> tuple[Cause, ...]:
    # pydantic says "Value error, " before the words of a rule of ours.
    told = ((str(error["loc"][-1]), str(error["msg"]).removeprefix("Value error, ")) for error in exc.errors)
    return tuple(Cause(field, "FieldValueInvalid", f"Invalid value: {words}") for field, words in told)
