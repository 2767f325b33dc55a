"""The sockets of one network namespace, with the processes that hold them.

A look at TCP is a walk over a hash as large as the machine's memory asks for (here 0.2 ms, with not one socket in it;
2 ms for each version of IP where the kernel only has /proc/net/tcp). So it is made only after the namespace's own
counters moved, and never for more than about one hundredth of the time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import islice

from sandboxes import wire
from sandboxes.node.readers import netfiles
from sandboxes.node.readers.netfiles import PROTOCOLS, Entry, Inventory, Protocol
from sandboxes.node.readers.process import Process
from sandboxes.node.readers.sockdiag import TcpDiag
from sandboxes.visible import visible

MOST = 2000
_MOST_OWNERS = 16
_MOST_LINKS = 20_000
_REST = 100  # times what a walk took, before the next
_CHUNK = 1 << 16
_ACCEPTABLE = ("ESTAB", "CLOSE-WAIT")
_FILES = (*PROTOCOLS, "snmp", "sockstat", "sockstat6")


class Sockets:
    """The tables below the open directory `net` of a process in the namespace. Raises OSError when that is gone.

    `open_tcp` makes what asks the kernel for TCP sockets there; None where it cannot be asked.
    """

    def __init__(self, net: int, open_tcp: Callable[[], TcpDiag | None] = lambda: None) -> None:
        self._open_tcp = open_tcp
        self._tcp = open_tcp()
        self._fds: dict[str, int] = {}
        for name in _FILES:
            try:
                self._fds[name] = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=net)
            except FileNotFoundError:  # a machine without IPv6
                continue
            except OSError:
                self.close()
                raise
        self._tables: dict[Protocol, list[Entry]] = {protocol: [] for protocol in PROTOCOLS}
        self._signs: tuple[object, ...] = ()
        self._rest_until = 0.0
        self._owners = Owners()
        self._shown: tuple[wire.Socket, ...] = ()
        self._rows: dict[tuple[Entry, tuple[wire.SocketOwner, ...]], wire.Socket] = {}

    def read(self, processes: Sequence[Process], *, fully: bool) -> tuple[tuple[wire.Socket, ...], bool]:
        """The sockets, and whether there are more than the 2000 shown."""
        changed = self._read_tables()
        entries = [entry for protocol in PROTOCOLS for entry in self._tables[protocol]][:MOST]
        held = {process.pid: process for process in processes}
        if self._owners.refresh(held, {entry.inode for entry in entries}, fully=fully) or changed:
            keys = [(entry, self._owners.told(entry.inode, held)) for entry in entries]
            self._rows = {key: self._rows.get(key) or _row(*key) for key in keys}
            self._shown = tuple(self._rows.values())
        return self._shown, sum(map(len, self._tables.values())) > MOST

    def _read_tables(self) -> bool:
        """Whether any table was read again."""
        found = netfiles.inventory(self._start("sockstat"), self._start("sockstat6"))
        changed = self._read_tcp(found)
        counts: tuple[tuple[Protocol, int], ...] = (("udp", found.udp), ("udp6", found.udp6))
        for protocol, count in counts:
            table = self._table(protocol) if count else []
            changed = changed or table != self._tables[protocol]
            self._tables[protocol] = table
        return changed

    def _read_tcp(self, found: Inventory) -> bool:
        signs = (found.tcp, found.tcp6, found.waiting, netfiles.tcp_activity(self._start("snmp")))
        began = time.monotonic()
        if (signs == self._signs and not self._unclaimed()) or began < self._rest_until:
            return False
        self._tables |= self._asked_tcp() or {
            "tcp": self._table("tcp") if found.tcp or found.waiting else [],
            "tcp6": self._table("tcp6") if found.tcp6 or found.waiting else [],
        }
        # The signs of before the walk: what changes during it is seen by the next one.
        self._signs = signs
        self._rest_until = began + (time.monotonic() - began) * _REST
        return True

    def _asked_tcp(self) -> dict[Protocol, list[Entry]] | None:
        """Both TCP tables as the kernel tells them; None where it cannot be asked."""
        if self._tcp is None:
            return None
        try:
            entries = self._tcp.dump(MOST)
        except OSError:
            self._tcp.close()
            self._tcp = None
            return None
        if self._tcp.spent:
            self._tcp = self._open_tcp()
        return {
            "tcp": [entry for entry in entries if entry.protocol == "tcp"],
            "tcp6": [entry for entry in entries if entry.protocol == "tcp6"],
        }

    def _unclaimed(self) -> bool:
        """A connection that waits to be accepted: no counter moves when a process takes it."""
        tables = (self._tables["tcp"], self._tables["tcp6"])
        return any(not entry.inode and entry.state in _ACCEPTABLE for table in tables for entry in table)

    def _table(self, protocol: Protocol) -> list[Entry]:
        if protocol not in self._fds:
            return []
        raw, most = b"", MOST * 200
        while len(raw) < most and (part := os.pread(self._fds[protocol], _CHUNK, len(raw))):
            raw += part
        return netfiles.parse_sockets(protocol, raw.partition(b"\n")[2])[: MOST + 1]

    def _start(self, name: str) -> bytes:
        return os.pread(self._fds[name], 8192, 0) if name in self._fds else b""

    def close(self) -> None:
        """Lets go of the namespace."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds = {}
        if self._tcp is not None:
            self._tcp.close()


