"""An engine that is killed and started again, six times under ten pods, and three hundred pods that come and go.

On a machine of its own: every container there is the test's.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine.machine import Machine, machine
from tests.stack import run

pytestmark = [pytest.mark.timeout(1500), pytest.mark.usefixtures("images")]
Json = dict[str, Any]
PODS, KILLS, WITHIN = 10, 6, 60.0
CYCLES, AT_ONCE = 300, 10


class Client:
    """The API from inside the machine's network."""

    def __init__(self, there: Machine, url: str) -> None:
        self.there, self.url = there, url
        self.token = there.play("token", "admin").stdout.split()[-1]

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        header = f"Authorization: Bearer {self.token}"
        data = ["--json", json.dumps(body)] if body is not None else []
        said = run(
            *self.there.inside("curl", "--silent", "--request", method, "--header", header, *data, self.url + path)
        )
        return dict(json.loads(said))

    def pods(self) -> dict[str, Json]:
        items = self.ask("GET", "/api/v1/namespaces/admin/pods")["items"]
        return {item["metadata"]["name"]: item for item in items}


@pytest.fixture(scope="module")
def there(images: None) -> Iterator[Machine]:
    with machine() as found:
        yield found


@pytest.fixture(scope="module")
def client(there: Machine) -> Client:
    done = there.play("up", "-d")
    assert done.returncode == 0, done.stdout + done.stderr
    address = re.search(r"http://localhost:\d+", done.stdout)
    assert address, done.stdout
    found = Client(there, address[0])
    for name in found.pods():
        found.ask("DELETE", f"/api/v1/namespaces/admin/pods/{name}?gracePeriodSeconds=0")
    return found


def manifest(name: str) -> Json:
    members: list[Json] = [
        {"name": m, "image": "playground/toolbox:1", "command": ["sleep", "3600"]} for m in ("a", "b")
    ]
    volumes = {"volumes": [{"name": "v", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}]}
    members[0] |= {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}
    return {"metadata": {"name": name}, "spec": {"containers": members, "terminationGracePeriodSeconds": 1} | volumes}


def until(true: Any, seconds: float, what: str) -> float:
    """Seconds it took."""
    began = time.monotonic()
    while True:
        with suppress(AssertionError, KeyError, ValueError):  # the service may be busy with the same accident
            if true():
                return time.monotonic() - began
        assert time.monotonic() - began < seconds, f"waited {seconds} s in vain for {what}"
        time.sleep(0.2)


def test_pods_come_back_when_their_engine_was_killed(there: Machine, client: Client) -> None:
    names = [f"kill-{n}" for n in range(PODS)]
    for name in names:
        assert client.ask("POST", "/api/v1/namespaces/admin/pods", manifest(name))["kind"] == "Pod"
    until(lambda: running(client, names, 0), 120, "ten pods")
    took = []
    for kill in range(1, KILLS + 1):
        kill_engine(there)
        there.boot()
        back = partial(running, client, names, kill)
        took.append(round(until(back, WITHIN, f"ten pods after kill {kill}"), 1))
    print(f"engine killed {KILLS} times under {PODS} pods: all Running again after {took} s")  # noqa: T201
    for name in names:
        client.ask("DELETE", f"/api/v1/namespaces/admin/pods/{name}?gracePeriodSeconds=0")
    until(lambda: not there.pod_containers(), 60, "the containers to go")
    assert not mounts(there)


def running(client: Client, names: list[str], restarts: int) -> bool:
    """All of them, in their so-many-th pause."""
    found = client.pods()
    return all(
        found[name]["status"]["phase"] == "Running"
        and all(
            "running" in status["state"] and status["restartCount"] >= restarts
            for status in found[name]["status"]["containerStatuses"]
        )
        for name in names
    )


def kill_engine(there: Machine) -> None:
    """KILL to dockerd, and so to its own containerd; the shims and the containers' processes stay, as after a crash."""
    assert there.engine is not None
    there.engine.send_signal(signal.SIGKILL)
    there.engine.wait()
    for left in ("pidfile", "exec-root/containerd/containerd.pid", "exec-root/containerd/containerd.sock"):
        (there.folder / left).unlink(missing_ok=True)


def mounts(there: Machine) -> list[str]:
    return [line for line in Path("/proc/self/mounts").read_text().splitlines() if f"{there.state}/pods/" in line]


def test_three_hundred_pods_leave_nothing(there: Machine, client: Client) -> None:
    """No container, network, volume, veth, rule, Redis key or descriptor."""
    cycle(client, range(AT_ONCE))  # what is made once is made
    until(lambda: canaries_are_up(there), 120, "the two canaries, which are no pod's")
    before = left(there)
    times = [took for start in range(0, CYCLES, AT_ONCE) for took in cycle(client, range(start, start + AT_ONCE))]
    until(lambda: canaries_are_up(there), 120, "the two canaries")
    # A recording's file stays open for half a minute after its pod's last word.
    until(lambda: left(there)["descriptors"] <= before["descriptors"] + 10, 90, "descriptors to be let go")
    after = left(there)
    print(f"{CYCLES} pods made and deleted: median {statistics.median(times):.2f} s; {before} before, {after} after")  # noqa: T201
    assert {key: after[key] for key in after if key != "descriptors"} == {
        key: before[key] for key in before if key != "descriptors"
    }


def cycle(client: Client, numbers: range) -> list[float]:
    """So many at once; seconds each took from its POST until it was gone."""
    began = time.monotonic()
    names = [f"cycle-{n}" for n in numbers]
    for name in names:
        client.ask("POST", "/api/v1/namespaces/admin/pods", manifest(name))
    until(lambda: running(client, names, 0), 60, f"{names[0]} and its like")
    for name in names:
        client.ask("DELETE", f"/api/v1/namespaces/admin/pods/{name}?gracePeriodSeconds=0")
    until(lambda: not client.there.pod_containers(), 60, "their containers to go")
    return [(time.monotonic() - began) / len(names)] * len(names)


def canaries_are_up(there: Machine) -> bool:
    return len([name for name in there.docker("ps", "--format", "{{.Names}}").split() if "_canary-" in name]) == 2


def left(there: Machine) -> dict[str, int]:
    """How many of each kind there are."""
    links = run(*there.inside("ip", "-o", "link")).splitlines()
    rules = run(*there.inside("iptables-save")).splitlines()
    pids = [pid for pid, line in there.processes().items() if "python" in line or "celery" in line or "uvicorn" in line]
    return {
        "containers": len(there.pod_containers()),
        "networks": len(there.docker("network", "ls", "-q").split()),
        "volumes": len(there.docker("volume", "ls", "-q").split()),
        "veths": sum("veth" in line for line in links),
        "rules": len([rule for rule in rules if rule.startswith("-A")]),
        "mounts": len(mounts(there)),
        "folders": len(list((there.state / "pods").iterdir())),
        "descriptors": sum(descriptors(pid) for pid in pids),
    }


def descriptors(pid: int) -> int:
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def test_redis_keeps_no_key_of_a_pod(there: Machine) -> None:
    sockets = list(there.state.glob("**/redis*.sock"))
    assert sockets, "no Redis of this installation"
    keys = subprocess.run(
        ["redis-cli", "-s", str(sockets[0]), "--scan"], capture_output=True, text=True, check=True, timeout=10
    ).stdout.split()
    print(f"Redis keys: {sorted(keys)}")  # noqa: T201
    assert len(keys) < 40
