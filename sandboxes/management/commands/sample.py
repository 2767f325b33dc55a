"""`manage.py sample`: a pod of the admin's that shows at once what a pod is. Run as web: it asks as a page would.

Repeatable: the pod is made when there is none, and what it is now is printed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from people.accounts import named
from people.rules import Verb
from sandboxes import changes, namespaces, pods, spec, upstream, wire
from sandboxes.errors import AlreadyExists, NodeUnavailable, NotFound
from sandboxes.models import Pod
from sandboxes.world import Desired

NAME = "sample"
# IfNotPresent: it is there, built or pulled, and the sample must not need a registry.
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": NAME},
    "spec": {
        "shareProcessNamespace": True,
        "containers": [
            {"name": "web", "image": "nginx", "imagePullPolicy": "IfNotPresent", "ports": [{"containerPort": 80}]},
            {"name": "toolbox", "image": "playground/toolbox:1"},
        ],
    },
}
WITHIN = 60.0  # seconds until it has to run; a second is usual
EVERY = 0.2


class Command(BaseCommand):
    help = "Build the sample pod, unless it is there, and print its processes, hostname and addresses."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--user", default="admin", help="whose pod it is (default: admin, made when there is none)")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        owner = named(user, create=True, admin=True)
        namespace = namespaces.namespace_of(owner).name
        began = time.monotonic()
        made = _make(owner, namespace)
        sample = _until_it_runs(owner, namespace)
        when = f"built in {time.monotonic() - began:.1f} s" if made else "there already"
        self.stdout.write(f"\nPod {namespace}/{NAME}, {when}. Its processes, as they see themselves:\n")
        for line in described(sample):
            self.stdout.write(line)


def _make(owner: User, namespace: str) -> bool:
    """Whether the pod had to be made; one that is stopped, for nobody used it, is started."""
    try:
        pods.create_pod(owner, namespace, spec.decode(MANIFEST))
    except AlreadyExists:
        if pods.live_pod(owner, namespace, NAME, Verb.UPDATE).desired == Desired.STOPPED:
            changes.start(owner, namespace, NAME)
        return False
    return True


def _until_it_runs(owner: User, namespace: str) -> wire.Sample:
    """A sample in which every member runs, and has done so for a moment: a process that was just forked still has its
    parent's name. Raises CommandError that says what it waited for.
    """
    deadline = time.monotonic() + WITHIN
    before: wire.Sample | None = None
    while True:
        waits_for, sample = _look(owner, namespace)
        if sample is not None and before is not None and sample.processes == before.processes:
            return sample
        before = sample
        if time.monotonic() > deadline:
            raise CommandError(f"pod {namespace}/{NAME} does not run after {WITHIN:.0f} s: {waits_for}")
        time.sleep(EVERY)


def _look(owner: User, namespace: str) -> tuple[str, wire.Sample | None]:
    """What the pod waits for, or how it is inside."""
    try:
        row = pods.live_pod(owner, namespace, NAME, Verb.READ)
        if row.status.get("phase") != "Running":
            return waiting(row), None
        sample = wire.Sample.model_validate_json(asyncio.run(upstream.one_sample(row.uid)))
    except (NodeUnavailable, NotFound) as exc:
        return str(exc), None
    still = [member.member or "pause" for member in sample.members if not member.running]
    seen = {process.member for process in sample.processes}
    expected = {"", *(container["name"] for container in row.manifest["spec"]["containers"])}
    if still or seen != expected or sample.network is None:
        return f"not everything runs yet: {', '.join(still) or 'no process of some member'}", None
    return "", sample


def waiting(row: Pod) -> str:
    """Why a pod does not run, in the words of its status."""
    status = row.status
    reasons = [
        f"{member['name']}: {state['reason']} {state.get('message', '')}".strip()
        for member in status.get("containerStatuses", [])
        if (state := member["state"].get("waiting"))
    ]
    conditions = [found["message"] for found in status.get("conditions", []) if found.get("message")]
    return "; ".join(reasons or conditions) or f"phase {status.get('phase', 'unknown')}"


def described(sample: wire.Sample) -> Iterator[str]:
    """The sample as lines for a terminal: a process table, the hostname, the addresses."""
    rows = [("MEMBER", "PID", "PPID", "USER", "COMMAND")]
    for process in sorted(sample.processes, key=lambda process: (process.pid, process.host_pid)):
        rows.append((process.member or "pause", str(process.pid), str(process.ppid), process.user, process.cmd))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for member, pid, ppid, user, command in rows:
        numbers = f"{pid:>{widths[1]}}  {ppid:>{widths[2]}}"
        yield f"  {member:<{widths[0]}}  {numbers}  {user:<{widths[3]}}  {command}"
    yield ""
    for name in dict.fromkeys(view.hostname for view in sample.hostnames):
        of = [view.member or "pause" for view in sample.hostnames if view.hostname == name]
        yield f"  hostname   {name}  in {_listed(of)}"
    addresses = [
        f"{interface.name} {address.address}/{address.prefix}"
        for interface in (sample.network.interfaces if sample.network else ())
        for address in interface.addresses
    ]
    yield f"  addresses  {', '.join(addresses)}  the same for all of them"


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
