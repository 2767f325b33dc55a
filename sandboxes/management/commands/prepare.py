"""`manage.py prepare`: makes the state directory, its modes that keep the tiers apart, and at first run the secrets.

Repeatable: what is there stays, its modes and group are put right. Without root (a test) no group is given.

    db/       3770  web and node both write; new files belong to the web group; the database itself is root's, and
                    sticky keeps web from putting a link in its place, which root would follow (playground/sqlite)
    run/      0750  sockets: the web group may reach them, nobody else
    secrets/  0750  read by the web group
    pods/     0700  root's alone: what pods get bound
"""

from __future__ import annotations

import errno
import grp
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FOLDERS = {"db": 0o3770, "run": 0o750, "secrets": 0o750}
SECRETS = ("django", "node")


class Command(BaseCommand):
    help = "Make the state directory and its secrets. Harmless to repeat."
    requires_system_checks: list[str] = []  # they ask for the secrets that this makes

    def handle(self, *args: Any, **options: Any) -> None:
        state: Path = settings.STATE_DIR
        try:
            prepare(state, web_group())
        except OSError as exc:
            raise CommandError(f"{state} cannot be prepared: {exc}") from exc
        self.stdout.write(f"{state} is ready")


def web_group() -> int | None:
    """The id of the web tier's group; None when we are not root and cannot give anything to it."""
    if os.geteuid() != 0:
        return None
    try:
        return grp.getgrnam(settings.WEB_GROUP).gr_gid
    except KeyError as exc:
        told = f"there is no group {settings.WEB_GROUP!r}: make it (addgroup --system {settings.WEB_GROUP})"
        raise CommandError(f"{told}, or name another in PLAYGROUND_WEB_GROUP") from exc


def prepare(state: Path, group: int | None) -> None:
    """Everything below the state directory that has to be there before a process starts."""
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o755)
    for name, mode in FOLDERS.items():
        _folder(state / name, mode, group)
    for name in ("pods", "recordings"):
        _folder(state / name, 0o700, None if group is None else 0)
    for name in SECRETS:
        _keep(state / "secrets" / name, secrets.token_urlsafe(48), 0o640, group)
    # SQLite gives its -wal and -shm files the mode and owner of this one.
    _keep(state / "db" / "playground.sqlite3", "", 0o660, group)


def _folder(path: Path, mode: int, group: int | None) -> None:
    with suppress(FileExistsError):
        path.mkdir()
    _own(path, mode, group, flags=os.O_DIRECTORY)


def _keep(path: Path, content: str, mode: int, group: int | None) -> None:
    """A file with this content, unless there is one: then its content stays."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(made, "w") as file:
            file.write(content)
    _own(path, mode, group)


def _own(path: Path, mode: int, group: int | None, *, flags: int = 0) -> None:
    """Owner, group and mode, through a descriptor: what is looked at is what is changed."""
    try:
        # O_NONBLOCK: nobody waits for a pipe's other end.
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | flags)
    except OSError as exc:
        if exc.errno in (errno.ELOOP, errno.ENOTDIR):
            raise CommandError(f"{path} is a link, or no folder: the state directory holds none") from exc
        raise
    try:
        now = os.fstat(found)
        if not flags and not (stat.S_ISREG(now.st_mode) and now.st_nlink == 1):
            raise CommandError(f"{path} is no file of our own: it is something else, or has another name")
        # The owner first: giving a file away drops its set-group-id bit.
        if group is not None:
            os.fchown(found, 0, group)
        os.fchmod(found, mode)
    finally:
        os.close(found)
