"""A container's first process, held so that it cannot become another one, and what its /proc directory tells.

Its descriptor stands for the process and not for the number: once it is gone, every read says so. Holds no file of the
pod and no namespace.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from sandboxes import wire
from sandboxes.errors import FileRefused, PlaygroundError
from sandboxes.host.files import read_below_process
from sandboxes.node.readers.cgroups import Cgroup, Hierarchy, controller_folders, cpu_account
from sandboxes.node.readers.ps import parse_passwd, parse_stat, parse_uid_map
from sandboxes.visible import visible

_MOST = 4096


class Vanished(PlaygroundError):
    """The container's first process is gone."""


def shown(member: str) -> str:
    """A member's name as people are told it."""
    return member or "pause"


def read_at(folder: int, name: str, *, limit: int = _MOST) -> bytes:
    """The start of a file of an open /proc/<pid> directory. Raises OSError."""
    fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(fd, limit)
    finally:
        os.close(fd)


class First:
    """The first process of `state`'s container. Raises Vanished when it is not one, or no longer."""

    def __init__(self, state: wire.MemberState, hierarchies: tuple[Hierarchy, ...]) -> None:
        self.member = state.member
        self.pid = state.host_pid
        self.container_id = state.container_id
        self._texts: dict[str, tuple[bytes, str]] = {}
        self._names: tuple[bytes, Mapping[int, bytes]] = (b"", {})
        try:
            self.folder = os.open(f"/proc/{state.host_pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as exc:
            raise Vanished from exc
        try:
            text = read_at(self.folder, "cgroup").decode()
            folders = controller_folders(text, state.container_id, hierarchies)
            if not folders or self.gone():
                raise Vanished(f"process {state.host_pid} is not, or no longer, the container's")
            self.uid_map = parse_uid_map(read_at(self.folder, "uid_map").decode())
            self.cgroup = Cgroup(next(iter(folders.values())), cpu_account(folders))
        except (OSError, Vanished) as exc:
            os.close(self.folder)
            raise exc if isinstance(exc, Vanished) else Vanished() from exc

    def gone(self) -> bool:
        """It has ended. Dead but not yet buried it counts as gone too: it holds nothing any more."""
        try:
            return parse_stat(read_at(self.folder, "stat")).state in "ZX"
        except (OSError, ValueError):
            return True

    def namespace(self, kind: str) -> int | None:
        """The inode of one of its namespaces, None where that cannot be read."""
        return namespace_inode(self.folder, kind)

    def file(self, path: str) -> bytes:
        """A file inside the container, at most 64 KiB. Raises FileRefused."""
        return read_below_process(self.folder, path)

    def text(self, path: str) -> tuple[str, str]:
        """A file inside the container as text, and why it could not be read ("" if it was)."""
        try:
            raw = self.file(path)
        except FileRefused as exc:
            return "", str(exc)
        if path not in self._texts or self._texts[path][0] != raw:
            self._texts[path] = raw, visible(raw, keep="\n\t")
        return self._texts[path][1], ""

    def names(self) -> Mapping[int, bytes]:
        """Its accounts, UID → name; none when its passwd cannot be read, as in an image without one."""
        try:
            raw = self.file("/etc/passwd")
        except FileRefused:
            return {}
        if raw != self._names[0]:
            self._names = raw, parse_passwd(raw)
        return self._names[1]

    def close(self) -> None:
        """Called once, by whoever opened it."""
        self.cgroup.close()
        os.close(self.folder)


def namespace_inode(folder: int, kind: str) -> int | None:
    """The inode of a namespace (namespaces(7)), from an open /proc/<pid> directory."""
    try:
        return os.stat(f"ns/{kind}", dir_fd=folder).st_ino
    except OSError:
        return None
