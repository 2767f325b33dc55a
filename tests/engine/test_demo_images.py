"""mysql and wordpress as the demos use them, within a pod's limits: the stand-ins, or the public ones where pulled."""

from __future__ import annotations

import re
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from sandboxes.policy import BASELINE
from tests.stack import run

from .pods import wait_for

pytestmark = pytest.mark.usefixtures("images")

LIMITS = (
    "--cap-drop=ALL",
    *(f"--cap-add={capability}" for capability in BASELINE.capabilities),
    f"--memory={BASELINE.memory}",
    f"--memory-swap={BASELINE.memory}",
    f"--pids-limit={BASELINE.pids}",
    f"--cpus={BASELINE.milli_cpus / 1000}",
)
# What shells, SQL and sed take for something else.
AWKWARD = """it's "a" \\ & $x `y` %s/"""

Start = Callable[..., str]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start a container within a pod's limits and get its id; all go at the end, with their anonymous volumes."""
    ids: list[str] = []

    def start(*arguments: str) -> str:
        ids.append(run("docker", "run", "--detach", *LIMITS, *arguments).strip())
        return ids[-1]

    yield start
    if ids:
        run("docker", "rm", "--force", "--volumes", *ids)


@pytest.fixture
def data() -> Iterator[str]:
    """The option that mounts one empty volume as mysql's data."""
    name = f"demo-{secrets.token_hex(4)}"
    run("docker", "volume", "create", name)
    yield f"--volume={name}:/var/lib/mysql"
    users = run("docker", "ps", "-aq", "--filter", f"volume={name}").split()
    run("docker", "rm", "--force", *users)
    run("docker", "volume", "rm", name)


def variables(**values: str) -> list[str]:
    return [f"--env={name}={value}" for name, value in values.items()]


def inspect(container: str, field: str) -> str:
    return run("docker", "inspect", "--format", f"{{{{{field}}}}}", container).strip()


