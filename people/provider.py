"""Tests the identity provider before anybody signs in: asks for its discovery document and its keys.

Only the configured one is asked, and what its own document names. Nothing is followed, and of each of the two no more
is read than `MOST_BYTES`, in `SECONDS`: it is somebody else's machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from typing import Any

import httpx
import requests
from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from people.provider_rules import Finding, discovery_of, is_safe, issuer_of, judged, keys_judged, shown

SECONDS, MOST_BYTES = 5, 256 << 10
OK, MOVED = 200, range(300, 400)
NONE = "No identity provider is set: PLAYGROUND_OIDC_ISSUER names one, and docs/settings.md the rest."
IS_IT = "is that the address of an OpenID Connect issuer?"


class _Unreadable(Exception):
    """What is said of a document that cannot be read."""


async def tested() -> list[Finding]:
    """What is found of the configured provider, good and bad, in at most twice `SECONDS`."""
    issuer = settings.OIDC_ISSUER
    if not issuer:
        return [Finding(False, NONE)]
    try:
        document = await _read("Its discovery document", discovery_of(issuer), issuer)
    except _Unreadable as exc:
        return [Finding(False, str(exc))]
    found, keys = judged(document, issuer_of(issuer), settings.OIDC_GROUPS), document.get("jwks_uri")
    if isinstance(keys, str) and is_safe(keys, issuer):
        try:
            found.append(keys_judged(await _read("Its jwks_uri", keys, issuer)))
        except _Unreadable as exc:
            found.append(Finding(False, str(exc)))
    return found


async def _read(what: str, address: str, issuer: str) -> dict[str, Any]:
    """The JSON object at an address. Raises _Unreadable."""
    what = f"{what} ({shown(address)})"
    if not is_safe(address, issuer):
        todo = "Name an https:// address in PLAYGROUND_OIDC_ISSUER."
        raise _Unreadable(f"{what} is not asked for: it is not https. {todo}")
    try:
        # The whole of it: a time-out of httpx is for each read alone, and one byte would begin it anew.
        async with asyncio.timeout(SECONDS):
            body = await _body(what, address)
        found = json.loads(body)
    except TimeoutError as exc:
        raise _Unreadable(f"{what} did not come within {SECONDS} s: see whether this machine reaches it.") from exc
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
        todo = "see whether the address is right and this machine reaches it, and whether it trusts its certificate"
        raise _Unreadable(f"{what} could not be reached ({shown(exc)}): {todo} (REQUESTS_CA_BUNDLE).") from exc
    except (ValueError, RecursionError) as exc:
        raise _Unreadable(f"{what} is no JSON object: {IS_IT}") from exc
    if not isinstance(found, dict):
        raise _Unreadable(f"{what} is no JSON object: {IS_IT}")
    return found


async def _body(what: str, address: str) -> bytes:
    """As it comes, never unpacked. Raises _Unreadable, HTTPError."""
    headers, body = {"Accept": "application/json", "Accept-Encoding": "identity"}, b""
    async with (
        httpx.AsyncClient(verify=_trusted(address), timeout=SECONDS) as client,
        client.stream("GET", address, headers=headers) as response,
    ):
        if response.status_code in MOVED:
            place = f"leads to {shown(response.headers.get('Location', 'nowhere'))} ({response.status_code})"
            raise _Unreadable(f"{what} {place}, where nobody follows: name in PLAYGROUND_OIDC_ISSUER where it is.")
        if response.status_code != OK:
            raise _Unreadable(f"{what} is answered with {response.status_code}, not {OK}: {IS_IT}")
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise _Unreadable(f"{what} has more than {MOST_BYTES >> 10} KiB: {IS_IT}")
    return body


def _trusted(address: str) -> ssl.SSLContext:
    """The authorities that a sign-in trusts: allauth asks by `requests`, which has settings of its own for them."""
    with requests.Session() as session:
        found = session.merge_environment_settings(address, {}, None, None, None)["verify"]
    place = found if isinstance(found, str) else DEFAULT_CA_BUNDLE_PATH
    if os.path.isdir(place):
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)
