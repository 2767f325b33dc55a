"""PLAYGROUND_DATABASE: where rows are kept, as one URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from playground.database import database

STATE = Path("/state")


def told(url: str) -> tuple[str, str, str, str, str]:
    found = database(url, state=STATE, max_age=0)
    return found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://ada:s%40crit@db.example:5433/rows", ("ada", "s@crit", "db.example", "5433", "rows")),
        ("postgresql://ada@127.0.0.1/rows", ("ada", "", "127.0.0.1", "", "rows")),
        ("postgres://ada@/rows?host=/run/Postgres", ("ada", "", "/run/Postgres", "", "rows")),
        ("postgres://ada@:5433/rows?host=%2Frun%2Fpg", ("ada", "", "/run/pg", "5433", "rows")),
    ],
)
def test_a_server_is_named_by_its_address_or_the_folder_of_its_socket(
    url: str, expected: tuple[str, str, str, str, str]
) -> None:
    assert told(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ada@db/rows",
        "postgres://ada@db/rows?host=/run/pg",  # two places
        "postgres://ada@/rows?host=db",  # no folder
        "postgres://ada@/rows?host=",
        "postgres://ada@/rows?sslmode=require",  # would be left out, and nobody would know
    ],
)
def test_what_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PLAYGROUND_DATABASE"):
        database(url, state=STATE, max_age=0)


def test_sqlite_lies_in_the_state_directory() -> None:
    assert database("sqlite", state=STATE, max_age=7)["NAME"] == STATE / "db" / "playground.sqlite3"
