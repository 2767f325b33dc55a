"""When a pod ends by itself, in which order the reasons count, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.lifetime import Among, Rule, Terms, Why, noted_every, rules, told

TERMS = Terms(idle=3600, never_used=1800, start_within=900)


def test_expiry_comes_first_then_what_hangs_then_what_nobody_uses() -> None:
    assert rules(TERMS) == (
        Rule(Why.EXPIRED, Among.ALL, "expires_at", 0),
        Rule(Why.SLOW_START, Among.STARTING, "wanted_since", 900),
        Rule(Why.NEVER_USED, Among.UNUSED, "wanted_since", 1800),
        Rule(Why.IDLE, Among.WANTED, "used_at", 3600),
    )


def test_a_limit_of_nothing_never_ends_a_pod() -> None:
    assert [rule.why for rule in rules(Terms(idle=0, never_used=0, start_within=0))] == [Why.EXPIRED]


def test_only_an_expired_pod_is_deleted() -> None:
    assert [rule.why for rule in rules(TERMS) if rule.deletes] == [Why.EXPIRED]


@pytest.mark.parametrize(("idle", "every"), [(0, 60), (3600, 60), (240, 60), (20, 5)])
def test_use_is_noted_often_enough_to_be_no_idleness(idle: int, every: float) -> None:
    assert noted_every(Terms(idle, 0, 0)) == every


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"phase": "Pending", "containerStatuses": [{"name": "a", "state": state}]}


UNSCHEDULABLE = {"status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Too many pods."}
WORDS = [
    (Why.EXPIRED, {}, "The playground deletes this pod: the time it was given, extensions included, is over."),
    (
        Why.IDLE,
        {},
        "The playground stopped this pod: nobody has watched or used it for 1 h. "
        "Starting it makes new members; its volumes stay.",
    ),
    (
        Why.NEVER_USED,
        {},
        "The playground stopped this pod: nobody has watched or used it in the 30 min since it was started. "
        "Starting it makes new members; its volumes stay.",
    ),
    (
        Why.SLOW_START,
        waiting("ImagePullBackOff", 'Back-off pulling image "x"'),
        "The playground stopped this pod: it did not come to run within 15 min. "
        'Member a waits: ImagePullBackOff Back-off pulling image "x". Start tries again.',
    ),
    (
        Why.SLOW_START,
        waiting("ContainerCreating"),
        "The playground stopped this pod: it did not come to run within 15 min. Start tries again.",
    ),
    (
        Why.SLOW_START,
        waiting("ContainerCreating", 'Waiting for image "mysql" to be built on this node'),
        "The playground stopped this pod: it did not come to run within 15 min. "
        'Member a waits: Waiting for image "mysql" to be built on this node. Start tries again.',
    ),
    (
        Why.SLOW_START,
        {"conditions": [UNSCHEDULABLE]},
        "The playground stopped this pod: it did not come to run within 15 min. "
        "0/1 nodes are available: 1 Too many pods. Start tries again.",
    ),
]


@pytest.mark.parametrize(("why", "status", "words"), WORDS)
def test_a_reason_says_who_why_and_what_can_be_done(why: Why, status: dict[str, Any], words: str) -> None:
    rule = next(rule for rule in rules(TERMS) if rule.why is why)
    assert told(rule, status) == words
