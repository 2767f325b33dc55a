"""What keeps the tiers of the running service apart: users, modes, sockets."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.sqlite import base as sqlite
from tests.stack import ROOT, Stack, run

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


@pytest.mark.parametrize(
    "command", [("rm", "-f", "{}"), ("mv", "{}", "{}.old"), ("ln", "-sfn", "/etc/planted", "{}")], ids=lambda c: c[0]
)
def test_the_web_user_cannot_put_something_else_in_the_databases_place(stack: Stack, command: tuple[str, ...]) -> None:
    path = stack.state / "db" / "playground.sqlite3"
    assert as_user(WEB, *(word.format(path) for word in command)).returncode != 0
    found = path.lstat()
    assert stat.S_ISREG(found.st_mode)
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (0, pwd.getpwnam(WEB).pw_gid, 0o660)
    assert as_user(WEB, "touch", str(path)).returncode == 0


WRITE = "from django.contrib.auth.models import User; User.objects.create(username={!r}); print(User.objects.count());"
DIE = "import os, sys; sys.stdout.flush(); os._exit(0)"  # the connection is not closed: -wal and -shm stay


@pytest.fixture
def prepared() -> Iterator[Stack]:
    """A state with a database, and no process."""
    found = Stack()
    try:
        found.manage("prepare")
        found.manage("migrate", "--verbosity", "0")
        yield found
    finally:
        found.stop()


def test_each_tier_writes_the_database_whichever_made_its_wal(prepared: Stack) -> None:
    def web(code: str) -> str:
        return prepared.manage("shell", "--verbosity", "0", "-c", code).strip()

    def node(code: str) -> str:
        return run(".venv/bin/python", "manage.py", "shell", "-v", "0", "-c", code, env=prepared.env).strip()

    def owners() -> set[str]:
        return {path.owner() for path in (prepared.state / "db").glob("playground.sqlite3-*")}

    assert web(WRITE.format("a") + DIE) == "1"
    assert owners() == {WEB}
    assert node(WRITE.format("b") + DIE) == "2"
    assert owners() == {"root"}
    assert web(WRITE.format("c")) == "3", "the last to close may not delete them"
    assert web(WRITE.format("d")) == "4"
    assert node(WRITE.format("e")) == "5"
    assert owners() == set(), "the last to close may"
    assert web(WRITE.format("f")) == "6"


# What root's connection finds at the moment that SQLite is to open the database.
FOUND = """
from pathlib import Path
from django.db import connection
from django.db.backends.sqlite3 import base

def found(wrapper, parameters):
    beside = [Path(str(parameters["database"]) + end) for end in ("-wal", "-shm")]
    print(*(f"{path.owner()}:{path.group()}:{path.stat().st_mode & 0o777:o}" for path in beside))
    raise SystemExit

base.DatabaseWrapper.get_new_connection = found
connection.connect()
"""


def test_root_owns_the_wal_before_sqlite_opens_it(prepared: Stack) -> None:
    """Where fs.protected_regular is 2, as Debian has it, SQLite could not open the web user's."""
    prepared.manage("shell", "--verbosity", "0", "-c", WRITE.format("a") + DIE)
    found = run(".venv/bin/python", "manage.py", "shell", "-v", "0", "-c", FOUND, env=prepared.env)
    assert found.split() == [f"root:{WEB}:660"] * 2


def test_what_a_link_in_the_place_of_the_wal_names_stays_whose_it_is(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch()
    os.chown(target, pwd.getpwnam(WEB).pw_uid, -1)
    (tmp_path / "database-wal").symlink_to(target)
    sqlite.own(str(tmp_path / "database"))
    assert target.owner() == WEB


def test_a_link_in_the_place_of_the_wal_is_not_followed(prepared: Stack) -> None:
    target = prepared.state / "target"
    wal = prepared.state / "db" / "playground.sqlite3-wal"
    assert as_user(WEB, "ln", "-s", str(target), str(wal)).returncode == 0
    opened = subprocess.run(
        [ROOT / ".venv/bin/python", "manage.py", "shell", "-v", "0", "-c", WRITE.format("a")],
        cwd=ROOT,
        env=prepared.env,
        capture_output=True,
    )
    assert opened.returncode != 0
    assert not target.exists()


def test_the_web_user_cannot_replace_the_nodes_socket_or_a_pods_files(stack: Stack) -> None:
    for folder in ("run", "pods"):
        assert as_user(WEB, "touch", str(stack.state / folder / "planted")).returncode != 0


def test_redis_listens_on_no_port(stack: Stack) -> None:
    redis = stack.processes["redis"].pid
    assert f"pid={redis}," not in run("ss", "-lntup")
    assert f"pid={redis}," in run("ss", "-lxp")
