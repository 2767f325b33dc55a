"""The recorded cases against the real service: a sample in every run, all of them in `./play soak`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.compare import images
from tests.compare.differences import Difference, differences
from tests.compare.explained import RULES, explained
from tests.compare.player import before_the_end, being_made
from tests.compare.run import compare_all, figures
from tests.recorded.cases import Case, cases
from tests.stack import Stack

ALL = os.environ.get("PLAYGROUND_COMPARE_ALL") == "1"
pytestmark = pytest.mark.timeout(900 if ALL else 300)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "differences-from-kubernetes.md"
# One or more of each group, none longer than ten seconds.
SAMPLE = (
    "cmd-11-expansion", "debug-01-target", "downward-01-fields", "env-01-expansion", "env-03-envfrom",
    "err-05-not-in-path", "exec-01-codes", "hostname-01-unset", "init-03-fail-never", "init-05-env",
    "net-01-hostaliases", "plain-01-one", "sec-09-drop-all", "sharepid-01-two", "sidecar-01-native",
    "term-01-file", "vol-01-emptydir-shared", "vol-03-readonly",
)  # fmt: skip
# docs/differences-from-kubernetes.md, "Left".
LEFT = {"manifests": 134, "not yet": 5}


def test_pods_do_what_a_kubelet_did(stack: Stack) -> None:
    images.build()
    try:
        found = compare_all(stack, tuple(case for case in cases() if ALL or case.id in SAMPLE))
    finally:
        images.remove()
    told = figures(found)
    print(json.dumps(told))  # noqa: T201 - shown by `./play soak`
    left = {name: [str(each) for each in differ if not explained(each)] for name, differ in found.items()}
    left = {name: differ for name, differ in left.items() if differ}
    if ALL:
        assert told["manifests"] == LEFT["manifests"]
        assert told["not yet"] <= LEFT["not yet"], left
    else:
        assert left == {}


def test_every_rule_is_told_in_the_docs() -> None:
    headings = [line.removeprefix("## ") for line in DOCS.read_text().splitlines() if line.startswith("## ")]
    assert headings == [*RULES, "Left"]


@pytest.mark.parametrize("case", [c for c in cases() if "timeline" in c.record], ids=lambda case: case.id)
def test_a_record_is_equal_to_itself(case: Case) -> None:
    record = dict(case.record)
    record = {"events": [], "steps": [], "logs": {}} | record
    assert [d for d in differences(record, record) if not d.at.startswith(("logs", "steps"))] == []


def test_most_pods_of_the_record_were_made_in_their_time() -> None:
    """So the player knows of each whether to wait for a pod that is late."""
    waiting = [case.id for case in cases() if "timeline" in case.record and being_made(before_the_end(case.record))]
    assert 0 < len(waiting) < 20
    assert not set(waiting) & {"err-05-not-in-path", "plain-01-one", "init-05-env"}


def test_no_rule_explains_what_is_simply_wrong() -> None:
    wrong = (
        Difference("containers.a.exitCode", "0", "1"),
        Difference("containers.a.reason", '"Completed"', '"Error"'),
        Difference("phases", '["Pending", "Running"]', '["Pending", "Failed"]'),
        Difference("steps.0.out", '"a\\n"', '"b\\n"'),
        Difference("containers.a.restarts", "0", "3"),
        Difference("events", '["Normal", "Killing", "Stopping container a", ""]', "none"),
    )
    assert [explained(each) for each in wrong] == [""] * len(wrong)
