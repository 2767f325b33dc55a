"""Who is at the other end of a Unix socket (unix(7))."""

from __future__ import annotations

import socket
import struct


def listener(path: str) -> int:
    """The PID of who listens there: of the engine's socket dockerd, or the machine's init that opened it for dockerd.
    0 for a process of another PID namespace. Raises OSError.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(path)
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])
