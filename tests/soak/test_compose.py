"""The service in containers: who can do what in them, and that a pod runs and is seen from inside."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import test_disk
from tests.engine.pods import Json, LivePod, pod, toolbox, wait_for
from tests.stack import run

from .composed import LASTING, ComposedStack, build_images

# The first time, packages are fetched and the site is built.
pytestmark = pytest.mark.timeout(900)

ENGINE = "/var/run/docker.sock"
UNTRUSTED = ("redis", "db", "web", "beat")


@pytest.fixture(scope="module")
def composed(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedStack]:
    build_images(tmp_path_factory.mktemp("builder"))
    found = ComposedStack()
    try:
        found.start()
        yield found
    except AssertionError as exc:
        raise AssertionError(f"{exc}\n{found.report()}") from exc
    finally:
        found.stop()


def rows(sample: Json) -> list[Json]:
    found: list[Json] = sample["namespaces"]["rows"]
    return found


def listening(sample: Json) -> set[str]:
    """Whose sockets listen in the pod."""
    sockets = [found for found in sample["network"]["sockets"] if found["state"] == "LISTEN"]
    return {owner["cmd"] for found in sockets for owner in found["owners"]}


def running(found: LivePod) -> list[str]:
    """The names of a pod's containers that run."""
    alive = run("docker", "ps", "--format", "{{.Names}}").split()
    return [name for name in found.left() if name in alive]


def refused(stack: ComposedStack, service: str, *command: str) -> bool:
    """Whether a command fails in a service's container."""
    done = subprocess.run(["docker", "exec", stack.container_of(service), *command], capture_output=True, timeout=30)
    return done.returncode != 0


def status_of(stack: ComposedStack, service: str) -> dict[str, str]:
    """/proc/<pid>/status of a container's first process (proc_pid_status(5))."""
    pid = run("docker", "inspect", "--format", "{{.State.Pid}}", stack.container_of(service)).strip()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_what_lasts_is_healthy_and_what_ends_has_ended_well(composed: ComposedStack) -> None:
    told = composed.services()
    assert {name for name, status in told.items() if "(healthy)" in status} == set(LASTING)
    assert {name for name, status in told.items() if status.startswith("Exited (0)")} == {"prepare", "pause", "migrate"}


def test_a_pod_runs_and_is_seen_from_inside(composed: ComposedStack) -> None:
    # Of another user, with a file that only this user may read: what watch needs its capabilities for.
    private = "chown 4711 /etc/hosts; chmod 600 /etc/hosts; exec setpriv --reuid 4711 --clear-groups nc -lk 8080"
    containers = [toolbox("box"), toolbox("private", "sh", "-c", private)]
    with pod(composed, "contained", {"containers": containers}) as found:
        found.wait_phase("Running")
        wait_for(lambda: listening(found.live()) == {"nc"}, "nc to be seen listening")
        sample = found.live()
        commands = {(process["member"], process["cmd"]) for process in sample["processes"]}
        assert commands == {("", "/pause"), ("box", "sleep 3600"), ("private", "nc -lk 8080")}
        relations = {(row["member"], c["kind"]): c["relation"] for row in rows(sample) for c in row["cells"]}
        assert relations["box", "net"] == relations["private", "net"] == "shares"
        assert relations["box", "pid"] == relations["box", "mnt"] == "own"
        assert {(view["hostname"], view["hostsProblem"]) for view in sample["hostnames"]} == {("contained", "")}


def test_a_pod_comes_back_whose_file_was_closed_to_root(composed: ComposedStack) -> None:
    closed = toolbox("box", "sh", "-c", "chown 4711 /etc/hosts; chmod 600 /etc/hosts; exec sleep 3600")
    with pod(composed, "closed", {"containers": [closed], "terminationGracePeriodSeconds": 1}) as found:
        found.wait_phase("Running")
        before = set(running(found))
        run("docker", "kill", found.container("POD"))
        wait_for(lambda: len(running(found)) == 2 and not before & set(running(found)), "all of it to run anew")


def test_what_a_pod_has_on_the_disk_is_found_from_a_container_too(composed: ComposedStack) -> None:
    with (
        pod(composed, "less", test_disk.spec(test_disk.LARGE.format("a b"))) as less,
        pod(composed, "over", test_disk.spec(test_disk.LARGE.format("a b c"))) as over,
    ):
        less.wait_phase("Running")
        wait_for(lambda: test_disk.evicted(over), "the one with more than 2 GiB to be evicted", 90)
        assert less.read()["status"]["phase"] == "Running"


@pytest.mark.parametrize("service", UNTRUSTED)
def test_the_others_see_no_engine_and_hold_nothing(composed: ComposedStack, service: str) -> None:
    status = status_of(composed, service)
    assert {name: int(status[name], 16) for name in status if name.startswith("Cap")} == dict.fromkeys(
        ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), 0
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split()[0] != "0"
    assert refused(composed, service, "test", "-e", ENGINE)
    assert refused(composed, service, "touch", "/srv/playground/new")


def test_only_the_node_sees_the_machines_processes(composed: ComposedStack) -> None:
    seen = {service: composed.inside(service, "bash", "-c", "echo /proc/[0-9]*").split() for service in LASTING}
    machine = len(list(Path("/proc").glob("[0-9]*")))
    assert all(len(seen[service]) > machine / 2 for service in ("worker", "watch"))
    assert all("/proc/1" in seen[service] and len(seen[service]) < 20 for service in UNTRUSTED)


def test_the_database_takes_nobody_but_the_service(composed: ComposedStack) -> None:
    psql = ("psql", "--username", "playground", "--dbname", "playground", "--command", "SELECT 1")
    assert refused(composed, "db", *psql)  # as the database's own user, which is not web's
    assert composed.inside("db", "psql", "--tuples-only", "--command", "SELECT 1").split() == ["1"]


def test_the_documented_command_prints_a_sign_in_link(composed: ComposedStack) -> None:
    link = ("exec", "-T", "web", "python", "manage.py", "link", "admin", "--create-admin")
    assert composed.compose(*link).startswith("/sign-in#pgl_")


def test_up_again_changes_nothing(composed: ComposedStack) -> None:
    before = {service: composed.container_of(service) for service in LASTING}
    secret = (composed.state / "secrets" / "django").read_text()
    composed.compose("up", "-d", "--no-build")
    assert {service: composed.container_of(service) for service in LASTING} == before
    assert (composed.state / "secrets" / "django").read_text() == secret


def test_nothing_is_left(composed: ComposedStack) -> None:
    composed.stop()
    left = [run("docker", kind, "ls", "-q", "--filter", composed.label) for kind in ("network", "volume")]
    left += [run("docker", "ps", "-aq", "--filter", composed.label), *composed.containers()]
    assert not any(left)
    assert not composed.state.exists()
    assert composed.install not in run("nft", "list", "tables")
