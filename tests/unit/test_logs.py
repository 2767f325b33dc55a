"""Log lines: what users made up stays inside of its line, and each says which request, task and pod it is of."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from playground.logs import LONGEST, Line, as_json


@pytest.fixture(autouse=True)
def no_context() -> Iterator[None]:
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("web", logging.WARNING, "", 0, message, args, None)


def test_a_line_names_its_request_and_pod() -> None:
    structlog.contextvars.bind_contextvars(request="r1", pod="p1")
    assert Line().format(record("%s is %s", "web", "away")).endswith("WARNING web web is away pod=p1 request=r1")


def test_json_has_them_as_keys() -> None:
    structlog.contextvars.bind_contextvars(task="t1")
    told = json.loads(as_json().format(record("%s is away", "web")))
    assert (told["event"], told["level"], told["logger"], told["task"]) == ("web is away", "warning", "web", "t1")
    assert told["timestamp"].endswith("Z")


@given(st.text())
def test_no_text_makes_a_second_line_or_steers_a_terminal(text: str) -> None:
    for told in (Line().format(record("said %s", text)), as_json().format(record("said %s", text))):
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u2029\u202e" for char in told)


def test_a_long_message_is_cut() -> None:
    assert len(Line().format(record("x" * 100_000))) < LONGEST + 100
    assert len(json.loads(as_json().format(record("x" * 100_000)))["event"]) == LONGEST


def test_a_traceback_stays_readable() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        failed = record("it broke")
        failed.exc_info = sys.exc_info()
    assert "\n  ValueError: why" in Line().format(failed)
    assert "ValueError: why" in json.loads(as_json().format(failed))["exception"]


def test_an_exception_begins_no_line_of_its_own_and_steers_no_terminal() -> None:
    try:
        raise ValueError("first\n2026-11-28 10:00:00,000 INFO web all is well\x1b[2J\u202e\r")
    except ValueError:
        found = logging.LogRecord("web", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    lines = Line().format(found).split("\n")
    assert all(line.startswith("  ") and line.isprintable() for line in lines[1:])
    assert any("INFO web all is well" in line for line in lines[1:])
