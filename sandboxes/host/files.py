"""Reads a file inside a pod: the only place of the project that opens one.

A pod's files are its owner's to shape: a link may point at the host, a FIFO may hang its reader, a device may act when
it is opened, a file of /proc tells root what it tells nobody else. So the path is resolved with the pod's own root as
the top (openat2(2)), looked at before it is opened, and only a regular file on a real filesystem is read, in part.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from sandboxes.errors import FileRefused

LIMIT = 64 * 1024

_OPENAT2 = 437  # the same number on every architecture (asm-generic/unistd.h)
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_IN_ROOT = 0x10
_RACES = 8  # a rename or mount at the wrong moment makes openat2 say EAGAIN

# The kernel's own filesystems (linux/magic.h). Their files are "regular", but what they tell depends on who reads: a
# link to /proc/kmsg would show a pod the node's log.
_KERNELS_OWN = frozenset({
    0x9FA0,  # proc
    0x62656572,  # sysfs
    0x27E0EB, 0x63677270,  # cgroup v1, v2
    0x64626720, 0x74726163,  # debugfs, tracefs
    0x73636673, 0xF97CFF8C,  # securityfs, selinuxfs
    0xCAFE4A11, 0x6165676C,  # bpf, pstore
    0xDE5E81E4, 0x62656570,  # efivarfs, configfs
    0x1CD1, 0x6E736673,  # devpts, nsfs
    0x19800202, 0x42494E4D,  # mqueue, binfmt_misc
})  # fmt: skip

_TOLD = {
    errno.ENOENT: "there is no such file",
    errno.ESRCH: "its process is gone",
    errno.ELOOP: "it leads round in links, or through one of the kernel's own",
    errno.EXDEV: "it leads out of the container",
    errno.EAGAIN: "it is held, or changes too quickly",
    errno.ENOTDIR: "a part of its path is no directory",
}

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    """struct open_how of openat2(2)."""

    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


def read_in_pod(pid: int, path: str, *, limit: int = LIMIT) -> bytes:
    """At most `limit` bytes of `path` as the process `pid` (the node's number) would find it.

    Raises FileRefused with the reason. Whoever holds the process's /proc directory open calls `read_below_process`:
    a PID can come to mean another process.
    """
    try:
        folder = os.open(f"/proc/{pid}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as exc:
        raise FileRefused(_TOLD[errno.ESRCH]) from exc
    try:
        return read_below_process(folder, path, limit=limit)
    finally:
        os.close(folder)


def read_below_process(folder: int, path: str, *, limit: int = LIMIT) -> bytes:
    """The same for a process given by an open file descriptor of its /proc/<pid> directory."""
    try:
        with _opened("root", os.O_PATH | os.O_DIRECTORY, folder) as root, _resolved(root, path) as found:
            _check(found)
            # Through the descriptor and not the path: what was looked at is what is opened.
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
            with _opened(f"/proc/self/fd/{found}", flags) as fd:
                return _read(fd, limit)
    except OSError as exc:
        raise FileRefused(_TOLD.get(exc.errno or 0, os.strerror(exc.errno or 0))) from exc


@contextmanager
def _opened(path: str, flags: int, folder: int | None = None) -> Iterator[int]:
    fd = os.open(path, flags | os.O_CLOEXEC, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _resolved(root: int, path: str) -> Iterator[int]:
    """The file at `path` with `root` as the top, opened as a place only (O_PATH): nothing happens to the file."""
    fd = _openat2(root, path)
    try:
        yield fd
    finally:
        os.close(fd)


def _openat2(root: int, path: str) -> int:
    name = os.fsencode(path)
    if b"\0" in name:
        raise FileRefused("its path holds a NUL")
    how = _OpenHow(os.O_PATH | os.O_CLOEXEC, 0, _RESOLVE_IN_ROOT | _RESOLVE_NO_MAGICLINKS)
    for _ in range(_RACES):
        fd = _libc.syscall(_OPENAT2, root, ctypes.c_char_p(name), ctypes.byref(how), ctypes.sizeof(how))
        if fd >= 0:
            return int(fd)
        if ctypes.get_errno() != errno.EAGAIN:
            break
    raise OSError(ctypes.get_errno(), path)


def _check(fd: int) -> None:
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        raise FileRefused(f"it is {_kind(mode)}, not a regular file")
    if _filesystem(fd) in _KERNELS_OWN:
        raise FileRefused("it is one of the kernel's own files")


def _kind(mode: int) -> str:
    match stat.S_IFMT(mode):
        case stat.S_IFIFO:
            return "a FIFO"
        case stat.S_IFDIR:
            return "a directory"
        case stat.S_IFSOCK:
            return "a socket"
        case _:
            return "a device"


def _filesystem(fd: int) -> int:
    """f_type of statfs(2): the first word of a struct that is below 256 bytes everywhere."""
    room = (ctypes.c_ulong * (256 // ctypes.sizeof(ctypes.c_ulong)))()
    if _libc.fstatfs(fd, ctypes.byref(room)) != 0:
        raise OSError(ctypes.get_errno(), "fstatfs")
    return int(room[0])


def _read(fd: int, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while left > 0 and (part := os.read(fd, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
