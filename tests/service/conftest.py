"""What tests with a database and an event loop share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from django.db import connections

# What asks nothing of the database that one does otherwise than the other runs on SQLite, and in `./play soak` on both.
# Requests that are made up hold what only Postgres refuses (a NUL): they run there.
ON_SQLITE = frozenset({
    "test_api_recording", "test_api_streams", "test_audit", "test_builds", "test_consumers", "test_node_api",
    "test_nodes",
    "test_oidc", "test_openapi", "test_page", "test_prepare", "test_preview_site", "test_pulls", "test_registries",
    "test_terminal_consumer", "test_terminals", "test_throttle", "test_timers", "test_upstream", "test_watch",
})  # fmt: skip
ON_POSTGRES = frozenset({"test_any_request"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each for the database it runs on, where that is not both."""
    if os.environ.get("PLAYGROUND_EACH_ON_BOTH"):
        return
    for item in items:
        name = Path(item.path).stem
        if Path(item.path).parent.name == "service" and name in ON_SQLITE | ON_POSTGRES:
            item.add_marker("on_sqlite" if name in ON_SQLITE else "on_postgres")


@pytest_asyncio.fixture
async def database_thread(transactional_db: None) -> AsyncIterator[None]:
    """The database for code that uses `database_sync_to_async`; its thread's connection is closed afterwards."""
    yield
    await database_sync_to_async(connections.close_all)()
