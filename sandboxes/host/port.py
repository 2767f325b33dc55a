"""What a pass needs of the node besides the engine: a pod's files and the rules in its network namespace.

The real one is `node_host.py` (root), the one for tests `fake.py`. Every verb can be repeated.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sandboxes.policy import DiskUse, FileMount, VolumeUse
from sandboxes.spec.files import PodFiles


@dataclass(frozen=True)
class Wants:
    """What a member sees of the node's files: its volumes, and where its termination message lies."""

    volumes: tuple[VolumeUse, ...]
    message_path: str


class Host(Protocol):
    """The node's side of one pod. Failures are `errors.PlaygroundError`s that say which path or rule."""

    def files(self, uid: uuid.UUID) -> str:
        """The digest of what the pod's folder of the state directory was written from; "" while it is not complete."""

    def make_files(self, uid: uuid.UUID, files: PodFiles) -> None:
        """The pod's folder: `hosts` and `resolv.conf`, empty, and its volumes.

        What exists is left as it is, but for volumes whose files have changed: they are replaced at once, all together.
        """

    def fill_files(self, uid: uuid.UUID, *, hosts: str, resolver: str) -> None:
        """`hosts` and `resolv.conf` written in place: never renamed over, for they may be bound already."""

    def remove_files(self, uid: uuid.UUID) -> None:
        """The pod's folder is gone, and what was mounted in it."""

    def mounts(self, uid: uuid.UUID, member: str, attempt: int, wanted: Wants) -> tuple[FileMount, ...]:
        """What one attempt of a member gets bound: its volumes, /etc/hosts, /etc/resolv.conf, its termination message.

        Raises ConfigError for a path inside a volume that leads out of it.
        """

    def termination_message(self, uid: uuid.UUID, member: str, attempt: int, limit: int) -> str:
        """What that attempt has left in its message file, at most `limit` bytes; "" when there is none."""

    def usage(self, uid: uuid.UUID, volume: str = "") -> DiskUse:
        """What an emptyDir has on disk, or all of the pod's files; nothing when it is gone."""

    def disk(self, folders: Iterable[str]) -> Mapping[str, DiskUse]:
        """What each of the engine's folders has on disk; one that is gone is not there.

        Raises PlaygroundError for one that cannot be seen from here.
        """

    def lock_network(self, pid: int, container_id: str, *, neighbours: bool = False) -> None:
        """Docker's resolver 127.0.0.11 is refused in the network namespace of that pause's first process, and all
        others on its link but the gateway, unless it may try its `neighbours`.

        Raises PlaygroundError when `pid` is no longer a process of `container_id`.
        """

    def bound_shm(self, pid: int, container_id: str, inodes: int) -> None:
        """The /dev/shm of that pause, which its members share, holds at most so many files.

        Raises PlaygroundError when `pid` is no longer a process of `container_id`.
        """

    def require_table(self, table: str) -> None:
        """Raises PlaygroundError when the node's nftables table `inet <table>` is not there."""

    def list_files(self) -> tuple[uuid.UUID, ...]:
        """The uids that have a folder, for the orphan sweep."""
