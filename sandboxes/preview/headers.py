"""Which headers of a request a pod gets to see, and which of its answer a browser does.

PURE. Hop-by-hop headers (RFC 9110 §7.6.1) are each connection's own. What the portal gave a browser is no pod's to
read; what a pod says is for its own host alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-authentication-info",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
    }
)
# Ours to say, or the server's in front: what a client claims of them is not handed on. `expect` is answered by it.
_NOT_HANDED_ON = HOP_BY_HOP | {b"host", b"expect", b"forwarded", b"via", b"x-real-ip"}
_CLAIMED = b"x-forwarded-"
_OF_WEBSOCKET = b"sec-websocket-"
# How a host is reached is its server's to say: by another one (Alt-Svc, RFC 7838), or by TLS alone or not at all, for
# longer than the pod is there (HSTS, RFC 6797; HPKP, RFC 7469; Expect-CT, RFC 9163). The date is the outer server's.
_OF_THE_SERVER = {b"alt-svc", b"strict-transport-security", b"public-key-pins", b"public-key-pins-report-only"}
_OF_THE_SERVER |= {b"expect-ct", b"date"}
# Orders to a server in front, which may send a file of its own (nginx, Apache, lighttpd, LiteSpeed).
_TO_A_PROXY = {b"x-accel-redirect", b"x-sendfile", b"x-lighttpd-send-file", b"x-litespeed-location"}
# To clear "cookies" is to clear those of the registrable domain, every preview's (W3C, Clear Site Data). NEL tells a
# server of the pod's choice of each request to the host, our own path with its secret too; Report-To says which server.
_BEYOND_ITS_PAGES = {b"clear-site-data", b"nel", b"report-to"}
# Whatever else there is holds for the pod's own host, or for the one page, and passes: Service-Worker-Allowed,
# Reporting-Endpoints, Access-Control-… (a page of elsewhere does not get as far as those, see `origins.py`).
_NOT_OF_PODS = HOP_BY_HOP | _OF_THE_SERVER | _TO_A_PROXY | _BEYOND_ITS_PAGES
# Where a pod's answer says nothing else. `same-origin`, for `no-referrer` would make the Origin of a form's POST "null"
# (Fetch, "append a request Origin header"), and applications that check it would refuse their own forms.
_REFERRER_POLICY = (b"referrer-policy", b"same-origin")
# What every answer says, the application's and our own. All previews are one site: the second lets none of them widen
# its origin by `document.domain`, and a browser keep their processes apart (HTML, "origin-keyed agent cluster").
OURS = ((b"x-robots-tag", b"noindex"), (b"origin-agent-cluster", b"?1"))


@dataclass(frozen=True)
class Portal:
    """What belongs to the portal: the names of its cookies, the preview's among them, and how its tokens begin."""

    cookies: frozenset[str]
    token_prefixes: tuple[str, ...]


@dataclass(frozen=True)
class Front:
    """What a browser sees of the preview: `host` is its Host header, `scheme` http or https; and whose site is near."""

    host: bytes
    scheme: str
    portal: Portal


def for_pod(headers: Iterable[tuple[bytes, bytes]], front: Front) -> Headers:
    """The headers of a request as a pod gets them."""
    portal = front.portal
    given = [(name.lower(), value) for name, value in headers]
    dropped = _NOT_HANDED_ON | _named(given)
    found: Headers = [(b"host", front.host)]
    for name, value in given:
        if name in dropped or name.startswith(_CLAIMED) or (name == b"authorization" and _is_token(value, portal)):
            continue
        if name == b"cookie":
            value = without_cookies(value, portal.cookies)
            if not value:
                continue
        found.append((name, value))
    return [*found, (b"x-forwarded-proto", front.scheme.encode()), (b"x-forwarded-host", front.host)]


def framed(handed_on: Headers, given: Iterable[tuple[bytes, bytes]]) -> Headers:
    """With how the body of a request comes: as many bytes as were announced, or in chunks, as it came (RFC 9112 §6)."""
    is_chunked = any(name.lower() == b"transfer-encoding" for name, _ in given)
    if is_chunked:
        handed_on = [(name, value) for name, value in handed_on if name != b"content-length"]
        handed_on.append((b"transfer-encoding", b"chunked"))
    return [*handed_on, (b"connection", b"close")]


def without_handshake(headers: Headers) -> Headers:
    """Without what opens a WebSocket, for the handshake with the pod is another one (RFC 6455 §4.1)."""
    return [(name, value) for name, value in headers if not name.startswith(_OF_WEBSOCKET)]


def for_browser(headers: Iterable[tuple[bytes, bytes]], portal: Portal) -> Headers:
    """The headers of a pod's answer as a browser gets them."""
    given = [(name.lower(), value) for name, value in headers]
    dropped = _NOT_OF_PODS | _named(given) | {name for name, _ in OURS}
    found = [
        (name, value)
        for name, value in given
        if name not in dropped and not (name == b"set-cookie" and not _is_own_cookie(value, portal.cookies))
    ]
    if all(name != _REFERRER_POLICY[0] for name, _ in found):
        found.append(_REFERRER_POLICY)
    return [*found, *OURS]


def cookies_named(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    """Every value of that cookie. There may be more than one: a neighbour's page can set one for the whole domain."""
    pairs = (pair for key, value in headers if key.lower() == b"cookie" for pair in value.split(b";"))
    named = (pair.strip().partition(b"=") for pair in pairs)
    return [value.decode("latin-1") for key, _, value in named if key == name.encode()]


def without_cookies(value: bytes, names: Collection[str]) -> bytes:
    """A Cookie header without those; what stays is as it came."""
    kept = (pair.strip() for pair in value.split(b";"))
    return b"; ".join(pair for pair in kept if pair and pair.partition(b"=")[0].strip().decode("latin-1") not in names)


def _named(headers: Headers) -> set[bytes]:
    """What a Connection header says is of this connection alone."""
    return {word.strip().lower() for name, value in headers if name == b"connection" for word in value.split(b",")}


def _is_token(value: bytes, portal: Portal) -> bool:
    scheme, _, token = value.decode("latin-1").strip().partition(" ")
    return scheme.lower() == "bearer" and token.strip().startswith(portal.token_prefixes)


def _is_own_cookie(value: bytes, names: Collection[str]) -> bool:
    """It is for the pod's own host, and not in the place of one of ours."""
    pair, *attributes = value.split(b";")
    has_domain = any(each.partition(b"=")[0].strip().lower() == b"domain" for each in attributes)
    return not has_domain and pair.partition(b"=")[0].strip().decode("latin-1") not in names
