"""What an identity provider tells of itself, held against what a sign-in here needs (OpenID Connect Discovery 1.0).

PURE. `provider.py` asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sandboxes.visible import visible

WELL_KNOWN = "/.well-known/"
# allauth asks for the userinfo at every sign-in.
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
# What a sign-in sends: allauth's scopes, a code, PKCE. A provider need not list them.
SENT = {
    "scopes_supported": ("openid", "profile", "email"),
    "response_types_supported": ("code",),
    "code_challenge_methods_supported": ("S256",),
}
MOST_SHOWN = 200


@dataclass(frozen=True)
class Finding:
    """A sentence. One that is not good says what to do."""

    is_good: bool
    said: str


def discovery_of(configured: str) -> str:
    """Where the document is, as a sign-in has it too: the setting may name it whole."""
    return configured if WELL_KNOWN in configured else f"{configured}{WELL_KNOWN}openid-configuration"


def issuer_of(configured: str) -> str:
    return configured.split(WELL_KNOWN)[0]


def is_safe(address: object, issuer: str) -> bool:
    """Whether it is an https address; http only on loopback, and only where the issuer itself is."""
    scheme, host = _parts(address)
    if scheme == "http":
        return _is_loopback(host) and _parts(issuer)[0] == "http" and _is_loopback(_parts(issuer)[1])
    return scheme == "https" and host != ""


def shown(told: object) -> str:
    """What a provider told, harmless and short."""
    text = visible(str(told).encode("utf-8", "surrogateescape"))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def judged(document: Mapping[str, Any], issuer: str, groups: str) -> list[Finding]:
    """Of its discovery document; `groups` is the claim that a person's groups are read from."""
    return [_identity(document, issuer), *_addresses(document, issuer), *_sent(document), _claim(document, groups)]


def keys_judged(document: Mapping[str, Any]) -> Finding:
    """Of what is at its jwks_uri (RFC 7517, 5)."""
    keys = document.get("keys")
    count = sum(isinstance(key, dict) and "kty" in key for key in keys) if isinstance(keys, list) else 0
    if not count:
        return Finding(False, "At its jwks_uri there are no keys: have the provider publish those that it signs with.")
    return Finding(True, f"Its keys can be read: there {'is' if count == 1 else 'are'} {count}.")


def _parts(address: object) -> tuple[str, str]:
    """Scheme and host, "" for what has none."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
        return (parts.scheme, parts.hostname or "") if parts else ("", "")
    except ValueError:  # no address: a bracket that stays open
        return "", ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _identity(document: Mapping[str, Any], issuer: str) -> Finding:
    told = document.get("issuer")
    if not isinstance(told, str) or not told:
        named = "PLAYGROUND_OIDC_ISSUER must name an OpenID Connect issuer."
        return Finding(False, f"It does not say who it is (issuer): {named}")
    if told != issuer:
        todo = "set PLAYGROUND_OIDC_ISSUER to exactly what it calls itself, if that is the provider that you mean."
        return Finding(False, f"It calls itself {shown(told)}, not {issuer}: {todo}")
    return Finding(True, f"It calls itself {shown(told)}, as it is called here.")


def _addresses(document: Mapping[str, Any], issuer: str) -> Iterator[Finding]:
    wrong = [said for name in NEEDED if (said := _wrong(name, document.get(name), issuer))]
    yield from (Finding(False, said) for said in wrong)
    if not wrong:
        yield Finding(True, f"Its {', '.join(NEEDED[:-1])} and {NEEDED[-1]} are there, and safe.")


def _wrong(name: str, address: object, issuer: str) -> str:
    if not isinstance(address, str) or not address:
        return f"It names no {name}, and without one nobody signs in: have it set up at the provider."
    if not is_safe(address, issuer):
        return f"Its {name} is {shown(address)}, which is not https: have the provider name one that is."
    return ""


def _sent(document: Mapping[str, Any]) -> Iterator[Finding]:
    for key, wanted in SENT.items():
        listed = document.get(key)
        missing = [each for each in wanted if each not in listed] if isinstance(listed, list) else []
        if missing:
            told = f"It lists no {', '.join(missing)} in {key}, which a sign-in asks for"
            yield Finding(False, f"{told}: allow it to this client at the provider.")


def _claim(document: Mapping[str, Any], groups: str) -> Finding:
    listed = document.get("claims_supported")
    if not isinstance(listed, list):
        seen = "the first sign-in shows (a user's groups give a role at once)"
        return Finding(True, f"It lists no claims: whether it tells {groups}, {seen}.")
    if groups in listed:
        return Finding(True, f"It tells the claim {groups}.")
    todo = "have the provider put it into the ID token or the userinfo, or name the claim that it has in"
    return Finding(False, f"It lists no {groups} in claims_supported: {todo} PLAYGROUND_OIDC_GROUPS.")
