"""`./play` on a machine of its own: the first time, again, after accidents, and beside another checkout."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.engine.naming import canary_uids
from tests.engine.machine import Machine, machine
from tests.engine.pods import wait_for
from tests.stack import ROOT, run

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("images")]


@pytest.fixture(scope="module")
def there(images: None) -> Iterator[Machine]:
    with machine() as found:
        yield found


@pytest.fixture
def running(there: Machine) -> Machine:
    """The playground runs there, with its sample pod."""
    done = there.play("up", "-d")
    assert done.returncode == 0, done.stdout + done.stderr
    return there


def parts(there: Machine) -> list[str]:
    """The processes of the service that run, by the end of what started them."""
    kept = [line.split()[-1] for line in there.processes().values() if line.startswith("bash scripts/keep")]
    return sorted(kept)


FIVE = ["beat", "redis", "watch", "web", "worker"]


def answer(there: Machine, url: str) -> str:
    return run(
        *there.inside("curl", "--silent", "--show-error", "--write-out", "%{http_code}", "--output", "/dev/null", url)
    )


def link_in(said: str) -> str:
    found = re.search(r"http://localhost:\d+/sign-in#pgl_\S+", said)
    assert found, said
    return found[0]


def canaries(there: Machine) -> str:
    uids = [f"--filter=label=playground/uid={uid}" for uid in canary_uids(there.name)]
    return "".join(there.docker("ps", "--all", "--quiet", uid) for uid in uids)


@pytest.mark.long
def test_up_builds_a_pod_and_prints_what_it_is_and_how_to_sign_in(there: Machine) -> None:
    done = there.play("up", "-d")
    assert done.returncode == 0, done.stderr
    table = [line.split(None, 4) for line in done.stdout.splitlines()]
    assert ["pause", "1", "0", "65535", "/pause"] in table
    assert any(row[:1] == ["web"] and row[4].startswith("nginx: master process") for row in table if len(row) == 5)
    toolbox = next(name for name in there.pod_containers() if "_toolbox_" in name)
    inside = there.docker("exec", toolbox, "hostname", "-I").split()[0]
    assert "hostname   sample  in pause, web and toolbox" in done.stdout
    assert f"eth0 {inside}/" in done.stdout
    assert answer(there, link_in(done.stdout).partition("#")[0]) == "200"
    assert parts(there) == FIVE


def test_up_again_says_that_it_runs_and_changes_nothing(running: Machine) -> None:
    before = running.pod_containers(), set(running.processes())
    done = running.play("up", "-d")
    assert done.returncode == 0
    assert "It runs already, on port 8000." in done.stdout
    assert "Pod " in done.stdout and "there already" in done.stdout
    link_in(done.stdout)
    assert (running.pod_containers(), set(running.processes())) == before


def test_doctor_finds_nothing_to_mend_while_it_runs(running: Machine) -> None:
    done = running.play("doctor")
    assert done.returncode == 0, done.stdout
    assert "MISSING" not in done.stdout
    assert re.search(r"ok +canary", done.stdout)
    assert re.search(r"ok +redis", done.stdout)


class Terminal:
    """`./play up` in the foreground of a terminal of its own."""

    def __init__(self, there: Machine) -> None:
        self.said = ""
        self._there, here = os.openpty()
        command = ["setsid", "--ctty", *there.inside(ROOT / "play", "up")]
        self._process = subprocess.Popen(command, cwd=ROOT, env=there.env, stdin=here, stdout=here, stderr=here)
        os.close(here)

    def read_until(self, words: str) -> None:
        """Raises AssertionError when it ends before it has said them."""
        while words not in self.said:
            piece = self._read()
            assert piece, self.said
            self.said += piece

    def _read(self) -> str:
        try:
            return os.read(self._there, 4096).decode(errors="replace")
        except OSError:  # EIO: nobody is at the other end
            return ""

    def press_ctrl_c(self) -> int:
        """How it ends; what it says meanwhile is in `said`."""
        os.write(self._there, b"\x03")
        while piece := self._read():
            self.said += piece
        os.close(self._there)
        return self._process.wait(60)

    def close(self) -> None:
        """As when its window is closed, or the line drops."""
        os.close(self._there)
        self._process.wait(60)


@pytest.mark.long
def test_ctrl_c_while_it_starts_leaves_nothing_and_blames_nobody(there: Machine) -> None:
    there.play("down")
    terminal = Terminal(there)
    terminal.read_until("… redis, web, worker, beat, watch")
    assert terminal.press_ctrl_c() == 130
    assert there.processes() == {}
    assert not any(word in terminal.said for word in ("Traceback", "What to do", "did not start")), terminal.said


@pytest.mark.long
def test_after_a_power_cut_up_recovers_from_what_was_left(running: Machine) -> None:
    before = running.pod_containers()
    running.cut_power()
    # Its PID was given to another process meanwhile.
    stale = running.state / "run" / "keep-web.pid"
    stale.write_text(f"{os.getpid()} 1\n")
    running.boot()
    assert "Exited" in running.docker("ps", "--all", "--format", "{{.Status}}")
    assert "playground_" in run(*running.inside("nft", "list", "tables")), "the old table is among what was left"
    done = running.play("up", "-d")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ["pause", "1", "0", "65535", "/pause"] in [line.split() for line in done.stdout.splitlines()]
    assert parts(running) == FIVE
    living = ("ps", "--no-trunc", "--format", "{{.ID}}", "--filter", "label=playground/pod=sample")
    wait_for(lambda: len(running.docker(*living).split()) == 3, "the pod to be back")
    assert not {*before.values()} & {*running.docker(*living).split()}
    wait_for(lambda: len(running.pod_containers()) == 5, "the dead pause to be removed; its members keep their logs")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fly",), "./play knows no 'fly'"),
        (("up", "--fast"), "./play up knows no '--fast'"),
        (("up", "--port", "http"), "--port wants a number from 1024 to 65535, not 'http'"),
        (("up", "--port=80"), "not '80'"),
        (("up", "--port", "70000"), "not '70000'"),
        (("up", "--port"), "not ''"),
        (("clean", "--all"), "./play clean knows no '--all'"),
        (("down", "--help"), "./play down knows no '--help'"),
        (("doctor", "--fast"), "./play doctor knows no '--fast'"),
        (("token",), "./play token wants the name of a user."),
    ],
)
def test_a_wrong_word_is_named_and_nothing_happens(there: Machine, arguments: tuple[str, ...], told: str) -> None:
    done = there.play(*arguments)
    assert done.returncode != 0
    assert told in done.stderr


def test_an_engine_that_docker_host_names_and_that_is_away_is_named(there: Machine) -> None:
    done = there.play("up", "-d", DOCKER_HOST="unix:///nowhere.sock", PLAYGROUND_STATE=str(there.folder / "third"))
    assert done.returncode == 1
    assert "No Docker engine answers at DOCKER_HOST=unix:///nowhere.sock." in done.stderr


def named(base: Path, checkout: Path) -> str:
    script = f". {ROOT}/scripts/env.sh; BASE={base} ROOT={checkout}; install_name"
    return run("env", "-u", "PLAYGROUND_INSTALL", "-u", "PLAYGROUND_STATE", "bash", "-c", script).strip()


def test_the_first_checkout_is_main_the_next_gets_a_name_and_both_keep_theirs(tmp_path: Path) -> None:
    base, first, second = (tmp_path / name for name in ("base", "first", "second"))
    for checkout in (first, second):
        checkout.mkdir()
        (checkout / "play").touch()

    def settle(checkout: Path) -> str:
        name = named(base, checkout)
        (base / name).mkdir(parents=True, exist_ok=True)
        (base / name / "checkout").write_text(f"{checkout}\n")
        return name

    assert settle(first) == "main"
    other = settle(second)
    assert re.fullmatch(r"c[0-9a-f]{6}", other)
    (base / "main" / "checkout").unlink()  # `./play clean` in the first
    assert settle(second) == other
    assert settle(first) == "main"
