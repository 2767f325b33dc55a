"""A network under test: an install of its own, pods on it, and a machine outside; all gone afterwards.

The probes here are written apart from the canary's, so that one can prove the other.
"""

from __future__ import annotations

import os
import secrets
import select
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandboxes.engine.docker import DockerEngine
from sandboxes.engine.naming import Identity
from sandboxes.host.netns import in_netns, netns_of, run_nft
from sandboxes.host.node_host import NodeHost
from sandboxes.node.network import Network
from sandboxes.policy import BASELINE, PauseBody, PublishedPort
from sandboxes.world import ObservedContainer
from tests.stack import run, wipe

T = TypeVar("T")
PAUSE = "playground/pause:1"
PORT = 8080


@dataclass(frozen=True)
class Inside:
    """A network namespace, of a pod or of the machine outside: `do` runs in it."""

    namespace: int
    ip: str
    id: str = ""
    pid: int = 0

    def do(self, work: Callable[[], T]) -> T:
        return in_netns(self.namespace, work)

    def run(self, *command: str) -> str:
        return self.do(lambda: run(*command))

    @contextmanager
    def listening(self, port: int = PORT, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[socket.socket]:
        with self.do(lambda: listen("0.0.0.0", port, kind)) as listener:
            yield listener


class Site:
    """One install's network, applied, with `host_ip` as the address that ports are published on."""

    def __init__(self, folder: Path, host_ip: str) -> None:
        self.install = f"t{secrets.token_hex(3)}"
        self.engine = DockerEngine(self.install)
        self.host = NodeHost(folder)
        self.network = Network(self.install, self.engine, self.host, host_ip=host_ip, pause_image=PAUSE)
        self.host_ip = host_ip
        self.bridge = f"pg-{self.install}"
        self._open = ExitStack()

    def pod(self, *ports: int) -> Inside:
        """A pod that runs, its DNS not closed yet; `ports` are host ports, each leading to PORT."""
        identity = Identity(self.install, uuid.uuid4(), "pod", member="", attempt=0, pause_attempt=0)
        published = tuple(PublishedPort(PORT, "tcp", self.host_ip, port) for port in ports)
        body = PauseBody(PAUSE, hostname="pod", ports=published, sysctls={}, profile=BASELINE, spec_hash="test")
        self.engine.start(self.engine.create_pause(identity, body))
        seen: ObservedContainer = self.engine.observe(identity.uid)[0]
        return Inside(self._open.enter_context(netns_of(seen.pid, seen.id)), seen.ip, seen.id, seen.pid)

    @contextmanager
    def without_table(self) -> Iterator[None]:
        """The control arm: all as it is, less our table."""
        run_nft(f"delete table inet playground_{self.install}")
        try:
            yield
        finally:
            self.network.ensure()

    @property
    def gateway(self) -> str:
        return run(
            "docker", "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", f"pg_{self.install}"
        ).strip()

    def close(self) -> None:
        self._open.close()
        wipe(self.install)


@contextmanager
def site(folder: Path, *, host_ip: str = "127.0.0.1", open_between_pods: bool = False) -> Iterator[Site]:
    """A site; `open_between_pods` makes the bridge without icc=false, so that the table alone is on trial."""
    made = Site(folder, host_ip)
    try:
        if open_between_pods:
            name = f"com.docker.network.bridge.name={made.bridge}"
            run("docker", "network", "create", "--opt", name, f"pg_{made.install}")
        made.network.ensure()
        yield made
    finally:
        made.close()


@dataclass(frozen=True)
class Machine:
    """A machine beside this one, joined by a cable: `there` is inside it, the addresses are this machine's end."""

    there: Inside
    ipv4: str
    ipv6: str
    cable: str


@contextmanager
def outside() -> Iterator[Machine]:
    """A network namespace with a default route to this machine, as a host on its LAN would have."""
    tag, third = secrets.token_hex(3), secrets.randbelow(250)
    name, here, there = f"pgt-{tag}", f"pgh{tag}", f"pgo{tag}"
    near, far, near6, far6 = f"10.231.{third}.1", f"10.231.{third}.2", f"fd31:{third:x}::1", f"fd31:{third:x}::2"
    run("ip", "netns", "add", name)
    try:
        run("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        for at, interface, ip, ip6 in ([], here, near, near6), (["-n", name], there, far, far6):
            run("ip", *at, "address", "add", f"{ip}/24", "dev", interface)
            run("ip", *at, "address", "add", f"{ip6}/64", "dev", interface, "nodad")
            run("ip", *at, "link", "set", interface, "up")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "route", "add", "default", "via", near)
        namespace = os.open(f"/run/netns/{name}", os.O_RDONLY)
        try:
            yield Machine(Inside(namespace, far), near, near6, there)
        finally:
            os.close(namespace)
    finally:
        run("ip", "netns", "delete", name)
        subprocess.run(["ip", "link", "delete", here], capture_output=True, check=False)  # mostly gone with its peer


def listen(ip: str, port: int = 0, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    listener = socket.socket(family(ip), kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((ip, port))
    if kind == socket.SOCK_STREAM:
        listener.listen()
    return listener


def family(ip: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in ip else socket.AF_INET


def tcp(ip: str, port: int = PORT, seconds: float = 1) -> str:
    """What a connection comes to: answered, refused (at once, by whatever errno) or silent."""
    with socket.socket(family(ip)) as client:
        client.settimeout(seconds)
        try:
            client.connect((ip, port))
        except TimeoutError:
            return "silent"
        except OSError:
            return "refused"
        return "answered"


def udp(ip: str, listener: socket.socket, seconds: float = 1) -> str:
    """What a datagram to `listener`, at that address, comes to."""
    with socket.socket(family(ip), socket.SOCK_DGRAM) as client:
        client.connect((ip, listener.getsockname()[1]))
        client.send(b"hello")
        ready = select.select([client, listener], [], [], seconds)[0]
        if listener in ready:
            listener.recv(16)
            return "answered"
        return "refused" if ready and client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else "silent"


def talk(ip: str, port: int, listener: socket.socket) -> str:
    """Whether a connection ends at that listener: docker-proxy would take one that leads nowhere."""
    listener.settimeout(20)
    with socket.create_connection((ip, port), timeout=20) as client:
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"it is me")
        return client.recv(16).decode()
