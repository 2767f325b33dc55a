"""A worker killed before and after every changing call of a scenario, on real Docker: init chain, sidecar, restart
loop, pause death, delete with grace.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from sandboxes.engine.faults import Faults
from sandboxes.models import Pod
from tests.engine.test_crash import RealNode, node
from tests.service.node import a_pod

__all__ = ["node"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
Json = dict[str, Any]
TOOLBOX = "playground/toolbox:1"
MOUNT = [{"name": "v", "mountPath": "/v"}]


def member(name: str, script: str = "exec sleep 600", **more: Any) -> Json:
    return {"name": name, "image": TOOLBOX, "command": ["sh", "-c", script], "volumeMounts": MOUNT} | more


CHAIN = [member("i1", "true"), member("side", restartPolicy="Always"), member("i2", "true")]
LOOP = "echo >> /v/n; [ $(wc -l < /v/n) -ge 3 ] || exit 1; exec sleep 600"
INITS: dict[str, list[Json]] = {"restart loop": []}
MAINS: dict[str, list[Json]] = {"restart loop": [member("box", LOOP)]}


def kills(role: str) -> Callable[[RealNode, uuid.UUID], None]:
    def happen(node: RealNode, uid: uuid.UUID) -> None:
        victim = next(c for c in node.engine.observe(uid) if c.member == role and c.alive)
        node.engine.signal(victim.id, "SIGKILL")
        settled(lambda: not any(c.id == victim.id and c.alive for c in node.engine.observe(uid)))

    return happen


def deletes(_: RealNode, uid: uuid.UUID) -> None:
    Pod.objects.filter(pk=uid).update(desired="GONE", deletion_grace=1)


# What happens to a pod that is up; None: the scenario is its way there.
SCENARIOS: dict[str, Callable[[RealNode, uuid.UUID], None] | None] = {
    "init chain": None,
    "restart loop": None,
    "sidecar dies": kills("side"),
    "pause dies": kills(""),
    "delete with grace": deletes,
}


def settled(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not settled"
        time.sleep(0.05)


def living(node: RealNode, uid: uuid.UUID) -> list[str]:
    return sorted(seen.member for seen in node.engine.observe(uid) if seen.alive)


def bring_to(node: RealNode, uid: uuid.UUID, faults: Faults, wanted: list[str]) -> None:
    """Passes, as events would send them, until these members run and no others."""

    def there() -> bool:
        Pod.objects.filter(pk=uid).update(wakes=F("wakes") + 1)
        node.passes(uid, faults)
        return living(node, uid) == wanted

    settled(there)


def begun(name: str, number: str) -> tuple[Pod, list[str]]:
    inits = INITS.get(name, CHAIN)
    mains = MAINS.get(name, [member("box")])
    spec = {"initContainers": inits, "containers": mains, "volumes": [{"name": "v", "emptyDir": {}}]}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"s-{number}"}, "spec": spec}
    return a_pod(manifest, name=f"s-{number}"), ["", "box", *(["side"] if inits else [])]


def run(node: RealNode, name: str, number: str, crash: Callable[[Faults], None]) -> int:
    """One run of the scenario; how many changing calls it had."""
    pod, up = begun(name, number)
    happens, faults = SCENARIOS[name], Faults()
    if happens is not None:
        bring_to(node, pod.uid, Faults(), up)
        happens(node, pod.uid)
    crash(faults)
    bring_to(node, pod.uid, faults, [] if name == "delete with grace" else up)
    seen = [(c.member, c.attempt) for c in node.engine.observe(pod.uid)]
    assert len(set(seen)) == len(seen), seen
    if name == "restart loop":
        assert ("box", 2) in seen
        assert ("box", 3) not in seen
    if name == "delete with grace":
        assert seen == []
        return faults.count
    Pod.objects.filter(pk=pod.pk).update(desired="GONE", deletion_grace=0, wakes=F("wakes") + 1)
    bring_to(node, pod.uid, Faults(), [])
    assert node.engine.observe(pod.uid) == ()
    return faults.count


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_converges_whichever_call_the_worker_dies_at(node: RealNode, name: str) -> None:
    calls = run(node, name, "straight", lambda faults: None)
    for n in range(1, calls + 1):
        run(node, name, f"{n}-b", lambda faults, n=n: faults.crash_before(n))  # type: ignore[misc]
        run(node, name, f"{n}-a", lambda faults, n=n: faults.crash_after(n))  # type: ignore[misc]
    print(f"{name}: {2 * calls} crashes on real Docker")  # noqa: T201
    assert calls >= 3
