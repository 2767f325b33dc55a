"""Nodes are staff's: to all others there are none, and one that cannot be seen says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sandboxes import quotas
from sandboxes.models import Node
from sandboxes.quota import Resource
from tests.service import made
from tests.service.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)
NODES = "/api/playground/v1/nodes"


@pytest.fixture(autouse=True)
def nodes() -> None:
    Node.objects.create(name="n1", ready=True, engine="20.10", max_pods=7, seen_at=timezone.now())
    Node.objects.create(name="n2", reason="the engine does not answer")


def test_staff_see_each_node_and_why_one_takes_no_pods() -> None:
    found = Caller("root", staff=True).get(NODES)
    assert found.code == 200
    first, second = found.body["items"]
    assert (first["name"], first["ready"], first["mostPods"], first["engine"]) == ("n1", True, 7, "20.10")
    assert (second["ready"], second["reason"], second["seenAt"]) == (False, "the engine does not answer", None)


def test_a_node_tells_what_its_pods_have_of_what_they_may_and_of_the_machine() -> None:
    Node.objects.filter(name="n1").update(cpu=2000, memory=4 << 30, max_cpu=20_000)
    node = Node.objects.get(name="n1")
    rows = [made.pod(name=f"web-{i}") for i in range(2)]
    assert [quotas.take_on_node(row, node) for row in rows] == [None, None]
    each = quotas.amounts_of(rows[0])
    assert each[Resource.CPU] and each[Resource.MEMORY]
    first, second = Caller("root", staff=True).get(NODES).body["items"]
    assert first["quota"] == [
        {"resource": "pods", "used": 2, "limit": 7, "machine": None},
        {"resource": "limits.cpu", "used": 2 * each[Resource.CPU], "limit": 20_000, "machine": 2000},
        {"resource": "limits.memory", "used": 2 * each[Resource.MEMORY], "limit": None, "machine": 4 << 30},
    ]
    assert [(use["used"], use["machine"]) for use in second["quota"]] == [(0, None)] * 3, "it never told its size"


@pytest.mark.parametrize("path", [NODES, f"{NODES}/n1", f"{NODES}/n2", f"{NODES}/none"])
def test_to_a_learner_there_are_none(path: str) -> None:
    made.pod()
    refused = Caller("alice").get(path)
    assert (refused.code, refused.body["reason"]) == (404, "NotFound")


@pytest.mark.parametrize("path", [NODES, f"{NODES}/n1"])
def test_without_a_credential_nothing_is_told(path: str) -> None:
    caller = Caller("alice")
    caller.client = Client(raise_request_exception=False)
    assert caller.get(path).code == 401


def test_a_node_that_is_not_there_is_named(settings: Any) -> None:
    missing = Caller("root", staff=True).get(f"{NODES}/n9")
    assert (missing.code, missing.body["message"]) == (404, 'nodes "n9" not found')


def test_a_node_that_does_not_answer_or_is_elsewhere_says_so(settings: Any, tmp_path: Path) -> None:
    settings.NODE_SOCKET = tmp_path / "node.sock"
    root = Caller("root", staff=True)
    silent, elsewhere = root.get(f"{NODES}/n1"), root.get(f"{NODES}/n2")
    assert (silent.code, elsewhere.code) == (503, 503)
    assert "does not run" in silent.body["message"]
    assert "on another machine" in elsewhere.body["message"]
