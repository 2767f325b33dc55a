"""A pod on the running service, spoken to over its API as kubectl would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.stack import Stack, run

Json = dict[str, Any]
TOOLBOX = "playground/toolbox:1"


def wait_for(found: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Until `found()` is true; asks every 50 ms."""
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


@dataclass
class LivePod:
    """One pod of the user `client` belongs to."""

    stack: Stack
    client: httpx.Client
    namespace: str
    name: str

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/pods/{self.name}"

    def read(self) -> Json:
        found: Json = self.client.get(self.path).raise_for_status().json()
        return found

    def wait_phase(self, phase: str, seconds: float = 30) -> Json:
        wait_for(lambda: self.read()["status"].get("phase") == phase, f"phase {phase}", seconds)
        return self.read()

    def waiting(self, member: str) -> Json:
        """The member's waiting state, {} when it does not wait."""
        statuses = self.read()["status"].get("containerStatuses", [])
        return next((dict(s["state"].get("waiting", {})) for s in statuses if s["name"] == member), {})

    def live(self) -> Json:
        path = f"/api/playground/v1/namespaces/{self.namespace}/pods/{self.name}/live"
        found: Json = self.client.get(path).raise_for_status().json()
        return found

    def events(self) -> list[Json]:
        found: list[Json] = self.client.get(f"/api/v1/namespaces/{self.namespace}/events").json()["items"]
        return [event for event in found if event["involvedObject"]["name"] == self.name]

    def container(self, member: str) -> str:
        """The Docker name of a member, "POD" for pause."""
        return next(n for n in self.stack.containers() if n.split("_")[2:4] == [member, self.name])

    def run_in(self, member: str, *command: str) -> str:
        """What a command prints inside a member: the test's own way in, not the playground's."""
        return run("docker", "exec", self.container(member), *command)

    def execute(self, member: str, *command: str) -> Json:
        """What a command in a member comes to, through the API."""
        path = f"/api/playground/v1/namespaces/{self.namespace}/pods/{self.name}/exec"
        answer = self.client.post(path, json={"container": member, "command": list(command)})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def log(self, member: str, **query: str) -> str:
        answer = self.client.get(f"{self.path}/log", params={"container": member} | query)
        return answer.text

    def left(self) -> list[str]:
        return [name for name in self.stack.containers() if name.split("_")[3] == self.name]

    def delete_softly(self) -> None:
        """Within the grace that its spec gives."""
        self.client.delete(self.path).raise_for_status()

    def wait_gone(self, seconds: float = 30) -> None:
        wait_for(lambda: self.client.get(self.path).status_code == 404, f"{self.name} to be gone", seconds)

    def delete(self, grace: int = 0) -> None:
        self.client.delete(self.path, params={"gracePeriodSeconds": grace})
        wait_for(lambda: not self.left(), f"the containers of {self.name} to go", 60)


@contextmanager
def pod(stack: Stack, name: str, spec: Json, *, user: str = "ada", **meta: Json) -> Iterator[LivePod]:
    """A pod that was accepted; deleted at the end, and nothing of it left."""
    with stack.client(user) as client:
        client.get("/api/v1/namespaces").raise_for_status()
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name} | meta, "spec": spec}
        answer = client.post(f"/api/v1/namespaces/{user}/pods", json=body)
        assert answer.status_code == 201, answer.text
        found = LivePod(stack, client, user, name)
        try:
            yield found
        finally:
            found.delete()


def toolbox(name: str, *command: str) -> Json:
    return {"name": name, "image": TOOLBOX, "command": list(command or ("sleep", "3600"))}