def output(container: str) -> str:
    done = subprocess.run(["docker", "logs", container], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    return done.stdout.decode()


def first_process(container: str) -> Path:
    """Its folder in the host's /proc."""
    return Path("/proc") / inspect(container, ".State.Pid")


def listens(process: Path) -> bool:
    """Whether a TCP socket in the process's network namespace is in state 0A (LISTEN, include/net/tcp_states.h)."""
    lines = (line.split() for name in ("tcp", "tcp6") for line in (process / "net" / name).read_text().splitlines())
    return any(fields[3] == "0A" for fields in lines)


def wait_listens(container: str) -> None:
    def found() -> bool:
        assert inspect(container, ".State.Running") == "true", output(container)
        return listens(first_process(container))

    wait_for(found, "an open port", 60)


def ask(container: str, user: str, password: str, query: str) -> list[str]:
    """The words that the server answers over TCP; a refusal is in the AssertionError."""
    account = ("-h127.0.0.1", "--protocol=tcp", f"-u{user}", f"-p{password}")
    return run("docker", "exec", container, "mysql", *account, "--skip-column-names", "-e", query).split()


def end(container: str) -> tuple[int, float]:
    """Send its stop signal; its exit code and how many seconds it took."""
    began = time.monotonic()
    run("docker", "stop", "--time", "60", container)
    return int(inspect(container, ".State.ExitCode")), time.monotonic() - began


@dataclass
class Blog:
    """wordpress and mysql, joined to the network of one pause. `early` is the first page, before there was a mysql."""

    url: str
    mysql: str
    wordpress: str
    early: httpx.Response


@pytest.fixture(scope="module")
def blog(start: Start) -> Blog:
    pause = start("--hostname=blog", "--publish=127.0.0.1::80", "playground/pause:1")
    url = f"http://{run('docker', 'port', pause, '80').strip()}"
    shared = {"DB_HOST": "127.0.0.1", "DB_USER": "ada", "DB_PASSWORD": AWKWARD, "DB_NAME": "word_press"}
    own = {"TABLE_PREFIX": "pod_", "CONFIG_EXTRA": "header('X-Extra: told');"}
    settings = variables(**{f"WORDPRESS_{name}": value for name, value in (shared | own).items()})
    wordpress = start(f"--net=container:{pause}", *settings, "wordpress")
    wait_listens(wordpress)
    early = httpx.get(url)
    account = variables(MYSQL_DATABASE="word_press", MYSQL_USER="ada", MYSQL_PASSWORD=AWKWARD)
    mysql = start(f"--net=container:{pause}", *variables(MYSQL_ROOT_PASSWORD="root's"), *account, "mysql")
    wait_for(lambda: httpx.get(url).status_code == 302, "WordPress to find its database", 60)
    return Blog(url, mysql, wordpress, early)


def test_wordpress_says_that_its_database_does_not_answer_and_a_reload_is_enough(blog: Blog) -> None:
    assert blog.early.status_code == 500
    assert "Error establishing a database connection" in blog.early.text
    answer = httpx.get(blog.url, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/wp-admin/install.php")
    assert re.search(r'<form[^>]+method="post"[^>]+action="\??install\.php\?step=|<form id="setup"', answer.text)


def test_both_take_the_place_of_the_shell_that_started_them(blog: Blog) -> None:
    for container, name, users in ((blog.mysql, "mysqld", {"999"}), (blog.wordpress, "apache2", {"0", "33"})):
        table = [line.split() for line in run("docker", "top", container, "-eo", "pid,uid,comm").splitlines()[1:]]
        assert {(user, command) for _, user, command in table} == {(user, name) for user in users}
        status = (first_process(container) / "status").read_text()
        assert re.search(r"^NSpid:.*\t1$", status, re.MULTILINE), f"{name} is not PID 1 of its container"


def test_all_in_the_pod_have_one_hostname(blog: Blog) -> None:
    assert {run("docker", "exec", member, "uname", "-n") for member in (blog.mysql, blog.wordpress)} == {"blog\n"}


def test_root_and_the_named_user_log_in_over_tcp_and_nobody_else_does(blog: Blog) -> None:
    for user, password in (("root", "root's"), ("ada", AWKWARD)):
        assert ask(blog.mysql, user, password, "SELECT CURRENT_USER()") == [f"{user}@%"]
        with pytest.raises(AssertionError, match="Access denied"):
            ask(blog.mysql, user, "wrong", "SELECT 1")
    with pytest.raises(AssertionError, match="Access denied"):
        ask(blog.mysql, "", "", "SELECT 1")


def test_the_named_user_has_its_database_and_no_other(blog: Blog) -> None:
    ask(blog.mysql, "root", "root's", "CREATE DATABASE IF NOT EXISTS wordxpress")  # _ is any character in a grant
    assert ask(blog.mysql, "ada", AWKWARD, "CREATE TABLE word_press.own (n INT); SELECT COUNT(*) FROM word_press.own")
    for query in ("CREATE TABLE wordxpress.t (n INT)", "CREATE DATABASE more", "SELECT * FROM mysql.user"):
        with pytest.raises(AssertionError, match="denied"):
            ask(blog.mysql, "ada", AWKWARD, query)


def test_wordpress_installs_itself_with_the_settings_of_its_variables(blog: Blog) -> None:
    words = {"weblog_title": "Pods", "user_name": "ada", "admin_email": "ada@example.org"}
    password = {"admin_password": AWKWARD, "admin_password2": AWKWARD, "pw_weak": "1"}
    answer = httpx.post(f"{blog.url}/wp-admin/install.php?step=2", data=words | password, timeout=60)
    assert "Success!" in answer.text, answer.text
    page = httpx.get(blog.url)
    assert "<title>Pods" in page.text
    assert page.headers["X-Extra"] == "told"
    assert "pod_options" in ask(blog.mysql, "ada", AWKWARD, "SHOW TABLES FROM word_press")


def test_without_a_word_on_roots_password_mysql_refuses_and_says_what_to_set() -> None:
    done = subprocess.run(["docker", "run", "--rm", "mysql"], capture_output=True, text=True)
    assert done.returncode == 1
    for name in ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"):
        assert name in done.stderr


@pytest.mark.parametrize(
    ("command", "printed"),
    [("mysqld --version", r"mysqld\s+Ver "), ("--version", r"mysqld\s+Ver "), ("id -u", r"0\n$")],
)
def test_other_commands_run_as_they_are(command: str, printed: str) -> None:
    assert re.search(printed, run("docker", "run", "--rm", "mysql", *command.split()))


def test_no_port_is_open_before_mysql_knows_its_passwords(start: Start) -> None:
    mysql = start("--cpus=0.3", *variables(MYSQL_RANDOM_ROOT_PASSWORD="yes"), "mysql")  # slow, to see more of it
    process = first_process(mysql)
    seen: list[tuple[bool, bool]] = []

    def look() -> bool:
        is_mysqld = (process / "comm").read_text() == "mysqld\n"
        seen.append((is_mysqld, listens(process)))
        return seen[-1][1]

    wait_for(look, "mysql to listen", 100)
    assert {is_open for is_mysqld, is_open in seen if not is_mysqld} == {False}
    told = re.search(r"GENERATED ROOT PASSWORD: (\S+)", output(mysql))
    assert told is not None
    assert ask(mysql, "root", told[1], "SELECT 1") == ["1"]


def test_data_outlive_their_container(start: Start, data: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(AWKWARD)
    first = start(data, f"--volume={secret}:/secret:ro", *variables(MYSQL_ROOT_PASSWORD_FILE="/secret"), "mysql")
    wait_listens(first)
    ask(first, "root", AWKWARD, "CREATE DATABASE kept; CREATE TABLE kept.t (n INT); INSERT INTO kept.t VALUES (3)")
    code, seconds = end(first)
    assert code == 0
    assert seconds < 10
    assert "Shutdown complete" in output(first)

    second = start(data, "mysql", "--max-connections=17")
    wait_listens(second)
    assert ask(second, "root", AWKWARD, "SELECT n, @@max_connections FROM kept.t") == ["3", "17"]
    assert "crash recovery" not in output(second)


def test_a_first_start_that_is_told_to_end_ends_and_the_next_begins_anew(start: Start, data: str) -> None:
    if not inspect("mysql", 'index .Config.Labels "playground/context"'):
        pytest.skip("the public image takes what it finds")
    password = variables(MYSQL_ROOT_PASSWORD="pw")
    first = start(data, "--cpus=0.3", *password, "mysql")
    wait_for(lambda: "making the database" in output(first), "the first start to begin")
    code, seconds = end(first)
    assert code == 143
    assert seconds < 20
    second = start(data, *password, "mysql")
    wait_listens(second)
    assert "making the database" in output(second)
    assert ask(second, "root", "pw", "SELECT 1") == ["1"]


def test_wordpress_without_variables_asks_for_the_database_and_ends_gracefully(start: Start) -> None:
    wordpress = start("--publish=127.0.0.1::80", "wordpress")
    wait_listens(wordpress)
    answer = httpx.get(f"http://{run('docker', 'port', wordpress, '80').strip()}", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/wp-admin/setup-config.php")
    code, seconds = end(wordpress)
    assert code == 0
    assert seconds < 10
