"""The audit trail: what was done and refused, who may read it, and that nobody changes it unseen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from people import trail
from people.models import RoleAssignment, TrailEntry
from tests.service.caller import Caller, manifest

pytestmark = pytest.mark.django_db
PODS = "/api/v1/namespaces/alice/pods"
TRAIL = "/api/playground/v1/trail"


@pytest.fixture
def alice() -> Caller:
    return Caller("alice")


@pytest.fixture
def root() -> Caller:
    return Caller("root", staff=True)


def auditor() -> Caller:
    found = Caller("eve")
    RoleAssignment.objects.create(user=found.user, role="auditor")
    return found


def deeds() -> list[tuple[str, str, str, int]]:
    return [(row.actor, row.act, row.path, row.code) for row in TrailEntry.objects.order_by("pk")]


def test_what_changes_something_is_kept_and_what_reads_is_not(alice: Caller) -> None:
    alice.get(PODS)
    alice.post(PODS, manifest())
    alice.post(f"{PODS}?dryRun=All", manifest())
    alice.delete(f"{PODS}/web")
    assert deeds() == [("alice", "POST pods", PODS, 201), ("alice", "DELETE pods", f"{PODS}/web", 200)]


def test_what_was_refused_is_kept_too_with_whose_it_was(alice: Caller) -> None:
    alice.post(PODS, manifest())
    Caller("mallory").delete(f"{PODS}/web")
    Client().post("/api/playground/v1/session", {"username": "alice", "password": "x"}, content_type="application/json")
    last, before = TrailEntry.objects.order_by("-pk")[:2]
    assert (last.actor, last.act, last.code) == ("", "POST session", 401)
    assert (before.actor, before.owner, before.code) == ("mallory", "alice", 404)


def test_an_operators_act_stands_in_the_pods_events_for_its_owner(alice: Caller, root: Caller) -> None:
    alice.post(PODS, manifest())
    root.post("/api/playground/v1/namespaces/alice/pods/web/warn", {"message": "this mines coins: stop it"})
    root.post("/api/playground/v1/namespaces/alice/pods/web/stop", {})
    found = alice.get("/api/v1/namespaces/alice/events").body["items"]
    told = {(event["type"], event["reason"], event["message"]) for event in found}
    assert ("Warning", "OperatorWarning", "operator root: this mines coins: stop it") in told
    assert ("Normal", "OperatorAct", "operator root: POST stop") in told


def test_an_owner_warns_nobody_and_an_empty_warning_is_none(alice: Caller, root: Caller) -> None:
    alice.post(PODS, manifest())
    path = "/api/playground/v1/namespaces/alice/pods/web/warn"
    assert alice.post(path, {"message": "me"}).code == 404
    assert root.post(path, {"message": "  "}).code == 400
    assert root.post(path, {"message": "x" * 501}).code == 400


def test_operators_and_auditors_read_it_and_to_all_others_it_is_not_there(alice: Caller, root: Caller) -> None:
    alice.post(PODS, manifest())
    assert alice.get(TRAIL).code == alice.get(f"{TRAIL}/export").code == 404
    for reader in (root, auditor()):
        (row,) = reader.get(TRAIL, actor="alice").body["items"]
        assert (row["act"], row["owner"], row["role"], row["code"]) == ("POST pods", "alice", "learner", 201)
    assert root.get(TRAIL, actor="nobody").body["items"] == []
    assert root.get(TRAIL, act="POST pods", since="2999-01-01T00:00:00Z").body["items"] == []
    assert root.get(TRAIL, limit="501").code == 400


def test_it_can_be_taken_along_a_line_each(alice: Caller, root: Caller) -> None:
    for name in ("a", "b"):
        alice.post(PODS, manifest(name=name))
    answer: Any = root.client.get(f"{TRAIL}/export", {"actor": "alice"})
    content = b"".join(answer.streaming_content)
    assert [json.loads(line)["act"] for line in content.splitlines()] == ["POST pods", "POST pods"]


def test_an_entry_that_was_changed_or_taken_out_is_found(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, manifest(name=name))
    assert list(trail.broken()) == []
    first, second, third = TrailEntry.objects.order_by("pk")
    TrailEntry.objects.filter(pk=second.pk).update(actor="bob")
    assert list(trail.broken()) == [second]
    TrailEntry.objects.filter(pk=second.pk).delete()
    assert list(trail.broken()) == [third]
    TrailEntry.objects.filter(pk__in=[second.pk, third.pk]).delete()
    assert list(trail.broken()) == [first], "the newest are missing"


def test_an_entry_is_never_saved_again(alice: Caller) -> None:
    alice.post(PODS, manifest())
    row = TrailEntry.objects.get()
    row.actor = "bob"
    with pytest.raises(ValueError, match="never changed"):
        row.save()


def test_old_entries_go_from_the_oldest_on_and_the_chain_holds(alice: Caller) -> None:
    for name in ("a", "b"):
        alice.post(PODS, manifest(name=name))
    now = timezone.now()
    assert trail.forget(180, now + timedelta(days=1)) == 0
    assert trail.forget(0, now + timedelta(days=10_000)) == 0
    oldest = TrailEntry.objects.order_by("pk")[0]
    assert trail.forget(1, oldest.at + timedelta(days=1, microseconds=1)) == 1
    assert list(trail.broken()) == []


def test_a_path_of_any_kind_is_kept_as_text_that_shows_it(alice: Caller) -> None:
    alice.client.post("/api/v1/namespaces/alice/pods/%1b[31m%0a%E2%80%AE", "", content_type="application/json")
    (row,) = TrailEntry.objects.all()
    assert row.path.isascii() and "\n" not in row.path and "\x1b" not in row.path


def test_no_secret_is_in_it(alice: Caller) -> None:
    User.objects.create_user("carol", password="a very secret word")
    body = {"username": "carol", "password": "a very secret word"}
    Client().post("/api/playground/v1/session", body, content_type="application/json")
    alice.post("/api/playground/v1/tokens", {"name": "mine"})
    told = json.dumps(list(TrailEntry.objects.values("actor", "act", "path", "address", "owner")))
    assert "secret" not in told and "pgt_" not in told


def test_an_entry_and_the_answer_name_the_same_request(alice: Caller) -> None:
    answer = alice.post(PODS, manifest())
    assert TrailEntry.objects.get().request == answer.response.headers["X-Request-Id"]


def test_a_command_says_whether_it_is_whole(alice: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    alice.post(PODS, manifest())
    call_command("trail")
    assert capsys.readouterr().out == "1 entries\n"
    TrailEntry.objects.update(code=404)
    with pytest.raises(CommandError, match="broken"):
        call_command("trail")


def test_who_signs_in_is_named_though_they_were_nobody_when_they_asked() -> None:
    User.objects.create_user("carol", password="a very secret word")
    body = {"username": "carol", "password": "a very secret word"}
    Client().post("/api/playground/v1/session", body, content_type="application/json")
    row = TrailEntry.objects.get()
    assert (row.actor, row.role, row.code) == ("carol", "learner", 200)
