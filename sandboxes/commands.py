"""A pod as the `docker` commands that make it by hand: the same bodies as the engine's, said to the command line.

PURE. docs.docker.com/reference/cli/docker/container/run. What only the node can make (the files that it binds, labels,
the rotation of logs) is left out: namespaces, ports, limits and rights are all there.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from sandboxes import policy
from sandboxes.policy import Basis, Made, MemberBody, PauseBody
from sandboxes.spec import Container
from sandboxes.spec.environment import Process

WIDTH = 96


@dataclass(frozen=True)
class Command:
    """One command: what for, its words, and the same as a line that a shell reads (with `\\` where it is long)."""

    about: str
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        return _wrapped([shlex.quote(word) for word in self.words])


def commands(basis: Basis, *, pause_image: str, host_ip: str) -> tuple[Command, ...]:
    """The commands in their order: a network, pause, each member; at last the two that take it all away again."""
    pod = basis.pod
    name = pod.metadata.name
    members = [(member, _body(basis, member)) for member in pod.spec.containers]
    names = [f"{name}-{member.name}" for member, _ in members]
    joined = "network, IPC and PID" if pod.spec.share_process_namespace else "network and IPC"
    return (
        Command("A bridge of its own, on which nobody reaches the next one", _network(name)),
        Command(
            "pause holds the namespaces that the members share; ports are published here and only here",
            tuple(_pause(name, policy.pause_body(basis, image=pause_image, host_ip=host_ip))),
        ),
        *(
            Command(f"{member.name} joins pause's {joined} namespaces", tuple(_member(name, member.name, body)))
            for member, body in members
        ),
        Command("Away again: members first", ("docker", "rm", "--force", "--volumes", *names, _pause_name(name))),
        Command("… and the bridge", ("docker", "network", "rm", name)),
    )


def _body(basis: Basis, member: Container) -> MemberBody:
    """`$(VAR)` and what only the node knows are written as they stand."""
    env = {variable.name: variable.value for variable in member.env if variable.value_from is None}
    return policy.member_body(basis, member, Made(member.image, Process(env, member.command, member.args)))


def _pause_name(pod: str) -> str:
    # No member can be called so: their names have no underscore (RFC 1123).
    return f"{pod}_pause"


def _network(pod: str) -> tuple[str, ...]:
    options = (word for key, value in policy.BRIDGE_OPTIONS.items() for word in ("--opt", f"{key}={value}"))
    return ("docker", "network", "create", *options, pod)


def _pause(pod: str, body: PauseBody) -> Iterator[str]:
    yield from ("docker", "run", "--detach", "--name", _pause_name(pod), "--hostname", body.hostname)
    yield from ("--network", pod, "--ipc", "shareable", "--cgroupns", "private", "--dns", "127.0.0.1")
    for port in body.ports:
        host = f"[{port.host_ip}]" if ":" in port.host_ip else port.host_ip
        yield from ("--publish", f"{host}:{port.host_port}:{port.container_port}/{port.protocol}")
    yield from ("--sysctl", "net.ipv6.conf.all.disable_ipv6=1", "--shm-size", _mebibytes(policy.PAUSE_SHM))
    for name, value in body.sysctls.items():
        yield from ("--sysctl", f"{name}={value}")
    yield from (
        "--user",
        policy.PAUSE_USER,
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges:true",
        "--read-only",
    )
    memory = _mebibytes(policy.PAUSE_MEMORY)
    yield from ("--memory", memory, "--memory-swap", memory, "--pids-limit", str(policy.PAUSE_PIDS))
    yield from ("--cpu-shares", str(policy.PAUSE_CPU_SHARES), "--no-healthcheck", body.image)


def _member(pod: str, name: str, body: MemberBody) -> Iterator[str]:
    pause = f"container:{_pause_name(pod)}"
    yield from ("docker", "run", "--detach", "--name", f"{pod}-{name}", "--network", pause)
    yield from ("--ipc", "private" if body.private_ipc else pause)
    if body.private_ipc:
        yield from ("--shm-size", _mebibytes(policy.PAUSE_SHM))
    if body.share_pid:
        yield from ("--pid", pause)
    yield from ("--cgroupns", "private", "--cap-drop", "ALL")
    for capability in body.rights.capabilities:
        yield from ("--cap-add", capability)
    yield from _rights(body)
    memory = _mebibytes(body.limits.memory)
    yield from ("--memory", memory, "--memory-swap", memory, "--pids-limit", str(body.limits.pids))
    yield from ("--cpus", f"{body.limits.milli_cpus / 1000:g}", "--cpu-shares", str(body.limits.shares))
    if body.limits.oom_score >= 0:
        yield from ("--oom-score-adj", str(body.limits.oom_score))
    yield "--no-healthcheck"
    for variable in body.env:
        yield from ("--env", variable)
    if body.working_dir:
        yield from ("--workdir", body.working_dir)
    if body.command:
        # The option takes one word; the others stand before the arguments, which makes the same command line.
        yield from ("--entrypoint", body.command[0])
    yield from (body.image, *body.command[1:], *body.args)


def _rights(body: MemberBody) -> Iterator[str]:
    if body.rights.user:
        yield from ("--user", body.rights.user)
    for group in body.rights.groups:
        yield from ("--group-add", str(group))
    if body.rights.no_new_privileges:
        yield from ("--security-opt", "no-new-privileges:true")
    if body.rights.read_only_root:
        yield "--read-only"
    if body.tty:
        yield "--tty"
    if body.stdin:
        yield "--interactive"


def _mebibytes(count: int) -> str:
    """As the command line takes it: 512m."""
    return f"{count >> 20}m" if count % 2**20 == 0 else str(count)


def _wrapped(words: list[str]) -> str:
    """Lines of at most WIDTH characters, an option and its value never apart, the next ones indented."""
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("--") and " " not in parts[-1] and not word.startswith("--"):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 3 > WIDTH:
            lines.append(f"    {part}")
        else:
            lines[-1] += f" {part}"
    return " \\\n".join(lines)
