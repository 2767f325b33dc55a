"""A host in memory, for tests that need no root: the same promises as `node_host.py`, with faults on demand.

Imports nothing of the real host; a test reads what was done from `texts`, `written` and `locked`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from sandboxes.errors import PlaygroundError
from sandboxes.host.port import Wants
from sandboxes.policy import DiskUse, FileMount
from sandboxes.spec.files import PodFiles


class Faults(Protocol):
    """What a fake verb wraps itself in; the one of `engine/faults.py`, which this folder may not import."""

    def around(self, verb: str) -> AbstractContextManager[None]:
        """One call of `verb`."""


class NoFaults:
    """Every call goes well."""

    def around(self, verb: str) -> AbstractContextManager[None]:
        return nullcontext()


class FakeHost:
    """`texts`: uid → name → text. `locked`: ids of the pauses whose network was closed, in order; `bounded`: by
    pause how many files its /dev/shm may hold. `messages`: (member, attempt) → what it left. `used`: what a volume, or
    a folder of the engine's, has on disk; "" is all of a pod's files.

    `gone` are container ids whose process has ended: locking their network raises, as the real one does.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults: Faults = faults or NoFaults()
        self.written: dict[uuid.UUID, PodFiles] = {}
        self.texts: dict[uuid.UUID, dict[str, str]] = {}
        self.messages: dict[tuple[str, int], str] = {}
        self.used: dict[str, DiskUse] = {}
        self.locked: list[str] = []
        self.bounded: dict[str, int] = {}
        self.gone: set[str] = set()
        self.guarded = True

    def files(self, uid: uuid.UUID) -> str:
        with self.faults.around("files"):
            return self.written[uid].digest if uid in self.written else ""

    def make_files(self, uid: uuid.UUID, files: PodFiles) -> None:
        with self.faults.around("make_files"):
            self.written[uid] = files
            self.texts.setdefault(uid, {"hosts": "", "resolv.conf": ""})

    def fill_files(self, uid: uuid.UUID, *, hosts: str, resolver: str) -> None:
        with self.faults.around("fill_files"):
            if uid not in self.texts:
                raise PlaygroundError(f"pod {uid} has no files to fill")
            self.texts[uid] = {"hosts": hosts, "resolv.conf": resolver}

    def remove_files(self, uid: uuid.UUID) -> None:
        with self.faults.around("remove_files"):
            self.written.pop(uid, None)
            self.texts.pop(uid, None)

    def mounts(self, uid: uuid.UUID, member: str, attempt: int, wanted: Wants) -> tuple[FileMount, ...]:
        """Not counted as a call: it does nothing."""
        named = ("/etc/hosts", "/etc/resolv.conf", wanted.message_path)
        files = (FileMount(f"/fake/{uid}/{member}-{attempt}{path}", path, read_only=False) for path in named)
        seen = (FileMount(f"/fake/{uid}/{use.volume}", use.target, use.read_only) for use in wanted.volumes)
        return (*files, *seen)

    def termination_message(self, uid: uuid.UUID, member: str, attempt: int, limit: int) -> str:
        with self.faults.around("termination_message"):
            return self.messages.get((member, attempt), "")[:limit]

    def usage(self, uid: uuid.UUID, volume: str = "") -> DiskUse:
        with self.faults.around("usage"):
            return self.used.get(volume, DiskUse())

    def disk(self, folders: Iterable[str]) -> Mapping[str, DiskUse]:
        with self.faults.around("disk"):
            return {folder: self.used[folder] for folder in folders if folder in self.used}

    def lock_network(self, pid: int, container_id: str, *, neighbours: bool = False) -> None:
        with self.faults.around("lock_network"):
            if pid <= 0 or container_id in self.gone:
                raise PlaygroundError(f"process {pid} is no longer one of container {container_id[:12]}")
            self.locked.append(container_id)

    def bound_shm(self, pid: int, container_id: str, inodes: int) -> None:
        with self.faults.around("bound_shm"):
            self.bounded[container_id] = inodes

    def require_table(self, table: str) -> None:
        with self.faults.around("require_table"):
            if not self.guarded:
                raise PlaygroundError(f"table {table} is not there")

    def list_files(self) -> tuple[uuid.UUID, ...]:
        with self.faults.around("list_files"):
            return tuple(self.written)
