"""The state directory: one folder per pod, `pods/<uid>/`, with the files its members get bound.

Root's alone (0700), so that no other user of the machine can plant a link in it. What is written here may be bound in a
running container already: files are filled in place, never renamed over. Imports no Docker and no Django.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from sandboxes.errors import PlaygroundError
from sandboxes.policy import FileMount

HOSTS = "hosts"
RESOLV_CONF = "resolv.conf"
FILES = (HOSTS, RESOLV_CONF)

# The kubelet's file, which says who keeps it (pkg/kubelet/kubelet_pods.go; PODS §4.12).
HOSTS_HEAD = """\
# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""

# A pod has no DNS: nothing listens on its own port 53, so a lookup fails at once instead of waiting.
DEAD_RESOLVER = """\
nameserver 127.0.0.1
options timeout:1 attempts:1
"""


def hosts_text(ip: str, hostname: str) -> str:
    """The content of /etc/hosts. Raises PlaygroundError for what is no address or no single word."""
    try:
        address = ip_address(ip)
    except ValueError as exc:
        raise PlaygroundError(f"{ip!r} is not an address for a hosts file") from exc
    if not hostname or len(hostname.split()) != 1 or hostname.strip() != hostname:
        raise PlaygroundError(f"{hostname!r} is not a hostname for a hosts file")
    return f"{HOSTS_HEAD}{address}\t{hostname}\n"


class PodFolders:
    """All pods' folders below one state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._pods = state_dir / "pods"

    def folder(self, uid: uuid.UUID) -> Path:
        return self._pods / str(uid)

    def exist(self, uid: uuid.UUID) -> bool:
        """The folder is there with every file; a half-made one is not."""
        return all((self.folder(uid) / name).is_file() for name in FILES)

    def make(self, uid: uuid.UUID) -> None:
        """The folder with empty files; what exists is left as it is."""
        folder = self.folder(uid)
        with refusing(folder):
            self._pods.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._pods.chmod(0o700)
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            for name in FILES:
                _make_file(folder / name)

    def fill(self, uid: uuid.UUID, *, ip: str, hostname: str) -> None:
        """Both files with their content; the folder must have been made."""
        text = hosts_text(ip, hostname)
        folder = self.folder(uid)
        with refusing(folder):
            _write_in_place(folder / HOSTS, text)
            _write_in_place(folder / RESOLV_CONF, DEAD_RESOLVER)

    def remove(self, uid: uuid.UUID) -> None:
        """The folder is gone; one that was never there is done."""
        folder = self.folder(uid)
        with refusing(folder):
            if folder.exists():
                shutil.rmtree(folder)

    def uids(self) -> tuple[uuid.UUID, ...]:
        """Whose folders there are; what is not named by a uid is not ours and is left alone."""
        with refusing(self._pods):
            names = os.listdir(self._pods) if self._pods.is_dir() else []
        return tuple(uid for name in sorted(names) if (uid := _uid_of(name)))

    def mounts(self, uid: uuid.UUID) -> tuple[FileMount, ...]:
        """What every member gets bound. Writable, as under the kubelet: an image may edit its own /etc/hosts."""
        folder = self.folder(uid)
        return tuple(FileMount(str(folder / name), f"/etc/{name}", read_only=False) for name in FILES)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """An OSError inside becomes a PlaygroundError that names the path."""
    try:
        yield
    except OSError as exc:
        raise PlaygroundError(f"{exc.filename or path}: {exc.strerror}") from exc


def _make_file(path: Path) -> None:
    """An empty file that every user inside the pod can read, or the one that is there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        os.fchmod(handle, 0o644)
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
