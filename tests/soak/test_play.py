"""`./play` when something is in its way: another checkout, a taken port, a killed supervisor, a closed terminal.

What takes longer than every run may; what everybody meets first is in tests/engine/test_play.py.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.engine.machine import Machine
from tests.engine.pods import wait_for
from tests.engine.test_play import FIVE, Terminal, answer, canaries, link_in, parts, running, there
from tests.stack import run

__all__ = ["running", "there"]
LISTEN = "import socket; kept = socket.create_server(('127.0.0.1', 8000)); print('listens', flush=True); input()"
pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("images")]


def test_after_a_killed_supervisor_up_starts_one_of_each_and_takes_the_pods_over(running: Machine) -> None:
    pods = running.pod_containers()
    supervisor = int((running.state / "play.pid").read_text().split()[0])
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: supervisor not in running.processes(), "the supervisor to be gone")
    orphans = {pid for pid, line in running.processes().items() if line.startswith("bash scripts/keep")}
    assert orphans, "the kill left nothing behind, so this test shows nothing"
    done = running.play("up", "-d")
    assert done.returncode == 0, done.stdout + done.stderr
    assert parts(running) == FIVE
    assert not orphans & set(running.processes())
    assert running.pod_containers() == pods


def test_ctrl_c_ends_every_process_and_the_canaries_and_says_that_the_pod_stays(there: Machine) -> None:
    there.play("down")
    terminal = Terminal(there)
    terminal.read_until("Ctrl-C stops it")
    assert parts(there) == FIVE
    assert terminal.press_ctrl_c() == 130
    assert there.processes() == {}
    assert canaries(there) == ""
    assert run("docker", "version"), "this machine's own engine is none of that playground's"
    assert "1 pod(s) keep running" in terminal.said
    assert "Traceback" not in terminal.said
    assert len(there.pod_containers()) == 3


def test_a_terminal_that_is_closed_takes_the_service_along(there: Machine) -> None:
    terminal = Terminal(there)
    terminal.read_until("Ctrl-C stops it")
    terminal.close()
    assert there.processes() == {}
    assert canaries(there) == ""


def test_a_taken_port_is_named_with_its_owner_and_another_one_is_found(there: Machine) -> None:
    with subprocess.Popen(
        there.inside(sys.executable, "-c", LISTEN), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None and owner.stdin is not None
        owner.stdout.readline()
        refused = there.play("up", "-d", "--port", "8000")
        found = there.play("up", "-d")
        owner.stdin.close()
    assert refused.returncode == 1
    assert re.search(r"Port 8000 is taken by python3?[.\d]* \(process \d+\)", refused.stderr)
    assert "What to do:" in refused.stderr
    assert found.returncode == 0, found.stderr
    assert "Port 8000 is taken by" in found.stdout
    assert link_in(found.stdout).startswith("http://localhost:8001/")


def test_two_checkouts_run_beside_each_other_and_one_goes_without_the_other(running: Machine) -> None:
    running.play("down")
    assert link_in(running.play("up", "-d").stdout).startswith("http://localhost:8000/")
    pods = running.pod_containers()
    second = running.checkout("second")
    own = {"PLAYGROUND_INSTALL": "second", "PLAYGROUND_STATE": str(running.folder / "second-state")}
    done = running.play("up", "-d", checkout=second, **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Port 8000 is taken by" in done.stdout
    assert link_in(done.stdout).startswith("http://localhost:8001/")
    assert parts(running) == sorted(FIVE * 2)
    assert len(running.pod_containers()) == len(pods) + 3

    unasked = running.play("clean", checkout=second, **own)
    assert unasked.returncode == 1 and "Nothing was removed" in unasked.stderr
    assert len(running.pod_containers()) == len(pods) + 3

    cleaned = running.play("clean", "--yes", checkout=second, **own)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert "installation second" in cleaned.stdout and "1, with" not in cleaned.stderr
    assert not (running.folder / "second-state").exists()
    assert not any((second / built).is_symlink() for built in (".venv", "frontend/dist"))
    assert "pg_second" not in running.docker("network", "ls")
    assert "playground_second" not in run(*running.inside("nft", "list", "tables"))
    assert running.pod_containers() == pods
    assert parts(running) == FIVE
    assert answer(running, "http://localhost:8000/") == "200"
