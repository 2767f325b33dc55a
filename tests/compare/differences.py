"""Two records of one case, held against each other: what a kubelet did, and what we did.

PURE. Compared are facts, not moments: the order of phases and of each container's states (a state that lasts less than
a second may be missing on either side, as between two recordings of the same kubelet), what is before the deletion, the
answers of every step, logs, events by reason and message (not how often), and the last phase.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
STARTING = ("ContainerCreating", "PodInitializing")
# Said by a kubelet's surroundings, which are not here: the scheduler's names, volumes of a cluster.
SURROUNDINGS = frozenset({"Scheduled", "FailedScheduling", "FailedMount", "Pulling", "Pulled"})


@dataclass(frozen=True)
class Difference:
    """`at` is where, by dots: steps.3.out, events, containers.a.states …"""

    at: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.at}: expected {self.expected[:300]} got {self.got[:300]}"


def differences(expected: Json, got: Json) -> tuple[Difference, ...]:
    """All of them, () when the two say the same."""
    return tuple(_differences(expected, normal(got)))


def _differences(expected: Json, got: Json) -> Iterator[Difference]:
    yield from _same("create", _creation(expected["create"]), _creation(got["create"]))
    if expected["create"]["http"] != 201 or got["create"]["http"] != 201 or "timeline" not in expected:
        return
    before, ours = _before_delete(expected), _before_delete(got)
    yield from _order("phases", [s["phase"] for s in before], [s["phase"] for s in ours])
    for name, states in _states(before).items():
        yield from _order(f"containers.{name}.states", states, _states(ours).get(name, []))
    yield from _last(before[-1] if before else {}, ours[-1] if ours else {})
    yield from _same("qosClass", expected["final"].get("qosClass"), got["final"].get("qosClass"))
    for i, (step, mine) in enumerate(zip(expected.get("steps", []), got["steps"], strict=False)):
        yield from _step(f"steps.{i}", step, mine)
    for member, log in expected.get("logs", {}).items():
        if isinstance(log, str) and not log.startswith("unable to retrieve container logs"):
            yield from _same(f"logs.{member}", log, got["logs"].get(member, "<none>"))
    yield from _events(expected.get("events", []), got["events"])
    yield from _same("end", _end(expected), _end(got))


def _same(at: str, expected: Any, got: Any) -> Iterator[Difference]:
    if expected != got:
        yield Difference(at, json.dumps(expected), json.dumps(got))


def _creation(create: Json) -> Json:
    """Kubernetes tells no causes with a 400; a form needs them."""
    found = {key: create.get(key) for key in ("http", "reason", "message")}
    return found | ({"causes": create["causes"]} if create.get("causes") and create["http"] == 422 else {})


def _before_delete(record: Json) -> list[Json]:
    return [seen for seen in record["timeline"] if "phase" in seen and "deleting" not in seen]


def _order(at: str, expected: list[Any], got: list[Any]) -> Iterator[Difference]:
    """The same order, the same end; one side may have seen more on the way."""
    mine, theirs = _distinct(got), _distinct(expected)
    if (mine and theirs and mine[-1] == theirs[-1]) and (_within(mine, theirs) or _within(theirs, mine)):
        return
    yield from _same(at, theirs, mine)


def _distinct(found: list[Any]) -> list[Any]:
    return [item for i, item in enumerate(found) if i == 0 or item != found[i - 1]]


def _within(short: list[Any], long: list[Any]) -> bool:
    rest = iter(long)
    return all(item in rest for item in short)


def _states(timeline: list[Json]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for seen in timeline:
        for key in ("init", "containers", "ephemeral"):
            for name, status in seen.get(key, {}).items():
                if status.get("reason") not in STARTING:
                    code = f" {status['exitCode']}" if "exitCode" in status else ""
                    found.setdefault(name, []).append(f"{status['state']} {status.get('reason', '')}{code}".strip())
    return found


def _last(expected: Json, got: Json) -> Iterator[Difference]:
    yield from _same("reason", expected.get("reason"), got.get("reason"))
    yield from _same("conditions", expected.get("conditions"), got.get("conditions"))
    for key in ("init", "containers", "ephemeral"):
        for name, status in expected.get(key, {}).items():
            mine = got.get(key, {}).get(name, {})
            for fact in ("state", "reason", "exitCode", "ready", "started", "restarts"):
                yield from _same(f"containers.{name}.{fact}", status.get(fact), mine.get(fact))
            if "messageLen" not in status and status.get("reason") not in ("CrashLoopBackOff", *STARTING):
                yield from _same(f"containers.{name}.message", status.get("message"), mine.get("message"))


def _step(at: str, expected: Json, got: Json) -> Iterator[Difference]:
    if "logs" in expected:
        theirs = expected["logs"] if isinstance(expected["logs"], str) else expected["logs"].get("message")
        yield from _same(f"{at}.logs", theirs, got.get("out", got.get("message")))
        return
    for key in ("rc", "out", "err", "http", "message"):
        if key == "http" and "http" not in expected:
            continue
        if key == "message" and "message" not in expected and "message" not in got:
            continue
        yield from _same(f"{at}.{key}", expected.get(key), got.get(key))
    yield from _same(f"{at}.met", expected.get("met", True), got.get("met", True))


def _events(expected: list[Json], got: list[Json]) -> Iterator[Difference]:
    theirs = {
        (e["type"], e["reason"], e["message"], e.get("field", "")) for e in expected if e["reason"] not in SURROUNDINGS
    }
    mine = {(e["type"], e["reason"], e["message"], e.get("field", "")) for e in got if e["reason"] not in SURROUNDINGS}
    missing, more = sorted(theirs - mine), sorted(mine - theirs)
    for event in missing:
        # Of the same kind and about the same container: one event in other words.
        other = next((one for one in more if (*one[:2], one[3]) == (*event[:2], event[3])), None)
        more = [one for one in more if one != other]
        yield Difference("events", json.dumps(event), json.dumps(other) if other else "none")
    for event in more:
        yield Difference("events", "none", json.dumps(event))


def _end(record: Json) -> str | None:
    """The last phase that was seen of it."""
    phases = [seen["phase"] for seen in record["timeline"] if "phase" in seen]
    return phases[-1] if phases else None


def normal(record: Json) -> Json:
    """Our record with the marks that the other one has for addresses, ids and namespaces."""
    names = record.get("names", {})
    marks = {f"<{name}>": names.get(name) for name in ("uid", "node", "gateway")}
    addresses = dict.fromkeys(seen["podIP"] for seen in record.get("timeline", []) if seen.get("podIP"))
    marks |= {f"<podIP{n + 1 if n else ''}>": ip for n, ip in enumerate(addresses)}
    known = {re.compile(rf"(?<![\w.-]){re.escape(value)}(?![\w.-])"): mark for mark, value in marks.items() if value}
    seen: dict[str, str] = {}

    def namespace(found: re.Match[str]) -> str:
        same_kind = sum(key.startswith(found[1]) for key in seen)
        return seen.setdefault(found[0], f"<{found[1]}-ns-{'abcdefgh'[same_kind]}>")

    def marked(value: Any) -> Any:
        match value:
            case dict():
                return {key: marked(inner) for key, inner in value.items()}
            case list():
                return [marked(inner) for inner in value]
            case str():
                for pattern, mark in known.items():
                    value = pattern.sub(mark, value)
                value = re.sub(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{64}\b", "<hex64>", value)
                return re.sub(r"\b(pid|net|ipc|uts|mnt|user|cgroup):\[\d+\]", namespace, value)
            case _:
                return value

    return dict(marked(record))
