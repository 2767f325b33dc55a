"""One case: a pod, and what has to be true of it. Named after the test of Kubernetes that it transposes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.compare.player import holds

Json = dict[str, Any]
Check = Callable[["Run"], None]
SOON = 30.0
POLL = 0.1
BOX = "busybox:dev"
CASES: dict[str, Case] = {}
LEFT: dict[str, tuple[str, str]] = {}


@dataclass(frozen=True)
class Case:
    """`quick` cases are in every run. `refused`: the path of the field for which the profile forbids the pod.

    `objects` are ConfigMaps and Secrets that are made before. `seconds`: how long it may take at most.
    """

    group: str
    name: str
    spec: Json
    check: Check
    metadata: Json = field(default_factory=dict)
    objects: tuple[Json, ...] = ()
    refused: str = ""
    quick: bool = False
    seconds: float = 60


def case(group: str, name: str, spec: Json, **more: Any) -> Callable[[Check], Check]:
    """Puts a check among the cases, under `group: name`."""

    def add(check: Check) -> Check:
        put(Case(group, name, spec, check, **more))
        return check

    return add


def put(found: Case) -> None:
    key = f"{found.group}: {found.name}"
    assert key not in CASES, f"{key} is there twice"
    CASES[key] = found


def refuse(group: str, name: str, spec: Json, path: str) -> None:
    """A pod that Kubernetes without a profile takes, and that ours does not, because of that field."""
    put(Case(group, name, spec, lambda _: None, refused=path, quick=True))


def left(group: str, name: str, why: str) -> None:
    """A case of Kubernetes' that is not played, and why."""
    LEFT[f"{group}: {name}"] = (group, why)


def member(name: str = "c", *command: str, image: str = BOX, **more: Any) -> Json:
    return {"name": name, "image": image} | ({"command": list(command)} if command else {}) | more


def shell(script: str, name: str = "c", **more: Any) -> Json:
    return member(name, "sh", "-c", script, **more)


def sleeps(name: str = "c", **more: Any) -> Json:
    """A member that lives, and ends at once when it is asked to."""
    return shell("trap 'exit 0' TERM; while :; do sleep 0.2; done", name, **more)


def pod(*members: Json, **more: Any) -> Json:
    return {"containers": list(members), "terminationGracePeriodSeconds": 2} | more


def once(*members: Json, **more: Any) -> Json:
    """A pod that is not started again."""
    return pod(*members, restartPolicy="Never", **more)


class Run:
    """The pod of a case, spoken to over the API."""

    def __init__(self, client: httpx.Client, namespace: str, name: str) -> None:
        self.client, self.namespace, self.name = client, namespace, name
        self.path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        self.acts = f"/api/playground/v1/namespaces/{namespace}/pods/{name}"

    def play(self, found: Case) -> None:
        """Raises AssertionError with what was not so."""
        for each in found.objects:
            self.client.post(f"/api/v1/namespaces/{self.namespace}/{each['kind'].lower()}s", json=each)
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": found.metadata | {"name": self.name}, "spec": found.spec}
        answer = self.client.post(f"/api/v1/namespaces/{self.namespace}/pods", json=body)
        if found.refused:
            causes = [cause["field"] for cause in answer.json().get("details", {}).get("causes", [])]
            assert (answer.status_code, found.refused in causes) == (422, True), answer.text
            return
        assert answer.status_code == 201, answer.text
        try:
            found.check(self)
        finally:
            self.client.delete(self.path, params={"gracePeriodSeconds": 0})

    def read(self) -> Json:
        answer = self.client.get(self.path)
        return dict(answer.json()) if answer.status_code == 200 else {"metadata": {}, "spec": {}, "status": {}}

    @property
    def status(self) -> Json:
        return dict(self.read()["status"])

    def wait(self, condition: str, seconds: float = SOON) -> Json:
        """A condition in the words of `tests/compare`: ready, phase:Failed, restarts:c:2 … The status then."""
        self.until(lambda: holds(condition, self.status), condition, seconds)
        return self.status

    def until(self, true: Callable[[], bool], what: str, seconds: float = SOON) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}: {self.status}"
            time.sleep(POLL)

    def stays(self, true: Callable[[], bool], what: str, seconds: float) -> None:
        """It is so now and for that long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert true(), f"{what}: {self.status}"
            time.sleep(POLL)

    def member(self, name: str = "c") -> Json:
        """Its status; {} while there is none."""
        keys = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        status = self.status
        return next((dict(s) for key in keys for s in status.get(key, []) if s["name"] == name), {})

    def ended(self, name: str = "c", seconds: float = SOON) -> Json:
        """How it ended, once it has."""
        self.wait(f"terminated:{name}", seconds)
        return dict(self.member(name)["state"]["terminated"])

    def restarts(self, name: str = "c") -> int:
        return int(self.member(name).get("restartCount", 0))

    def condition(self, kind: str) -> str:
        found = (c["status"] for c in self.status.get("conditions", []) if c["type"] == kind)
        return next(found, "")

    def log(self, name: str = "c", **query: str) -> str:
        return self.client.get(f"{self.path}/log", params={"container": name} | query).text

    def says(self, pattern: str, name: str = "c", seconds: float = SOON) -> re.Match[str]:
        """What its log has, once it has it."""
        self.until(lambda: bool(re.search(pattern, self.log(name), re.M)), f"{pattern} in the log of {name}", seconds)
        found = re.search(pattern, self.log(name), re.M)
        assert found is not None
        return found

    def execute(self, *command: str, name: str = "c") -> tuple[int, str]:
        """Exit code and output of a command in a member."""
        answer = self.client.post(f"{self.acts}/exec", json={"container": name, "command": list(command)}, timeout=90)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return found["exitCode"], found["stdout"] + found["stderr"]

    def patch(self, body: Json, sub: str = "") -> Json:
        kind = {"content-type": "application/strategic-merge-patch+json"}
        path = f"{self.path}/{sub}" if sub else self.path
        answer = self.client.patch(path, json=body, headers=kind)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def events(self) -> Iterator[tuple[str, str]]:
        """Reason and message of each."""
        uid = self.read()["metadata"].get("uid", "")
        query = {"fieldSelector": f"involvedObject.uid={uid}"}
        for event in self.client.get(f"/api/v1/namespaces/{self.namespace}/events", params=query).json()["items"]:
            yield event["reason"], event["message"]

    def told(self, reason: str, pattern: str = "", seconds: float = SOON) -> None:
        """An event of that reason has such a message, at last."""
        self.until(
            lambda: any(r == reason and re.search(pattern, m) for r, m in self.events()), f"an event {reason}", seconds
        )

    def delete(self, **query: Any) -> None:
        answer = self.client.delete(self.path, params=query)
        assert answer.status_code == 200, answer.text

    def gone(self, seconds: float = SOON) -> None:
        self.until(lambda: self.client.get(self.path).status_code == 404, "it to be gone", seconds)
