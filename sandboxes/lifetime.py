"""When a pod ends that nobody deletes or stops, and the words that say so.

PURE. A rule says from which of the row's times it counts and for how long; whether that is over, the database decides
by its own clock (`lifetimes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandboxes.quota import duration

LISTS = ("initContainerStatuses", "containerStatuses")
# Waiting for these is what every member does at first.
USUAL = ("", "ContainerCreating", "PodInitializing")
NOTED_EVERY = 60  # seconds: a use is written down at most once in so many


class Why(StrEnum):
    """The reason of the Event, and of the status where the pod stays."""

    EXPIRED = "Expired"
    SLOW_START = "StartDeadlineExceeded"
    NEVER_USED = "NeverUsed"
    IDLE = "Idle"


class Among(StrEnum):
    """Which pods a rule is for: all, those that are to run, those of them that do not yet, or that nobody ever used."""

    ALL = "all"
    WANTED = "wanted"
    STARTING = "starting"
    UNUSED = "unused"


@dataclass(frozen=True)
class Terms:
    """The installation's limits, in seconds; 0: none."""

    idle: int
    never_used: int
    start_within: int


@dataclass(frozen=True)
class Rule:
    """Over when `seconds` have passed since the time in the row's column `since`."""

    why: Why
    among: Among
    since: str
    seconds: int

    @property
    def deletes(self) -> bool:
        """Else the pod is stopped, and stays to be started again."""
        return self.why is Why.EXPIRED


def rules(terms: Terms) -> tuple[Rule, ...]:
    """In the order in which they are held against a pod: the first that fits is the reason."""
    limits = (
        Rule(Why.SLOW_START, Among.STARTING, "wanted_since", terms.start_within),
        Rule(Why.NEVER_USED, Among.UNUSED, "wanted_since", terms.never_used),
        Rule(Why.IDLE, Among.WANTED, "used_at", terms.idle),
    )
    return (Rule(Why.EXPIRED, Among.ALL, "expires_at", 0), *(rule for rule in limits if rule.seconds))


def noted_every(terms: Terms) -> float:
    """How many seconds may pass between two notes of use, so that a pod in use never seems idle."""
    return min(NOTED_EVERY, terms.idle / 4) if terms.idle else NOTED_EVERY


def told(rule: Rule, status: Mapping[str, Any]) -> str:
    """Who ends the pod and why, and what can be done, for the Event and the status."""
    span = duration(rule.seconds)
    match rule.why:
        case Why.EXPIRED:
            return "The playground deletes this pod: the time it was given, extensions included, is over."
        case Why.SLOW_START:
            waits = "".join(f" {found}." for found in (_waits_for(status),) if found)
            return f"The playground stopped this pod: it did not come to run within {span}.{waits} Start tries again."
        case Why.NEVER_USED:
            first = f"nobody has watched or used it in the {span} since it was started"
            return f"The playground stopped this pod: {first}. Starting it makes new members; its volumes stay."
        case Why.IDLE:
            first = f"nobody has watched or used it for {span}"
            return f"The playground stopped this pod: {first}. Starting it makes new members; its volumes stay."


def _waits_for(status: Mapping[str, Any]) -> str:
    """What the pod waits for by its status: the scheduler's word, or the first member's; "" when it does not say."""
    return next((found.rstrip(".") for found in _waits(status) if found), "")


def _waits(status: Mapping[str, Any]) -> Iterator[str]:
    for condition in status.get("conditions", []):
        if condition.get("status") == "False" and condition.get("reason") in ("Unschedulable", "CreatePodSandboxError"):
            yield str(condition.get("message", ""))
    for member in (each for key in LISTS for each in status.get(key, [])):
        waiting = member["state"].get("waiting", {})
        reason, message = str(waiting.get("reason", "")), str(waiting.get("message", ""))
        if words := " ".join(word for word in ("" if reason in USUAL else reason, message) if word):
            yield f"Member {member['name']} waits: {words}"
