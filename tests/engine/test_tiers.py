"""What keeps the tiers of the running service apart: users, modes, sockets."""

from __future__ import annotations

import pwd
import stat
import subprocess
from pathlib import Path

import pytest

from tests.stack import Stack, run

WEB = "playground"
STRANGER = "nobody"
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


def as_user(user: str, *command: str) -> subprocess.CompletedProcess[str]:
    group = {WEB: WEB, STRANGER: "nogroup"}[user]
    drop = ["setpriv", "--reuid", user, "--regid", group, "--init-groups"]
    return subprocess.run([*drop, *command], capture_output=True, text=True, timeout=30)


def connect(user: str, path: Path | str) -> str:
    """ "" when that user can connect to a unix socket, else the error's name."""
    done = as_user(user, "/usr/bin/python3", "-c", CONNECT, str(path))
    return done.stderr.strip().splitlines()[-1].split(":")[0] if done.returncode else ""


def owner(stack: Stack, process: str) -> str:
    return pwd.getpwuid(Path(f"/proc/{stack.processes[process].pid}").stat().st_uid).pw_name


@pytest.mark.parametrize(
    ("process", "user"), [("web", WEB), ("beat", WEB), ("redis", WEB), ("worker", "root"), ("watch", "root")]
)
def test_only_the_node_tier_is_root(stack: Stack, process: str, user: str) -> None:
    assert owner(stack, process) == user


@pytest.mark.parametrize("process", ["web", "beat", "redis"])
def test_the_web_tier_has_no_capability_and_gets_none(stack: Stack, process: str) -> None:
    status = Path(f"/proc/{stack.processes[process].pid}/status").read_text()
    held = {line.split()[0]: int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")}
    assert held == {"CapInh:": 0, "CapPrm:": 0, "CapEff:": 0, "CapBnd:": 0, "CapAmb:": 0}
    assert "\nNoNewPrivs:\t1\n" in status


def test_the_web_user_cannot_open_the_engine_and_root_can(stack: Stack) -> None:
    assert connect(WEB, "/var/run/docker.sock") == "PermissionError"
    run("/usr/bin/python3", "-c", CONNECT, "/var/run/docker.sock")


def test_the_web_user_cannot_look_into_a_pods_process(stack: Stack) -> None:
    watch = stack.processes["watch"].pid
    assert as_user(WEB, "readlink", f"/proc/{watch}/ns/net").returncode != 0
    assert run("readlink", f"/proc/{watch}/ns/net")


@pytest.mark.parametrize("name", ["run/node.sock", "redis/redis.sock"])
def test_a_stranger_can_open_neither_socket_and_web_can(stack: Stack, name: str) -> None:
    path = stack.state / name
    assert connect(WEB, path) == ""
    assert connect(STRANGER, path) == "PermissionError"
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0


@pytest.mark.parametrize("name", ["db/playground.sqlite3", "secrets/django", "secrets/node"])
def test_a_stranger_can_read_neither_the_rows_nor_the_secrets(stack: Stack, name: str) -> None:
    path = stack.state / name
    assert as_user(WEB, "head", "-c", "1", str(path)).returncode == 0
    assert as_user(STRANGER, "head", "-c", "1", str(path)).returncode != 0


def test_the_web_user_cannot_replace_the_nodes_socket_or_a_pods_files(stack: Stack) -> None:
    for folder in ("run", "pods"):
        assert as_user(WEB, "touch", str(stack.state / folder / "planted")).returncode != 0


def test_redis_listens_on_no_port(stack: Stack) -> None:
    redis = stack.processes["redis"].pid
    assert f"pid={redis}," not in run("ss", "-lntup")
    assert f"pid={redis}," in run("ss", "-lxp")
