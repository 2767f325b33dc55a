"""Reports of a Content-Security-Policy: both forms are read, and nothing but what a line of a log may hold is kept."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.errors import Malformed
from sandboxes.violations import OF_REPORT_TO, OF_REPORT_URI, Violation, read

OLD = {
    "document-uri": "https://portal.example/pods/alice/web?token=secret#pgl_secret",
    "referrer": "https://portal.example/?secret",
    "violated-directive": "script-src-elem 'self'",
    "blocked-uri": "https://user:secret@evil.example/x.js?secret",
    "original-policy": "default-src 'none'",
    "source-file": "https://portal.example/static/a.js",
    "line-number": 7,
    "script-sample": "secret",
}
NEW = {
    "documentURL": OLD["document-uri"],
    "effectiveDirective": "script-src-elem",
    "blockedURL": OLD["blocked-uri"],
    "sourceFile": OLD["source-file"],
    "lineNumber": 7,
    "sample": "secret",
}


def old(**changed: object) -> Violation:
    return read(json.dumps({"csp-report": OLD | changed}).encode(), OF_REPORT_URI)


@pytest.mark.parametrize(
    ("kind", "body", "reports"),
    [
        (OF_REPORT_URI, {"csp-report": OLD}, 1),
        (OF_REPORT_TO, [{"type": "csp-violation", "age": 1, "body": NEW}], 1),
        (OF_REPORT_TO, [{"type": "csp-violation", "body": NEW}, {"type": "csp-violation", "body": {"sample": "x"}}], 2),
    ],
)
def test_both_forms_say_the_same_without_queries_fragments_and_samples(kind: str, body: Any, reports: int) -> None:
    assert read(json.dumps(body).encode(), kind) == Violation(
        directive="script-src-elem",
        blocked="https://evil.example/x.js",
        page="https://portal.example/pods/alice/web",
        source="https://portal.example/static/a.js",
        line=7,
        reports=reports,
    )


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("inline", "inline"),
        ("data:text/html,secret", "data:"),
        ("https://[::1", "unreadable"),
        ("https://x.example/" + "a" * 1000, "https://x.example/" + "a" * 182),
        ("/a request=1\nb\u202e", "/a%20request%3D1b%E2%80%AE"),
        ("\ud800", "%3F"),
        (7, ""),
        (None, ""),
    ],
)
def test_an_address_is_cut_and_makes_no_other_word_of_its_line(told: object, kept: str) -> None:
    assert old(**{"blocked-uri": told}).blocked == kept


@pytest.mark.parametrize("told", ["Script-Src", "x" * 41, "a request=1", {}, None, 7])
def test_what_is_no_directive_is_another_one(told: object) -> None:
    assert old(**{"violated-directive": told}).directive in ("other", "a")


@pytest.mark.parametrize("told", ["7", True, -1, 1e9, 10**30, None, []])
def test_what_is_no_line_is_none(told: object) -> None:
    assert old(**{"line-number": told}).line == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"7", b"null", b'{"csp-report": []}', b"\xff", b"[" * 16_000])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    for kind in (OF_REPORT_URI, OF_REPORT_TO):
        with pytest.raises(Malformed):
            read(body, kind)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(OLD)), st.text() | st.integers() | st.none()))
def test_whatever_is_reported_each_field_is_a_short_word(changed: dict[str, object]) -> None:
    for field in astuple(old(**changed)):
        assert len(str(field)) <= 201 and str(field).isprintable() and " " not in str(field) and "=" not in str(field)
