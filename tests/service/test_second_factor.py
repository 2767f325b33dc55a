"""The second factor: turned on with an app's code, asked for at each sign-in, required of operators where it is set."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.utils import timezone

from people import links, second_factor, sign_in
from people.models import LoginFailure, RoleAssignment, SignInLink
from people.rules import Role
from sandboxes import wire
from sandboxes.api.second_factor import ProposedSecret, RecoveryCodes, SecondFactor
from tests.service import made
from tests.service.caller import user
from tests.service.test_account import browser
from tests.service.test_api_session import PASSWORD, Browser
from tests.service.test_consumers import SESSION as COOKIE
from tests.service.test_consumers import code as close_code
from tests.service.test_consumers import page
from tests.service.test_quotas import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]
FACTOR = "/api/playground/v1/second-factor"
PODS = "/api/v1/namespaces/alice/pods"
SECRET = "A" * 32


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands still, and no code was used yet: one that is typed slowly is good all the same."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(second_factor, "timezone", SimpleNamespace(now=lambda: datetime.fromtimestamp(now, UTC)))
    cache.clear()


def later() -> None:
    """The code with which it was turned on is one of an hour ago."""
    cache.clear()
    Authenticator.objects.update(last_used_at=timezone.now() - timedelta(hours=1))


def app(secret: str, periods: int = 0) -> str:
    """What an authenticator app shows, so many times 30 s from now (RFC 4226 §5.3, RFC 6238 §4)."""
    step = struct.pack(">Q", int(time.time()) // 30 + periods)
    digest = hmac.digest(base64.b32decode(secret), step, "sha1")
    (found,) = struct.unpack(">I", digest[digest[-1] & 15 :][:4])
    return f"{(found & 0x7FFFFFFF) % 10**6:06}"


def turned_on(one: Browser) -> tuple[str, list[str]]:
    """The secret and the recovery codes, an hour later."""
    proposed = one.send("POST", FACTOR).body
    ProposedSecret.model_validate(proposed)
    answered = one.send("PUT", FACTOR, {"secret": proposed["secret"], "code": app(proposed["secret"])})
    assert answered.code == 200, answered.body
    RecoveryCodes.model_validate(answered.body)
    later()
    return proposed["secret"], answered.body["items"]


def test_signing_in_asks_for_a_code_once_there_is_a_second_factor() -> None:
    secret, codes = turned_on(browser())
    assert len(set(codes)) == 10
    asked = Browser().sign_in(PASSWORD)
    assert (asked.code, asked.causes) == (401, [("code", "FieldValueRequired")])
    wrong = Browser().sign_in(PASSWORD | {"code": "000000"})
    assert (wrong.code, wrong.causes) == (401, [("code", "FieldValueInvalid")])
    assert Browser().sign_in(PASSWORD | {"password": "wrong", "code": app(secret)}).causes == []
    assert Browser().sign_in(PASSWORD | {"code": app(secret)}).code == 200


def test_a_code_is_good_once() -> None:
    secret, codes = turned_on(browser())
    for given in (app(secret), codes[0]):
        assert [Browser().sign_in(PASSWORD | {"code": given}).code for _ in range(2)] == [200, 401]
    assert Browser().sign_in(PASSWORD | {"code": codes[1]}).code == 200


def test_a_code_is_good_once_for_all_web_processes() -> None:
    secret, codes = turned_on(browser())
    for given in (app(secret), codes[0]):
        answered = []
        for _ in range(2):
            cache.clear()  # another process, or one that was started again
            answered.append(Browser().sign_in(PASSWORD | {"code": given}).code)
        assert answered == [200, 401]


def test_of_one_code_sent_many_times_at_once_one_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as if it came to a process of its own."""
    secret, _ = turned_on(browser())
    monkeypatch.setattr(LocMemCache, "add", lambda *_, **__: True)
    monkeypatch.setattr(sign_in, "PER_NAME", 10**6)
    alice, code = user("alice"), app(secret)

    def tried(_: int) -> str:
        try:
            second_factor.check(alice, code)
        except second_factor.WrongCode:
            return "refused"
        return "taken"

    assert sorted(at_once(8, tried)) == ["refused"] * 7 + ["taken"]


def test_the_code_that_turned_it_on_signs_in_no_more() -> None:
    alice = browser()
    secret = alice.send("POST", FACTOR).body["secret"]
    code = app(secret)
    assert alice.send("PUT", FACTOR, {"secret": secret, "code": code}).code == 200
    cache.clear()
    assert Browser().sign_in(PASSWORD | {"code": code}).causes == [("code", "FieldValueInvalid")]


def test_recovery_codes_of_before_this_version_are_good() -> None:
    turned_on(browser())
    row = Authenticator.objects.get(type="recovery_codes")
    row.data = {"seed": "5eed" * 20, "used_mask": 0b1}
    row.save()
    old = row.wrap().get_unused_codes()
    assert [Browser().sign_in(PASSWORD | {"code": given}).code for given in (old[0], old[0], old[1])] == [200, 401, 200]


def test_a_code_may_be_typed_in_groups() -> None:
    _, (first, *_) = turned_on(browser())
    assert Browser().sign_in(PASSWORD | {"code": f"{first[:4]} {first[4:]}"}).code == 200


