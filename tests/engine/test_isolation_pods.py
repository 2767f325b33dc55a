"""Isolation as members of pods have it: what they may write to, how much of it, and what they leave when they end.

Every arm is asked in a pod under `restricted` and, as its control, in one under `baseline`, where it must not hold.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from sandboxes.errors import PlaygroundError
from sandboxes.host.shm import bound_shm
from tests.engine.controls import MIB, call
from tests.engine.ipc_controls import IPC_CONTROLS
from tests.engine.pods import TOOLBOX, LivePod, pod
from tests.stack import ROOT, Stack, run

# An image with a VOLUME, of which the engine would make a folder on the disk.
IMAGE = "playground-test/volume:1"
VOLUME = "/data"
SPEC = {
    "volumes": [{"name": "scratch", "emptyDir": {}}, {"name": "mem", "emptyDir": {"medium": "Memory"}}],
    "containers": [
        {
            "name": name,
            "image": IMAGE,
            "imagePullPolicy": "Never",
            "command": ["sleep", "3600"],
            # Else it has the least weight there is, and waits for every other container of the machine.
            "resources": {"requests": {"cpu": "500m"}},
            "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}, {"name": "mem", "mountPath": "/mem"}],
        }
        for name in ("a", "b")
    ],
}
LOG = "/dev/termination-log"


class Bound(NamedTuple):
    """MiB and files that a path takes under `restricted`."""

    mebibytes: int
    files: int


# | `path` | MiB | files |
ROW = re.compile(r"^\| `(/[\w/-]+)` \|[^|]*\| (\d+) \| (\d+) \|", re.MULTILINE)
PAGE = (ROOT / "docs" / "isolation.md").read_text()
BOUNDS = {path: Bound(int(mebibytes), int(files)) for path, mebibytes, files in ROW.findall(PAGE)}


@pytest.fixture(scope="module")
def pods(stack: Stack) -> Iterator[tuple[LivePod, LivePod]]:
    """The same pod under `restricted` and under `baseline`."""
    made = f"FROM {TOOLBOX}\nVOLUME {VOLUME}\n"
    subprocess.run(["docker", "build", "--quiet", "--tag", IMAGE, "-"], input=made.encode(), check=True)
    stack.manage("link", "admin", "--create-admin")

    def asked(profile: str) -> dict[str, str]:
        return {"playground.dev/profile": profile}

    with (
        pod(stack, "bounded", SPEC, user="admin", annotations=asked("restricted")) as bounded,
        pod(stack, "free", SPEC, user="admin", annotations=asked("baseline")) as free,
    ):
        bounded.wait_phase("Running")
        free.wait_phase("Running")
        yield bounded, free
    run("docker", "rmi", IMAGE)


def both(pods: tuple[LivePod, LivePod], script: str, member: str = "a") -> tuple[str, str]:
    """What the script prints as that member of each."""
    with ThreadPoolExecutor(2) as pool:
        bounded, free = pool.map(lambda found: said(found, script, member), pods)
    return bounded, free


def said(found: LivePod, script: str, member: str = "a") -> str:
    path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/exec"
    asked = {"container": member, "command": ["bash", "-c", script], "timeoutSeconds": 60}
    answer = found.client.post(path, json=asked, timeout=90)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["stdout"]).strip()


# Bytes in files of 32 MiB, then files, of each path until it refuses or has taken a quarter more than told. Allocated,
# not written: the disk of the pod without a bound need not be waited for (fallocate(2)).
FILL = r"""
use strict;
for (@ARGV) {
    my ($path, $mebibytes, $files) = split /:/;
    my ($taken, $made, @made) = (0, 0);
    BYTES: while ($taken < $mebibytes * 1.25) {
        push @made, "$path/fill$taken";
        open(my $f, ">", $made[-1]) or last;
        for my $at (0 .. 31) { syscall(FALLOCATE, fileno($f), 0, $at << 20, 1 << 20) == 0 or last BYTES; $taken++ }
    }
    unlink @made; @made = ();
    while ($made < $files * 1.25) { symlink(".", "$path/n$made") or last; push @made, "$path/n$made"; $made++ }
    unlink @made;
    print "$path $taken $made\n";
}
""".replace("FALLOCATE", str(call("fallocate")))


# Under `baseline` the root file system, as /tmp is: once is enough.
SAME = ("/run", "/var/tmp")


def test_every_place_that_can_be_written_to_has_a_bound_of_bytes_and_of_files(pods: tuple[LivePod, LivePod]) -> None:
    told = {path: most for path, most in BOUNDS.items() if path != LOG}
    with ThreadPoolExecutor(2) as pool:
        bounded, free = pool.map(lambda found, without: filled(found, told, without), pods, ((), SAME))
    print(bounded, free)  # noqa: T201
    assert bounded == told
    assert set(free) == set(told) - {*SAME}
    assert all(
        found.mebibytes > told[path].mebibytes and found.files > told[path].files for path, found in free.items()
    )


def filled(found: LivePod, told: dict[str, Bound], without: tuple[str, ...]) -> dict[str, Bound]:
    """How much each of the paths took."""
    listed = " ".join(f"{path}:{most.mebibytes}:{most.files}" for path, most in told.items() if path not in without)
    lines = said(found, f"perl -e '{FILL}' {listed}").split("\n")
    return {path: Bound(*map(int, rest)) for path, *rest in map(str.split, lines)}


def test_there_is_no_other_place_to_write_to(pods: tuple[LivePod, LivePod]) -> None:
    places = (
        "find / \\( -path /proc -o -path /sys \\) -prune -o \\( -type d -o -type f \\) -writable -print 2> /dev/null"
    )
    bounded, free = both(pods, places)
    assert set(bounded.split("\n")) == {*BOUNDS, "/dev/mqueue"}
    assert {"/usr", "/etc/passwd", "/", "/dev"} < set(free.split("\n"))


def test_termination_messages_of_all_attempts_have_a_bound(pods: tuple[LivePod, LivePod]) -> None:
    fill = f"head -c {2 * MIB} /dev/zero >> {LOG}; stat -c %s {LOG}; : > {LOG}"
    bounded, free = both(pods, fill)
    assert int(bounded) == BOUNDS[LOG].mebibytes * MIB
    assert int(free) == 2 * MIB


def test_the_ipc_namespace_that_members_share_has_its_bounds(pods: tuple[LivePod, LivePod]) -> None:
    bounded, free = both(pods, "; ".join(control.script for control in IPC_CONTROLS))
    names = [control.name for control in IPC_CONTROLS]
    assert {name: line.split()[0] for name, line in zip(names, bounded.split("\n"), strict=True)} == dict.fromkeys(
        names, "held"
    )
    # A queue has what the kernel gives it under `baseline`, and that is its bound.
    assert {name: line.split()[0] for name, line in zip(names, free.split("\n"), strict=True)} == dict.fromkeys(
        names, "broken"
    )


def test_what_a_member_leaves_in_shared_memory_is_nobodys_only_where_nothing_bounds_it(
    pods: tuple[LivePod, LivePod],
) -> None:
    """Six programs of 8 MiB each, one after the other: what is left is no living member's memory."""
    leave = f"for i in 1 2 3 4 5 6; do perl -e 'my $s = shmget(0, {8 * MIB}, 0600); "
    leave += f"shmwrite($s, q(x) x {8 * MIB}, 0, {8 * MIB})'; done"
    both(pods, leave)
    left = [sum(int(size) for size in re.findall(r"^0x\S+ +\d+ +\S+ +\d+ +(\d+)", text, re.MULTILINE))
            for text in both(pods, "ipcs -m", "b")]  # fmt: skip
    assert left == [0, 6 * 8 * MIB]
    both(pods, "ipcrm --all=shm", "b")


