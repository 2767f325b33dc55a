"""The real host of a node: its state directory and the network namespaces of its pods. Needs root.

Only puts `state.py`, `netns.py` and the like behind the port; imports no Docker and no Django.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandboxes.errors import PlaygroundError
from sandboxes.host import disk, netns, peer, shm, state
from sandboxes.host.port import Wants
from sandboxes.policy import DiskUse, FileMount
from sandboxes.spec.files import PodFiles


class NodeHost:
    """`port.Host` for one state directory. Every verb can be repeated; failures are PlaygroundErrors.

    `engine`: the socket of who names folders that are not here, as when this runs in a container.
    """

    def __init__(self, state_dir: Path, *, engine: str = "") -> None:
        self._folders = state.PodFolders(state_dir)
        self._engine = engine

    def files(self, uid: uuid.UUID) -> str:
        return self._folders.digest(uid)

    def make_files(self, uid: uuid.UUID, files: PodFiles) -> None:
        self._folders.make(uid, files)

    def fill_files(self, uid: uuid.UUID, *, hosts: str, resolver: str) -> None:
        self._folders.fill(uid, hosts=hosts, resolver=resolver)

    def remove_files(self, uid: uuid.UUID) -> None:
        self._folders.remove(uid)

    def mounts(self, uid: uuid.UUID, member: str, attempt: int, wanted: Wants) -> tuple[FileMount, ...]:
        return self._folders.mounts(uid, member, attempt, wanted)

    def termination_message(self, uid: uuid.UUID, member: str, attempt: int, limit: int) -> str:
        return self._folders.termination_message(uid, member, attempt, limit)

    def usage(self, uid: uuid.UUID, volume: str = "") -> DiskUse:
        folder = str(self._folders.volume(uid, volume) if volume else self._folders.folder(uid))
        return disk.uses([folder]).get(folder, DiskUse())

    def disk(self, folders: Iterable[str]) -> Mapping[str, DiskUse]:
        try:
            pid = peer.listener(self._engine) if self._engine else 0
        except OSError as exc:
            raise PlaygroundError(f"{self._engine}: {exc.strerror}") from exc
        return disk.uses_elsewhere(folders, root=f"/proc/{pid}/root" if pid else "")

    def lock_network(self, pid: int, container_id: str, *, neighbours: bool = False) -> None:
        netns.lock_network(pid, container_id, neighbours=neighbours)

    def bound_shm(self, pid: int, container_id: str, inodes: int) -> None:
        shm.bound_shm(pid, container_id, inodes)

    def require_table(self, table: str) -> None:
        netns.run_nft(f"list table inet {table}\n")

    def list_files(self) -> tuple[uuid.UUID, ...]:
        return self._folders.uids()
