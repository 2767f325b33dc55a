"""Signed calls: how the web tier tells a node what it may do, and all that both sides share.

PURE. A call names one verb, one pod and its arguments; it holds for at most 30 s and, as the node remembers nonces,
for one use. Signed with HMAC-SHA256 (RFC 2104) over canonical JSON.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sandboxes.errors import CallRefused

LIFETIME = 30.0
# What a new call gets: short of the limit, so that clocks may differ by some seconds.
GIVEN = 20.0


class Verb(StrEnum):
    """The closed list of what web may ask of a node."""

    LIVE = "live"
    SAMPLE = "sample"
    LOG = "log"
    EXECUTE = "execute"
    ACT = "act"
    INSPECT = "inspect"
    WIRING = "wiring"
    COPY_OUT = "copy-out"
    COPY_IN = "copy-in"
    TERMINAL = "terminal"
    TERMINALS = "terminals"
    SIGN_OUT = "sign-out"
    RECORDING = "recording"
    NODE = "node"
    PREVIEW = "preview"


# What is said to a node, about none of its pods.
OF_NODE = frozenset({Verb.SIGN_OUT, Verb.NODE})
NODE = UUID(int=0)


@dataclass(frozen=True)
class Call:
    """One permission: `verb` on pod `uid`. `expires` is Unix time in seconds; `nonce` makes it unlike any other."""

    verb: Verb
    uid: UUID
    arguments: Mapping[str, Any] = field(default_factory=dict)
    nonce: str = ""
    expires: float = 0.0


@dataclass(frozen=True)
class LogOptions:
    """Which part of a member's log, as `GET …/pods/{name}/log` names it. None: no limit.

    `tail` is lines, `limit_bytes` bytes, `since` Unix time in seconds. `previous` is the attempt before the newest.
    """

    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    since: float | None = None
    limit_bytes: int | None = None


def new_call(verb: Verb, uid: UUID, *, now: float, arguments: Mapping[str, Any] | None = None) -> Call:
    """A call that was never made before and holds from `now` (Unix time)."""
    return Call(verb, uid, arguments or {}, secrets.token_urlsafe(16), now + GIVEN)


def sign(call: Call, key: str) -> str:
    """The token: base64url of the call's canonical JSON, a dot, its HMAC in hex."""
    content = json.dumps(
        {
            "verb": call.verb,
            "uid": str(call.uid),
            "arguments": dict(call.arguments),
            "nonce": call.nonce,
            "expires": call.expires,
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    encoded = base64.urlsafe_b64encode(content.encode()).decode()
    return f"{encoded}.{_mac(encoded, key)}"


def verify(token: str, key: str, now: float) -> Call:
    """The call in `token`. Raises CallRefused when it was not signed with `key`, or does not hold at `now`."""
    encoded, _, mac = token.partition(".")
    # Over the text as it came: no second spelling of the same content passes.
    if not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(encoded, key).encode()):
        raise CallRefused("the call's signature is wrong")
    call = _decoded(encoded)
    if not now < call.expires <= now + LIFETIME:
        raise CallRefused("the call has expired, or claims to hold for too long")
    return call


def _mac(encoded: str, key: str) -> str:
    if not key:
        raise CallRefused("there is no node key: run manage.py prepare")
    return hmac.new(key.encode(), encoded.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _decoded(encoded: str) -> Call:
    try:
        found = json.loads(base64.urlsafe_b64decode(encoded))
        return Call(
            verb=Verb(found["verb"]),
            uid=UUID(found["uid"]),
            arguments=dict(found["arguments"]),
            nonce=str(found["nonce"]),
            expires=float(found["expires"]),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise CallRefused("the call cannot be read") from exc
