"""What every pod's readers need of the node itself, read once for all of them."""

from __future__ import annotations

import time

from sandboxes.node.readers.namespaces import NodeNamespaces, node_namespaces
from sandboxes.node.readers.network import NodeLinks

_FRESH = 5.0  # seconds: the engine may be restarted, and then it may be another process


class Node:
    """The node's links and namespaces. Raises OSError when netlink gives no socket. Used from one thread."""

    def __init__(self, docker_socket: str) -> None:
        self._docker_socket = docker_socket
        self.links = NodeLinks()
        self._namespaces = node_namespaces(docker_socket)
        self._read_at = time.monotonic()

    def namespaces(self) -> NodeNamespaces:
        """The node's own, at most 5 s old."""
        if time.monotonic() - self._read_at > _FRESH:
            self._namespaces, self._read_at = node_namespaces(self._docker_socket), time.monotonic()
        return self._namespaces

    def close(self) -> None:
        """Lets go of its sockets."""
        self.links.close()
