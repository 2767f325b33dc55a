"""Becomes a process in the engine's cgroup namespace: `python compose/beside_engine.py COMMAND…`.

In a namespace of its own, a container is told of other containers' cgroups by paths that lead nowhere there. The key
`cgroup: host` would say the same, but docker-compose 1.29 does not know it. Needs `pid: host`, SYS_ADMIN and SYS_PTRACE
(setns(2), cgroup_namespaces(7)).
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys

ENGINE = "/var/run/docker.sock"
CLONE_NEWCGROUP = 0x02000000  # linux/sched.h

_libc = ctypes.CDLL(None, use_errno=True)


def engine_pid() -> int:
    """Who listens on the engine's socket: dockerd, or the machine's init that opened it for dockerd (unix(7))."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(ENGINE)
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def enter_cgroup_namespace(pid: int) -> None:
    """Moves this process into that of `pid`. Raises OSError."""
    namespace = os.open(f"/proc/{pid}/ns/cgroup", os.O_RDONLY | os.O_CLOEXEC)
    if _libc.setns(namespace, CLONE_NEWCGROUP) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    os.close(namespace)


if __name__ == "__main__":
    enter_cgroup_namespace(engine_pid())
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command is docker-compose.yml's
