"""A machine within this one, for tests that install, reboot or wipe: a network and an engine of its own.

Its processes are this machine's, in a network namespace that reaches nothing; its containers are in a cgroup that
can be told, so that both can be killed at once, as a power cut would.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engine.pods import wait_for
from tests.stack import ROOT, run

IMAGES = ("playground/pause:1", "playground/base:1", "playground/toolbox:1", "nginx:latest", "busybox:latest")
# What `./play` of another checkout needs and a test must not build again.
BUILT = (".venv", "frontend/node_modules", "frontend/dist")


class Machine:
    """`play` runs the project's command there, `docker` asks its engine."""

    def __init__(self) -> None:
        self.name = f"pgm{secrets.token_hex(3)}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.engine: subprocess.Popen[bytes] | None = None
        run("ip", "netns", "add", self.name)
        run("ip", "-n", self.name, "link", "set", "lo", "up")

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PLAYGROUND_", "DJANGO_"))}
        own = {"PLAYGROUND_INSTALL": self.name, "PLAYGROUND_STATE": str(self.state)}
        return kept | own | {"DOCKER_HOST": f"unix://{self.folder}/docker.sock"}

    def inside(self, *command: str | Path) -> list[str]:
        """That command line, in the machine's network. Not `ip netns exec`: it would hide the cgroups."""
        return ["nsenter", f"--net=/run/netns/{self.name}", *map(str, command)]

    def boot(self) -> None:
        """Start the engine, with the images that the real one has."""
        paths = {name: str(self.folder / name) for name in ("data-root", "exec-root", "pidfile")}
        options = [word for name, path in paths.items() for word in (f"--{name}", path)]
        with (self.folder / "dockerd.log").open("ab") as log:
            self.engine = subprocess.Popen(
                self.inside("dockerd", *options, "--host", self.env["DOCKER_HOST"], "--cgroup-parent", f"/{self.name}"),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: self._answers(), f"the engine of {self.name}; see {self.folder}/dockerd.log", 60)

    def _answers(self) -> bool:
        return subprocess.run(["docker", "version"], env=self.env, capture_output=True).returncode == 0

    def load_images(self) -> None:
        for large in ("mysql:latest", "wordpress:latest"):  # not ours, so they are not built
            run("sh", "-c", f"tar --create --files-from /dev/null | docker import - {large}", env=self.env)
        with subprocess.Popen(["docker", "save", *IMAGES], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "load", "--quiet"], stdin=saved.stdout, env=self.env, check=True)

    def docker(self, *arguments: str) -> str:
        return run("docker", *arguments, env=self.env)

    def play(self, *arguments: str, checkout: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
        """`./play …` there, to its end; what it said is in stdout and stderr."""
        return subprocess.run(
            self.inside(checkout / "play", *arguments),
            cwd=checkout,
            env=self.env | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def pod_containers(self) -> dict[str, str]:
        """Name → id of every container that is not the canaries', running or not."""
        listed = self.docker("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}").split()
        return {name: key for name, key in zip(listed[::2], listed[1::2], strict=True) if "_canary-" not in name}

    def processes(self) -> dict[int, str]:
        """PID → command line of everything in the machine's network, less the containers and the engine."""
        found = {}
        for pid in self._pids():
            with suppress(OSError):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        engine = ("dockerd", "containerd", "/usr/bin/containerd", "/usr/sbin/docker-proxy", "/usr/bin/docker-proxy")
        return {pid: line for pid, line in found.items() if line and not line.startswith(engine)}

    def _pids(self) -> list[int]:
        inode = os.stat(f"/run/netns/{self.name}").st_ino
        found = []
        for path in Path("/proc").iterdir():
            with suppress(OSError):
                if path.name.isdigit() and os.stat(path / "ns/net").st_ino == inode:
                    found.append(int(path.name))
        return found

    def cut_power(self) -> None:
        """Nothing of it runs any more, and nothing had the time to say good-bye."""
        deadline = time.monotonic() + 20
        while pids := {*self._pids(), *self._contained()}:
            assert time.monotonic() < deadline, f"{pids} cannot be killed"
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        if self.engine is not None:
            self.engine.wait()
        self._unmount()
        for path in ("exec-root", "pidfile", "docker.sock"):  # they are in /run on a real one
            shutil.rmtree(self.folder / path, ignore_errors=True)
            (self.folder / path).unlink(missing_ok=True)
        for interface in run("ip", "-n", self.name, "-o", "link").splitlines():
            name = interface.split(": ")[1].split("@")[0]
            if name != "lo":
                subprocess.run(["ip", "-n", self.name, "link", "delete", name], capture_output=True)

    def _contained(self) -> list[int]:
        found: list[int] = []
        for listing in Path("/sys/fs/cgroup").glob(f"**/{self.name}/**/cgroup.procs"):
            with suppress(OSError):
                found += map(int, listing.read_text().split())
        return found

    def checkout(self, name: str) -> Path:
        """Another clone of the project, with what is built already."""
        folder = self.folder / name
        files = run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        for file in files:
            if (ROOT / file).exists():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, folder / file)
        for built in BUILT:
            (folder / built).symlink_to(ROOT / built)
        return folder

    def _unmount(self) -> None:
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for mount in reversed(mounts):
            if mount.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "--lazy", mount], capture_output=True)

    def close(self) -> None:
        self.cut_power()
        for folder in sorted(Path("/sys/fs/cgroup").glob(f"**/{self.name}/**/"), reverse=True):
            with suppress(OSError):
                folder.rmdir()
        run("ip", "netns", "delete", self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def machine() -> Iterator[Machine]:
    """A machine that has booted and has the small images; nothing of it is left."""
    made = Machine()
    try:
        made.boot()
        made.load_images()
        yield made
    finally:
        made.close()
