"""Links, addresses and routes of one network namespace (rtnetlink(7)): dumped once, again after the kernel says so.

The sockets are plain ones, made inside the namespace and good from any thread; pyroute2 only reads the messages (its
own sockets run an event loop and make a new socket, elsewhere, for each thread that uses them). Open sockets keep
their namespace alive: close them with the pod.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from sandboxes.visible import visible

# linux/netlink.h, linux/rtnetlink.h, linux/if.h, linux/if_arp.h
_REQUEST, _DUMP = 0x1, 0x301
_ERROR, _DONE = 2, 3
_GETLINK, _GETADDR, _GETROUTE, _GETNEIGH, _GETNSID = 18, 22, 26, 30, 90
_NSID_OF_PID = 2  # NETNSA_PID of linux/net_namespace.h
_GROUPS_LINKS = 0x1
_GROUPS_ALL = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # links, IPv4 and IPv6 addresses and routes
_UP, _LOOPBACK = 0x1, 0x8
_MAIN = 254
_UNICAST = 1
# linux/neighbour.h; those without resolution (0x40, all of lo) are no neighbours.
_STATES = {
    0x01: "incomplete",
    0x02: "reachable",
    0x04: "stale",
    0x08: "delay",
    0x10: "probe",
    0x20: "failed",
    0x80: "permanent",
}
_SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}
_FAMILIES: dict[int, Literal["inet", "inet6"]] = {socket.AF_INET: "inet", socket.AF_INET6: "inet6"}
_ANSWER_WITHIN = 1.0
_ROOM = 1 << 16


@dataclass(frozen=True)
class Link:
    """An interface. `peer`: ifindex of the other end of a veth, `master`: of the bridge it is in; 0 for none.

    `peer_nsid`: this namespace's number for the one that the other end is in; None where it is here.
    """

    index: int
    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    peer: int
    master: int
    peer_nsid: int | None


@dataclass(frozen=True)
class LinkAddress:
    """An address of the interface `index`."""

    index: int
    family: Literal["inet", "inet6"]
    address: str
    prefix: int


@dataclass(frozen=True)
class RouteEntry:
    """A unicast route of the main table out of the interface `index`; `destination` as `ip route` writes it."""

    index: int
    family: Literal["inet", "inet6"]
    destination: str
    gateway: str
    source: str
    scope: str


@dataclass(frozen=True)
class NeighbourEntry:
    """Who is sought behind an address on the link of interface `index`; `mac` is "" of who did not answer."""

    index: int
    family: Literal["inet", "inet6"]
    address: str
    mac: str
    state: str


class RouteSocket:
    """Questions to the namespace it was made in, and whether something changed there. All calls may raise OSError."""

    def __init__(self, *, links_only: bool = False) -> None:
        self._ask = _netlink(0)
        try:
            self._notices = _netlink(_GROUPS_LINKS if links_only else _GROUPS_ALL)
        except OSError:
            self._ask.close()
            raise
        self._ask.settimeout(_ANSWER_WITHIN)
        self._notices.setblocking(False)
        self._asked = 0
        self._marshal = MarshalRtnl()

    def changed(self) -> bool:
        """Whether anything was told since the last call; what it was does not matter, for one asks again."""
        told = False
        while True:
            try:
                self._notices.recv(_ROOM)
            except BlockingIOError:
                return told
            except OSError as exc:
                if exc.errno != errno.ENOBUFS:  # too much was told to keep: something did change
                    raise
            told = True

    def links(self) -> tuple[Link, ...]:
        """Every interface."""
        return tuple(_link(message) for message in self._answers(_GETLINK, _DUMP, _ifinfo(0)))

    def link(self, index: int) -> Link | None:
        """The interface of that index; None when there is none."""
        try:
            return next((_link(message) for message in self._answers(_GETLINK, _REQUEST, _ifinfo(index))), None)
        except OSError as exc:
            if exc.errno == errno.ENODEV:
                return None
            raise

    def addresses(self) -> tuple[LinkAddress, ...]:
        """Every IPv4 and IPv6 address."""
        messages = self._answers(_GETADDR, _DUMP, struct.pack("=BBBBi", 0, 0, 0, 0, 0))
        return tuple(_address(message) for message in messages if message["family"] in _FAMILIES)

    def routes(self) -> tuple[RouteEntry, ...]:
        """The unicast routes of the main table."""
        messages = self._answers(_GETROUTE, _DUMP, struct.pack("=8BI", *([0] * 8), 0))
        return tuple(_route(message) for message in messages if _is_shown(message))

    def neighbours(self) -> tuple[NeighbourEntry, ...]:
        """The entries of ARP and NDP."""
        messages = self._answers(_GETNEIGH, _DUMP, struct.pack("=BxxxiHBB", 0, 0, 0, 0, 0))
        return tuple(
            _neighbour(message)
            for message in messages
            if message["family"] in _FAMILIES and message["state"] in _STATES and message.get_attr("NDA_DST")
        )

    def nsid(self, pid: int) -> int | None:
        """This namespace's number for the one that a process is in, by its PID here; None where it has none yet."""
        question = struct.pack("=B3xHHI", 0, 8, _NSID_OF_PID, pid)
        self._asked += 1
        self._ask.send(struct.pack("=IHHII", 16 + len(question), _GETNSID, _REQUEST, self._asked, 0) + question)
        answer = self._ask.recv(_ROOM)
        kind, sequence = struct.unpack_from("=4xH2xI", answer)
        if kind == _ERROR or sequence != self._asked or len(answer) < 28:
            return None
        number: int = struct.unpack_from("=i", answer, 24)[0]
        return number if number >= 0 else None

    def _answers(self, kind: int, flags: int, body: bytes) -> Iterator[Any]:
        self._asked += 1
        self._ask.send(struct.pack("=IHHII", 16 + len(body), kind, flags, self._asked, 0) + body)
        while True:
            for message in self._marshal.parse(self._ask.recv(_ROOM)):
                header = message["header"]
                if header["sequence_number"] != self._asked:  # of a question that was given up
                    continue
                if header["type"] == _DONE:
                    return
                if header["type"] == _ERROR:
                    code = getattr(header["error"], "code", errno.EIO)
                    raise OSError(code, os.strerror(code))
                yield message
                if flags == _REQUEST:
                    return

    def close(self) -> None:
        """Lets go of the namespace."""
        self._ask.close()
        self._notices.close()


