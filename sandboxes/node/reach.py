"""Who reaches whom: real connections between two canary pods, the host and the outside, as a pod's process makes them.

Each probe says what must come of it; a difference is a problem, told as a sentence. Connections that must work are
among them, so that a network that is simply down is not taken for a safe one. Changes nothing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from ipaddress import ip_address

from sandboxes.host.netns import in_netns, netns_of
from sandboxes.node.canary import PORT, Pair

# Address and port, with flow and scope for IPv6: what socket.connect takes.
Address = tuple[str, int] | tuple[str, int, int, int]

# A refusal comes at once; only what is neither refused nor answered costs this, seconds.
PATIENCE = 0.3
# TEST-NET-2: routed like any address outside, and nobody's (RFC 5737).
OUTSIDE = ("198.51.100.1", 80)
RESOLVER = ("127.0.0.11", 53)
A, PTR = 1, 12  # RFC 1035 §3.2.2
SIOCGIFADDR = 0x8915  # netdevice(7)
REFUSALS = {
    errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH,
    errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL,
}  # fmt: skip


class Outcome(StrEnum):
    """What came of an attempt."""

    ANSWERED = "answered"
    REFUSED = "refused"
    SILENT = "left without an answer"


@dataclass(frozen=True)
class Probe:
    """One attempt: who to whom, what must come of it, and how it is made."""

    told: str
    wanted: Outcome
    attempt: Callable[[], Outcome]


@dataclass(frozen=True)
class Scene:
    """What the probes need: both namespaces, A's listener, and the host's own addresses."""

    pair: Pair
    a: int
    b: int
    listener: socket.socket
    gateway: str
    others: tuple[str, ...]
    host_ip: str


def problems(pair: Pair, *, bridge: str, host_ip: str) -> list[str]:
    """Every probe that did not come out as wanted. Raises PlaygroundError or OSError when none can be made."""
    with _scene(pair, bridge=bridge, host_ip=host_ip) as scene:
        return [told for probe in _probes(scene) if (told := _told(probe))]


def _told(probe: Probe) -> str:
    outcome = probe.attempt()
    return "" if outcome == probe.wanted else f"{probe.told} is {outcome}, it must be {probe.wanted}"


@contextmanager
def _scene(pair: Pair, *, bridge: str, host_ip: str) -> Iterator[Scene]:
    with ExitStack() as stack:
        a = stack.enter_context(netns_of(pair.a.pid, pair.a.id))
        b = stack.enter_context(netns_of(pair.b.pid, pair.b.id))
        listener = stack.enter_context(in_netns(a, partial(_listen, ("0.0.0.0", PORT))))
        gateway = address_of(bridge)
        others = tuple(found for found in machine_addresses() if found != gateway)
        yield Scene(pair, a, b, listener, gateway, others, host_ip)


def _probes(scene: Scene) -> Iterator[Probe]:
    pair, inside_b = scene.pair, partial(in_netns, scene.b)
    member = partial(in_netns, scene.a, partial(_talk, ("127.0.0.1", PORT), scene.listener))
    yield Probe("A pod's connection to its own localhost", Outcome.ANSWERED, member)
    host = partial(_talk, (pair.a.ip, PORT), scene.listener)
    yield Probe("The host's connection to a pod", Outcome.ANSWERED, host)
    published = partial(_talk, (scene.host_ip, pair.host_port), scene.listener)
    yield Probe(f"A connection to a port published on {scene.host_ip}", Outcome.ANSWERED, published)

    neighbour = partial(inside_b, partial(_connect, (pair.a.ip, PORT)))
    yield Probe("A pod's connection to another pod", Outcome.REFUSED, neighbour)
    for address in (scene.gateway, *(found for found in scene.others[:1] if ":" not in found)):
        towards_host = partial(_towards_host, scene.b, address)
        yield Probe(f"A pod's connection to the host at {address}", Outcome.REFUSED, towards_host)
    yield Probe("A pod's connection to the outside", Outcome.REFUSED, partial(inside_b, partial(_connect, OUTSIDE)))
    yield from _published_elsewhere(scene)
    questions = {"a name": _question("example.com", A), "an address": _question(_reverse(pair.a.ip), PTR)}
    for told, question in questions.items():
        for how, ask in {"UDP": _ask_udp, "TCP": _ask_tcp}.items():
            asked = partial(inside_b, partial(ask, question))
            yield Probe(f"A pod's DNS query for {told} by {how} to Docker's resolver", Outcome.REFUSED, asked)


def _published_elsewhere(scene: Scene) -> Iterator[Probe]:
    """A port published on loopback is nobody's on the machine's other addresses."""
    if not ip_address(scene.host_ip).is_loopback:
        return
    for address in scene.others:
        attempt = partial(_connect, (address, scene.pair.host_port))
        yield Probe(f"A connection to {address} for a port published on {scene.host_ip}", Outcome.REFUSED, attempt)


def _towards_host(namespace: int, address: str) -> Outcome:
    """A connection from inside to a listener that the host opens on `address` for as long as this takes.

    An address that the host has lost meanwhile cannot be reached either.
    """
    with _outcome() as found, _listen((address, 0)) as listener:
        found.append(in_netns(namespace, partial(_connect, (address, listener.getsockname()[1]))))
    return found[0]


def _listen(address: Address) -> socket.socket:
    listener = socket.socket(_family(address))
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _connect(address: Address) -> Outcome:
    """Whether a TCP connection comes about."""
    with _outcome() as found, socket.socket(_family(address)) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        found.append(Outcome.ANSWERED)
    return found[0]


def _talk(address: Address, listener: socket.socket) -> Outcome:
    """Whether a connection to `address` ends at `listener`: docker-proxy would take one that leads nowhere."""
    _drain(listener)
    listener.settimeout(PATIENCE)
    word = os.urandom(8)
    with _outcome() as found, socket.socket(_family(address)) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        peer, _ = listener.accept()
        with peer:
            peer.sendall(word)
        found.append(Outcome.ANSWERED if client.recv(len(word)) == word else Outcome.REFUSED)
    return found[0]


def _drain(listener: socket.socket) -> None:
    """Forget connections that wait there from an attempt that should have been refused."""
    listener.setblocking(False)
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return


@contextmanager
def _outcome() -> Iterator[list[Outcome]]:
    """A list with one outcome at its end: what was put in first, or what the error inside means.

    An error that is no refusal (too many open files) is raised: it must not pass for a closed network.
    """
    found: list[Outcome] = []
    try:
        yield found
    except TimeoutError:
        found.append(Outcome.SILENT)
    except OSError as exc:
        if exc.errno not in REFUSALS:
            raise
        found.append(Outcome.REFUSED)


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


def _question(name: str, kind: int) -> bytes:
    """A DNS query with one question (RFC 1035 §4.1)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 0x5047, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


