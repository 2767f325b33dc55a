"""The session: signing in and out, the CSRF token, and which credential counts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client, RequestFactory
from django.utils import timezone

from people import links, sign_in, tokens
from people.models import LoginFailure
from sandboxes.api import playground_shapes as shapes
from sandboxes.models import Image, Node, Pod
from tests.service.caller import Answered, Caller, manifest, read, user
from tests.service.test_quotas import at_once

pytestmark = pytest.mark.django_db
SESSION = "/api/playground/v1/session"
PODS = "/api/v1/namespaces/alice/pods"
PASSWORD = {"username": "alice", "password": "right horse"}


@pytest.fixture
def alice() -> User:
    found = user("alice")
    found.set_password(PASSWORD["password"])
    found.save()
    return found


class Browser:
    """A browser on the site: cookies, and the CSRF token that GET session gave."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.token = ""

    def session(self) -> dict[str, Any]:
        found = read(self.client.get(SESSION)).body
        shapes.Session.model_validate(found)
        self.token = found["csrfToken"]
        return found

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        sent = {"X-CSRFToken": self.token} | headers
        content = json.dumps(body or {})
        return read(self.client.generic(method, path, content, content_type="application/json", headers=sent))

    def sign_in(self, body: object) -> Answered:
        self.session()
        answered = self.send("POST", SESSION, body)
        self.token = answered.body.get("csrfToken", self.token)
        return answered


def test_a_visitor_is_nobody_and_gets_a_token() -> None:
    found = Browser().session()
    assert (found["user"], found["namespace"]) == (None, None)
    assert found["csrfToken"]


@pytest.mark.parametrize("path", [SESSION, "/api/playground/v1/guests", "/api/playground/v1/tokens"])
def test_a_form_is_no_body_of_the_api_also_with_a_good_token(path: str, alice: User) -> None:
    """Django reads a form to look for the token in it; what it has read nobody else can."""
    browser = Browser()
    browser.sign_in(PASSWORD)
    sent = browser.client.post(path, {"csrfmiddlewaretoken": browser.token}, headers={"X-CSRFToken": browser.token})
    assert (read(sent).code, read(sent).body["reason"]) == (415, "UnsupportedMediaType")


def test_signing_in_with_a_password_and_out_again(alice: User) -> None:
    browser = Browser()
    signed_in = browser.sign_in(PASSWORD)
    assert signed_in.code == 200
    assert signed_in.body["user"] == {"name": "alice", "isStaff": False, "role": "learner", "guestUntil": None,
                                      "needsSecondFactor": False, "publishesPorts": True}  # fmt: skip
    assert browser.session()["namespace"] == "alice"
    assert browser.send("POST", PODS, manifest()).code == 201
    assert browser.send("DELETE", SESSION).body["user"] is None
    assert browser.send("GET", PODS).code == 401


def test_signing_in_changes_the_session_and_its_token(alice: User) -> None:
    browser = Browser()
    before = browser.session()["csrfToken"]
    browser.sign_in(PASSWORD)
    stale = browser.send("POST", PODS, manifest(), **{"X-CSRFToken": before})
    assert stale.code == 403
    assert browser.send("POST", PODS, manifest()).code == 201


def test_a_link_signs_in_once(alice: User) -> None:
    text = links.issue(alice)
    assert Browser().sign_in({"link": text}).body["user"]["name"] == "alice"
    again = Browser().sign_in({"link": text})
    assert (again.code, again.body.get("reason")) == (401, "Unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "alice"},
        {"username": "alice", "password": 7},
        {"username": "x" * 151, "password": "p"},
        {"username": "alice", "password": "p", "admin": True},
        {"link": None},
        {"link": ["a"]},
    ],
)
def test_a_sign_in_of_another_shape_is_refused_at_its_field(body: dict[str, object]) -> None:
    refused = Browser().sign_in(body)
    assert refused.code == 400
    assert refused.causes


def test_nothing_changes_without_the_csrf_token(alice: User) -> None:
    browser = Browser()
    browser.sign_in(PASSWORD)
    for method, path in (("POST", SESSION), ("DELETE", SESSION), ("POST", PODS), ("DELETE", f"{PODS}/web")):
        assert browser.send(method, path, manifest(), **{"X-CSRFToken": ""}).code == 403
    assert not Pod.objects.exists()
    assert browser.session()["user"] is not None


def test_a_cookie_from_another_origin_is_refused(alice: User) -> None:
    browser = Browser()
    browser.sign_in(PASSWORD)
    for origin in ("http://testserver:31005", "https://testserver", "http://evil.example", "null", "http://[", "\x00"):
        assert browser.send("POST", PODS, manifest(), Origin=origin).code == 403
    assert browser.send("POST", PODS, manifest(), Origin="http://testserver").code == 201


