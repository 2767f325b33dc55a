"""How often somebody may ask, with a real Redis: many at once are counted as many, and one does not pay for another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from people.models import TrailEntry
from sandboxes import throttle
from sandboxes.errors import TooManyRequests
from sandboxes.throttle import Rate, take
from tests.service.caller import Caller, manifest

FIVE = Rate("test", "tries", 5)


pytestmark = pytest.mark.usefixtures("throttled")


def taken(whose: str) -> bool:
    try:
        take(FIVE, whose)
    except TooManyRequests:
        return False
    return True


def test_thirty_at_once_are_five() -> None:
    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(taken, ["ada"] * 30)) == 5


def test_each_has_a_bucket_of_their_own_and_is_told_how_long_to_wait() -> None:
    assert all(taken("ada") for _ in range(5))
    assert taken("bob")
    with pytest.raises(TooManyRequests, match=r"at most 5 a minute; try again in 12 s") as told:
        take(FIVE, "ada")
    assert told.value.seconds == 12


def test_what_was_taken_comes_back_one_after_the_other(throttled: Callable[[float], None]) -> None:
    assert all(taken("ada") for _ in range(5))
    for seconds, most in ((11, 0), (13, 1), (38, 2), (1000, 5)):
        throttled(seconds)
        assert [taken("ada") for _ in range(6)].count(True) == most


def test_nought_is_any_number_and_a_redis_that_is_away_stops_nobody(settings: Any) -> None:
    for _ in range(20):
        take(Rate("test", "tries", 0), "ada")
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    throttle._redis.cache_clear()
    assert all(taken("ada") for _ in range(20))


@pytest.mark.django_db
def test_who_is_nobody_fills_the_trail_only_so_far_and_hides_no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "refusals", lambda: FIVE)
    nobody = Client(enforce_csrf_checks=True)
    for path in ("/api/v1/namespaces/alice/pods", "/", "/admin/login/", "/api/playground/v1/session") * 3:
        assert nobody.post(path, {}, content_type="application/json").status_code in (401, 403)
    assert TrailEntry.objects.count() == 5
    assert Client(REMOTE_ADDR="10.0.0.9").post("/api/v1/namespaces/alice/pods").status_code == 401
    assert TrailEntry.objects.count() == 6
    for _ in range(3):
        tried = {"username": "alice", "password": "wrong"}
        sent = Client().post("/api/playground/v1/session", tried, content_type="application/json")
        assert sent.status_code == 401
    assert TrailEntry.objects.filter(act="POST session", code=401).count() == 3
    Caller("mallory").delete("/api/v1/namespaces/alice/pods/web")
    assert TrailEntry.objects.filter(actor="mallory", code=404).count() == 1


@pytest.mark.django_db
def test_who_asks_for_the_providers_page_too_often_waits(settings: Any) -> None:
    """Each makes a session and asks the provider, for somebody who is not signed in."""
    settings.REQUESTS_PER_MINUTE = 3
    answers = [Client().get("/sign-in/oidc/organisation/login/") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404] * 3 + [429] * 2  # there is no provider here
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert TrailEntry.objects.count() == 3


@pytest.mark.django_db
def test_over_http_it_is_a_429_that_says_when_to_come_back(settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = 3
    answers = [Client().get("/api/playground/v1/session") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == str(answers[-1].json()["details"]["retryAfterSeconds"])
    assert answers[-1].json()["reason"] == "TooManyRequests"


@pytest.mark.django_db
def test_new_pods_are_counted_by_themselves(settings: Any) -> None:
    settings.CREATES_PER_MINUTE = 2
    alice = Caller("alice")
    codes = [alice.post("/api/v1/namespaces/alice/pods", manifest(f"web-{number}")).code for number in range(3)]
    assert codes == [201, 201, 429]
    assert alice.get("/api/v1/namespaces/alice/pods").code == 200
