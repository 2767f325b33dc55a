"""Plays a recorded case through our API and writes down what happened, in the record's own form."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import yaml

from tests.engine.pods import wait_for
from tests.recorded.cases import Case
from tests.stack import run

Json = dict[str, Any]
POLL = 0.1  # seconds
GRACE = 1.0  # seconds: what a first start leads to is written down
BEING_MADE = ("ContainerCreating", "PodInitializing")
SPECIAL = ("&", "<<:")


@dataclass
class Player:
    """One case, one pod. `record` grows: create, timeline, steps, logs, events, final, delete."""

    client: httpx.Client
    case: Case
    namespace: str = "golden"
    record: Json = field(default_factory=dict)

    def play(self) -> Json:
        self.record = {"id": self.case.id, "timeline": [], "steps": []}
        for obj in self.case.plan.get("setup", []):
            self.client.post(f"/api/v1/namespaces/{self.namespace}/{obj['kind'].lower()}s", json=obj)
        self._t0 = time.monotonic()
        if not self._create():
            return self.record
        stop = threading.Event()
        watching = threading.Thread(target=self._watch, args=(stop,), daemon=True)
        watching.start()
        try:
            for step in self.case.plan.get("steps", []):
                done = self._step(step)
                if done is not None:
                    self.record["steps"].append(done)
            self._sum_up()
            self._delete()
            self._events()
        finally:
            stop.set()
            watching.join(5)
            self.client.delete(self.path, params={"gracePeriodSeconds": 0})
        return self.record

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/pods/{self.name}"

    def _create(self) -> bool:
        text = self.case.text
        where = f"/api/v1/namespaces/{self.namespace}/pods"
        if any(mark in text for mark in SPECIAL):
            answer = self.client.post(where, json=yaml.safe_load(text))
        else:
            answer = self.client.post(where, content=text, headers={"content-type": "application/yaml"})
        body = answer.json()
        self.record["create"] = {"http": answer.status_code}
        if answer.status_code != 201:
            told = {"reason": body.get("reason"), "message": body.get("message")}
            self.record["create"] |= told | (
                {"causes": body["details"]["causes"]} if body.get("details", {}).get("causes") else {}
            )
            return False
        self.name, self.uid = body["metadata"]["name"], body["metadata"]["uid"]
        return True

    def _watch(self, stop: threading.Event) -> None:
        last: Json | None = None
        while not stop.is_set():
            with contextlib.suppress(httpx.HTTPError):
                answer = self.client.get(self.path)
                if answer.status_code == 404:
                    self.record["timeline"].append({"event": "DELETED"})
                    return
                seen = shown(answer.json())
                if seen != last:
                    self.record["timeline"].append({"ms": round((time.monotonic() - self._t0) * 1000)} | seen)
                    last = seen
            # What comes after a deletion is shown for a moment only.
            stop.wait(0.02 if last and "deleting" in last else POLL)

    def read(self) -> Json:
        answer = self.client.get(self.path)
        return dict(answer.json()) if answer.status_code == 200 else {"metadata": {}, "spec": {}, "status": {}}

    def _step(self, step: Json) -> Json | None:
        """What came of it; waiting for a moment is none of the record's steps."""
        match step:
            case {"wait": condition}:
                return {"wait": condition} | ({} if self._wait(condition, step.get("timeout", 30)) else {"met": False})
            case {"sleep": seconds}:
                time.sleep(seconds)
                return None
            case {"until": seconds}:
                time.sleep(max(0.0, seconds - (time.monotonic() - self._t0)))
                self._catch_up()
                return None
            case {"exec": command}:
                return {"exec": command, "c": step.get("c")} | self._execute(command, step)
            case {"patch": patch}:
                return self._patch(patch, step.get("sub"))
            case {"kill_sandbox": number}:
                return self._kill_sandbox(number)
            case {"logs": member}:
                return {"logs": member} | self._log(member, previous=bool(step.get("previous")))
            case _:
                raise AssertionError(f"unknown step {step}")

    def _catch_up(self) -> None:
        """Wait for what the record's machine had made by now: this one is slower, or has more to do."""
        if being_made(shown(self.read())) and not being_made(before_the_end(self.case.record)):
            wait_for(lambda: not being_made(shown(self.read())), f"{self.name} to be made")
            time.sleep(GRACE)

    def _wait(self, condition: str, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds(condition, self.read()["status"]):
                return True
            time.sleep(POLL)
        return False

    def _execute(self, command: list[str], step: Json) -> Json:
        body = {"container": step.get("c") or "", "command": command, "stdin": step.get("stdin", "")}
        answer = self.client.post(
            f"/api/playground/v1/namespaces/{self.namespace}/pods/{self.name}/exec", json=body, timeout=90
        )
        found = answer.json()
        if answer.status_code != 200:
            return {"message": found.get("message"), "http": answer.status_code}
        told = {"rc": found["exitCode"]}
        return told | {k: v for k, v in (("out", found["stdout"]), ("err", found["stderr"])) if v}

    def _patch(self, patch: Json, sub: str | None) -> Json:
        path = f"{self.path}/{sub}" if sub else self.path
        kind = {"content-type": "application/strategic-merge-patch+json"}
        answer = self.client.request("PATCH", path, json=patch, headers=kind)
        found = {"patch": patch, "http": answer.status_code}
        return found if answer.status_code < 400 else found | {"message": answer.json().get("message")}

    def _sandboxes(self, shown: str) -> list[str]:
        """One field of each of its running pauses, in the words of docker's `--format`."""
        label = f"label=playground/uid={self.uid}"
        role = "label=playground/role=pause"
        return run("docker", "ps", "--filter", label, "--filter", role, "--no-trunc", "--format", shown).split()

    def _gateway(self) -> str:
        """The bridge's address; "" when no pause runs. Asked of the network, which outlives a pause that ends now."""
        found = self._sandboxes("{{.Networks}}")
        template = "{{range .IPAM.Config}}{{.Gateway}}{{end}}"
        return run("docker", "network", "inspect", "--format", template, found[0]).strip() if found else ""

    def _kill_sandbox(self, number: int | None) -> Json:
        found = self._sandboxes("{{.ID}}")
        if number is not None and found:
            pid = int(run("docker", "inspect", "--format", "{{.State.Pid}}", found[0]))
            os.kill(pid, signal.Signals(number) if isinstance(number, int) else signal.Signals[f"SIG{number}"])
        return {"kill_sandbox": number, "sandboxes": len(found)}

    def _log(self, member: str, *, previous: bool) -> Json:
        query = {"container": member} | ({"previous": "true"} if previous else {})
        answer = self.client.get(f"{self.path}/log", params=query)
        if answer.status_code == 200:
            return {"out": answer.text}
        return {"http": answer.status_code, "message": answer.json().get("message")}

    def _sum_up(self) -> None:
        pod = self.read()
        self.record["final"] = {"phase": pod["status"].get("phase"), "qosClass": pod["status"].get("qosClass")}
        self.record["last"] = shown(pod)
        spec = pod["spec"]
        names = [
            c["name"] for key in ("initContainers", "containers", "ephemeralContainers") for c in spec.get(key, [])
        ]
        skipped = self.case.plan.get("nologs", [])
        again = {
            n for key in ("init", "containers") for n, c in self.record["last"].get(key, {}).items() if c["restarts"]
        }
        told: dict[str, str] = {}
        for name in names:
            if name not in skipped and "out" in (log := self._log(name, previous=False)):
                told[name] = log["out"]
            if name in again and "out" in (log := self._log(name, previous=True)):
                told[f"{name} (previous)"] = log["out"]
        self.record["logs"] = told
        status = pod["status"]
        addresses = {"podIP": status.get("podIP", ""), "hostIP": status.get("hostIP", "")}
        node = {"node": spec.get("nodeName", ""), "gateway": self._gateway()}
        self.record["names"] = addresses | {"uid": self.uid} | node

    def _events(self) -> None:
        """Those of its end too: they outlive it."""
        listed = self.client.get(
            f"/api/v1/namespaces/{self.namespace}/events", params={"fieldSelector": f"involvedObject.uid={self.uid}"}
        )
        self.record["events"] = [
            {
                "type": event["type"],
                "reason": event["reason"],
                "message": event["message"],
                "count": event["count"],
                "field": event["involvedObject"].get("fieldPath", ""),
            }
            for event in listed.json().get("items", [])
        ]

    def _delete(self) -> None:
        answer = self.client.delete(self.path)
        began = time.monotonic()
        execs = []
        for step in self.case.plan.get("delete", {}).get("execs", []):
            time.sleep(max(0.0, step["after"] - (time.monotonic() - began)))
            execs.append({"c": step["c"]} | self._execute(step["exec"], step))
        while self.client.get(self.path).status_code != 404 and time.monotonic() - began < 60:
            time.sleep(POLL)
        self.record["delete"] = {"http": answer.status_code, "goneMs": round((time.monotonic() - began) * 1000)}
        if execs:
            self.record["delete"]["execs"] = execs


def shown(pod: Json) -> Json:
    """A status as the record has it."""
    status = pod["status"]
    found: Json = {"phase": status.get("phase")}
    if status.get("podIP"):
        found["podIP"] = status["podIP"]
    for key in ("reason", "message"):
        if status.get(key):
            found[key] = status[key]
    if "deletionGracePeriodSeconds" in pod["metadata"]:
        found["deleting"] = pod["metadata"]["deletionGracePeriodSeconds"]
    found["conditions"] = {
        c["type"]: c["status"] + (f":{c['reason']}" if c.get("reason") else "") for c in status.get("conditions", [])
    }
    for key, name in (
        ("initContainerStatuses", "init"),
        ("containerStatuses", "containers"),
        ("ephemeralContainerStatuses", "ephemeral"),
    ):
        if status.get(key):
            found[name] = {c["name"]: _container(c) for c in status[key]}
    return found


def before_the_end(record: Json) -> Json:
    """What a record shows last of a pod that nobody has deleted yet."""
    return next(seen for seen in reversed(record["timeline"]) if "phase" in seen and "deleting" not in seen)


def being_made(found: Json) -> bool:
    """All members of a shown status wait for what comes before their own start."""
    members = [each for key in ("init", "containers") for each in found.get(key, {}).values()]
    return all(each.get("reason") in BEING_MADE for each in members)


def _container(status: Json) -> Json:
    state = next(iter(status["state"]), "")
    told = status["state"].get(state, {})
    found = {
        "state": state,
        "ready": status["ready"],
        "started": status.get("started"),
        "restarts": status["restartCount"],
    }
    found |= {key: told[key] for key in ("reason", "exitCode", "message") if key in told}
    if status.get("lastState"):
        found["last"] = {
            k: v for k, v in status["lastState"]["terminated"].items() if k in ("reason", "exitCode", "message")
        }
    return found


def holds(condition: str, status: Json) -> bool:
    """A condition of a `wait` step (kubernetes/README.md)."""
    kind, _, rest = condition.partition(":")
    statuses = {c["name"]: c for key in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
                for c in status.get(key, [])}  # fmt: skip
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))
    match kind:
        case "ready":
            return ready
        case "notready":
            return not ready
        case "phase":
            return status.get("phase") in rest.split("|")
        case "running" | "terminated":
            return all(name in statuses and kind in statuses[name]["state"] for name in rest.split(":"))
        case "waiting":
            name, _, reason = rest.partition(":")
            told = statuses.get(name, {}).get("state", {}).get("waiting", {})
            return bool(re.fullmatch(reason or ".*", told.get("reason", ""))) and bool(told)
        case "restarts":
            name, _, count = rest.partition(":")
            return name in statuses and statuses[name]["restartCount"] >= int(count)
        case _:
            raise AssertionError(f"unknown condition {condition}")
