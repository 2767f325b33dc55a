"""The audit trail: what was done and refused, who may read it, and that nobody changes it unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from people import trail
from people.models import RoleAssignment, TrailEntry
from sandboxes.models import PodEvent
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


def broken() -> list[str]:
    """What is told, without the moments."""
    return [re.sub(r" of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", told) for told in trail.broken()]


def operator_acts() -> int:
    return PodEvent.objects.filter(reason="OperatorAct").count()


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
    content = b"".join(exported(root, actor="alice"))
    assert [json.loads(line)["act"] for line in content.splitlines()] == ["POST pods", "POST pods"]


def exported(reader: Caller, after_first: Callable[[], object] = lambda: None, **query: str) -> list[bytes]:
    """The pieces of an export; what is done when the first has come."""
    answer: Any = reader.client.get(f"{TRAIL}/export", query)

    async def taken() -> list[bytes]:
        found: list[bytes] = []
        async for piece in answer.streaming_content:
            if not found:
                await sync_to_async(after_first)()
            found.append(piece)
        return found

    return async_to_sync(taken)()


def many(count: int) -> None:
    TrailEntry.objects.bulk_create(
        TrailEntry(at=timezone.now(), act="POST pods", path=f"/{i}", digest="") for i in range(count)
    )


def test_a_long_trail_is_read_piece_by_piece_as_it_is_taken(root: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once it would be in web's memory, however long it is."""
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    many(5)
    assert [len(piece.splitlines()) for piece in exported(root)] == [2, 2, 1]
    _, *later = exported(root, TrailEntry.objects.filter(path="/0").delete)
    assert [json.loads(line)["path"] for line in b"".join(later).splitlines()] == ["/2", "/1"]


def test_an_export_breaks_off_when_its_reader_may_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not end as if that were all."""
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    many(5)
    with pytest.raises(ConnectionAbortedError):
        exported(auditor(), RoleAssignment.objects.all().delete)


def test_an_entry_that_was_changed_or_taken_out_is_found(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, manifest(name=name))
    assert list(trail.broken()) == []
    _, second, third = TrailEntry.objects.order_by("pk")
    TrailEntry.objects.filter(pk=second.pk).update(actor="bob")
    assert broken() == [f"entry {second.pk} is not as it was"]
    TrailEntry.objects.filter(pk=second.pk).delete()
    assert broken() == [f"before entry {third.pk} one is missing"]
    TrailEntry.objects.filter(pk=third.pk).delete()
    assert list(trail.broken()) == ["the newest entries are missing"]
    TrailEntry.objects.all().delete()
    assert list(trail.broken()) == ["the newest entries are missing"], "an emptied trail is not a whole one"


def test_an_oldest_entry_that_was_not_forgotten_is_missed(alice: Caller) -> None:
    for name in ("a", "b"):
        alice.post(PODS, manifest(name=name))
    first, second = TrailEntry.objects.order_by("pk")
    TrailEntry.objects.filter(pk=first.pk).delete()
    assert broken() == [f"before entry {second.pk} one is missing"]


def test_an_entry_is_never_saved_again(alice: Caller) -> None:
    alice.post(PODS, manifest())
    row = TrailEntry.objects.get()
    row.actor = "bob"
    with pytest.raises(ValueError, match="never changed"):
        row.save()


def test_old_entries_go_from_the_oldest_on_and_the_chain_holds(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, manifest(name=name))
    assert trail.forget(180) == trail.forget(0) == 0
    first, second, _ = TrailEntry.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=2)
    TrailEntry.objects.filter(pk__in=[first.pk, second.pk]).update(at=long_ago)
    assert trail.forget(1) == 2
    assert TrailEntry.objects.count() == 1
    assert list(trail.broken()) == []


def test_all_of_it_may_be_old(alice: Caller) -> None:
    alice.post(PODS, manifest())
    TrailEntry.objects.update(at=timezone.now() - timedelta(days=2))
    assert trail.forget(1) == 1
    assert list(trail.broken()) == []
    alice.delete(f"{PODS}/web")
    assert list(trail.broken()) == []


@pytest.mark.parametrize(
    "query", ["dryRun", "dryRun=", "dryRun=1", "dryRun=all", "dryRun=All&dryRun="], ids=lambda query: str(query)
)
def test_what_is_no_dry_run_is_kept_whatever_the_address_says(alice: Caller, root: Caller, query: str) -> None:
    alice.post(PODS, manifest())
    root.post(f"/api/playground/v1/namespaces/alice/pods/web/stop?{query}", {})
    root.post(f"/api/playground/v1/tokens?{query}", {"name": "mine"})
    root.delete(f"{PODS}/web?{query}")
    Client().post(
        f"/api/playground/v1/session?{query}", {"username": "a", "password": "x"}, content_type="application/json"
    )
    assert [act for _, act, _, _ in deeds()] == ["POST pods", "POST stop", "POST tokens", "DELETE pods", "POST session"]


def test_what_only_operators_and_auditors_may_read_is_kept_once_and_told_to_the_owner(
    alice: Caller, root: Caller
) -> None:
    alice.post(PODS, manifest())
    secret = {"metadata": {"name": "s"}, "stringData": {"word": "hidden"}}
    alice.post("/api/v1/namespaces/alice/secrets", secret)
    eve = auditor()
    TrailEntry.objects.all().delete()
    for reader in (alice, root, root, eve):
        reader.get(f"{PODS}/web")
        reader.get("/api/v1/namespaces/alice/secrets/s")
    root.get("/api/v1/namespaces/root/pods/none")
    looks = [(actor, act) for actor, act, _, code in deeds() if code == 200]
    assert looks[:2] == [("root", "GET pods"), ("root", "GET secrets")]
    assert set(looks[2:]) <= {("eve", "GET pods"), ("eve", "GET secrets")} and len(looks) <= 4
    assert "alice" not in {actor for actor, *_ in deeds()}
    told = {event["message"] for event in alice.get("/api/v1/namespaces/alice/events").body["items"]}
    assert {"operator root: GET pods", "auditor eve: GET pods"} <= told


def test_each_owner_of_what_was_deleted_together_is_told(alice: Caller, root: Caller) -> None:
    for name in ("a", "b"):
        alice.post(PODS, manifest(name=name))
    root.delete(f"{PODS}?dryRun=All")
    assert operator_acts() == 0
    root.delete(f"{PODS}?gracePeriodSeconds=30")
    assert operator_acts() == 2


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
@pytest.mark.parametrize("path", [TRAIL, f"{TRAIL}/export"])
def test_a_moment_that_no_calendar_has_is_refused(root: Caller, moment: str, path: str) -> None:
    assert root.get(path, since=moment).code == 400
    assert root.get(path, until=moment).code == 400


def test_a_moment_without_an_offset_is_utc(root: Caller) -> None:
    root.post("/api/playground/v1/tokens", {"name": "mine"})
    assert root.get(TRAIL, since="2000-01-01T00:00:00").body["items"]


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
