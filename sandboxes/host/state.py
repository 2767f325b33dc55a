"""The state directory: one folder per pod, `pods/<uid>/`, with the files its members get bound.

Root's alone (0700), so that no other user of the machine can plant a link in it. What is written here may be bound in a
running container already: files are filled in place, never renamed over. Imports no Docker and no Django.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandboxes.errors import PlaygroundError
from sandboxes.host import volumes
from sandboxes.host.port import Wants
from sandboxes.policy import FileMount
from sandboxes.spec.files import PodFiles

HOSTS = "hosts"
RESOLV_CONF = "resolv.conf"
FILES = (HOSTS, RESOLV_CONF)
VOLUMES, MESSAGES, SUB_PATHS, DIGEST = "volumes", "messages", "subpaths", "digest"


class PodFolders:
    """All pods' folders below one state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._pods = state_dir / "pods"

    def folder(self, uid: uuid.UUID) -> Path:
        return self._pods / str(uid)

    def volume(self, uid: uuid.UUID, name: str) -> Path:
        return self.folder(uid) / VOLUMES / name

    def digest(self, uid: uuid.UUID) -> str:
        """What was written last; "" for a folder that is not there, or half-made, or has lost its tmpfs (a reboot)."""
        folder = self.folder(uid)
        written = folder / DIGEST
        if not written.is_file() or not all((folder / name).is_file() for name in FILES):
            return ""
        digest, *in_memory = written.read_text().split("\n")
        return digest if all(volumes.is_mounted(folder / path) for path in in_memory if path) else ""

    def make(self, uid: uuid.UUID, files: PodFiles) -> None:
        """The folder with empty files and the volumes; the digest comes last, so that a half-made one is none."""
        folder = self.folder(uid)
        with refusing(folder):
            self._pods.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._pods.chmod(0o700)
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            for name in FILES:
                _make_file(folder / name, 0o644)
            for name in (VOLUMES, MESSAGES, SUB_PATHS):
                (folder / name).mkdir(exist_ok=True, mode=0o755)
            for each in files.volumes:
                volumes.make(self.volume(uid, each.name), each, files.group)
            in_memory = [f"{VOLUMES}/{each.name}" for each in files.volumes if each.in_memory]
            if files.messages:
                volumes.mount_memory(folder / MESSAGES, size=files.messages, mode=0o755)
                in_memory.append(MESSAGES)
            half = folder / f"{DIGEST}.new"
            half.write_text("\n".join([files.digest, *in_memory]))
            half.replace(folder / DIGEST)

    def fill(self, uid: uuid.UUID, *, hosts: str, resolver: str) -> None:
        """Both files with their content; the folder must have been made."""
        folder = self.folder(uid)
        with refusing(folder):
            _write_in_place(folder / HOSTS, hosts)
            _write_in_place(folder / RESOLV_CONF, resolver)

    def remove(self, uid: uuid.UUID) -> None:
        """The folder is gone and nothing is mounted below it; one that was never there is done."""
        folder = self.folder(uid)
        with refusing(folder):
            if folder.exists():
                volumes.unmount_below(folder)
                volumes.remove(folder)

    def uids(self) -> tuple[uuid.UUID, ...]:
        """Whose folders there are; what is not named by a uid is not ours and is left alone."""
        with refusing(self._pods):
            names = os.listdir(self._pods) if self._pods.is_dir() else []
        return tuple(uid for name in sorted(names) if (uid := _uid_of(name)))

    def mounts(self, uid: uuid.UUID, member: str, attempt: int, wanted: Wants) -> tuple[FileMount, ...]:
        """What one attempt of a member gets bound; a volume at /etc/hosts or /etc/resolv.conf takes its place.

        Both are writable, as under the kubelet: an image may edit its own /etc/hosts.
        """
        folder = self.folder(uid)
        with refusing(folder):
            bound = {f"/etc/{name}": FileMount(str(folder / name), f"/etc/{name}", read_only=False) for name in FILES}
            message = self._message(uid, member, attempt)
            _make_file(message, 0o666)
            # It is remembered since the attempt after it was made.
            self._message(uid, member, attempt - 2).unlink(missing_ok=True)
            bound[wanted.message_path] = FileMount(str(message), wanted.message_path, read_only=False)
            for n, use in enumerate(wanted.volumes):
                source = self.volume(uid, use.volume)
                if use.sub_path:
                    point = folder / SUB_PATHS / f"{member}-{attempt}-{n}"
                    source = volumes.bind_below(source, use.sub_path, point)
                bound[use.target] = FileMount(str(source), use.target, use.read_only)
        return tuple(bound.values())

    def termination_message(self, uid: uuid.UUID, member: str, attempt: int, limit: int) -> str:
        """At most `limit` bytes of what that attempt wrote; what is no UTF-8 is shown as such."""
        path = self._message(uid, member, attempt)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return ""
        try:
            return os.read(handle, limit).decode(errors="replace")
        finally:
            os.close(handle)

    def _message(self, uid: uuid.UUID, member: str, attempt: int) -> Path:
        return self.folder(uid) / MESSAGES / f"{member}-{attempt}"


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """An OSError inside becomes a PlaygroundError that names the path."""
    try:
        yield
    except OSError as exc:
        raise PlaygroundError(f"{exc.filename or path}: {exc.strerror}") from exc


def _make_file(path: Path, mode: int) -> None:
    """An empty file of this mode, or the one that is there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        os.fchmod(handle, mode)
    finally:
        os.close(handle)


def _write_in_place(path: Path, text: str) -> None:
    """The same inode with new content; the tail is cut last, so that a crash never leaves the file empty."""
    content = text.encode()
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.pwrite(handle, content, 0)
        os.ftruncate(handle, len(content))
    finally:
        os.close(handle)


def _uid_of(name: str) -> uuid.UUID | None:
    try:
        uid = uuid.UUID(name)
    except ValueError:
        return None
    return uid if str(uid) == name else None
