"""What tests with a database and an event loop share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from channels.db import database_sync_to_async
from django.db import connections


@pytest_asyncio.fixture
async def database_thread(transactional_db: None) -> AsyncIterator[None]:
    """The database for code that uses `database_sync_to_async`; its thread's connection is closed afterwards."""
    yield
    await database_sync_to_async(connections.close_all)()
