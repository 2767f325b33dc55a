"""What tests with a database and an event loop share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from django.db import connections

# Where the databases may differ: locks, constraints, clocks, text. Those run on both; all do in `./play soak`, among
# them `test_reconcile`, whose crash points take long.
ON_BOTH = frozenset({
    "test_api_changes", "test_api_races", "test_api_session", "test_guests", "test_idempotency", "test_lifetimes",
    "test_namespaces", "test_ownership", "test_quota_pools", "test_quotas", "test_second_factor", "test_sweep",
    "test_teams", "test_tokens", "test_trail",
})  # fmt: skip
# Requests that are made up hold what only Postgres refuses (a NUL).
ON_POSTGRES = frozenset({"test_any_request"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each for the database it runs on, where that is not both."""
    if os.environ.get("PLAYGROUND_EACH_ON_BOTH"):
        return
    for item in items:
        name = Path(item.path).stem
        if Path(item.path).parent.name == "service" and name not in ON_BOTH:
            item.add_marker("on_postgres" if name in ON_POSTGRES else "on_sqlite")


@pytest_asyncio.fixture
async def database_thread(transactional_db: None) -> AsyncIterator[None]:
    """The database for code that uses `database_sync_to_async`; its thread's connection is closed afterwards."""
    yield
    await database_sync_to_async(connections.close_all)()