def _netlink(groups: int) -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    made.bind((0, groups))
    return made


def _ifinfo(index: int) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, 0, 0)


def _link(message: Any) -> Link:
    described = message.get_attr("IFLA_LINKINFO")
    kind = described.get_attr("IFLA_INFO_KIND") if described else ""
    flags = message["flags"]
    return Link(
        index=message["index"],
        name=_name(message.get_attr("IFLA_IFNAME")),
        kind=_name(kind) or ("loopback" if flags & _LOOPBACK else "device"),
        mac=message.get_attr("IFLA_ADDRESS") or "",
        mtu=message.get_attr("IFLA_MTU") or 0,
        up=bool(flags & _UP),
        peer=(message.get_attr("IFLA_LINK") or 0) if kind == "veth" else 0,
        master=message.get_attr("IFLA_MASTER") or 0,
        peer_nsid=message.get_attr("IFLA_LINK_NETNSID"),
    )


def _name(text: str | None) -> str:
    return visible((text or "").encode("utf-8", "surrogateescape"))


def _address(message: Any) -> LinkAddress:
    # Of a point-to-point link IFA_ADDRESS is the other side; the own one is IFA_LOCAL, which IPv6 leaves out.
    own = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS") or ""
    return LinkAddress(message["index"], _FAMILIES[message["family"]], own, message["prefixlen"])


def _neighbour(message: Any) -> NeighbourEntry:
    return NeighbourEntry(
        index=message["ifindex"],
        family=_FAMILIES[message["family"]],
        address=message.get_attr("NDA_DST"),
        mac=message.get_attr("NDA_LLADDR") or "",
        state=_STATES[message["state"]],
    )


def _is_shown(message: Any) -> bool:
    table = message.get_attr("RTA_TABLE") or message["table"]
    return table == _MAIN and message["type"] == _UNICAST and message["family"] in _FAMILIES


def _route(message: Any) -> RouteEntry:
    destination = message.get_attr("RTA_DST")
    return RouteEntry(
        index=message.get_attr("RTA_OIF") or 0,
        family=_FAMILIES[message["family"]],
        destination=f"{destination}/{message['dst_len']}" if destination else "default",
        gateway=message.get_attr("RTA_GATEWAY") or "",
        source=message.get_attr("RTA_PREFSRC") or "",
        scope=_SCOPES.get(message["scope"], str(message["scope"])),
    )
