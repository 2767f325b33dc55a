"""PLAYGROUND_DATABASE as Django's setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(url: str, *, state: Path, max_age: int) -> dict[str, Any]:
    """`sqlite` in the state directory, postgres://user:password@host:port/name, or for a server on a unix socket
    postgres://user@/name?host=/its/folder, as libpq has it ("Connection URIs" in PostgreSQL's manual). A connection is
    kept for `max_age` seconds. Raises ImproperlyConfigured.
    """
    if url == "sqlite":
        return {
            "ENGINE": "playground.sqlite",
            "NAME": state / "db" / "playground.sqlite3",
            "CONN_MAX_AGE": max_age,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("PLAYGROUND_DATABASE must be sqlite or postgres://user:password@host:port/name")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    folder = options.pop("host", None)
    if options or (folder is not None and (parts.hostname or not folder.startswith("/"))):
        raise ImproperlyConfigured("PLAYGROUND_DATABASE takes one option: ?host=, the folder of a server's unix socket")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": folder or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": True,
    }
