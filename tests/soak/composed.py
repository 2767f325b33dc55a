"""The service in containers, as docker-compose.yml has it, for tests: built and started with Compose v2 where there is
one, else with docker-compose 1.29; taken down with all it made but the images, which make the next build quick.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.engine.pods import wait_for
from tests.stack import ROOT, Stack, run, wipe

BASE = "playground/base:1"
BUILDER = "playground/test-builder:1"
IMAGES = ("redis", "postgres", "service")
STAGES = ("redis", "postgres", "python", "site", "service")  # with a name, what was fetched is not pruned
LASTING = ("redis", "db", "web", "beat", "worker", "watch")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def compose_command() -> list[str]:
    found = subprocess.run(["docker", "compose", "version"], capture_output=True, timeout=30)
    return ["docker", "compose"] if found.returncode == 0 else ["docker-compose"]


def build_images(scratch: Path) -> None:
    """`playground/<stage>:test` on the base that scripts/images makes; minutes the first time, seconds then."""
    shutil.copy(CERTIFICATES, scratch / "machine.crt")
    # As an admin behind a proxy makes one: it trusts what this machine trusts.
    (scratch / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY machine.crt /etc/ssl/machine.crt\n"
        "ENV PIP_CERT=/etc/ssl/machine.crt NODE_EXTRA_CA_CERTS=/etc/ssl/machine.crt\n"
    )
    _build(BUILDER, scratch)
    for name in STAGES:
        _build(
            f"playground/{name}:test", ROOT, "--target", name,
            "--build-arg", f"BASE={BASE}", "--build-arg", f"BUILDER={BUILDER}",
        )  # fmt: skip


def _build(tag: str, context: Path, *options: str) -> None:
    """Takes what it takes: the time limit is the test's."""
    proxies = [f"{name}={os.environ[name]}" for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ]
    arguments = [word for proxy in proxies for word in ("--build-arg", proxy)]
    command = ["docker", "build", "--network", "host", "--tag", tag, *arguments, *options, str(context)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{tag} was not built:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


class ComposedStack(Stack):
    """The stack in containers; its state is where docker-compose.yml has it."""

    def __init__(self) -> None:
        super().__init__()
        shutil.rmtree(self.state)
        self.state = Path("/var/lib/playground") / self.install
        self.mounted = False
        self.project = f"test-{self.install}"

    def compose(self, *arguments: str) -> str:
        """What a compose command prints."""
        return run(*compose_command(), "-p", self.project, *arguments, env=self.env)

    def start(self) -> None:
        """Returns when every health check has passed."""
        for name in IMAGES:
            run("docker", "tag", f"playground/{name}:test", f"playground/{name}:{self.install}")
        # What systemd does for all mounts of a machine.
        self.state.mkdir(parents=True)
        run("mount", "--bind", str(self.state), str(self.state))
        self.mounted = True
        run("mount", "--make-shared", str(self.state))
        self.compose("up", "-d", "--no-build")
        wait_for(
            lambda: all("(healthy)" in self.services()[name] for name in LASTING), "every service to be healthy", 90
        )

    def services(self) -> dict[str, str]:
        """Each service → what Docker says of its container: "Up 9 seconds (healthy)", "Exited (0) 5 seconds ago"."""
        told = '{{.Label "com.docker.compose.service"}}\t{{.Status}}'
        rows = run("docker", "ps", "-a", "--filter", self.label, "--format", told).splitlines()
        return {service: status for service, _, status in (row.partition("\t") for row in rows)}

    @property
    def label(self) -> str:
        """A docker filter for what Compose made."""
        return f"label=com.docker.compose.project={self.project}"

    def container_of(self, service: str) -> str:
        """The id of a service's container."""
        of_service = f"label=com.docker.compose.service={service}"
        return run("docker", "ps", "-aq", "--filter", self.label, "--filter", of_service).strip()

    def inside(self, service: str, *command: str) -> str:
        """What a command prints in a service's container."""
        return run("docker", "exec", self.container_of(service), *command)

    def manage(self, *arguments: str) -> str:
        return self.inside("web", "python", "manage.py", *arguments)

    def report(self, lines: int = 60) -> str:
        """The state of each service and its last lines."""
        return self.compose("ps") + self.compose("logs", "--no-color", "--tail", str(lines))

    def stop(self) -> None:
        """Take down what `start` began, however far it came, and remove all traces of the installation."""
        self.compose("down", "--volumes", "--timeout", "10")
        wipe(self.install)
        if self.mounted:  # as on the machine's own: Path.is_mount would not notice
            run("umount", str(self.state))
            self.mounted = False
        shutil.rmtree(self.state, ignore_errors=True)
        for name in IMAGES:
            run("docker", "rmi", "--force", f"playground/{name}:{self.install}")
