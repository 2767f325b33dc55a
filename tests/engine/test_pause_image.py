"""Our pause: what it says, how it leaves, and that it buries orphans. Each on a real engine."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack import ROOT, run

PAUSE = "playground/pause:1"
pytestmark = pytest.mark.usefixtures("images")

Run = Callable[..., str]


@pytest.fixture
def start() -> Iterator[Run]:
    """Start a container and get its id; all are removed at the end."""
    ids: list[str] = []

    def start(*arguments: str) -> str:
        ids.append(run("docker", "run", "--detach", *arguments).strip())
        return ids[-1]

    yield start
    if ids:
        run("docker", "rm", "--force", *ids)


def inspect(container: str, field: str) -> str:
    return run("docker", "inspect", "--format", f"{{{{{field}}}}}", container).strip()


def output(container: str) -> tuple[str, str]:
    """Its stdout and stderr."""
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def processes(container: str) -> list[tuple[str, str]]:
    """State and command of each process in the container's PID namespace, read on the host."""
    namespace = Path(f"/proc/{inspect(container, '.State.Pid')}/ns/pid").readlink()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and (folder / "ns/pid").readlink() == namespace:
                name, state = (folder / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
                found.append((state.split()[0], name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended meanwhile, or is one that even root may not look into
    return found


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listening(pause: str) -> str:
    """It, once it hears TERM: until then, as PID 1, it would not even die of it (proc_pid_status(5), SigCgt)."""
    status = Path(f"/proc/{inspect(pause, '.State.Pid')}/status")
    bit = 1 << signal.SIGTERM - 1
    assert until(lambda: bool(int(re.findall(r"^SigCgt:\s*(\w+)", status.read_text(), re.M)[0], 16) & bit))
    return pause


def test_v_prints_the_version() -> None:
    assert run("docker", "run", "--rm", PAUSE, "-v") == "pause 1\n"


def test_it_is_one_static_file_run_by_a_user_who_is_nobody(start: Run) -> None:
    pause = start(PAUSE)
    assert inspect(pause, ".Config.User") == "65535:65535"
    status = Path(f"/proc/{inspect(pause, '.State.Pid')}/status").read_text()
    assert "\nUid:\t65535\t65535\t65535\t65535\nGid:\t65535\t65535\t65535\t65535\n" in status
    assert run("docker", "image", "inspect", "--format", "{{len .RootFS.Layers}}", PAUSE).strip() == "1"
    assert len((ROOT / "images/pause/pause.c").read_text().splitlines()) < 70


@pytest.mark.parametrize(("name", "said"), [("TERM", "terminated"), ("INT", "interrupted")])
def test_term_and_int_print_and_leave_with_0(start: Run, name: str, said: str) -> None:
    pause = listening(start(PAUSE))
    run("docker", "kill", "--signal", name, pause)
    assert run("docker", "wait", pause) == "0\n"
    assert output(pause) == (f"pause: {said}, leaving\n", "")


@pytest.mark.parametrize("name", ["HUP", "USR1", "QUIT", "PIPE"])
def test_as_pid_1_it_ignores_what_it_has_no_handler_for(start: Run, name: str) -> None:
    pause = listening(start(PAUSE))
    run("docker", "kill", "--signal", name, pause)
    run("docker", "kill", "--signal", "TERM", pause)
    assert run("docker", "wait", pause) == "0\n"
    assert output(pause)[0] == "pause: terminated, leaving\n", f"{name} did something"


def test_as_pid_1_it_says_nothing(start: Run) -> None:
    assert output(start(PAUSE)) == ("", "")


def test_it_warns_when_it_is_not_pid_1_and_goes_on(start: Run) -> None:
    first = start(PAUSE)
    second = start("--pid", f"container:{first}", PAUSE)
    assert until(lambda: output(second)[1] == "pause: not PID 1 here, so orphans will not come to it\n")
    assert inspect(second, ".State.Running") == "true"


def refuse(folder: Path, *calls: dict[str, object]) -> str:
    """A seccomp option under which these system calls fail; everything else is allowed."""
    rules = [{"action": "SCMP_ACT_ERRNO", "errnoRet": 38} | call for call in calls]
    path = folder / "seccomp.json"
    path.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}))
    return f"seccomp={path}"


@pytest.mark.parametrize(("number", "code"), [(2, 1), (15, 2), (17, 3)], ids=["INT", "TERM", "CHLD"])
def test_it_says_which_handler_cannot_be_installed(start: Run, tmp_path: Path, number: int, code: int) -> None:
    first_argument = {"index": 0, "value": number, "op": "SCMP_CMP_EQ"}
    option = refuse(tmp_path, {"names": ["rt_sigaction"], "args": [first_argument]})
    assert run("docker", "wait", start("--security-opt", option, PAUSE)) == f"{code}\n"


def test_it_leaves_with_42_should_it_ever_stop_waiting(start: Run, tmp_path: Path) -> None:
    pause = start("--security-opt", refuse(tmp_path, {"names": ["pause", "ppoll"]}), PAUSE)
    assert run("docker", "wait", pause) == "42\n"
    assert output(pause)[1] == "pause: cannot wait any longer\n"


ORPHANS = "for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'sleep 0.2 &'; done; echo born; exec tail -f /dev/null"


def leave_orphans(start: Run, first: str) -> None:
    """Ten processes whose parents end before them, in the PID namespace of `first`; all have ended at return."""
    member = start("--pid", f"container:{first}", "busybox", "sh", "-c", ORPHANS)
    assert until(lambda: output(member)[0] == "born\n")
    assert until(lambda: all(state == "Z" for state, name in processes(first) if name == "sleep"))


def zombies(container: str) -> list[tuple[str, str]]:
    return [found for found in processes(container) if found[0] == "Z"]


def test_it_buries_the_orphans_of_a_shared_pid_namespace(start: Run) -> None:
    pause = start(PAUSE)
    leave_orphans(start, pause)
    assert until(lambda: not zombies(pause)), f"unburied: {zombies(pause)}"
    assert ("S", "pause") in processes(pause)


def test_under_a_first_process_that_does_not_reap_the_same_orphans_stay(start: Run) -> None:
    tail = start("busybox", "tail", "-f", "/dev/null")
    leave_orphans(start, tail)
    assert zombies(tail) == [("Z", "sleep")] * 10
