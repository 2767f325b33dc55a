"""A worker killed before or after any engine call, on real Docker: the two-member pod converges all the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from sandboxes.act import Tools
from sandboxes.engine.faults import Crash, Faults
from sandboxes.engine.port import Engine
from sandboxes.host.node_host import NodeHost
from sandboxes.models import Pod
from sandboxes.node.network import Network
from sandboxes.plan import BackOff
from sandboxes.reconcile import reconcile
from tests.service.node import a_pod

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

MANIFEST: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "crash"},
    "spec": {
        "containers": [
            {"name": "web", "image": "nginx:latest"},
            {"name": "box", "image": "playground/toolbox:1", "command": ["sleep", "600"]},
        ]
    },
}
CHANGING = ("create_pause", "create_member", "start", "signal", "remove", "lock_network", "make_files", "remove_files")


class Faulty:
    """Passes every verb on to the real thing, through `faults` where the verb changes something."""

    def __init__(self, real: object, faults: Faults) -> None:
        self._real, self._faults = real, faults

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self._real, verb)
        if verb not in CHANGING:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._faults.around(verb):
                return real(*args, **kwargs)

        return call


class RealNode:
    """Passes on this machine's engine, one engine call at a time so that the n-th is the same one each time."""

    def __init__(self, engine: Engine, executor: ThreadPoolExecutor) -> None:
        self.engine, self.executor, self.late = engine, executor, timedelta()

    def passes(self, uid: uuid.UUID, faults: Faults, *, most: int = 10) -> bool:
        """Look until the pod is settled; False when a pass crashed on the way. The clock jumps to the next look."""
        host: Any = Faulty(NodeHost(settings.STATE_DIR), faults)
        engine: Any = Faulty(self.engine, faults)
        tools = Tools(
            engine, host, settings.INSTALL, "n1", "127.0.0.1", self.executor, lambda: timezone.now() + self.late
        )
        for _ in range(most):
            try:
                reconcile(uid, tools, pause_image=settings.PAUSE_IMAGE, back_off=BackOff())
            except Crash:
                self.late += timedelta(seconds=16)
                return False
            row = Pod.objects.get(pk=uid)
            if row.finished_at or not row.next_look_at or row.next_look_at - tools.clock() > timedelta(seconds=50):
                return True
            self.late += max(row.next_look_at - tools.clock(), timedelta())
        raise AssertionError(f"not settled: {Pod.objects.get(pk=uid).status}")

    def roles(self, uid: uuid.UUID) -> list[tuple[str, str]]:
        return sorted((seen.member, seen.state) for seen in self.engine.observe(uid))


@pytest.fixture
def node(engine: Engine) -> Iterator[RealNode]:
    network = Network(
        settings.INSTALL, engine, NodeHost(settings.STATE_DIR), host_ip="127.0.0.1", pause_image=settings.PAUSE_IMAGE
    )
    network.ensure()
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield RealNode(engine, executor)


UP = [("", "running"), ("box", "running"), ("web", "running")]


@pytest.mark.long
def test_create_and_delete_converge_whichever_call_the_worker_dies_at(node: RealNode) -> None:
    straight = Faults()
    pod = a_pod(MANIFEST)
    assert node.passes(pod.uid, straight)
    created = straight.count
    Pod.objects.filter(pk=pod.pk).update(desired="GONE", deletion_grace=0, wakes=F("wakes") + 1)
    assert node.passes(pod.uid, straight)
    assert node.roles(pod.uid) == []
    total = straight.count
    assert created >= 8
    assert total >= created + 4
    for n in range(1, total + 1):
        for crash in ("crash_before", "crash_after"):
            faults = Faults()
            getattr(faults, crash)(n)
            pod = a_pod(MANIFEST, name=f"crash-{n}-{crash[6:]}")
            finished = node.passes(pod.uid, faults) or node.passes(pod.uid, faults)
            assert finished
            assert node.roles(pod.uid) == UP, (n, crash)
            Pod.objects.filter(pk=pod.pk).update(desired="GONE", deletion_grace=0, wakes=F("wakes") + 1)
            assert node.passes(pod.uid, faults) or node.passes(pod.uid, faults)
            assert node.roles(pod.uid) == [], (n, crash)
            assert not NodeHost(settings.STATE_DIR).files(pod.uid)
            assert faults.count >= n  # the crash was reached
