"""A request that is sent again under its Idempotency-Key makes no second pod."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from people.models import AccessToken
from sandboxes import idempotency, tasks
from sandboxes.models import IdempotencyKey, Pod
from tests.service import made
from tests.service.caller import Answered, Caller, manifest, read
from tests.service.test_quotas import at_once

pytestmark = pytest.mark.django_db
PODS, POD = "/api/v1/namespaces/alice/pods", "/api/playground/v1/namespaces/alice/pods/web"
YAML = "application/yaml"


@pytest.fixture
def alice() -> Iterator[Caller]:
    yield Caller("alice")


def send(caller: Caller, path: str, body: Any, key: str = "k1", kind: str = "application/json") -> Answered:
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"Idempotency-Key": key}
    return read(caller.client.post(path, content, content_type=kind, headers=headers))


def unnamed() -> dict[str, Any]:
    """A pod that is made as often as it is asked for, if nothing keeps it from it."""
    return manifest() | {"metadata": {"generateName": "web-"}}


def uid(found: Answered) -> str:
    assert found.code == 201, found.body
    return str(found.body["metadata"]["uid"])


@pytest.mark.parametrize("body", [manifest(), unnamed()], ids=["named", "generated name"])
def test_the_same_request_again_is_answered_with_the_first_ones_pod(alice: Caller, body: dict[str, Any]) -> None:
    first = send(alice, PODS, body)
    assert uid(send(alice, PODS, body)) == uid(first)
    assert uid(send(alice, PODS, dict(reversed(body.items())))) == uid(first), "in another order it is the same object"
    assert uid(send(alice, PODS, json.dumps(body), kind=YAML)) == uid(first), "and in YAML"
    assert Pod.objects.count() == 1


def test_the_pod_is_told_as_it_is_by_now(alice: Caller) -> None:
    first = send(alice, PODS, manifest())
    alice.delete(f"{PODS}/web", {"gracePeriodSeconds": 0})
    again = send(alice, PODS, manifest())
    assert uid(again) == uid(first) and again.body["metadata"]["deletionTimestamp"]
    assert alice.get(PODS).body["items"] == [], "what was deleted is not made anew by a request that was late"


def test_a_key_is_not_for_another_request(alice: Caller) -> None:
    send(alice, PODS, manifest())
    for path, body in ((PODS, manifest("other")), (f"{POD}/clone", {"name": "other"}), (f"{POD}/replace", manifest())):
        refused = send(alice, path, body)
        assert (refused.code, refused.causes) == (422, [("Idempotency-Key", "FieldValueInvalid")])
        assert "another request" in refused.body["message"]
    assert Pod.objects.count() == 1


def test_a_key_is_its_users_and_of_one_namespace(alice: Caller) -> None:
    crew = made.team("crew", admin="alice", member="bob")
    made.pod(name="first")
    home = Pod.objects.get().namespace
    home.team = crew
    home.save()
    bob = Caller("bob")
    found = {
        uid(send(alice, PODS, unnamed())),
        uid(send(alice, PODS, unnamed(), "k2")),
        uid(send(bob, PODS, unnamed())),
        uid(send(bob, "/api/v1/namespaces/bob/pods", unnamed())),
    }
    assert len(found) == 4


def test_a_stranger_learns_nothing_by_a_key(alice: Caller) -> None:
    send(alice, PODS, manifest())
    assert send(Caller("mallory"), PODS, manifest()).code == 404


def test_a_token_that_only_reads_gets_no_pod_by_a_key(alice: Caller) -> None:
    send(alice, PODS, manifest())
    AccessToken.objects.update(scopes="read")
    assert send(alice, PODS, manifest()).code == 403


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb", "schlüssel", "k\x7f"])
def test_a_key_that_is_none_is_refused_by_name(alice: Caller, key: str) -> None:
    alice.post(PODS, manifest())
    for path, body in ((PODS, unnamed()), (f"{POD}/clone", {"name": "b"}), (f"{POD}/replace", manifest())):
        refused = send(alice, path, body, key)
        assert (refused.code, refused.causes) == (400, [("Idempotency-Key", "FieldValueInvalid")])
        told = "Idempotency-Key: Invalid value: must be 1 to 255 printable ASCII characters"
        assert refused.body["message"] == told
    assert Pod.objects.count() == 1


@pytest.mark.parametrize("key", ["k", "k" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a key ~ 'of' mine"])
def test_any_printable_text_is_a_key(alice: Caller, key: str) -> None:
    assert uid(send(alice, PODS, unnamed(), key)) == uid(send(alice, PODS, unnamed(), key))


def test_a_request_that_was_refused_may_be_mended_under_its_key(alice: Caller) -> None:
    assert send(alice, PODS, manifest("NOT")).code == 422
    assert send(alice, PODS, manifest()).code == 201


def test_a_dry_run_neither_uses_a_key_nor_is_answered_by_one(alice: Caller) -> None:
    dry = f"{PODS}?dryRun=All"
    assert send(alice, dry, manifest()).code == 201
    assert not Pod.objects.exists() and not IdempotencyKey.objects.exists()
    send(alice, PODS, manifest())
    assert send(alice, dry, manifest()).code == 409
    assert send(alice, f"{POD}/clone", {"name": "copy", "dryRun": True}).code == 201
    assert send(alice, dry, manifest(), "k" * 256).code == 400


def test_a_copy_is_made_once_under_a_key(alice: Caller) -> None:
    alice.post(PODS, manifest())
    first = send(alice, f"{POD}/clone", {"name": "copy"})
    alice.delete(f"{PODS}/web", {"gracePeriodSeconds": 0})
    assert uid(send(alice, f"{POD}/clone", {"name": "copy"})) == uid(first)


@pytest.mark.parametrize("name", ["web", "other"])
def test_a_pod_is_replaced_once_under_a_key(alice: Caller, name: str) -> None:
    alice.post(PODS, manifest())
    first = send(alice, f"{POD}/replace", manifest(name))
    assert uid(send(alice, f"{POD}/replace", manifest(name))) == uid(first)
    assert [item["metadata"]["uid"] for item in alice.get(PODS).body["items"]] == [uid(first)]


def test_a_key_holds_for_a_day_by_the_databases_clock(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    first = send(alice, PODS, unnamed())
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=23, minutes=59))
    assert uid(send(alice, PODS, unnamed())) == uid(first)
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=24))
    assert uid(send(alice, PODS, unnamed())) != uid(first)
    assert IdempotencyKey.objects.count() == 1


def test_a_user_has_so_many_keys_and_old_ones_do_not_count(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "MOST", 2)
    for key in ("a", "b"):
        send(alice, PODS, unnamed(), key)
    refused = send(alice, PODS, unnamed(), "c")
    assert (refused.code, Pod.objects.count()) == (429, 2)
    assert "Idempotency-Key" in refused.body["message"]
    assert 86_000 < int(refused.response.headers["Retry-After"]) <= 86_400
    assert send(alice, PODS, unnamed(), "b").code == 201, "what was made is told all the same"
    assert alice.post(PODS, unnamed()).code == 201, "and without a key they are not counted"
    IdempotencyKey.objects.filter(key="a").update(created_at=Now() - timedelta(hours=24))
    assert send(alice, PODS, unnamed(), "c").code == 201


def test_old_keys_are_swept_away(alice: Caller) -> None:
    for key in ("a", "b"):
        send(alice, PODS, unnamed(), key)
    IdempotencyKey.objects.filter(key="a").update(created_at=Now() - timedelta(hours=24))
    tasks.collect()
    assert [row.key for row in IdempotencyKey.objects.all()] == ["b"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [manifest(), unnamed()], ids=["named", "generated name"])
@pytest.mark.parametrize("most", [0, 1], ids=["any number", "a quota of one"])
def test_thirty_at_once_under_one_key_make_one_pod(body: dict[str, Any], most: int, settings: Any) -> None:
    settings.PODS_PER_USER = most
    callers = [Caller("alice") for _ in range(30)]
    assert len(set(at_once(30, lambda i: uid(send(callers[i], PODS, body))))) == 1
    assert Pod.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_at_once_replace_a_pod_once() -> None:
    callers = [Caller("alice") for _ in range(30)]
    callers[0].post(PODS, manifest())
    assert len(set(at_once(30, lambda i: uid(send(callers[i], f"{POD}/replace", manifest()))))) == 1
    assert Pod.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_keys_at_once_no_more_are_kept_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "MOST", 3)
    callers = [Caller("alice") for _ in range(12)]
    callers[0].get("/api/v1/namespaces")  # one's own is made at first need
    codes = at_once(12, lambda i: str(send(callers[i], PODS, unnamed(), f"k{i}").code))
    assert sorted(codes) == ["201"] * 3 + ["429"] * 9
    assert Pod.objects.count() == IdempotencyKey.objects.count() == 3