FLOOD_SECONDS = 3.0
MOST_OF_A_LOG = 2.1  # MB: two files of one, and the line that was one too many
MOST_OF_READERS = 48  # MiB, of all processes that carry it


def test_a_flood_of_log_grows_no_disk_and_a_reader_who_reads_nothing_no_memory(pods: tuple[LivePod, LivePod]) -> None:
    stack = pods[0].stack
    flood = {"name": "flood", "image": TOOLBOX, "command": ["bash", "-c", "exec yes $(printf %0999d 7)"]}
    asked = {"playground.dev/profile": "restricted"}
    with pod(stack, "flood", {"containers": [flood]}, user="admin", annotations=asked) as found:
        found.wait_phase("Running")
        details = json.loads(run("docker", "inspect", found.container("flood")))[0]
        carriers = sessions(stack, "web", "watch")
        before, most = memory(carriers), 0.0
        with found.client.stream("GET", f"{found.path}/log", params={"follow": "true"}) as answer:
            assert answer.status_code == 200
            until = time.monotonic() + FLOOD_SECONDS
            # On a busy machine it takes longer until there is as much as the control wants.
            while time.monotonic() < until or (
                written(details["State"]["Pid"]) <= 2 * MOST_OF_READERS and time.monotonic() < until + 60
            ):
                most = max(most, on_disk(details["LogPath"]))
                time.sleep(0.02)
            grown = memory(carriers) - before
            wrote = written(details["State"]["Pid"])
            assert b"0007" in next(answer.iter_bytes()), "it is the log that was not read"
    print(f"{wrote:.0f} MB written, at most {most:.1f} MB on the disk, {grown:.0f} MiB more in web and watch")  # noqa: T201
    assert most <= MOST_OF_A_LOG
    assert grown <= MOST_OF_READERS
    # The control: had anybody kept it, this would be there.
    assert wrote > 2 * MOST_OF_READERS


def on_disk(log: str) -> float:
    """MB that the engine has of a log; a file may be renamed meanwhile."""
    total = 0
    for path in Path(log).parent.glob(f"{Path(log).name}*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total / 1_000_000


def written(pid: int) -> float:
    """MB that the process has written to anything (proc_pid_io(5))."""
    return int(re.findall(r"^wchar: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.MULTILINE)[0]) / 1_000_000


def sessions(stack: Stack, *names: str) -> set[int]:
    """The processes of those of the service, each of which leads a session (proc_pid_stat(5), field 6)."""
    leaders = {stack.processes[name].pid for name in names}
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) in leaders:
            found.add(int(stat.parent.name))
    return found


def memory(pids: set[int]) -> float:
    """MiB of their own that they have in memory together (proc_pid_status(5))."""
    texts = (Path(f"/proc/{pid}/status").read_text() for pid in pids)
    return sum(int(each) for text in texts for each in re.findall(r"^RssAnon:\s+(\d+)", text, re.MULTILINE)) / 1024


def test_files_in_shared_memory_are_bounded_for_that_container_alone(pods: tuple[LivePod, LivePod]) -> None:
    pause, other = (json.loads(run("docker", "inspect", found.container("POD")))[0] for found in pods)
    for pid in (other["State"]["Pid"], os.getpid(), 0):
        with pytest.raises(PlaygroundError):
            bound_shm(pid, pause["Id"], 8)
    bound_shm(pause["State"]["Pid"], pause["Id"], BOUNDS["/dev/shm"].files + 1)
    assert both(pods, "df --output=itotal /dev/shm | tail -n 1")[0] == str(BOUNDS["/dev/shm"].files + 1)
