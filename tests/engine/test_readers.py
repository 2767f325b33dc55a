"""The readers against real containers: what they tell is what the container itself would tell."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import docker
import pytest

from sandboxes import wire
from sandboxes.node.readers.cgroups import controller_folders, mounted_hierarchies
from sandboxes.node.readers.namespaces import KINDS
from sandboxes.node.readers.pod import Watched
from sandboxes.node.readers.procfs import MOST
from tests.engine.readers_pod import (
    PAUSE,
    TestPod,
    as_ps,
    eventually,
    once,
    open_descriptors,
    ps_lines,
    reader,
    test_pod,
)


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    made = docker.from_env()
    yield made
    made.close()


@pytest.fixture
def pod(client: docker.DockerClient) -> Iterator[TestPod]:
    with test_pod(client) as made:
        made.run("", PAUSE, hostname="example")
        yield made


def rows(pod: TestPod, member: str | None = None) -> list[list[str]]:
    found = [process for process in once(pod).processes if member is None or process.member == member]
    return [as_ps(process) for process in sorted(found, key=lambda process: process.pid)]


def _busy(pod: TestPod, member: str) -> bool:
    return len(ps_lines(pod, member)) == 5


def _equal(pod: TestPod, member: str) -> bool:
    return rows(pod, member) == ps_lines(pod, member)


BUSY = "sleep 1001 & bash -c 'sleep 1002 & wait' 'a\tb' '' & setpriv --reuid 100 sleep 1003 & wait"


def test_isolated_members_have_the_rows_ps_prints_in_each(pod: TestPod) -> None:
    for member in ("a", "b"):
        pod.run(member, command=["bash", "-c", BUSY.replace("a\tb", "ab")], tty=member == "b")
        eventually(partial(_busy, pod, member), "the processes do not start")
        eventually(partial(_equal, pod, member), "ps prints something else")
    assert {row[5] for row in rows(pod, "b")} == {"pts/0"}
    assert rows(pod, "") == [["65535", "1", "0", *rows(pod, "")[0][3:7], "/pause"]]


def test_members_that_share_pids_have_the_rows_ps_prints_in_any(pod: TestPod) -> None:
    pod.run("a", command=["bash", "-c", BUSY.replace("a\tb", "ab")], share_pid=True)
    pod.run("b", share_pid=True)
    eventually(lambda: len(ps_lines(pod, "b")) == 8, "the processes do not start")
    eventually(lambda: rows(pod) == ps_lines(pod, "b"), "ps prints something else")
    found = once(pod).processes
    assert {process.member for process in found} == {"", "a", "b"}
    assert {process.reaper for process in found} == {pod.pid("")}
    assert all(process.ns_pids == (process.host_pid, process.pid) for process in found)


def test_a_zombie_is_shown_whether_it_was_seen_alive_or_not(pod: TestPod) -> None:
    # It ends once its parent is `sleep`: bash itself would still have asked how.
    pod.run("a", command=["bash", "-c", "bash -c 'sleep 0.3; exit 3' & exec sleep 1001"])
    eventually(lambda: "[bash] <defunct>" in [row[7] for row in ps_lines(pod, "a")], "no zombie")
    eventually(lambda: rows(pod, "a") == ps_lines(pod, "a"), "ps prints something else")
    assert [process.state for process in once(pod).processes if process.cmd.endswith("<defunct>")] == ["Z"]


def test_a_process_that_dies_under_watch_turns_defunct_and_goes_with_its_parent(pod: TestPod) -> None:
    pod.run("a", command=["bash", "-c", "sleep 1001 & echo $! >/pid; exec sleep 1002"])
    pod.run("b")
    with reader() as made:

        def commands() -> set[str]:
            return {process.cmd for process in made.read(pod.watched(), fully=False).processes}

        eventually(lambda: {"sleep 1001", "sleep 1002"} <= commands(), "not started")
        pod.sh("a", "kill -9 $(cat /pid)")
        eventually(lambda: "[sleep] <defunct>" in commands(), "the dead one is not shown")
        pod.containers["a"].kill()
        eventually(lambda: not any("sleep 1002" in cmd or "defunct" in cmd for cmd in commands()), "it stays")


def test_a_container_that_is_gone_is_told_and_the_others_are_read(pod: TestPod) -> None:
    pod.run("a")
    pod.run("b")
    pod.containers["a"].kill()
    reading = once(pod)
    assert reading.lost
    assert [problem.partition(":")[0] for problem in reading.problems] == ["a"]
    assert {process.member for process in reading.processes} == {"", "b"}


def test_a_pid_that_means_another_process_now_is_not_read(pod: TestPod) -> None:
    state = pod.watched().targets[0].model_copy(update={"host_pid": os.getpid()})
    with reader() as made:
        reading = made.read(Watched((state,), ()), fully=True)
    assert reading.lost
    assert reading.processes == () and reading.hostnames == () and reading.network is None


def test_processes_in_a_cgroup_below_the_members_are_its_own(pod: TestPod) -> None:
    made = pod.run("a", command=["sleep", "1001"])
    own = Path(f"/proc/{pod.pid('a')}/cgroup").read_text()
    folder = Path(next(iter(controller_folders(own, made.id or "", mounted_hierarchies()).values())))
    below = folder / "below" / "deeper"
    below.mkdir(parents=True)
    (below / "cgroup.procs").write_text(str(pod.pid("a")))
    try:
        assert [process.cmd for process in once(pod).processes if process.member == "a"] == ["sleep 1001"]
    finally:
        (folder / "cgroup.procs").write_text(str(pod.pid("a")))
        below.rmdir()
        below.parent.rmdir()


def test_every_member_has_its_hostname_and_files(pod: TestPod) -> None:
    pod.run("a")
    found = {view.member: view for view in once(pod).hostnames}
    assert found["a"].hostname == pod.sh("a", "hostname").strip() == "example"
    assert found[""].hostname == "example"
    assert found["a"].uts != found[""].uts
    assert found["a"].hosts == pod.sh("a", "cat /etc/hosts")
    assert found["a"].resolv == pod.sh("a", "cat /etc/resolv.conf")
    assert found["a"].hosts_problem == found["a"].resolv_problem == ""


def test_namespaces_are_those_the_member_reads_itself(pod: TestPod) -> None:
    pod.run("a", share_pid=True)
    pod.run("b")
    view = once(pod).namespaces
    for row in view.rows[1:]:
        inside = pod.sh(row.member, "cd /proc/self/ns; for n in " + " ".join(KINDS) + "; do readlink $n; done").split()
        assert [f"{cell.kind}:[{cell.inode}]" for cell in row.cells] == inside
    cells = {row.member: {cell.kind: cell for cell in row.cells} for row in view.rows}
    assert cells[""]["net"].relation == "owns" and cells[""]["net"].shared_with == ("a", "b")
    assert cells["b"]["net"].relation == cells["b"]["ipc"].relation == "shares"
    assert cells["a"]["pid"].relation == "shares" and cells["b"]["pid"].relation == "own"
    assert cells["a"]["user"].relation == "host"
    assert view.host_from == "dockerd"
    assert view.host["pid"] == os.stat("/proc/self/ns/pid").st_ino


def network_of(pod: TestPod) -> wire.NetworkView:
    view = once(pod).network
    assert view is not None
    return view


def test_the_network_is_what_ip_shows_inside_and_its_other_end_on_the_node(pod: TestPod) -> None:
    pod.run("a")
    view = network_of(pod)
    eth0 = next(found for found in view.interfaces if found.name == "eth0")
    assert eth0.mac == pod.sh("a", "cat /sys/class/net/eth0/address").strip()
    assert f"{eth0.addresses[0].address}/{eth0.addresses[0].prefix}" in pod.sh("a", "ip -4 addr show eth0")
    assert (eth0.kind, eth0.up, eth0.mtu) == ("veth", True, 1500)
    default = next(route for route in view.routes if route.destination == "default")
    assert f"default via {default.gateway} dev {default.interface}" in pod.sh("a", "ip -4 route")
    (end,) = view.host_ends
    there = Path(f"/sys/class/net/{end.name}")
    assert (there / "ifindex").read_text() == f"{eth0.peer_index}\n"
    assert (there / "address").read_text() == f"{end.mac}\n"
    assert (there / "master").resolve().name == end.bridge == "docker0"
    assert end.peer_of == "eth0"


def test_an_interface_that_comes_later_is_seen(pod: TestPod, client: docker.DockerClient) -> None:
    network = client.networks.create("readers-later", labels={"playground-test": "readers"})
    try:
        with reader() as made:

            def names() -> set[str]:
                view = made.read(pod.watched(), fully=False).network
                return {found.name for found in view.interfaces} if view else set()

            assert names() == {"lo", "eth0"}
            network.connect(pod.containers[""])
            eventually(lambda: names() == {"lo", "eth0", "eth1"}, "eth1 is not seen")
        network.disconnect(pod.containers[""])
    finally:
        network.remove()


def test_both_ends_of_a_connection_are_shown_with_who_holds_them(pod: TestPod) -> None:
    pod.run("a", command=["bash", "-c", "sleep 1000 | nc -l 127.0.0.1 8080"])
    pod.run("b")
    with reader() as made:

        def sockets(state: str) -> dict[str, int]:
            view = made.read(pod.watched(), fully=False).network
            found = [socket for socket in (view.sockets if view else ()) if socket.state == state]
            return {owner.member: socket.local_port for socket in found for owner in socket.owners}

        eventually(lambda: sockets("LISTEN") == {"a": 8080}, "nobody listens")
        pod.spawn("b", "sleep 1000 | nc 127.0.0.1 8080")
        eventually(lambda: sockets("ESTAB").keys() == {"a", "b"}, "the connection is not shown")
        assert sockets("ESTAB")["a"] == 8080


def test_a_closed_reader_holds_nothing_of_the_pod(pod: TestPod) -> None:
    pod.run("a")
    before = open_descriptors()
    with reader() as made:
        made.read(pod.watched(), fully=True)
        assert open_descriptors() > before
        pod.containers["a"].kill()
        made.read(pod.watched(), fully=True)
    assert open_descriptors() == before


def test_sockets_that_cannot_be_opened_leave_nothing_of_the_pod_open(
    pod: TestPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr("sandboxes.node.readers.network.Sockets", refused)
    before = open_descriptors()
    with reader() as made:
        kept = []
        for _ in range(3):
            assert "network: Too many open files" in made.read(pod.watched(), fully=False).problems
            kept.append(open_descriptors())
    assert len(set(kept)) == 1
    assert open_descriptors() == before


def test_a_crowd_is_cut_at_a_thousand_and_says_so(pod: TestPod) -> None:
    pod.run("a", command=["bash", "-c", "for i in {1..1100}; do sleep 1000 & done; wait"])
    with reader() as made:
        eventually(lambda: made.read(pod.watched(), fully=False).processes_truncated, "not truncated")
        reading = made.read(pod.watched(), fully=False)
        assert len(reading.processes) == MOST
        assert open_descriptors() < 1000


def test_the_kernels_answer_about_tcp_and_its_tables_say_the_same(
    pod: TestPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod.run("a", command=["bash", "-c", "nc -lk 127.0.0.1 3306 & nc -lk 127.0.0.1 3307 & wait"])
    pod.spawn("a", "sleep 0.5; for to in 3306 3307; do exec {fd}<>/dev/tcp/127.0.0.1/$to; done; sleep 1000")

    def connected() -> bool:
        view = once(pod).network
        return view is not None and sum(each.state == "ESTAB" for each in view.sockets) == 4

    eventually(connected, "not connected")
    asked = once(pod).network
    monkeypatch.setattr("sandboxes.node.readers.network.open_diag", lambda: None)
    read = once(pod).network
    assert asked and read
    assert sorted(asked.sockets, key=repr) == sorted(read.sockets, key=repr)


def test_a_name_that_changes_in_an_idle_member_is_seen_by_a_quick_reading(pod: TestPod) -> None:
    pod.run("a", command=["bash", "-c", "read -r < <(sleep 1000); :"])
    pod.run("b", command=["bash", "-c", "trap 'exec -a renamed sleep 1001' USR1; while :; do sleep 0.2; done"])
    with reader() as made:
        made.read(pod.watched(), fully=True)
        os.kill(pod.pid("b"), signal.SIGUSR1)

        def seen() -> bool:
            found = made.read(pod.watched(), fully=False).processes
            return {"renamed 1001"} <= {process.cmd for process in found if process.member == "b"}

        eventually(seen, "not seen")
        assert any(process.member == "a" for process in made.read(pod.watched(), fully=False).processes)
