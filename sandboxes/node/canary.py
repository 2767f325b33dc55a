"""Two pauses that stand for pods when the network is checked. They have no row; the orphan sweep knows their uids.

Only keeps them running, with Docker's DNS closed as in every pod; what they may reach is asked in `reach.py`.
"""

from __future__ import annotations

import errno
import socket
import uuid
from dataclasses import dataclass
from ipaddress import ip_address
from random import SystemRandom

from sandboxes.engine.naming import Identity, canary_uids
from sandboxes.engine.port import Engine
from sandboxes.errors import PlaygroundError
from sandboxes.host.port import Host
from sandboxes.policy import BASELINE, RESTRICTED, PauseBody, PublishedPort

# What canary A listens on, inside its own namespace.
PORT = 8080
# Where it is published: below all ports that a pod may ask for, and where the system's own RPC clients look for theirs.
PORTS = range(600, BASELINE.host_ports.start)


@dataclass(frozen=True)
class Canary:
    """One running pause: the engine's full id, its first process and its address on the bridge."""

    id: str
    pid: int
    ip: str


@dataclass(frozen=True)
class Pair:
    """`a` answers on PORT, published as `host_port`; `b` tries to reach it."""

    a: Canary
    b: Canary
    host_port: int


class Canaries:
    """Keeps the pair of one install. Not for several threads at once."""

    def __init__(self, install: str, engine: Engine, host: Host, *, image: str, host_ip: str) -> None:
        self._install = install
        self._engine = engine
        self._host = host
        self._image = image
        self._host_ip = host_ip
        self._pair: Pair | None = None

    def pair(self) -> Pair:
        """The pair, as started before or anew: always anew in a new process, for image and address may be others.

        Raises PlaygroundError with the engine's words.
        """
        pair = self._pair
        if pair and (self._find("a"), self._find("b")) == (pair.a, pair.b):
            return pair
        self.remove()
        port = free_port(self._host_ip)
        published = PublishedPort(PORT, "tcp", self._host_ip, port)
        self._pair = Pair(self._start("a", (published,)), self._start("b", ()), port)
        return self._pair

    def remove(self) -> None:
        """Both are gone, those of an earlier process too."""
        self._pair = None
        for uid in canary_uids(self._install):
            for seen in self._engine.observe(uid):
                self._engine.remove(seen.id)

    def _start(self, letter: str, ports: tuple[PublishedPort, ...]) -> Canary:
        name = f"canary-{letter}"
        identity = Identity(self._install, self._uid(letter), name, member="", attempt=0, pause_attempt=0)
        body = PauseBody(self._image, hostname=name, ports=ports, sysctls={}, profile=RESTRICTED, spec_hash="canary")
        self._engine.start(self._engine.create_pause(identity, body))
        canary = self._find(letter)
        if canary is None:
            raise PlaygroundError(f"{name} ended as soon as it was started")
        # What keeps pods apart on the bridge is asked, and not what keeps each of them from trying.
        self._host.lock_network(canary.pid, canary.id, neighbours=True)
        return canary

    def _find(self, letter: str) -> Canary | None:
        running = [seen for seen in self._engine.observe(self._uid(letter)) if seen.alive]
        return Canary(running[0].id, running[0].pid, running[0].ip) if running else None

    def _uid(self, letter: str) -> uuid.UUID:
        return canary_uids(self._install)["ab".index(letter)]


def free_port(host_ip: str) -> int:
    """A port of PORTS that nobody has on that address now; who takes it first makes the start fail, once.

    Raises PlaygroundError.
    """
    address = ip_address(host_ip)
    # Of a loopback port it is asked later whether it is closed on all other addresses.
    wanted = "0.0.0.0" if address.is_loopback and address.version == 4 else host_ip
    # In any order: another install's canary looks for one too.
    for port in SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET) as probe:
            try:
                probe.bind((wanted, port))
            except OSError as exc:
                if exc.errno == errno.EADDRINUSE:
                    continue
                raise PlaygroundError(_told(exc, host_ip)) from exc
            return port
    raise PlaygroundError(f"no port from {PORTS[0]} to {PORTS[-1]} is free on {host_ip}")


def _told(exc: OSError, host_ip: str) -> str:
    if exc.errno == errno.EADDRNOTAVAIL:
        return f"{host_ip} is no address of this machine: {exc.strerror}"
    return f"no port of {host_ip} can be had: {exc.strerror}"
