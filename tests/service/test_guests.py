"""Guests: let in with a code or without, for a while, and shown out with their pods."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from people import guests, roles
from people.models import EventCode, Guest, RoleAssignment, Session
from people.rules import Role
from sandboxes import guest_ends
from sandboxes.api import playground_shapes as shapes
from sandboxes.models import ConfigObject, Namespace, Pod
from tests.service import made
from tests.service.caller import Answered, Caller, manifest, user
from tests.service.test_api_session import SESSION, Browser

pytestmark = pytest.mark.django_db(transaction=True)
GUESTS = "/api/playground/v1/guests"


def event(*, most: int = 30, hours: float = 2, minutes: int = 240) -> str:
    """A new event's code."""
    ends = timezone.now() + timedelta(hours=hours)
    return guests.make_code(EventCode(event="class", expires_at=ends, most_guests=most, guest_minutes=minutes))


def come(browser: Browser, **body: Any) -> Answered:
    browser.session()
    found = browser.send("POST", GUESTS, body)
    browser.token = found.body.get("csrfToken", browser.token)
    return found


def test_a_code_lets_a_guest_in_who_builds_pods() -> None:
    browser, code = Browser(), event()
    found = come(browser, code=code.upper())
    assert found.code == 201
    shapes.Session.model_validate(found.body)
    assert found.body["user"]["name"].startswith("guest-") and found.body["user"]["guestUntil"]
    assert found.body["user"]["publishesPorts"] is False, "the form's starting points go by it"
    namespace = found.body["namespace"]
    assert browser.send("POST", f"/api/v1/namespaces/{namespace}/pods", manifest()).code == 201
    guest = Guest.objects.get()
    assert roles.profile_of(guest.user) == "restricted"
    assert not guest.user.has_usable_password()
    assert abs(Session.objects.get(user=guest.user).expire_date - guest.expires_at) < timedelta(seconds=1)


def test_only_the_digest_of_a_code_is_kept() -> None:
    code = event()
    row = EventCode.objects.get()
    assert code.replace("-", "") not in f"{row.digest} {row.event}"


@pytest.mark.parametrize(
    ("setting", "body", "expected"),
    [
        ("off", {}, 403),
        ("codes", {}, 400),
        ("codes", {"code": "wrong"}, 401),
        ("open", {}, 201),
        ("codes", {"c": 1}, 400),
    ],
)
def test_guests_come_as_the_setting_says(settings: Any, setting: str, body: dict[str, Any], expected: int) -> None:
    settings.GUESTS = setting
    assert come(Browser(), **body).code == expected
    assert User.objects.count() == (expected == 201)
    assert Browser().session()["guests"] == setting


def test_a_code_ends_with_its_time_and_its_places() -> None:
    late, few = event(hours=-1), event(most=1)
    assert come(Browser(), code=late).code == 401
    assert [come(Browser(), code=few).code for _ in range(2)] == [201, 401]
    assert EventCode.objects.get(most_guests=1).used == 1


def test_of_many_at_once_no_more_come_than_may() -> None:
    code = event(most=3)

    def one(_: int) -> int:
        try:
            return come(Browser(), code=code).code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(one, range(8)))
    assert sorted(codes)[:3] == [201] * 3
    assert Guest.objects.count() == EventCode.objects.get().used == 3


def test_wrong_codes_are_counted() -> None:
    assert [come(Browser(), code="aaaaa").code for _ in range(6)] == [401] * 5 + [429]
    assert come(Browser(), code=event()).code == 201, "another code is counted for itself"


def test_there_are_no_more_guests_than_may_be(settings: Any) -> None:
    settings.GUESTS, settings.GUEST_MAX = "open", 1
    assert [come(Browser()).code for _ in range(2)] == [201, 429]


@pytest.mark.parametrize("has_code", [False, True])
def test_there_are_no_more_guests_than_may_be_however_many_come_at_once(settings: Any, has_code: bool) -> None:
    settings.GUESTS, settings.GUEST_MAX = "open", 3
    body = {"code": event()} if has_code else {}

    def one(_: int) -> int:
        try:
            return come(Browser(), **body).code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(one, range(12)))
    assert codes.count(201) == Guest.objects.count() == User.objects.count() == 3
    assert set(codes) <= {201, 429}
    if has_code:
        assert EventCode.objects.get().used == 3
        settings.GUEST_MAX = 4
        assert come(Browser(), **body).code == 201, "a right code that came when all was full is no wrong one"


def test_who_is_signed_in_does_not_become_a_guest() -> None:
    assert Caller("alice").post(GUESTS, {"code": event()}).code == 409
    assert EventCode.objects.get().used == 0


def test_a_guest_does_not_come_without_the_csrf_token() -> None:
    code = event()
    browser = Browser()
    browser.session()
    assert browser.send("POST", GUESTS, {"code": code}, **{"X-CSRFToken": ""}).code == 403