class Owners:
    """Which processes hold a socket, from the links of their /proc/<pid>/fd; looked up anew when something is new.

    At most 16 are told per socket: a server with a hundred workers is one server. Looking takes about one hundredth of
    the time at most, and is cut at 20,000 links: in a pod that opens more, some sockets are shown without their owners.
    """

    def __init__(self) -> None:
        self._pids: dict[int, list[int]] = {}
        self._rest_until = 0.0
        self._seen: frozenset[int] = frozenset()
        self._asked: frozenset[int] = frozenset()

    def told(self, inode: int, held: Mapping[int, Process]) -> tuple[wire.SocketOwner, ...]:
        """Who holds that socket, the lowest PID of the node first; `held` are the processes that still are."""
        return tuple(_owner(held[pid]) for pid in self._pids.get(inode, ()) if pid in held)

    def refresh(self, held: Mapping[int, Process], inodes: set[int], *, fully: bool) -> bool:
        """Looks again when a process or a socket shows up, and with every full reading; whether owners may differ."""
        inodes.discard(0)
        if not fully and inodes == self._asked and held.keys() == self._seen:
            return False
        grown = not inodes <= self._asked or not held.keys() <= self._seen
        began = time.monotonic()
        if (fully or grown) and began >= self._rest_until:
            self._pids = _scan(sorted(held), inodes) if inodes else {}
            self._seen, self._asked = frozenset(held), frozenset(inodes)
            self._rest_until = began + (time.monotonic() - began) * _REST
        else:  # what is new stays new until it is looked for
            self._seen, self._asked = self._seen & held.keys(), self._asked & inodes
        return True


@lru_cache(maxsize=4096)
def _told(member: str, host_pid: int, pid: int, comm: bytes) -> wire.SocketOwner:
    return wire.SocketOwner(member=member, host_pid=host_pid, pid=pid, cmd=visible(comm))


def _owner(process: Process) -> wire.SocketOwner:
    return _told(process.first.member, process.pid, process.ns_pids[-1], process.stat.comm)


def _row(entry: Entry, owners: tuple[wire.SocketOwner, ...]) -> wire.Socket:
    return wire.Socket(
        protocol=entry.protocol,
        state=entry.state,
        local_address=entry.local_address,
        local_port=entry.local_port,
        remote_address=entry.remote_address,
        remote_port=entry.remote_port,
        inode=entry.inode,
        owners=owners,
    )


def _scan(pids: Sequence[int], inodes: set[int]) -> dict[int, list[int]]:
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    owners: dict[int, list[int]] = {}
    with closing(_links(pids)) as links:
        for pid, link in islice(links, _MOST_LINKS):
            inode = wanted.get(link, 0)
            if inode and pid not in (known := owners.setdefault(inode, [])) and len(known) < _MOST_OWNERS:
                known.append(pid)
    return owners


def _links(pids: Sequence[int]) -> Generator[tuple[int, str], None, None]:
    """What each open file of each process is, read as it is asked for: the kernel makes such a list entry by entry."""
    for pid in pids:
        try:
            folder = os.open(f"/proc/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    yield pid, _link(folder, entry.name)
        except OSError:
            continue
        finally:
            os.close(folder)


def _link(folder: int, name: str) -> str:
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return ""
