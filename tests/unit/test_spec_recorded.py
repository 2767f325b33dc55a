"""Every manifest that a real API server was given: taken or refused as it did, and the same when written out again."""

from __future__ import annotations

import pytest
import yaml

from sandboxes.errors import Malformed, SpecRefused
from sandboxes.policy import BASELINE, refusals
from sandboxes.spec import Pod, decode, dump, read, validate, with_defaults
from tests.recorded.cases import Case, cases

# What Kubernetes takes and the playground has not, by design (spec/closest.py).
OTHERS = "not supported here"


def taken(case: Case) -> Pod:
    """kubectl resolves anchors, which we do not take, before it sends."""
    if "&" in case.text:
        return decode(yaml.safe_load(case.text))
    return decode(read(case.text.encode(), "application/yaml"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_a_manifest_is_answered_as_a_real_api_server_did(case: Case) -> None:
    answer = case.record["create"]
    try:
        pod = taken(case)
    except (Malformed, SpecRefused) as refused:
        assert OTHERS in str(refused) or (answer["http"], answer["message"]) == (400, str(refused))
        return
    found = validate(pod)
    causes = [{"reason": c.reason, "message": c.message, "field": c.field} for c in found]
    assert causes == answer.get("causes", [])
    if found:
        assert str(SpecRefused(pod.metadata.name, found)) == answer["message"]
    if answer["http"] == 201:
        complete = with_defaults(pod)
        assert decode(dump(complete)) == complete
        assert [cause.field for cause in refusals(complete, BASELINE)] == []
