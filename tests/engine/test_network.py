"""Must show: who reaches whom, on a real engine. Each refusal has a control arm in which the same attempt succeeds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from sandboxes.host.netns import netns_of
from sandboxes.node.reach import machine_addresses
from tests.engine.pods import wait_for
from tests.engine.site import PAUSE, PORT, Inside, Machine, Site, listen, outside, site, talk, tcp, udp
from tests.stack import free_port, run

pytestmark = pytest.mark.usefixtures("images")
UDP = socket.SOCK_DGRAM


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, images: None) -> Iterator[Site]:
    """A site whose bridge would let pods talk: what is refused on it, the table refuses."""
    with site(tmp_path_factory.mktemp("state"), open_between_pods=True) as made:
        yield made


@pytest.fixture(scope="module")
def pod(here: Site) -> Inside:
    return here.pod()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with outside() as made:
        yield made


def from_pod(pod: Inside, ip: str, listener: socket.socket) -> str:
    return pod.do(partial(tcp, ip, listener.getsockname()[1]))


@contextmanager
def open_to_all() -> Iterator[int]:
    """The control arm of a published port: the engine's own default, which is every address of the machine."""
    port = free_port()
    container = run("docker", "run", "--detach", "--publish", f"{port}:{PORT}", PAUSE).strip()
    try:
        pid = int(run("docker", "inspect", "--format", "{{.State.Pid}}", container))
        with netns_of(pid, container) as namespace, Inside(namespace, ip="").listening():
            yield port
    finally:
        run("docker", "rm", "--force", container)


def test_a_pod_cannot_connect_to_another_pod(here: Site, pod: Inside) -> None:
    neighbour = here.pod()
    with neighbour.listening() as tcp_listener, neighbour.listening(kind=UDP) as udp_listener:
        assert from_pod(pod, neighbour.ip, tcp_listener) == "refused"
        assert pod.do(partial(udp, neighbour.ip, udp_listener)) == "refused"
        with here.without_table():
            assert from_pod(pod, neighbour.ip, tcp_listener) == "answered"
            assert pod.do(partial(udp, neighbour.ip, udp_listener)) == "answered"


def test_the_bridge_itself_keeps_pods_apart_should_the_table_be_lost(tmp_path: Path, here: Site, pod: Inside) -> None:
    with site(tmp_path) as strict:
        first, second = strict.pod(), strict.pod()
        with strict.without_table(), second.listening() as listener:
            assert from_pod(first, second.ip, listener) == "silent"
    neighbour = here.pod()
    with here.without_table(), neighbour.listening() as listener:
        assert from_pod(pod, neighbour.ip, listener) == "answered"


def test_a_pod_cannot_connect_to_any_address_of_the_host(here: Site, pod: Inside, machine: Machine) -> None:
    for address in (here.gateway, machine.ipv4):
        with listen(address) as tcp_listener, listen(address, kind=UDP) as udp_listener:
            assert from_pod(pod, address, tcp_listener) == "refused"
            assert pod.do(partial(udp, address, udp_listener)) == "refused"
            with here.without_table():
                assert from_pod(pod, address, tcp_listener) == "answered"
                assert pod.do(partial(udp, address, udp_listener)) == "answered"


def test_a_pod_cannot_connect_outwards(here: Site, pod: Inside, machine: Machine) -> None:
    with machine.there.listening() as tcp_listener, machine.there.listening(kind=UDP) as udp_listener:
        assert from_pod(pod, machine.there.ip, tcp_listener) == "refused"
        assert pod.do(partial(udp, machine.there.ip, udp_listener)) == "refused"
        with here.without_table():
            assert from_pod(pod, machine.there.ip, tcp_listener) == "answered"
            assert pod.do(partial(udp, machine.there.ip, udp_listener)) == "answered"


def test_a_connection_outwards_that_is_older_than_the_table_ends(here: Site, pod: Inside, machine: Machine) -> None:
    with machine.there.listening() as listener:
        with here.without_table():
            client = pod.do(partial(socket.create_connection, (machine.there.ip, PORT)))
            client.sendall(b"let through")
            peer, _ = listener.accept()
            assert peer.recv(16) == b"let through"
        with client, peer, pytest.raises(ConnectionError):
            client.settimeout(2)
            client.sendall(b"not any more")
            client.recv(1)


