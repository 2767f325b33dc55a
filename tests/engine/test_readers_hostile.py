"""Pods made to hurt whoever reads them: nothing of the host is told, nothing hangs, nothing acts on the page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import docker
import pytest

from sandboxes import wire
from sandboxes.errors import FileRefused
from sandboxes.host.files import LIMIT, read_in_pod
from sandboxes.node.sampler import Sampler
from tests.engine.readers_pod import PAUSE, TestPod, eventually, fifo, once, test_pod

SECRET = "only-the-host-knows"


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    made = docker.from_env()
    yield made
    made.close()


@pytest.fixture
def pod(client: docker.DockerClient) -> Iterator[TestPod]:
    with test_pod(client) as made:
        made.run("", PAUSE)
        yield made


def test_an_absolute_link_stays_inside_the_container(pod: TestPod, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    pod.run("a")
    pod.sh("a", f"ln -s {secret} /leak; ln -s ../../../../../..{secret} /up; ln -s /etc/hostname /fine")
    pid = pod.pid("a")
    assert SECRET in Path(f"/proc/{pid}/root/leak").read_text(), "control: a plain open does tell it"
    for path in ("/leak", "/up", f"/../../..{secret}"):
        with pytest.raises(FileRefused, match="no such file"):
            read_in_pod(pid, path)
    assert read_in_pod(pid, "/fine").decode() == pod.sh("a", "cat /etc/hostname")


def test_links_of_the_kernel_and_its_files_are_refused(pod: TestPod) -> None:
    pod.run("a")
    pod.sh("a", "ln -s /proc/1/root/etc/hostname /magic; ln -s /proc/kmsg /log; ln -s /sys/kernel/uevent_seqnum /sys_")
    for path, told in (("/magic", "links"), ("/log", "kernel's own"), ("/sys_", "kernel's own")):
        with pytest.raises(FileRefused, match=told):
            read_in_pod(pod.pid("a"), path)


def test_only_regular_files_are_opened(pod: TestPod) -> None:
    pod.run("a")
    pod.sh("a", "mkfifo /fifo; mknod /device c 10 130; mkdir /folder; ln -s /loop /loop")
    for path, told in (("/fifo", "FIFO"), ("/device", "device"), ("/folder", "directory"), ("/loop", "links")):
        with pytest.raises(FileRefused, match=told):
            read_in_pod(pod.pid("a"), path)
    with pytest.raises(FileRefused, match="NUL"):
        read_in_pod(pod.pid("a"), "/etc\0/hosts")


def test_a_file_without_end_is_read_in_part(pod: TestPod) -> None:
    pod.run("a")
    pod.sh("a", "truncate -s 1T /huge")
    assert read_in_pod(pod.pid("a"), "/huge") == bytes(LIMIT)
    assert read_in_pod(pod.pid("a"), "/etc/hostname", limit=3).decode() == pod.sh("a", "head -c 3 /etc/hostname")


def test_a_process_that_is_gone_is_told_so() -> None:
    with pytest.raises(FileRefused, match="gone"):
        read_in_pod(2**22 + 1, "/etc/hosts")


def test_a_passwd_that_is_a_link_to_shadow_names_nobody_of_the_host(pod: TestPod) -> None:
    pod.run("a")
    pod.sh("a", "rm /etc/passwd; ln -s /etc/shadow /etc/passwd")
    (process, *_) = [row for row in once(pod).processes if row.member == "a"]
    assert process.user == "0"


def test_a_fifo_for_hosts_is_a_problem_told_and_nothing_waits(pod: TestPod, tmp_path: Path) -> None:
    pod.run("a", volumes=[f"{fifo(tmp_path)}:/etc/hosts"])
    view = next(view for view in once(pod).hostnames if view.member == "a")
    assert (view.hosts, view.hosts_problem) == ("", "it is a FIFO, not a regular file")
    assert view.resolv


def test_escapes_and_megabytes_in_process_names_are_shown_harmlessly(pod: TestPod) -> None:
    pod.run("a")
    evil = r"$(printf '\033]0;owned\007\033[2J\342\200\256txt\377')"
    pod.spawn("a", f"exec -a {evil} sleep 1001")
    pod.spawn(
        "a", "x=$(head -c 100000 /dev/zero | tr '\\0' '\\033'); exec -a big bash -c 'sleep 1002; :' $x $x $x $x $x"
    )

    def commands() -> list[str]:
        return [process.cmd for process in once(pod).processes if process.member == "a"]

    eventually(lambda: any(cmd.startswith("big ") for cmd in commands()), "not started")
    told = r"\x1b]0;owned\x07\x1b[2J\u202etxt\xff 1001"
    eventually(lambda: told in commands(), f"{told} is not shown")
    assert all(cmd.isprintable() for cmd in commands())
    assert max(len(cmd) for cmd in commands()) <= 4 * 4096


@pytest.mark.long
async def test_a_hostile_pod_does_not_keep_another_from_being_live(
    client: docker.DockerClient, pod: TestPod, tmp_path: Path
) -> None:
    storm = "for i in {1..300}; do exec -a $'\\e[31m' sleep 1000 & done; while :; do true & wait $!; done"
    pod.run("a", command=["bash", "-c", storm], volumes=[f"{fifo(tmp_path)}:/etc/hosts"], mem_limit="256m")
    with test_pod(client) as quiet:
        quiet.run("", PAUSE, network_mode="none")
        pods = [pod, quiet]
        sampler = Sampler(lambda uid: pods[uid.int].watched())
        try:
            await _both_live(sampler)
        finally:
            await asyncio.to_thread(sampler.close)


# As many files as a process may have, a socket among them, and two hundred children that hold them all.
HOARD = """
use POSIX; use Socket;
socket(my $server, AF_INET, SOCK_STREAM, 0) or die;
listen($server, 5) or die;
for (1..19_000) { POSIX::dup(fileno($server)) or last }
for (1..200) { fork or do { sleep 1000; exit } }
sleep 1000;
"""


@pytest.mark.long
async def test_a_pod_with_millions_of_open_files_does_not_slow_another(
    client: docker.DockerClient, pod: TestPod
) -> None:
    pod.run("a", command=["perl", "-e", HOARD], mem_limit="512m")
    children = Path(f"/proc/{pod.pid('a')}/task/{pod.pid('a')}/children")
    await asyncio.to_thread(eventually, lambda: len(children.read_text().split()) == 200, "not all have started")
    assert len(os.listdir(f"/proc/{pod.pid('a')}/fd")) > 10_000, "control: the engine lets a pod open that many"
    with test_pod(client) as quiet:
        quiet.run("", PAUSE, network_mode="none")
        pods = [pod, quiet]
        shared, control = (Sampler(lambda uid: pods[uid.int].watched()) for _ in range(2))
        try:
            beside, alone = await _stills_at_once(shared, control)
        finally:
            await asyncio.to_thread(shared.close)
            await asyncio.to_thread(control.close)
    assert beside * 2 >= alone, f"{beside} frames beside the hostile pod, {alone} of the same pod alone"


async def _stills_at_once(shared: Sampler, control: Sampler) -> tuple[int, int]:
    """How often the quiet pod was said to be as before, beside the hostile one and alone, while alone got to six.

    Stills have a pace of their own, and none is left out for a slow reader in between, as samples are.
    """
    loud, beside, alone = shared.stream(UUID(int=0)), shared.stream(UUID(int=1)), control.stream(UUID(int=1))
    counts = {"beside": 0, "alone": 0}

    async def count(name: str, frames: AsyncGenerator[str, None]) -> None:
        async for frame in frames:
            counts[name] += isinstance(wire.LIVE.validate_json(frame), wire.Still)
            if counts["alone"] == 6:
                return

    async with aclosing(loud), aclosing(beside), aclosing(alone), asyncio.timeout(60):
        await anext(beside)
        first = asyncio.create_task(anext(loud))
        other = asyncio.create_task(count("beside", beside))
        await count("alone", alone)
        other.cancel()
        await asyncio.wait({other, first})
        assert '"live"' in first.result(), "the hostile pod itself is shown"
    return counts["beside"], counts["alone"]


async def _both_live(sampler: Sampler) -> None:
    hostile, quiet = sampler.stream(UUID(int=0)), sampler.stream(UUID(int=1))
    async with asyncio.timeout(30):
        seen = [wire.LIVE.validate_json(await anext(quiet)) for _ in range(2)]
        while sum(isinstance(frame, wire.Still) for frame in seen) < 3:
            seen.append(wire.LIVE.validate_json(await anext(quiet)))
        loud = [wire.LIVE.validate_json(await anext(hostile)) for _ in range(5)]
    await hostile.aclose()
    await quiet.aclose()
    assert isinstance(seen[0], wire.Stream) and seen[0].state == "live"
    assert not any(isinstance(frame, wire.Stream) for frame in seen[1:])
    assert isinstance(loud[1], wire.Sample)
    assert loud[1].hostnames[1].hosts_problem
