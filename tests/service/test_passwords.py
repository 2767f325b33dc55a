"""One's own password, changed in a browser."""

from __future__ import annotations

import pytest

from people.models import LoginFailure
from sandboxes.api.passwords import Password
from tests.service.caller import Caller
from tests.service.test_account import browser, with_token
from tests.service.test_api_session import PASSWORD, Browser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]
PATH = "/api/playground/v1/password"
TOKENS = "/api/playground/v1/tokens"
PODS = "/api/v1/namespaces/alice/pods"
OLD = PASSWORD["password"]
NEW = "quite another one 7"


def test_a_new_password_signs_in_and_ends_all_other_sessions_but_no_token() -> None:
    elsewhere, here = browser(), browser()
    token = here.send("POST", TOKENS, {"name": "ci", "scopes": ["read"], "expiresInDays": 7}).body["text"]
    changed = here.send("PUT", PATH, {"old": OLD, "new": NEW})
    assert changed.code == 200
    Password.model_validate(changed.body)
    assert here.send("GET", PODS).code == 200, "who changed it stays signed in"
    assert elsewhere.send("GET", PODS).code == 401
    assert with_token(token).get(PODS).status_code == 200
    assert Browser().sign_in(PASSWORD).code == 401
    assert Browser().sign_in(PASSWORD | {"password": NEW}).code == 200


def test_the_old_password_is_asked_for_and_wrong_ones_are_counted() -> None:
    alice = browser()
    for _ in range(5):
        wrong = alice.send("PUT", PATH, {"old": "guessed", "new": NEW})
        assert (wrong.code, wrong.causes) == (400, [("old", "FieldValueInvalid")])
    assert alice.send("PUT", PATH, {"old": OLD, "new": NEW}).code == 429
    assert LoginFailure.objects.count() == 5


@pytest.mark.parametrize("weak", ["short", "password", "alice123"])
def test_a_weak_password_is_refused_at_its_field_and_changes_nothing(weak: str) -> None:
    alice = browser()
    refused = alice.send("PUT", PATH, {"old": OLD, "new": weak})
    assert refused.code == 400
    assert {field for field, _ in refused.causes} == {"new"}
    assert LoginFailure.objects.count() == 0
    assert Browser().sign_in(PASSWORD).code == 200


def test_who_has_no_password_is_told_so() -> None:
    alice = browser()
    assert alice.send("GET", PATH).body == {"isSet": True}
    user = Caller("alice").user
    user.set_unusable_password()
    user.save()
    one = Browser()
    one.client.force_login(user)
    one.session()
    assert one.send("GET", PATH).body == {"isSet": False}
    assert one.send("PUT", PATH, {"old": "x", "new": NEW}).code == 409
