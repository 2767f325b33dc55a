"""What tests with a database and an event loop share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from django.db import connections

from sandboxes import throttle

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


@pytest.fixture
def throttled(redis: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Throttles of a real Redis, whose clock stands still until the test says how many seconds later it is.

    It is waited for: on a busy machine what serves goes on unthrottled, and a test would count too many.
    """
    script = throttle._TAKE

    def later(seconds: float) -> None:
        moment = f"{{{1_700_000_000 + seconds}, 0}}"
        monkeypatch.setattr(throttle, "_TAKE", script.replace("redis.call('TIME')", moment))

    later(0)
    settings.REDIS_URL, settings.INSTALL = redis, f"t{uuid4().hex[:8]}"
    monkeypatch.setattr(throttle, "WAITS", 30)
    throttle._redis.cache_clear()
    return later


@pytest_asyncio.fixture
async def database_thread(transactional_db: None) -> AsyncIterator[None]:
    """The database for code that uses `database_sync_to_async`; its thread's connection is closed afterwards."""
    yield
    await database_sync_to_async(connections.close_all)()