def _reverse(ip: str) -> str:
    return ip_address(ip).reverse_pointer


def _ask_udp(question: bytes) -> Outcome:
    with _outcome() as found, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(RESOLVER)
        client.send(question)
        client.recv(512)
        found.append(Outcome.ANSWERED)
    return found[0]


def _ask_tcp(question: bytes) -> Outcome:
    with _outcome() as found, socket.socket() as client:
        client.settimeout(PATIENCE)
        client.connect(RESOLVER)
        client.sendall(struct.pack(">H", len(question)) + question)
        client.recv(512)
        found.append(Outcome.ANSWERED)
    return found[0]


def address_of(interface: str) -> str:
    """The first IPv4 address of one of this machine's interfaces. Raises OSError when it has none."""
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as probe:
        answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", interface.encode()))
    return socket.inet_ntoa(answer[20:24])


def machine_addresses() -> tuple[str, ...]:
    """One IPv4 address per interface, then all global IPv6 ones, without loopback."""
    found = [_address_or_none(name) for _, name in socket.if_nameindex() if name != "lo"]
    return (*(address for address in found if address), *_global_ipv6())


def _address_or_none(interface: str) -> str | None:
    try:
        return address_of(interface)
    except OSError:
        return None


def _global_ipv6() -> Iterator[str]:
    """Lines of /proc/net/if_inet6 with scope 00 (proc(5)); there is no such file without IPv6."""
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as listing:
            rows = [line.split() for line in listing]
    except FileNotFoundError:
        return
    yield from (str(ip_address(bytes.fromhex(row[0]))) for row in rows if row[3] == "00")
