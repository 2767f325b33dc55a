"""What a pass needs of the node besides the engine: a pod's files and the rules in its network namespace.

The real one is `node_host.py` (root), the one for tests `fake.py`. Every verb can be repeated.
"""

from __future__ import annotations

import uuid
from typing import Protocol

from sandboxes.policy import FileMount


class Host(Protocol):
    """The node's side of one pod. Failures are `errors.PlaygroundError`s that say which path or rule."""

    def files_exist(self, uid: uuid.UUID) -> bool:
        """The pod's folder of the state directory is there and complete."""

    def make_files(self, uid: uuid.UUID) -> None:
        """The pod's folder with empty `hosts` and `resolv.conf`; what exists is left as it is."""

    def fill_files(self, uid: uuid.UUID, *, ip: str, hostname: str) -> None:
        """`hosts` and `resolv.conf` written in place: never renamed over, for they may be bound already."""

    def remove_files(self, uid: uuid.UUID) -> None:
        """The pod's folder is gone."""

    def mounts(self, uid: uuid.UUID) -> tuple[FileMount, ...]:
        """What every member gets bound: /etc/hosts and /etc/resolv.conf."""

    def lock_network(self, pid: int, container_id: str) -> None:
        """Docker's resolver 127.0.0.11 is refused in the network namespace of that pause's first process.

        Raises PlaygroundError when `pid` is no longer a process of `container_id`.
        """

    def require_table(self, table: str) -> None:
        """Raises PlaygroundError when the node's nftables table `inet <table>` is not there."""

    def list_files(self) -> tuple[uuid.UUID, ...]:
        """The uids that have a folder, for the orphan sweep."""