def test_a_link_needs_the_code_too_and_is_not_used_up_without() -> None:
    secret, _ = turned_on(browser())
    text = links.issue(user("alice"))
    assert Browser().sign_in({"link": text}).causes == [("code", "FieldValueRequired")]
    assert Browser().sign_in({"link": text, "code": "000000"}).code == 401
    assert Browser().sign_in({"link": text, "code": app(secret)}).code == 200
    assert SignInLink.objects.get().used_at is not None
    assert Browser().sign_in({"link": text, "code": app(secret, 1)}).code == 401


def test_wrong_codes_are_counted_for_the_user_wherever_they_come_from() -> None:
    secret, _ = turned_on(browser())
    codes = []
    for host in range(6):
        one = Browser()
        one.client.defaults["REMOTE_ADDR"] = f"10.0.0.{host}"
        codes.append(one.sign_in(PASSWORD | {"code": "000000"}).code)
    assert codes == [401] * 5 + [429]
    assert Browser().sign_in(PASSWORD | {"code": app(secret)}).code == 429
    LoginFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert Browser().sign_in(PASSWORD | {"code": app(secret)}).code == 200


def test_it_is_turned_on_only_by_a_code_of_its_secret_and_once() -> None:
    alice = browser()
    assert alice.send("PUT", FACTOR, {"secret": SECRET, "code": "000000"}).causes == [("code", "FieldValueInvalid")]
    assert not Authenticator.objects.exists()
    turned_on(alice)
    assert alice.send("PUT", FACTOR, {"secret": SECRET, "code": app(SECRET)}).code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"secret": "a", "code": "1"}, "secret"),
        ({"secret": SECRET, "code": "1" * 21}, "code"),
        ({"code": "1"}, "secret"),
    ],
)
def test_what_cannot_be_a_secret_or_a_code_is_refused_at_its_field(body: dict[str, Any], field: str) -> None:
    found = browser().send("PUT", FACTOR, body)
    assert (found.code, found.causes[0][0]) == (400, field)


def test_turning_it_off_takes_a_code() -> None:
    alice = browser()
    _, codes = turned_on(alice)
    assert alice.send("DELETE", FACTOR).causes == [("code", "FieldValueRequired")]
    assert alice.send("DELETE", FACTOR, {"code": codes[0]}).body["enabled"] is False
    assert Browser().sign_in(PASSWORD).code == 200
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_make_the_old_ones_worthless() -> None:
    alice = browser()
    assert alice.send("POST", f"{FACTOR}/recovery-codes").code == 409
    secret, old = turned_on(alice)
    new = alice.send("POST", f"{FACTOR}/recovery-codes", {"code": app(secret)}).body["items"]
    assert not set(old) & set(new)
    assert Browser().sign_in(PASSWORD | {"code": old[0]}).code == 401
    assert Browser().sign_in(PASSWORD | {"code": new[0]}).code == 200
    told = alice.send("GET", FACTOR).body
    SecondFactor.model_validate(told)
    assert told == {"enabled": True, "required": False, "recoveryCodesLeft": 9}


def test_neither_secret_nor_seed_is_shown_in_the_admin() -> None:
    turned_on(browser())
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    row = Authenticator.objects.get(type="totp")
    text = client.get(f"/admin/mfa/authenticator/{row.pk}/change/").content.decode()
    assert row.data["secret"] not in text and "TOTP" in text
    assert client.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()


def operator() -> Browser:
    RoleAssignment.objects.create(user=user("alice"), role=Role.OPERATOR)
    return browser()


def test_an_operator_who_must_have_one_can_only_set_it_up(settings: Any) -> None:
    settings.STAFF_MFA = True
    alice, learner = operator(), browser("bob")
    assert alice.session()["user"]["needsSecondFactor"] is True
    refused = alice.send("GET", PODS)
    assert (refused.code, refused.body["message"]) == (403, "you need a second factor: set one up on your account page")
    assert alice.send("GET", FACTOR).body["required"] is True
    assert learner.send("GET", "/api/v1/namespaces/bob/pods").code == 200
    turned_on(alice)
    assert alice.send("GET", PODS).code == 200
    assert alice.session()["user"]["needsSecondFactor"] is False


def test_the_admin_is_shut_to_staff_without_a_second_factor(settings: Any) -> None:
    client = Client()
    root = User.objects.create_superuser("root")
    client.force_login(root)
    assert client.get("/admin/").status_code == 200
    settings.STAFF_MFA = True
    assert client.get("/admin/").status_code == 302
    Authenticator.objects.create(user=root, type="totp", data={"secret": SECRET})
    assert client.get("/admin/").status_code == 200


async def test_no_socket_opens_without_the_second_factor_that_is_required(settings: Any) -> None:
    await sync_to_async(made.pod)()
    settings.STAFF_MFA = True
    one = await sync_to_async(operator)()
    cookie = one.client.cookies[COOKIE].value
    headers = {"host": "localhost", "origin": "http://localhost", "cookie": f"{COOKIE}={cookie}"}
    async with page(headers) as socket:
        assert await close_code(socket) == wire.CLOSE_UNAUTHENTICATED
