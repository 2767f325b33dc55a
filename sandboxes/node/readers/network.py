"""A pod's network as a member sees it from inside, and where it meets the node.

Addresses and routes are asked for again only when the kernel said that they changed; counters and sockets are read for
each sample. Everything open here keeps the pod's network namespace alive, so it is closed as soon as pause is gone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack

from sandboxes import wire
from sandboxes.node.readers.first import First
from sandboxes.node.readers.netfiles import Counters, parse_counters
from sandboxes.node.readers.netlink import Link, LinkAddress, RouteEntry, RouteSocket
from sandboxes.node.readers.process import Process
from sandboxes.node.readers.sockdiag import open_diag
from sandboxes.node.readers.sockets import Sockets
from sandboxes.node.readers.visit import inside

_NOTHING = Counters(0, 0, 0, 0, 0, 0, 0, 0)
_ROOM = 1 << 16


class NodeLinks:
    """The links of the node's own network namespace, for all pods: asked once, again after one of them changed."""

    def __init__(self) -> None:
        self._socket = RouteSocket(links_only=True)
        self._known: dict[int, Link | None] = {}
        self._ends: dict[Link, wire.HostEnd | None] = {}

    def host_end(self, link: Link) -> wire.HostEnd | None:
        """The other end of a pod's veth, if it is on the node. Raises OSError."""
        if self._socket.changed():
            self._known.clear()
            self._ends.clear()
        if link not in self._ends:
            self._ends[link] = self._host_end(link)
        return self._ends[link]

    def _host_end(self, link: Link) -> wire.HostEnd | None:
        end = self._link(link.peer)
        if end is None or end.kind != "veth" or end.peer != link.index:
            return None
        bridge = self._link(end.master) if end.master else None
        return wire.HostEnd(
            index=end.index,
            name=end.name,
            peer_of=link.name,
            mac=end.mac,
            up=end.up,
            bridge=bridge.name if bridge else "",
        )

    def _link(self, index: int) -> Link | None:
        if index not in self._known:
            self._known[index] = self._socket.link(index)
        return self._known[index]

    def close(self) -> None:
        """Lets go of its sockets."""
        self._socket.close()


class Network:
    """The network namespace of a container's first process. Raises OSError or NotEntered."""

    def __init__(self, first: First, node: NodeLinks) -> None:
        self.first = first
        self._node = node
        self._links: tuple[Link, ...] = ()
        self._addresses: tuple[LinkAddress, ...] = ()
        self._routes: tuple[wire.Route, ...] = ()
        self._interfaces: tuple[wire.Interface, ...] = ()
        self._raw_counters = b""
        self._view: wire.NetworkView | None = None
        self._dump_due = True
        with ExitStack() as opened:
            self._socket = inside(first.folder, "net", RouteSocket)
            opened.callback(self._socket.close)
            net = os.open("net", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=first.folder)
            with ExitStack() as passing:
                passing.callback(os.close, net)
                self._counters = os.open("dev", os.O_RDONLY | os.O_CLOEXEC, dir_fd=net)
                opened.callback(os.close, self._counters)
                self._sockets = Sockets(net, lambda: inside(first.folder, "net", open_diag))
                opened.callback(self._sockets.close)
            self._opened = opened.pop_all()

    def read(
        self, processes: Sequence[Process], published: tuple[wire.PublishedPort, ...], *, fully: bool
    ) -> wire.NetworkView:
        """The whole view, the same object as long as nothing in it changed."""
        changed = self._dump()
        raw = os.pread(self._counters, _ROOM, 0)
        if changed or raw != self._raw_counters:
            self._raw_counters = raw
            self._interfaces = _interfaces(self._links, self._addresses, parse_counters(raw))
        sockets, truncated = self._sockets.read(processes, fully=fully)
        ends = tuple(end for link in self._links if link.peer and (end := self._node.host_end(link)))
        parts = (self._interfaces, self._routes, sockets, truncated, ends, published)
        if self._view is None or parts != _parts(self._view):
            self._view = wire.NetworkView(
                interfaces=self._interfaces,
                routes=self._routes,
                sockets=sockets,
                sockets_truncated=truncated,
                host_ends=ends,
                published=published,
            )
        return self._view

    def _dump(self) -> bool:
        if not self._socket.changed() and not self._dump_due:
            return False
        # Set until all of it has been read: a dump that fails half-way is made again.
        self._dump_due = True
        self._links, self._addresses = self._socket.links(), self._socket.addresses()
        self._routes = _routes(self._socket.routes(), self._links)
        self._dump_due = False
        return True

    def close(self) -> None:
        """Lets go of the namespace."""
        self._opened.close()


def _parts(view: wire.NetworkView) -> tuple[object, ...]:
    return (view.interfaces, view.routes, view.sockets, view.sockets_truncated, view.host_ends, view.published)


def _interfaces(
    links: Sequence[Link], addresses: Sequence[LinkAddress], counters: dict[str, Counters]
) -> tuple[wire.Interface, ...]:
    return tuple(_interface(link, addresses, counters.get(link.name, _NOTHING)) for link in links)


def _interface(link: Link, addresses: Sequence[LinkAddress], counters: Counters) -> wire.Interface:
    return wire.Interface(
        index=link.index,
        name=link.name,
        kind=link.kind,
        mac=link.mac,
        mtu=link.mtu,
        up=link.up,
        addresses=tuple(
            wire.Address(family=address.family, address=address.address, prefix=address.prefix)
            for address in addresses
            if address.index == link.index
        ),
        peer_index=link.peer,
        rx_bytes=counters.rx_bytes,
        rx_packets=counters.rx_packets,
        rx_errors=counters.rx_errors,
        rx_dropped=counters.rx_dropped,
        tx_bytes=counters.tx_bytes,
        tx_packets=counters.tx_packets,
        tx_errors=counters.tx_errors,
        tx_dropped=counters.tx_dropped,
    )


def _routes(entries: Sequence[RouteEntry], links: Sequence[Link]) -> tuple[wire.Route, ...]:
    names = {link.index: link.name for link in links}
    return tuple(
        wire.Route(
            family=entry.family,
            destination=entry.destination,
            gateway=entry.gateway,
            interface=names.get(entry.index, ""),
            source=entry.source,
            scope=entry.scope,
        )
        for entry in entries
    )
