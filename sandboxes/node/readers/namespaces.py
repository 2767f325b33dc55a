"""Which namespaces pause and the members are in, whose they are, and which are the node's (namespaces(7)).

The node's are dockerd's, for "host" means the engine's; else those of PID 1, if it is the machine's own. What cannot
be told is unknown, never "own".
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sandboxes import wire
from sandboxes.node.readers.first import First, namespace_inode, read_at

KINDS: tuple[wire.NamespaceKind, ...] = ("mnt", "uts", "ipc", "pid", "net", "cgroup", "user", "time")
Relation = Literal["owns", "shares", "own", "host", "unknown"]
_FIRST_PID_NAMESPACE = 0xEFFFFFFC  # include/linux/proc_ns.h: PROC_PID_INIT_INO
_ENGINE_WITHIN = 1.0


@dataclass(frozen=True)
class NodeNamespaces:
    """The node's inodes, and whose they were read from: "dockerd", "PID 1" or "" when nothing could be read."""

    inodes: Mapping[wire.NamespaceKind, int | None]
    source: str


@dataclass(frozen=True)
class Inodes:
    """The inodes of pause (member "") or a member, None where unreadable."""

    member: str
    host_pid: int
    of: Mapping[wire.NamespaceKind, int | None]


def read_inodes(first: First) -> Inodes:
    """Those of a container's first process."""
    return Inodes(first.member, first.pid, {kind: first.namespace(kind) for kind in KINDS})


def compare(rows: Sequence[Inodes], node: NodeNamespaces) -> wire.NamespacesView:
    """The table: all kinds × pause and members."""
    return wire.NamespacesView(
        rows=tuple(
            wire.NamespaceRow(
                member=row.member,
                host_pid=row.host_pid,
                cells=tuple(_cell(kind, row, rows, node.inodes.get(kind)) for kind in KINDS),
            )
            for row in rows
        ),
        host=dict(node.inodes),
        host_from=node.source,
    )


def _cell(kind: wire.NamespaceKind, row: Inodes, rows: Sequence[Inodes], host: int | None) -> wire.NamespaceCell:
    inode = row.of[kind]
    sharers = [other.member for other in rows if inode is not None and other.of[kind] == inode]
    others = tuple(member for member in sharers if member != row.member)
    # Pause stands first, and who stands first among sharers is whom the others joined.
    relation, owner = _relation(inode, host, row.member, sharers)
    return wire.NamespaceCell(kind=kind, inode=inode, relation=relation, owner=owner, shared_with=others)


def _relation(inode: int | None, host: int | None, member: str, sharers: Sequence[str]) -> tuple[Relation, str]:
    if inode is None or host is None:
        return "unknown", ""
    if inode == host:
        return "host", ""
    if len(sharers) == 1:
        return "own", member
    return ("owns" if sharers[0] == member else "shares"), sharers[0]


def node_namespaces(docker_socket: str) -> NodeNamespaces:
    """The node's own, read anew."""
    engine = _peer(docker_socket)
    for pid, source in ((engine, "dockerd"), (1, "PID 1")):
        inodes = _inodes_of(pid) if pid > 0 else {}
        # PID 1 of a container is not the machine's: the very first PID namespace has a number that never changes.
        trusted = pid != 1 or inodes.get("pid") == _FIRST_PID_NAMESPACE
        if trusted and any(inode is not None for inode in inodes.values()):
            return NodeNamespaces(inodes, "PID 1" if pid == 1 else source)
    return NodeNamespaces(dict.fromkeys(KINDS), "")


def _inodes_of(pid: int) -> dict[wire.NamespaceKind, int | None]:
    try:
        folder = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return {}
    try:
        if not read_at(folder, "comm"):
            return {}
        return {kind: namespace_inode(folder, kind) for kind in KINDS}
    except OSError:
        return {}
    finally:
        os.close(folder)


def _peer(path: str) -> int:
    """PID of whoever listens on that socket (SO_PEERCRED of unix(7)); 0 when nobody does, or it cannot be seen."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(_ENGINE_WITHIN)
            client.connect(path)
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return 0
    return int(struct.unpack("3i", credentials)[0])
