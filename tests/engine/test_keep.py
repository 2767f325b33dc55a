"""scripts/keep: a process of the service that ends is started again, and ends for good when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.pods import wait_for
from tests.stack import ROOT


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Redis, kept running in a state directory of its own; and the file that names its pid."""
    (tmp_path / "run").mkdir()
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)  # pytest's folders are root's alone; redis runs as the web user
    env = os.environ | {"PLAYGROUND_STATE": str(tmp_path), "PLAYGROUND_INSTALL": "keeper"}
    with subprocess.Popen([ROOT / "scripts/keep", "redis"], env=env, stdout=subprocess.DEVNULL) as process:
        yield process, tmp_path / "run" / "redis.pid"
        process.terminate()


def pid_in(path: Path) -> int:
    return int(path.read_text().split()[0]) if path.exists() and path.read_text() else 0


def alive(pid: int) -> bool:
    return pid != 0 and Path(f"/proc/{pid}").exists()


def test_a_process_that_dies_comes_back_and_ends_with_its_keeper(kept: tuple[subprocess.Popen[bytes], Path]) -> None:
    keeper, path = kept
    socket = path.parent.parent / "redis" / "redis.sock"
    wait_for(socket.exists, "redis to listen")
    first = pid_in(path)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: pid_in(path) not in (0, first) and alive(pid_in(path)), "redis to come back")
    second = pid_in(path)
    keeper.terminate()
    assert keeper.wait(timeout=20) == 0
    assert not alive(second)
