"""The whole service, as `./play up` starts it, for tests that need a real one: its own installation, state and port.

It ends only what it started, and leaves no container, network, table or file of its installation behind.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = ("redis", "web", "worker", "beat", "watch")
# One user of a test makes more pods than one person may; the tests of quotas set limits of their own.
UNLIMITED = {f"{limit}_PER_USER": "0" for limit in ("PODS", "MEMBERS", "CPU", "MEMORY")}
UNLIMITED |= {"REQUESTS_PER_MINUTE": "0", "CREATES_PER_MINUTE": "0", "SOCKETS_PER_USER": "0", "PROFILE": "baseline"}


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """What a command prints; its errors are in the AssertionError when it fails."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(command)} left with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def free_port() -> int:
    """A TCP port on loopback that nothing listened on a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wipe(install: str) -> None:
    """Remove every container, network and nftables table of an installation. Repeatable."""
    containers = run("docker", "ps", "-aq", "--filter", f"label=playground/install={install}").split()
    if containers:
        run("docker", "rm", "--force", "--volumes", *containers)
    for network in run("docker", "network", "ls", "--format", "{{.Name}}").split():
        if network == f"pg_{install}":
            run("docker", "network", "rm", network)
    for line in run("nft", "list", "tables").splitlines():
        _, family, table = line.split()
        if table.endswith(f"_{install}"):
            run("nft", "delete", "table", family, table)


def last_words(container: str, lines: int) -> str:
    """The end of a container's log, both streams as they came."""
    command = ["docker", "logs", "--tail", str(lines), container]
    logs = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    return f"── container {container} ──\n{logs.stdout.decode(errors='replace')}"


def containers_since(began: float) -> list[str]:
    """The names of the engine's containers that were created after that moment (seconds since 1970)."""
    listed = _asked("ps", "--all", "--quiet").split()
    inspected = _asked("inspect", "--format", "{{.Name}} {{.Created}}", *listed)
    created = dict(line.removeprefix("/").split() for line in inspected.splitlines())
    oldest = datetime.fromtimestamp(began, UTC).isoformat()
    return [name for name, at in created.items() if at > oldest]


def _asked(*command: str) -> str:
    """What docker prints. Asked when a test has failed already: an engine that is away is no second failure."""
    return subprocess.run(["docker", *command], capture_output=True, text=True, timeout=30).stdout


class Stack:
    """Redis, web, worker, beat and watch of one installation; `settings` are PLAYGROUND_ variables less the prefix.

    Not throttled, for tests ask many times a second.
    """

    def __init__(self, **settings: str) -> None:
        self.install = f"s{secrets.token_hex(3)}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = Path(tempfile.mkdtemp(prefix=f"playground-{self.install}-"))
        self.state.chmod(0o755)
        self.logs = self.state / "logs"
        self.logs.mkdir()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._settings = settings
        self._tokens: dict[str, str] = {}

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes: the caller's without the test settings, and its own names."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PLAYGROUND_", "DJANGO_"))}
        own = {"INSTALL": self.install, "STATE": str(self.state), "PORT": str(self.port)}
        return kept | {f"PLAYGROUND_{k}": v for k, v in (own | UNLIMITED | self._settings).items()}

    def start(self) -> None:
        """Prepare the state and start every process; returns when the site answers and the node is ready."""
        self.manage("prepare")
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        for name in PROCESSES:
            self.launch(name)
        self.wait_ready()

    def launch(self, name: str) -> subprocess.Popen[bytes]:
        """Start one process (again). Its output goes to `logs/<name>`."""
        with (self.logs / name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [ROOT / "scripts" / "serve", name], env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        return self.processes[name]

    def wait_ready(self, seconds: int = 60) -> None:
        """Until the site answers and the node is ready; fails at once when a process has ended."""
        with subprocess.Popen(
            [ROOT / ".venv/bin/python", "scripts/ready", str(self.port), str(seconds)],
            cwd=ROOT,
            env=self.env,
            stderr=subprocess.PIPE,
            text=True,
        ) as waiting:
            while waiting.poll() is None and not self._ended():
                time.sleep(0.05)
            waiting.kill()
            _, reason = waiting.communicate()
            ended = ", ".join(f"{name} ended" for name in self._ended())
            assert waiting.returncode == 0, f"the stack did not get ready: {ended or reason}\n{self.report()}"

    def _ended(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run as `./play` runs it (as the web user where that suffices)."""
        return run(str(ROOT / "scripts" / "manage"), *arguments, env=self.env)

    def token(self, user: str) -> str:
        """A bearer token of that user, who is made at first use."""
        return self.manage("token", user, "--create").split()[-1]

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[httpx.Client]:
        """An HTTP client that carries a token of that user, the same one each time: a new one takes a second."""
        if user not in self._tokens:
            self._tokens[user] = self.token(user)
        headers = {"Authorization": f"Bearer {self._tokens[user]}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30) as client:
            yield client

    def containers(self, pod: str = "") -> list[str]:
        """The names of this installation's containers, running or not; of one pod, or of all (the canaries too)."""
        labels = [f"label=playground/install={self.install}"] + ([f"label=playground/pod={pod}"] if pod else [])
        filters = [word for label in labels for word in ("--filter", label)]
        return run("docker", "ps", "-a", *filters, "--format", "{{.Names}}").split()

    def report(self, lines: int = 60) -> str:
        """The last lines of each process and of each container, for a failed test."""
        parts = []
        for path in sorted(self.logs.iterdir()):
            last = path.read_text(errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"── {path.name} ──", *last]))
        parts += [last_words(name, lines) for name in self.containers()]
        return "\n".join(parts)

    def stop(self) -> None:
        """End what was started, TERM first, and remove all traces of the installation."""
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 10
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        wipe(self.install)
        shutil.rmtree(self.state, ignore_errors=True)
