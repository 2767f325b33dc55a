"""Becomes a process in the engine's cgroup namespace: `python -m compose.beside_engine COMMAND…`.

In a namespace of its own, a container is told of other containers' cgroups by paths that lead nowhere there. The key
`cgroup: host` would say the same, but docker-compose 1.29 does not know it. Needs `pid: host`, SYS_ADMIN and SYS_PTRACE
(setns(2), cgroup_namespaces(7)).
"""

from __future__ import annotations

import ctypes
import os
import sys

from sandboxes.host.peer import listener

ENGINE = "/var/run/docker.sock"
CLONE_NEWCGROUP = 0x02000000  # linux/sched.h

_libc = ctypes.CDLL(None, use_errno=True)


def enter_cgroup_namespace(pid: int) -> None:
    """Moves this process into that of `pid`. Raises OSError."""
    namespace = os.open(f"/proc/{pid}/ns/cgroup", os.O_RDONLY | os.O_CLOEXEC)
    if _libc.setns(namespace, CLONE_NEWCGROUP) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    os.close(namespace)


if __name__ == "__main__":
    enter_cgroup_namespace(listener(ENGINE))
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command is docker-compose.yml's