def test_a_pod_that_has_ipv6_after_all_cannot_use_it(here: Site, machine: Machine) -> None:
    pod = here.pod()
    run("ip", "address", "add", "fd31:ff::1/64", "dev", here.bridge, "nodad")
    pod.do(lambda: Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("0"))
    pod.run("ip", "address", "add", "fd31:ff::2/64", "dev", "eth0", "nodad")
    with listen("fd31:ff::1") as listener:
        assert from_pod(pod, "fd31:ff::1", listener) != "answered"
        with here.without_table():
            # Neighbours find each other by multicast, which may take its time.
            wait_for(lambda: from_pod(pod, "fd31:ff::1", listener) == "answered", "the host to answer", 10)
        # The host now knows the way, so nothing but the table's IPv6 rules refuses.
        assert from_pod(pod, "fd31:ff::1", listener) == "refused"


def test_localhost_inside_a_pod_and_the_host_s_way_into_it_work(here: Site, pod: Inside) -> None:
    with pod.listening() as listener:
        assert pod.do(partial(talk, "127.0.0.1", PORT, listener)) == "it is me"
        assert talk(pod.ip, PORT, listener) == "it is me"
    assert tcp(pod.ip, PORT) == "refused"  # by the pod's own kernel, whose answer must come back


def test_a_connection_from_the_host_outlives_a_new_table(here: Site, pod: Inside) -> None:
    with pod.listening() as listener, socket.create_connection((pod.ip, PORT), timeout=2) as client:
        peer, _ = listener.accept()
        here.network.ensure()
        with peer:
            peer.sendall(b"still here")
            assert client.recv(16) == b"still here"


def test_a_port_published_on_loopback_works_there_and_on_no_other_address(here: Site, machine: Machine) -> None:
    port = free_port()
    pod = here.pod(port)
    with pod.listening() as listener, open_to_all() as control_port:
        assert talk("127.0.0.1", port, listener) == "it is me"
        others = machine_addresses()
        assert machine.ipv4 in others
        assert machine.ipv6 in others
        for address in (*others, "::1"):
            assert tcp(address, port) == "refused"
            assert tcp(address, control_port) == "answered"


def test_the_outside_reaches_no_port_that_is_published_on_loopback(here: Site, machine: Machine) -> None:
    port = free_port()
    pod, there = here.pod(port), machine.there
    there.do(lambda: Path(f"/proc/sys/net/ipv4/conf/{machine.cable}/route_localnet").write_text("1"))
    there.run("ip", "address", "flush", "dev", "lo")
    there.run("ip", "route", "add", "127.0.0.1", "via", machine.ipv4, "dev", machine.cable, "src", there.ip)
    with pod.listening() as listener:
        assert talk("127.0.0.1", port, listener) == "it is me"
        assert there.do(partial(tcp, machine.ipv4, port)) == "refused"
        assert there.do(partial(tcp, pod.ip)) == "refused"
        assert there.do(partial(tcp, "127.0.0.1", port)) == "silent"
        with here.without_table():
            assert there.do(partial(tcp, pod.ip)) == "answered"
            # The rule for 127.0.0.0/8 guards the whole machine: another playground on it keeps the door shut too.
            shut = "playground_" in run("nft", "list", "tables")
            assert there.do(partial(tcp, "127.0.0.1", port)) == ("silent" if shut else "answered")


def test_on_an_address_the_admin_opened_the_outside_reaches_the_published_port_alone(
    tmp_path: Path, machine: Machine
) -> None:
    port = free_port()
    with site(tmp_path, host_ip=machine.ipv4) as opened:
        pod, there = opened.pod(port), machine.there
        with pod.listening() as listener:
            assert there.do(partial(talk, machine.ipv4, port, listener)) == "it is me"
            assert there.do(partial(tcp, pod.ip)) == "refused"
            assert tcp("127.0.0.1", port) == "refused"
            with opened.without_table():
                assert there.do(partial(tcp, pod.ip)) == "answered"
        assert opened.network.check() == []