def test_a_guest_whose_time_is_over_is_out_and_so_are_the_pods() -> None:
    browser = Browser()
    namespace = come(browser, code=event()).body["namespace"]
    pods = f"/api/v1/namespaces/{namespace}/pods"
    browser.send("POST", pods, manifest())
    alice = Caller("alice")
    alice.post("/api/v1/namespaces/alice/pods", manifest())
    guest_ends.end_guests()
    assert browser.send("GET", pods).code == 200, "it is not over yet"
    Guest.objects.update(expires_at=timezone.now())
    guest_ends.end_guests()
    assert browser.send("GET", pods).code == 401
    assert not Guest.objects.get().user.is_active
    assert Pod.objects.get(namespace__name=namespace).desired == "GONE"
    assert Pod.objects.get(namespace__name="alice").desired == "RUNNING"
    assert guest_ends.over() == []


def test_a_guest_who_cannot_be_ended_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [come(Browser(), code=event()).body["user"]["name"] for _ in range(2)]
    Guest.objects.update(expires_at=timezone.now())
    real = guest_ends.end

    def broken(user: User) -> None:
        if user.username == names[0]:
            raise RuntimeError("its row is odd")
        real(user)

    broken.__name__ = "end"
    monkeypatch.setattr(guest_ends, "end", broken)
    guest_ends.end_guests()
    assert [User.objects.get(username=name).is_active for name in names] == [True, False]


def test_a_guest_who_may_change_nothing_any_more_goes_with_the_pods_all_the_same() -> None:
    browser = Browser()
    found = come(browser, code=event()).body
    browser.send("POST", f"/api/v1/namespaces/{found['namespace']}/pods", manifest())
    RoleAssignment.objects.create(user=User.objects.get(username=found["user"]["name"]), role=Role.AUDITOR)
    Guest.objects.update(expires_at=timezone.now())
    guest_ends.end_guests()
    assert Pod.objects.get().desired == "GONE"


def test_what_was_left_of_a_guest_goes_the_next_time() -> None:
    browser = Browser()
    namespace = come(browser, code=event()).body["namespace"]
    browser.send("POST", f"/api/v1/namespaces/{namespace}/pods", manifest())
    Guest.objects.update(expires_at=timezone.now())
    User.objects.filter(guest__isnull=False).update(is_active=False)  # as if it had been interrupted there
    guest_ends.end_guests()
    assert Pod.objects.get().desired == "GONE"


def test_what_a_team_has_does_not_end_with_a_guest() -> None:
    alice, guest = Caller("alice"), Caller("gus")
    team = made.team("crew", admin="gus", member="alice")
    home = Namespace.objects.create(name="crew", owner=guest.user, team=team)
    assert alice.post("/api/v1/namespaces/crew/pods", manifest()).code == 201
    made.guest(guest.user, minutes=-1)
    guest_ends.end_guests()
    assert not User.objects.get(username="gus").is_active
    assert Pod.objects.get(namespace=home).desired == "RUNNING"
    assert guest_ends.over() == []


def test_a_guest_is_forgotten_a_day_later_with_what_their_secrets_held() -> None:
    browser = Browser()
    namespace = come(browser, code=event()).body["namespace"]
    secret = {"metadata": {"name": "s"}, "stringData": {"a": "b"}}
    assert browser.send("POST", f"/api/v1/namespaces/{namespace}/secrets", secret).code == 201
    browser.send("POST", f"/api/v1/namespaces/{namespace}/pods", manifest())
    Guest.objects.update(expires_at=timezone.now() - timedelta(hours=25))
    guest_ends.end_guests()
    assert Pod.objects.exists() and User.objects.exists(), "the pod's row is still kept"
    Pod.objects.all().delete()
    guest_ends.end_guests()
    assert not (User.objects.exists() or Namespace.objects.exists() or ConfigObject.objects.exists())
    assert EventCode.objects.get().used == 1


def test_a_guest_whose_time_was_over_just_now_is_not_forgotten() -> None:
    come(Browser(), code=event())
    Guest.objects.update(expires_at=timezone.now())
    guest_ends.end_guests()
    assert User.objects.exists()


def test_sessions_that_are_over_are_dropped() -> None:
    Client().force_login(user("alice"))
    Client().force_login(user("bob"))
    Session.objects.filter(user__username="bob").update(expire_date=timezone.now() - timedelta(seconds=1))
    guest_ends.end_guests()
    assert [row.user.username for row in Session.objects.select_related("user") if row.user] == ["alice"]


def test_an_admin_makes_a_code_and_sees_it_once() -> None:
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(root)
    ends = timezone.now() + timedelta(hours=3)
    given = {"event": "monday", "expires_at_0": f"{ends:%Y-%m-%d}", "expires_at_1": f"{ends:%H:%M:%S}"}
    page = client.post("/admin/people/eventcode/add/", given | {"most_guests": 5, "guest_minutes": 60}, follow=True)
    code = page.content.decode().partition("The code is ")[2].partition(". It")[0]
    assert come(Browser(), code=code).code == 201
    assert code not in client.get("/admin/people/eventcode/").content.decode()
    assert Browser().send("GET", SESSION).body["user"] is None
