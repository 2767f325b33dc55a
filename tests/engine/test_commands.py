"""The commands that a pod's page shows, typed into a shell: what comes of them is the pod that the engine built."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.commands import commands
from sandboxes.policy import BASELINE, Basis
from sandboxes.spec.models import Container, EnvVar, ObjectMeta, Pod, PodSpec
from tests.engine.pods import LivePod, pod, wait_for
from tests.stack import Stack, free_port, run

KINDS = ("mnt", "uts", "ipc", "pid", "net", "cgroup", "user", "time")
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(max_examples=30)
@given(args=st.lists(TEXT, max_size=6), told=TEXT)
def test_a_shell_reads_a_line_as_its_words(args: list[str], told: str) -> None:
    member = Container(name="a", image="i", command=("c",), args=tuple(args), env=(EnvVar(name="A", value=told),))
    made = Pod(metadata=ObjectMeta(name="demo"), spec=PodSpec(containers=(member,)))
    for command in commands(Basis(made, BASELINE, "hash"), pause_image="pause:1", host_ip="127.0.0.1"):
        read = subprocess.run(
            ["bash", "-c", f"docker() {{ printf '%s\\0' docker \"$@\"; }}\n{command.line}"],
            capture_output=True,
            check=True,
        )
        assert read.stdout.decode().split("\0")[:-1] == list(command.words)


def inspected(containers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """For pause ("") and each member what makes it part of the pod: a name for each namespace, shared ones alike."""
    pids = {
        member: run("docker", "inspect", "--format", "{{.State.Pid}}", key).strip()
        for member, key in containers.items()
    }
    inodes = {
        (member, kind): Path(f"/proc/{pid}/ns/{kind}").readlink().name for member, pid in pids.items() for kind in KINDS
    }
    # Who else has it, instead of its number: numbers differ from pod to pod.
    shared = {
        key: tuple(sorted(other for other in containers if inodes[other, key[1]] == inode))
        for key, inode in inodes.items()
    }
    host = {kind: Path(f"/proc/self/ns/{kind}").readlink().name for kind in KINDS}
    return {
        member: {
            "hostname": run("nsenter", f"--uts=/proc/{pid}/ns/uts", "hostname").strip(),
            "command": Path(f"/proc/{pid}/cmdline").read_bytes(),
            **rights(pid),
            **{kind: (shared[member, kind], inodes[member, kind] == host[kind]) for kind in KINDS},
            **told(containers[member]),
        }
        for member, pid in pids.items()
    }


FIELDS = {
    "Config": ("Env", "User", "WorkingDir"),
    "HostConfig": (
        "PortBindings", "ReadonlyRootfs", "Memory", "MemorySwap", "PidsLimit", "NanoCpus", "CpuShares",
        "ShmSize", "Sysctls",
    ),
}  # fmt: skip
RIGHTS = ("CapPrm", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")


def told(container: str) -> dict[str, Any]:
    """What docker was told, with nothing and empty alike: the API and the command line say them differently."""
    details = json.loads(run("docker", "inspect", container))[0]
    found = {name: details[part].get(name) or None for part, names in FIELDS.items() for name in names}
    # The image's own variables come before ours or after them.
    return found | {"Env": sorted(found["Env"] or [])}


def rights(pid: str) -> dict[str, str]:
    """What the kernel lets the process do (proc_pid_status(5))."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: lines[name].strip() for name in RIGHTS}


def typed(lines: list[str]) -> None:
    for line in lines:
        subprocess.run(["bash", "-c", line], check=True, capture_output=True, timeout=60)


@contextmanager
def by_hand(lines: list[str], name: str) -> Iterator[dict[str, str]]:
    """The pod that the lines make, all but the last two, which take it away again."""
    try:
        typed(lines[:-2])
        yield {"": f"{name}_pause", "web": f"{name}-web", "box": f"{name}-box"}
    finally:
        typed(lines[-2:])


@pytest.mark.parametrize("share", [True, False])
def test_typed_by_hand_they_make_the_same_pod(stack: Stack, share: bool) -> None:
    port = free_port()
    web = {
        "name": "web",
        "image": "nginx",
        "ports": [{"containerPort": 80, "hostPort": port}],
        "env": [{"name": "A", "value": "it's $HOME"}],
    }
    box = {"name": "box", "image": "busybox", "command": ["sh", "-c"], "args": ["trap exit TERM; sleep 3600 & wait"]}
    with pod(stack, f"hand-{str(share).lower()}", {"shareProcessNamespace": share, "containers": [web, box]}) as built:
        built.wait_phase("Running")
        lines = read_lines(built)
        expected = inspected({"": built.container("POD"), "web": built.container("web"), "box": built.container("box")})
    # The port is free again: now by hand.
    with by_hand(lines, built.name) as containers:
        assert inspected(containers) == expected
        wait_for(
            lambda: (
                "nginx"
                in subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}"], capture_output=True, text=True).stdout
            ),
            "nginx",
        )
    assert built.name not in run("docker", "ps", "--all", "--format", "{{.Names}}")


def read_lines(built: LivePod) -> list[str]:
    path = f"/api/playground/v1/namespaces/{built.namespace}/pods/{built.name}/commands"
    return [item["line"] for item in built.client.get(path).raise_for_status().json()["items"]]
