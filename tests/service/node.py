"""A node for service tests: rows in the database, the engine and the host in memory, a clock that tests move."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from sandboxes import spec
from sandboxes.act import Tools
from sandboxes.engine.fake import FakeEngine
from sandboxes.engine.faults import Crash, Faults
from sandboxes.host.fake import FakeHost
from sandboxes.models import Namespace, Node, Pod
from sandboxes.plan import BackOff
from sandboxes.reconcile import reconcile
from sandboxes.world import ImageOnNode
from tests.unit.simulation import Inline

PAUSE_IMAGE = "playground/pause:1"
Json = dict[str, Any]
MANIFEST: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "demo"},
    "spec": {
        "containers": [{"name": "web", "image": "nginx:1"}, {"name": "box", "image": "toolbox:1"}],
        "terminationGracePeriodSeconds": 30,
    },
}


def a_pod(manifest: Json | None = None, *, node: str | None = "n1", name: str = "demo") -> Pod:
    """An accepted pod's row, in the namespace of a user of its own."""
    pod = spec.with_defaults(spec.decode(manifest or MANIFEST))
    user, _ = get_user_model().objects.get_or_create(username="ada")
    namespace, _ = Namespace.objects.get_or_create(name="ada", defaults={"owner": user})
    if node:
        Node.objects.get_or_create(name=node, defaults={"ready": True, "seen_at": timezone.now()})
    return Pod.objects.create(
        namespace=namespace,
        name=name,
        manifest=spec.dump(pod),
        spec_hash=spec.spec_hash(pod),
        node_id=node,
        created_at=timezone.now(),
        next_look_at=timezone.now(),
    )


@dataclass
class FakeNode:
    """`during`: called inside every engine call by name, to let something happen in the middle of a pass."""

    faults: Faults = field(default_factory=Faults)
    now: datetime = field(default_factory=timezone.now)

    def __post_init__(self) -> None:
        self.engine = FakeEngine(self.faults)
        self.engine.on_node = {
            name: ImageOnNode(f"sha256:{name}", local=True) for name in (PAUSE_IMAGE, "nginx:1", "toolbox:1")
        }
        self.host = FakeHost(self.faults)
        self.tools = Tools(self.engine, self.host, "test", "n1", "127.0.0.1", Inline(), lambda: self.now)

    def look(self, uid: uuid.UUID) -> None:
        """One pass, as a worker would run it."""
        reconcile(uid, self.tools, pause_image=PAUSE_IMAGE, back_off=BackOff(10, 300))

    def until_finished(self, uid: uuid.UUID, most: int = 40) -> None:
        """Passes, each when the row asks for the next; a dead worker's claim runs out first."""
        for _ in range(most):
            try:
                self.look(uid)
            except Crash:
                self.now += timedelta(seconds=16)
                continue
            row = Pod.objects.get(pk=uid)
            if row.finished_at or (row.next_look_at and row.next_look_at - self.now >= timedelta(seconds=60)):
                return
            self.now = max(self.now, row.next_look_at or self.now)
        raise AssertionError("not settled")

    def states(self) -> dict[str, list[str]]:
        """member → the states of its containers ("" is pause)."""
        found: dict[str, list[str]] = {}
        for kept in self.engine.containers.values():
            found.setdefault(kept.identity.member, []).append(str(kept.seen.state))
        return found

    def running(self) -> dict[str, int]:
        """member → how many of its containers run ("" is pause)."""
        found: dict[str, int] = {}
        for kept in self.engine.containers.values():
            if kept.seen.alive:
                found[kept.identity.member] = found.get(kept.identity.member, 0) + 1
        return found


def during(engine: FakeEngine, verb: str, happens: Callable[[], None]) -> None:
    """Let something happen right after the next call of `verb` has done its work."""
    original = getattr(engine, verb)

    def once(*args: object, **kwargs: object) -> object:
        result = original(*args, **kwargs)
        setattr(engine, verb, original)
        happens()
        return result

    setattr(engine, verb, once)
