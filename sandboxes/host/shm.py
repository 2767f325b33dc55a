"""How many files a pod's /dev/shm may hold: the engine sets its bytes and has no option for its inodes.

Needs root. fspick(2) and fsconfig(2), tmpfs(5). Knows nothing of Docker: a container is a PID and the id its cgroup
must name.
"""

from __future__ import annotations

import ctypes
import os

from sandboxes.errors import PlaygroundError
from sandboxes.host.cgroup import in_container
from sandboxes.host.netns import cgroup_of

# The numbers are the same on every architecture.
_FSCONFIG, _FSPICK = 431, 433
_CLOEXEC, _EMPTY_PATH = 0x1, 0x8
_SET_STRING, _RECONFIGURE = 1, 7
_libc = ctypes.CDLL(None, use_errno=True)


def bound_shm(pid: int, container_id: str, inodes: int) -> None:
    """That container's /dev/shm holds at most so many files and folders. Can be repeated.

    Opened before the cgroup is read: a PID that was given to another process in between is noticed. Raises
    PlaygroundError.
    """
    try:
        mounted = os.open(f"/proc/{pid}/root/dev/shm", os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as exc:
        raise PlaygroundError(f"the shared memory of {container_id[:12]}: {exc.strerror}") from exc
    try:
        if not in_container(cgroup_of(pid), container_id):
            raise PlaygroundError(f"process {pid} is no longer one of container {container_id[:12]}")
        _reconfigure(mounted, f"{inodes}")
    except OSError as exc:
        raise PlaygroundError(f"the shared memory of {container_id[:12]}: {exc.strerror}") from exc
    finally:
        os.close(mounted)


def _reconfigure(mounted: int, inodes: str) -> None:
    picked = _called(_FSPICK, mounted, b"", _CLOEXEC | _EMPTY_PATH)
    try:
        _called(_FSCONFIG, picked, _SET_STRING, b"nr_inodes", inodes.encode(), 0)
        _called(_FSCONFIG, picked, _RECONFIGURE, None, None, 0)
    finally:
        os.close(picked)


def _called(number: int, *args: int | bytes | None) -> int:
    done = _libc.syscall(number, *args)
    if done < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return int(done)
