"""Docker's resolver in a pod's namespace: what it tells and forwards before the lock, and that it is refused after."""

from __future__ import annotations

import socket
import struct
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.host import netns
from sandboxes.host.node_host import NodeHost
from tests.engine.site import PAUSE, Inside, Site, listen, site
from tests.stack import run

pytestmark = pytest.mark.usefixtures("images")
RESOLVER = ("127.0.0.11", 53)
A, PTR = 1, 12


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, images: None) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("state")) as made:
        yield made


def query(name: str, kind: int) -> bytes:
    """One question, written from RFC 1035 §4.1 for this test."""
    labels = b"".join(struct.pack("B", len(part)) + part.encode() for part in name.split("."))
    return b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + struct.pack(">xHH", kind, 1)


def ask(pod: Inside, question: bytes, *, by: str) -> bytes:
    """The resolver's raw answer to a query from inside; raises OSError when it is refused."""

    def attempt() -> bytes:
        kind = socket.SOCK_DGRAM if by == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as client:
            client.settimeout(20)
            client.connect(RESOLVER)
            client.sendall(question if by == "udp" else struct.pack(">H", len(question)) + question)
            return client.recv(4096)

    return pod.do(attempt)


def refused(pod: Inside, question: bytes, *, by: str) -> bool:
    try:
        ask(pod, question, by=by)
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


@pytest.mark.parametrize("by", ["udp", "tcp"])
def test_a_raw_ptr_query_learns_another_pod_s_name_before_the_lock_and_nothing_after(here: Site, by: str) -> None:
    pod, neighbour = here.pod(), here.pod()
    question = query(ip_address(neighbour.ip).reverse_pointer, PTR)
    assert f"pg_{here.install}".encode() in ask(pod, question, by=by)
    here.host.lock_network(pod.pid, pod.id)
    assert refused(pod, question, by=by)


def test_a_raw_query_is_forwarded_before_the_lock_and_refused_after(here: Site) -> None:
    pod, question = here.pod(), query("example.com", A)
    # Pods are told to ask their own localhost; whoever listens there sees what the resolver forwards.
    with pod.do(lambda: listen("127.0.0.1", 53, socket.SOCK_DGRAM)) as upstream:
        upstream.settimeout(20)
        with pod.do(lambda: socket.socket(type=socket.SOCK_DGRAM)) as client:
            client.sendto(question, RESOLVER)
            assert b"\x07example\x03com" in upstream.recv(512)
        here.host.lock_network(pod.pid, pod.id)
        assert refused(pod, question, by="udp")
        assert refused(pod, question, by="tcp")


def test_the_resolver_s_real_port_is_closed_too(here: Site) -> None:
    """Docker turns port 53 into another one, which anybody may ask directly."""
    pod = here.pod()
    ports = {
        int(line.split()[3].rsplit(":", 1)[1])
        for line in pod.run("ss", "-Hlnt").splitlines()
        if line.split()[3].startswith("127.0.0.11:")
    }
    assert ports

    def reached(port: int) -> bool:
        try:
            socket.create_connection((RESOLVER[0], port), timeout=1).close()
        except ConnectionRefusedError:
            return False
        return True

    assert all(pod.do(partial(reached, port)) for port in ports)
    here.host.lock_network(pod.pid, pod.id)
    assert not any(pod.do(partial(reached, port)) for port in ports)


def spray(pod: Inside) -> int:
    """How many neighbours the kernel looks up for a pod that writes to 300 addresses of its link and to a group."""
    network = ip_network(f"{pod.ip}/16", strict=False)

    def send() -> None:
        with ExitStack() as stack:
            for n in range(300):
                client = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
                for address in (network[256 * 200 + n], f"239.1.{n // 256}.{n % 256}"):
                    with suppress(OSError):
                        client.sendto(b"x", (str(address), 9))

    pod.do(send)
    return len(pod.run("ip", "-4", "neigh", "show", "nud", "all", "dev", "eth0").splitlines())


def test_a_pod_fills_the_table_of_neighbours_before_the_lock_and_not_after(here: Site) -> None:
    """All pods and the machine share it; a full one leaves the node unable to reach any pod that it does not know."""
    pod, neighbour = here.pod(), here.pod()
    here.host.lock_network(neighbour.pid, neighbour.id)
    assert spray(neighbour) <= 1
    assert spray(pod) >= 300
    with neighbour.listening() as listener, socket.create_connection((neighbour.ip, listener.getsockname()[1]), 2):
        pass  # the gateway is spoken to


def test_a_canary_may_try_its_neighbours(here: Site) -> None:
    canary = here.pod()
    here.host.lock_network(canary.pid, canary.id, neighbours=True)
    assert spray(canary) >= 300, "else it would prove nothing of the bridge"


def test_locking_twice_is_locking_once(here: Site) -> None:
    pod = here.pod()
    here.host.lock_network(pod.pid, pod.id)
    first = pod.run("nft", "list", "table", "inet", "playground_dns")
    here.host.lock_network(pod.pid, pod.id)
    assert pod.run("nft", "list", "table", "inet", "playground_dns") == first


def test_a_pid_that_is_no_longer_the_pause_s_is_refused(here: Site, tmp_path: Path) -> None:
    host, pod, other = NodeHost(tmp_path), here.pod(), here.pod()
    with pytest.raises(PlaygroundError, match="is no longer one of container"):
        host.lock_network(other.pid, pod.id)
    with pytest.raises(PlaygroundError, match="has no process"):
        host.lock_network(0, pod.id)
    here.engine.remove(pod.id)
    with pytest.raises(PlaygroundError, match="is no longer one of container"):
        host.lock_network(pod.pid, pod.id)


def test_the_host_s_own_network_is_never_locked(tmp_path: Path) -> None:
    container = run("docker", "run", "--detach", "--network", "host", PAUSE).strip()
    try:
        pid = int(run("docker", "inspect", "--format", "{{.State.Pid}}", container))
        with pytest.raises(PlaygroundError, match="has the host's network"):
            NodeHost(tmp_path).lock_network(pid, container)
    finally:
        run("docker", "rm", "--force", container)


def test_work_in_another_namespace_leaves_this_thread_where_it_was(here: Site) -> None:
    pod, before = here.pod(), Path("/proc/thread-self/ns/net").readlink()
    assert pod.do(lambda: Path("/proc/thread-self/ns/net").readlink()) != before
    assert Path("/proc/thread-self/ns/net").readlink() == before


def test_what_the_work_raises_reaches_the_caller(here: Site) -> None:
    def fail() -> None:
        raise LookupError(str(uuid.NAMESPACE_URL))

    with pytest.raises(LookupError):
        here.pod().do(fail)
    with pytest.raises(PlaygroundError, match="nft"):
        here.pod().do(lambda: netns.run_nft("add rule inet nowhere chain drop"))