@pytest.mark.parametrize(
    "key", [r'"abcdefgh\000"', "a" * 5000, r'"abcdefg\303\244"', "ABCDEFGHIJKL", "../../../etc/passwd"]
)
def test_a_cookie_that_cannot_be_a_session_is_none(alice: User, key: str) -> None:
    client = Client(raise_request_exception=False, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    assert read(client.get(PODS)).code == 401
    assert read(client.get(SESSION)).body["user"] is None
    assert client.get("/admin/").status_code == 302


def test_a_bad_bearer_is_refused_even_beside_a_good_cookie(alice: User) -> None:
    browser = Browser()
    browser.sign_in(PASSWORD)
    for header in ("Bearer wrong", "Bearer", "", "Basic YTpi", f"Token {tokens.issue(alice)}", "Bearer \u00e4"):
        assert browser.send("GET", PODS, Authorization=header).code == 401
        assert browser.send("GET", SESSION, Authorization=header).code == 401


def test_a_bearer_needs_no_csrf_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {tokens.issue(alice)}"})
    created = client.post(PODS, json.dumps(manifest()), content_type="application/json")
    assert created.status_code == 201
    assert read(client.get(SESSION)).body["user"]["name"] == "alice"


def test_a_user_who_was_made_inactive_is_out_at_once(alice: User) -> None:
    browser = Browser()
    browser.sign_in(PASSWORD)
    caller = Caller("alice")
    User.objects.update(is_active=False)
    assert browser.send("GET", PODS).code == 401
    assert caller.get(PODS).code == 401
    assert Browser().sign_in(PASSWORD).code == 401


def test_wrong_passwords_are_counted_for_name_and_address(alice: User) -> None:
    browser = Browser()
    wrong = PASSWORD | {"password": "wrong"}
    assert [browser.sign_in(wrong).code for _ in range(6)] == [401] * 5 + [429]
    limited = browser.sign_in(PASSWORD | {"username": "ALICE"})
    assert (limited.code, limited.body["details"]) == (429, {"retryAfterSeconds": 900})
    assert limited.response.headers["Retry-After"] == "900"
    LoginFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert browser.sign_in(PASSWORD).code == 200
    assert not LoginFailure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_thirty_passwords_sent_at_once_at_most_five_are_tried(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    checked = User.check_password

    def noted(found: User, raw: str) -> bool:
        tried.append(raw)
        return checked(found, raw)

    monkeypatch.setattr(User, "check_password", noted)
    together = Barrier(30)

    def one(number: int) -> int:
        browser = Client(raise_request_exception=False)
        together.wait(20)
        try:
            body = PASSWORD | {"password": f"wrong {number}"}
            return browser.post(SESSION, body, content_type="application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(30) as pool:
        codes = list(pool.map(one, range(30)))
    assert len(tried) <= 5
    assert codes.count(401) == len(tried) and codes.count(429) == 30 - len(tried)
    assert Browser().sign_in(PASSWORD).code == 429


def test_an_address_may_not_try_many_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "PER_ADDRESS", 3)
    codes = [Browser().sign_in({"username": f"u{i}", "password": "p"}).code for i in range(4)]
    assert codes == [401, 401, 401, 429]


def test_addresses_of_one_ipv6_subscriber_are_one() -> None:
    wrong = {"username": "root", "password": "p"}

    def code_for(address: str) -> int:
        browser = Browser()
        browser.client.defaults["REMOTE_ADDR"] = address
        return browser.sign_in(wrong).code

    assert [code_for(f"2001:db8:1:2:{i}::1") for i in range(6)] == [401] * 5 + [429]
    assert code_for("2001:db8:1:3::1") == 401


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("user 5", "user 5"),
    ],
)
def test_whom_a_limit_counts(address: str, counted: str) -> None:
    assert sign_in.subscriber(address) == counted


@pytest.mark.django_db(transaction=True)
def test_an_address_may_not_try_many_names_at_once_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "PER_ADDRESS", 3)
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")

    def guess(i: int) -> str:
        try:
            return str(sign_in.with_password(request, f"u{i}", "p"))
        except sign_in.TooManyFailures:
            return "refused"

    assert at_once(12, guess).count("refused") >= 9


def test_the_right_password_forgets_the_wrong_ones(alice: User) -> None:
    browser = Browser()
    for _ in range(3):
        for _ in range(4):
            browser.sign_in(PASSWORD | {"password": "wrong"})
        assert browser.sign_in(PASSWORD).code == 200


def test_the_catalogue_is_for_who_is_signed_in() -> None:
    node = Node.objects.create(name="n1")
    Image.objects.create(node=node, reference="nginx", size=12, state="ready")
    caller = Caller("alice")
    found = caller.get("/api/playground/v1/catalogue").body
    shapes.Catalogue.model_validate(found)
    assert found == {"items": [{"reference": "nginx", "size": 12, "state": "ready", "message": "", "pinned": ""}]}
    assert read(Client().get("/api/playground/v1/catalogue")).code == 401


def test_of_several_nodes_the_catalogue_shows_the_one_where_an_image_is_nearest_to_use() -> None:
    nodes = [Node.objects.create(name=name) for name in ("n1", "n2", "n3")]
    states = {"a": ("failed", "ready", "waiting"), "b": ("failed", "waiting", "building"), "c": ("waiting", "failed")}
    for reference, told in states.items():
        for node, state in zip(nodes, told, strict=False):
            Image.objects.create(node=node, reference=reference, state=state, message=node.name)
    items = Caller("alice").get("/api/playground/v1/catalogue").body["items"]
    assert [(item["reference"], item["state"], item["message"]) for item in items] == [
        ("a", "ready", "n2"),
        ("b", "building", "n3"),
        ("c", "waiting", "n1"),
    ]
