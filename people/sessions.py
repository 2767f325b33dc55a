"""Django's sessions in the database, which a key that Django never made does not reach.

A cookie may hold anything: a NUL in it is an error to Postgres, and would be a 500 to whoever sends it.
"""

from __future__ import annotations

import re

from django.contrib.sessions.backends import db

PLAUSIBLE = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(db.SessionStore):
    """What `SESSION_ENGINE = "people.sessions"` means; HTTP requests and live sockets both ask it."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and PLAUSIBLE.fullmatch(key) is not None
