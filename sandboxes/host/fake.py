"""A host in memory, for tests that need no root: the same promises as `node_host.py`, with faults on demand.

Imports nothing of the real host; a test reads what was done from `files` and `locked`.
"""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from sandboxes.errors import PlaygroundError
from sandboxes.policy import FileMount


class Faults(Protocol):
    """What a fake verb wraps itself in; the one of `engine/faults.py`, which this folder may not import."""

    def around(self, verb: str) -> AbstractContextManager[None]:
        """One call of `verb`."""


class NoFaults:
    """Every call goes well."""

    def around(self, verb: str) -> AbstractContextManager[None]:
        return nullcontext()


class FakeHost:
    """`files`: uid → name → text. `locked`: ids of the pauses whose network was closed, in order.

    `gone` are container ids whose process has ended: locking their network raises, as the real one does.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults: Faults = faults or NoFaults()
        self.files: dict[uuid.UUID, dict[str, str]] = {}
        self.locked: list[str] = []
        self.gone: set[str] = set()
        self.guarded = True

    def files_exist(self, uid: uuid.UUID) -> bool:
        with self.faults.around("files_exist"):
            return uid in self.files

    def make_files(self, uid: uuid.UUID) -> None:
        with self.faults.around("make_files"):
            self.files.setdefault(uid, {"hosts": "", "resolv.conf": ""})

    def fill_files(self, uid: uuid.UUID, *, ip: str, hostname: str) -> None:
        with self.faults.around("fill_files"):
            if uid not in self.files:
                raise PlaygroundError(f"pod {uid} has no files to fill")
            self.files[uid] = {"hosts": f"{ip}\t{hostname}\n", "resolv.conf": "nameserver 127.0.0.1\n"}

    def remove_files(self, uid: uuid.UUID) -> None:
        with self.faults.around("remove_files"):
            self.files.pop(uid, None)

    def mounts(self, uid: uuid.UUID) -> tuple[FileMount, ...]:
        """Not counted as a call: it does nothing."""
        return (
            FileMount(f"/fake/{uid}/hosts", "/etc/hosts", read_only=False),
            FileMount(f"/fake/{uid}/resolv.conf", "/etc/resolv.conf", read_only=False),
        )

    def lock_network(self, pid: int, container_id: str) -> None:
        with self.faults.around("lock_network"):
            if pid <= 0 or container_id in self.gone:
                raise PlaygroundError(f"process {pid} is no longer one of container {container_id[:12]}")
            self.locked.append(container_id)

    def require_table(self, table: str) -> None:
        with self.faults.around("require_table"):
            if not self.guarded:
                raise PlaygroundError(f"table {table} is not there")

    def list_files(self) -> tuple[uuid.UUID, ...]:
        with self.faults.around("list_files"):
            return tuple(self.files)
