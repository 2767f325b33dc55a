"""Volumes on the node: folders, tmpfs, trees of files that change at once, and paths that cannot lead out.

Everything below a volume may be written by members, and is hostile: nothing is followed out of it. Imports no Docker
and no Django.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from sandboxes.errors import ConfigError, PlaygroundError
from sandboxes.spec.files import File, VolumeFiles

# The kubelet's AtomicWriter: what members open are links through this one, which is swapped.
CURRENT = "..data"
# openat2(2); the number is the same on every architecture.
_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS, _RESOLVE_BENEATH = 0x02, 0x08
# Seconds that one command may take; what a removal has done by then stays done.
WITHIN = 30
LONGEST_WORDS = 500
_libc = ctypes.CDLL(None, use_errno=True)


def make(folder: Path, volume: VolumeFiles, group: int | None) -> None:
    """The volume's folder: empty, a tmpfs, or with its files. What members wrote stays; given files are replaced."""
    folder.mkdir(exist_ok=True)
    if volume.in_memory:
        mount_memory(folder, size=volume.size, inodes=volume.inodes)
    _own(folder, group)
    if volume.files is not None:
        _write(folder, volume.files, group)


def mount_memory(folder: Path, *, size: int, inodes: int = 0, mode: int = 0o777) -> None:
    """A tmpfs on the folder, unless something is mounted there. `size` is bytes; 0 `inodes`: as many as it gets."""
    if not is_mounted(folder):
        most = f",nr_inodes={inodes}" if inodes else ""
        _mount("-t", "tmpfs", "-o", f"size={size},mode={mode:04o},nodev,nosuid{most}", "tmpfs", str(folder))


def _own(folder: Path, group: int | None) -> None:
    mode = 0o777
    if group is not None:
        os.chown(folder, 0, group)
        mode |= 0o2000
    folder.chmod(mode)


def _write(folder: Path, files: tuple[File, ...], group: int | None) -> None:
    """A new tree beside the old one, one rename that makes it the current one, then links and the old one away."""
    # As the kubelet names it: a moment, and a number that keeps two of a moment apart.
    fresh = f"..{datetime.now(UTC):%Y_%m_%d_%H_%M_%S}.{secrets.randbelow(9 * 10**9) + 10**9}"
    for file in files:
        path = folder / fresh / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if group is not None:
            os.chown(path, 0, group)
        # A group that owns the volume can read it, as the kubelet has it (SetVolumeOwnership).
        path.chmod(file.mode | (0o440 if group is not None else 0))
    (folder / fresh).mkdir(exist_ok=True)
    (folder / fresh).chmod(0o755)
    swap = folder / "..data_tmp"
    swap.unlink(missing_ok=True)
    swap.symlink_to(fresh)
    swap.replace(folder / CURRENT)
    _link(folder, {file.path.split("/", 1)[0] for file in files}, fresh)


def _link(folder: Path, names: set[str], fresh: str) -> None:
    for name in names:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"{CURRENT}/{name}")
    for old in folder.iterdir():
        if old.name in (CURRENT, fresh) or old.name in names:
            continue
        if old.is_symlink():
            old.unlink()
        else:
            shutil.rmtree(old)


class _How(ctypes.Structure):
    """struct open_how."""

    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


def bind_below(volume: Path, sub_path: str, point: Path) -> Path:
    """`point`, with what `sub_path` leads to inside the volume mounted on it; a folder that is missing is made.

    The file is opened first and mounted by its descriptor: whoever swaps the path for a link meanwhile gains nothing.
    Raises ConfigError for a path that leads out of the volume.
    """
    if is_mounted(point):
        return point
    handle = _open_below(volume, sub_path)
    try:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            point.mkdir(exist_ok=True)
        else:
            point.touch()
        _mount("--bind", f"/proc/{os.getpid()}/fd/{handle}", str(point))
    finally:
        os.close(handle)
    return point


def _open_below(volume: Path, sub_path: str) -> int:
    root = os.open(volume, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        parts = [part for part in sub_path.split("/") if part not in ("", ".")]
        for depth in range(len(parts)):
            _make_folder(root, parts[: depth + 1], os.stat(volume).st_mode & 0o7777)
        return _openat2(root, "/".join(parts) or ".", os.O_PATH | os.O_CLOEXEC)
    except OSError as exc:
        told = f'failed to prepare subPath for volumeMount "{volume.name}": {sub_path}: {os.strerror(exc.errno or 0)}'
        raise ConfigError(told) from exc
    finally:
        os.close(root)


def _make_folder(root: int, parts: list[str], mode: int) -> None:
    """The last of the parts, if there is nothing of that name; as open as the volume (SafeMakeDir of the kubelet)."""
    parent = _openat2(root, "/".join(parts[:-1]) or ".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.stat(parts[-1], dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        os.mkdir(parts[-1], dir_fd=parent)
        made = _openat2(parent, parts[-1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fchmod(made, mode)
        finally:
            os.close(made)
    finally:
        os.close(parent)


def _openat2(root: int, path: str, flags: int) -> int:
    how = _How(flags, 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)
    handle = _libc.syscall(_OPENAT2, root, path.encode(), ctypes.byref(how), ctypes.sizeof(how))
    if handle < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
    return int(handle)


def remove(folder: Path) -> None:
    """The folder and all below it are gone, however deep. Nothing that is mounted there is looked into."""
    _run("rm", "--recursive", "--force", "--one-file-system", str(folder))


def is_mounted(point: Path) -> bool:
    """Something is mounted exactly there (proc_pid_mountinfo(5))."""
    return str(point) in _mounted()


def unmount_below(folder: Path) -> None:
    """Nothing is mounted below the folder; the innermost goes first."""
    inside = f"{folder}/"
    for point in reversed([point for point in _mounted() if point.startswith(inside)]):
        _run("umount", "--lazy", "--no-canonicalize", point)


def _mounted() -> list[str]:
    """Every mount point of this mount namespace, in the order of mounting."""
    points = (line.split(" ", 5)[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return [point.encode().decode("unicode_escape") if "\\" in point else point for point in points]


def _mount(*words: str) -> None:
    _run("mount", "--no-canonicalize", *words)


def _run(*words: str) -> None:
    # Our own words and paths; `name` parts are DNS labels.
    try:
        done = subprocess.run(  # noqa: S603
            words, capture_output=True, text=True, errors="replace", timeout=WITHIN, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise PlaygroundError(f"{words[0]} took more than {WITHIN} s") from exc
    if done.returncode != 0:
        raise PlaygroundError(done.stderr.strip()[-LONGEST_WORDS:] or f"{words[0]} failed")
