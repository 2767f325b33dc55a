"""Where browsers report what the page's policy kept from happening: anybody may, each is a line of the log, no row."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from people.models import TrailEntry
from playground.logs import as_json
from sandboxes import violations
from tests.service.caller import read

REPORT = {"csp-report": {"effective-directive": "script-src", "blocked-uri": "inline", "document-uri": "http://p/?x=1"}}


def sent(body: object = REPORT, kind: str = violations.OF_REPORT_URI) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Client(enforce_csrf_checks=True).generic("POST", violations.PATH, content, content_type=kind)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """The lines about violations, as JSON has them."""
    told: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(as_json().format(record))

    caplog.set_level("WARNING")
    logger = logging.getLogger("sandboxes.api.violations")
    kept = Kept()
    logger.addHandler(kept)
    return lambda: [json.loads(line) for line in told]


@pytest.mark.django_db
def test_a_report_is_one_line_and_nothing_in_the_database(lines: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert (sent().status_code, sent().content) == (204, b"")
    first, _ = lines()
    assert {"event": "content security policy violated", "level": "warning"}.items() <= first.items()
    assert {"directive": "script-src", "blocked": "inline", "page": "http://p/", "reports": 1}.items() <= first.items()
    assert first["request"]
    assert not TrailEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"[]", violations.OF_REPORT_TO, 400),
        (b"{", violations.OF_REPORT_URI, 400),
        (REPORT, "application/json", 415),
        (b"csp-report=x", "application/x-www-form-urlencoded", 415),
        (b" " * (violations.LARGEST + 1), violations.OF_REPORT_URI, 413),
    ],
)
def test_what_is_no_report_or_too_long_is_refused_and_not_told(body: Any, kind: str, code: int, lines: Any) -> None:
    assert read(sent(body, kind)).code == code
    assert lines() == [] and not TrailEntry.objects.exists()


@pytest.mark.usefixtures("throttled")
def test_an_address_reports_only_so_often(lines: Any) -> None:
    assert [sent().status_code for _ in range(61)] == [204] * 60 + [429]
    assert len(lines()) == 60


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/"])
def test_pages_say_where_to_report(path: str) -> None:
    found = Client().get(path)
    assert found.headers["Reporting-Endpoints"] == f'csp="{violations.PATH}"'
    if found.status_code != 503:  # the page is not built here
        assert found.headers["Content-Security-Policy"].endswith(f"; report-uri {violations.PATH}; report-to csp")
