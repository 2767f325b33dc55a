"""The few pages that the preview site has of its own: plain, without script, each saying what to do.

PURE.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

from sandboxes.preview.headers import OURS
from sandboxes.preview.reasons import Reason

# Seconds until a page that waits for the application asks again.
AGAIN = 2
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}"
    "h1{font-size:1.25rem}code{font-family:ui-monospace,monospace}:root{color-scheme:light dark}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Page:
    """An answer. `waits`: seconds until it is asked for again, by itself; 0: it is not."""

    status: int
    title: str
    text: str
    waits: int = 0

    def html(self, *, again: bool = True) -> bytes:
        """The document; without `again` it does not reload itself: what was asked must not be asked twice."""
        refresh = f'<meta http-equiv="refresh" content="{self.waits}">' if self.waits and again else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
            f'<meta name="viewport" content="width=device-width"><title>{escape(self.title)}</title>'
            f"<style>{STYLE}</style></head><body><main><h1>{escape(self.title)}</h1>"
            f"<p>{escape(self.text)}</p></main></body></html>"
        ).encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What a browser is told about it."""
        told = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", POLICY.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            *OURS,
        ]
        return [*told, (b"retry-after", str(self.waits).encode())] if self.waits else told


NOT_FOUND = Page(404, "Nothing is here", "No preview has this address.")
PRIVATE = Page(
    403,
    "This preview is private",
    "Open it from the pod's page, or with a link that its owner shares. A preview ends when its owner signs out, "
    "when its link expires or is revoked, and with its pod.",
)
USED = Page(
    403,
    "This link does not open a preview",
    "It was used before, has expired, or was revoked. Open the preview again from the pod's page, or ask for another "
    "link.",
)
FOREIGN = Page(403, "Another site asked for this", "A preview takes requests from its own pages only.")
TOO_LARGE = Page(413, "Too much at once", "A request to a preview may bring at most 10 MiB.")
MALFORMED = Page(400, "The request cannot be read", "Its headers are not those of one HTTP request.")


def too_often(seconds: int) -> Page:
    """Too many looks at who may see a preview, or at a link, for one address."""
    told = f"Previews were asked for too often from your network address. Try again in {seconds} s."
    return Page(429, "Too many tries", told, waits=seconds)


def unreachable(reason: Reason, port: int) -> Page:
    """Why the application does not show, and what would help."""
    match reason:
        case Reason.NOT_RUNNING:
            return Page(503, "The pod is not running", "The preview opens by itself once it runs.", waits=AGAIN)
        case Reason.NOTHING_LISTENS:
            told = f"No process of the pod listens on port {port}. The preview opens by itself once one does."
            return Page(502, f"Nothing listens on port {port}", told, waits=AGAIN)
        case Reason.LOOPBACK_ONLY:
            told = (
                f"The application listens on 127.0.0.1:{port}, where only the pod's own processes reach it. "
                f"Let it listen on 0.0.0.0:{port}, every address of the pod: the preview opens by itself then."
            )
            return Page(
                502, f"Port {port} listens on 127.0.0.1 only, so the preview cannot reach it", told, waits=AGAIN
            )
        case Reason.NO_CONNECTION:
            told = f"A process listens on port {port}, but no connection came about within 2 seconds."
            return Page(504, f"Port {port} does not take the connection", told, waits=AGAIN)
        case Reason.NO_ANSWER:
            told = f"Port {port} took the connection and said nothing for a minute. Is the pod paused?"
            return Page(504, "The application does not answer", told, waits=AGAIN)
        case Reason.BROKEN:
            told = f"What came from port {port} is not an HTTP answer: is another protocol spoken there?"
            return Page(502, "The answer cannot be read", told)
        case Reason.TOO_MANY:
            told = "So many connections to this pod are open that another one has to wait."
            return Page(503, "Too many connections at once", told, waits=AGAIN)
        case Reason.NODE_AWAY:
            return Page(503, "The pod's node does not answer", "The preview opens once it does.", waits=AGAIN)
