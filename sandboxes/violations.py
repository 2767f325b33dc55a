"""What browsers report that the site's Content-Security-Policy kept from happening, cut to what a log may hold of it.

PURE. Anybody may send such a report and write into it whatever they like; addresses in it may hold what is secret. So
of addresses neither query nor fragment is kept, of their text only what needs no escaping, and of a script's text
nothing at all. Two forms: of `report-uri` (CSP Level 2 §4.4) and of `report-to` (CSP Level 3 §5.3, Reporting API).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from sandboxes.errors import Malformed

PATH = "/api/playground/v1/csp-reports"
GROUP = "csp"
# For a policy, and the header that says what the group is (Reporting API §3.2).
DIRECTIVES = f"report-uri {PATH}; report-to {GROUP}"
ENDPOINTS = f'{GROUP}="{PATH}"'
OF_REPORT_URI, OF_REPORT_TO = "application/csp-report", "application/reports+json"
LARGEST = 16 * 1024  # bytes
LONGEST = 200  # characters of an address
HIGHEST_LINE = 10**7
DIRECTIVE = re.compile(r"[a-z-]{1,40}")
SCHEMES = ("http", "https", "ws", "wss")


@dataclass(frozen=True)
class Violation:
    """Which directive kept what (an address, or a word as "inline") out of which page; where it was asked for, and how
    many reports came at once, of which this is the first.
    """

    directive: str
    blocked: str
    page: str
    source: str
    line: int
    reports: int


def read(body: bytes, kind: str) -> Violation:
    """The first violation of a report; `kind` is its content type, one of the two. Raises Malformed."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Malformed("the report is not JSON") from exc
    reports = told if isinstance(told, list) else [told]
    found = [each for report in reports if (each := _body(report, "body" if kind == OF_REPORT_TO else "csp-report"))]
    if not found:
        raise Malformed("the report tells of no violation of a Content-Security-Policy")
    first = found[0]
    return Violation(
        directive=_directive(_said(first, "effectiveDirective", "effective-directive", "violated-directive")),
        blocked=_address(_said(first, "blockedURL", "blocked-uri")),
        page=_address(_said(first, "documentURL", "document-uri")),
        source=_address(_said(first, "sourceFile", "source-file")),
        line=_line(_said(first, "lineNumber", "line-number")),
        reports=len(found),
    )


def _body(report: object, key: str) -> Mapping[str, Any]:
    found = report.get(key) if isinstance(report, dict) else None
    return found if isinstance(found, dict) else {}


def _said(body: Mapping[str, Any], *names: str) -> object:
    return next((body[name] for name in names if name in body), None)


def _directive(told: object) -> str:
    """Its name; older browsers send its sources too."""
    name = str(told).partition(" ")[0]
    return name if DIRECTIVE.fullmatch(name) else "other"


def _address(told: object) -> str:
    """Scheme, host and path; of what is no page's address its scheme alone, as of `data:`."""
    if not isinstance(told, str):
        return ""
    try:
        parts = urlsplit(told)
        if parts.scheme and parts.scheme not in SCHEMES:
            return f"{parts.scheme[:LONGEST]}:"
        where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    except ValueError:
        return "unreadable"
    return quote(where + parts.path, safe="/:[]%", errors="replace")[:LONGEST]


def _line(told: object) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told < HIGHEST_LINE else 0
