"""Django's SQLite backend, for a folder that root and the web user share. Changes who owns files, and no query.

`db/` is sticky, so that the web user cannot put a link in the database's place. In such a folder Linux lets nobody open
a file with O_CREAT, as SQLite does, unless it belongs to whoever opens it or to the folder's owner; root is no
exception (`protected_regular` in proc_sys_fs(5); Debian sets it). So root makes -wal and -shm its own, which is the
folder's owner, before SQLite opens them: then they are open to both, and last until root is the last to close.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

SHARED = ("-wal", "-shm")


class DatabaseWrapper(base.DatabaseWrapper):
    """What `ENGINE = "playground.sqlite"` means."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection, whichever tier made the files beside the database."""
        if os.geteuid() == 0:
            own(str(conn_params["database"]))
        return super().get_new_connection(conn_params)


def own(database: str) -> None:
    """Make the files beside a database root's. They are never opened here: to close one drops SQLite's locks on it
    (sqlite.org/howtocorrupt.html §2.2).
    """
    for suffix in SHARED:
        with suppress(FileNotFoundError):  # then SQLite makes it, with the database's owner and mode
            os.chown(database + suffix, 0, -1, follow_symlinks=False)
