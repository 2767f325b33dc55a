"""The real host of a node: its state directory and the network namespaces of its pods. Needs root.

Only puts `state.py` and `netns.py` behind the port; imports no Docker and no Django.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from sandboxes.host import netns, state
from sandboxes.policy import FileMount


class NodeHost:
    """`port.Host` for one state directory. Every verb can be repeated; failures are PlaygroundErrors."""

    def __init__(self, state_dir: Path) -> None:
        self._folders = state.PodFolders(state_dir)

    def files_exist(self, uid: uuid.UUID) -> bool:
        return self._folders.exist(uid)

    def make_files(self, uid: uuid.UUID) -> None:
        self._folders.make(uid)

    def fill_files(self, uid: uuid.UUID, *, ip: str, hostname: str) -> None:
        self._folders.fill(uid, ip=ip, hostname=hostname)

    def remove_files(self, uid: uuid.UUID) -> None:
        self._folders.remove(uid)

    def mounts(self, uid: uuid.UUID) -> tuple[FileMount, ...]:
        return self._folders.mounts(uid)

    def lock_network(self, pid: int, container_id: str) -> None:
        netns.lock_network(pid, container_id)

    def require_table(self, table: str) -> None:
        netns.run_nft(f"list table inet {table}\n")

    def list_files(self) -> tuple[uuid.UUID, ...]:
        return self._folders.uids()
