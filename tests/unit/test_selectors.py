"""labelSelector and fieldSelector."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.api import selectors
from sandboxes.errors import Malformed

POD: dict[str, Any] = {
    "metadata": {"name": "web", "namespace": "alice", "labels": {"app": "x", "tier": ""}},
    "spec": {"nodeName": "n1"},
    "status": {"phase": "Running"},
}


@pytest.mark.parametrize(
    "selector",
    ["", "app=x", "app==x", "app", "!other", "app!=y", "other!=x", "app=x,tier", "tier=", " app = x , tier "],
)
def test_a_pod_with_such_labels_is_chosen(selector: str) -> None:
    assert selectors.by_labels(selector, POD)


@pytest.mark.parametrize("selector", ["app=y", "!app", "app!=x", "other", "other=x", "app=x,app=y"])
def test_a_pod_without_such_labels_is_not_chosen(selector: str) -> None:
    assert not selectors.by_labels(selector, POD)


@pytest.mark.parametrize("selector", ["a in (b,c)", "=x", "!a=b", "a=b=c", ",", "a b"])
def test_what_is_not_understood_is_refused(selector: str) -> None:
    with pytest.raises(Malformed, match="unable to parse requirement"):
        selectors.by_labels(selector, POD)


def test_pods_are_chosen_by_fields_that_kubernetes_knows() -> None:
    assert selectors.by_fields("metadata.name=web,status.phase!=Pending,spec.nodeName=n1", POD)
    assert not selectors.by_fields("status.phase=Pending", POD)
    with pytest.raises(Malformed, match=r"field label not supported: spec\.hostname"):
        selectors.by_fields("spec.hostname=x", POD)


def test_events_are_chosen_by_what_they_are_about() -> None:
    uid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    lookups = selectors.event_lookups(f"involvedObject.uid={uid},involvedObject.kind=Pod,reason=Started")
    assert lookups == {"pod__uid": uid, "reason": "Started"}


@pytest.mark.parametrize("selector", ["involvedObject.kind=Node", "involvedObject.uid=none", "reason=a\0b"])
def test_no_event_is_about_what_cannot_be(selector: str) -> None:
    assert selectors.event_lookups(selector) is None


@given(st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    for read in (selectors.parse, selectors.event_lookups):
        try:
            read(text)
        except Malformed as exc:
            assert str(exc)
