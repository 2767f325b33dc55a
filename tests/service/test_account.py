"""One's own tokens and sessions: listed, made, revoked; and what a revocation closes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from people import tokens
from people.models import AccessToken, Membership, RoleAssignment, Session
from people.rules import Role, Scope
from sandboxes import teams, wire
from sandboxes.api import people_shapes as shapes
from sandboxes.models import Namespace
from sandboxes.publish import user_group
from tests.service import made
from tests.service.caller import Answered, Caller, manifest, read, user
from tests.service.fakes import until
from tests.service.test_api_session import PASSWORD, Browser
from tests.service.test_consumers import Upstream, bearer, code, cookie, message, node, page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]
__all__ = ["node"]
TOKENS, SESSIONS = "/api/playground/v1/tokens", "/api/playground/v1/sessions"
TEAM = "/api/playground/v1/teams/crew"
PODS = "/api/v1/namespaces/alice/pods"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def with_token(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)


def browser(name: str = "alice", agent: str = FIREFOX) -> Browser:
    """Signed in with a password, from a browser of that kind."""
    found = user(name)
    if not found.password:  # another hash would end the sessions of before
        found.set_password(PASSWORD["password"])
        found.save()
    one = Browser()
    one.client.defaults["HTTP_USER_AGENT"] = agent
    assert one.sign_in(PASSWORD | {"username": name}).code == 200
    return one


def test_a_token_is_shown_once_and_works() -> None:
    alice = browser()
    made_now = alice.send("POST", TOKENS, {"name": "ci", "scopes": ["read", "write"], "expiresInDays": 7})
    assert made_now.code == 201
    shapes.GrantedToken.model_validate(made_now.body)
    assert AccessToken.objects.get().digest not in json.dumps(made_now.body)
    listed = alice.send("GET", TOKENS).body
    shapes.TokenList.model_validate(listed)
    (told,) = listed["items"]
    assert (told["name"], told["scopes"]) == ("ci", ["read", "write"]) and "text" not in told
    row = AccessToken.objects.get()
    assert row.expires_at is not None
    assert timedelta(days=6, hours=23) < row.expires_at - timezone.now() <= timedelta(days=7)
    client = with_token(made_now.body["text"])
    assert client.post(PODS, json.dumps(manifest()), content_type="application/json").status_code == 201


def test_a_token_reads_for_thirty_days_unless_more_is_asked_for() -> None:
    found = browser().send("POST", TOKENS)
    assert found.body["scopes"] == ["read"]
    row = AccessToken.objects.get()
    assert row.expires_at is not None
    assert round((row.expires_at - timezone.now()) / timedelta(days=1)) == 30


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"expiresInDays": 366}, "expiresInDays"),
        ({"expiresInDays": 0}, "expiresInDays"),
        ({"expiresInDays": None}, "expiresInDays"),
        ({"scopes": ["admin"]}, "scopes.0"),
        ({"name": "x" * 101}, "name"),
        ({"digest": "x"}, "digest"),
    ],
)
def test_a_token_of_another_shape_is_refused_at_its_field(body: dict[str, Any], field: str) -> None:
    found = Caller("alice").post(TOKENS, body)
    assert (found.code, found.causes[0][0]) == (400, field)


def test_a_token_makes_none_that_may_more_or_lives_longer() -> None:
    alice = user("alice")
    day = timezone.now() + timedelta(days=2)
    short = with_token(tokens.issue(alice, expires_at=day, scopes=frozenset({Scope.READ, Scope.WRITE})))

    def ask(body: object, client: Client = short) -> Answered:
        return read(client.post(TOKENS, json.dumps(body), content_type="application/json"))

    assert ask({"scopes": ["read"], "expiresInDays": 1}).code == 201
    assert ask({"scopes": ["shell"], "expiresInDays": 1}).code == 403
    assert ask({"scopes": ["read"], "expiresInDays": 3}).code == 403
    reader = with_token(tokens.issue(alice, scopes=frozenset({Scope.READ})))
    refused = ask({"scopes": ["read"]}, reader)
    assert refused.code == 403 and 'scope "write"' in refused.body["message"]


def test_a_token_is_revoked_by_its_owner_alone() -> None:
    alice, mallory = Caller("alice"), Caller("mallory")
    key = alice.post(TOKENS, {"scopes": ["read"]}).body["id"]
    assert mallory.delete(f"{TOKENS}/{key}").code == 404
    assert [item["id"] for item in alice.delete(f"{TOKENS}/{key}").body["items"]] != []
    assert not AccessToken.objects.filter(pk=key).exists()
    assert alice.delete(f"{TOKENS}/{key}").code == 404
    assert alice.delete(f"{TOKENS}/x").code in (400, 404)


def test_one_may_not_have_any_number_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    alice = Caller("alice")
    assert [alice.post(TOKENS, {}).code for _ in range(2)] == [201, 429]


def test_sessions_tell_where_one_is_signed_in() -> None:
    first, second = browser(), browser(agent="curl/8.14.1")
    listed = first.send("GET", SESSIONS).body
    shapes.SessionList.model_validate(listed)
    told = [(item["agent"], item["address"], item["current"]) for item in listed["items"]]
    assert told == [("curl/8.14.1", "127.0.0.1", False), ("Firefox on Linux", "127.0.0.1", True)]
    keys = set(Session.objects.values_list("session_key", flat=True))
    assert not any(key in json.dumps(listed) for key in keys)
    assert browser("bob").send("GET", SESSIONS).body["items"][0]["current"]
    assert second.send("GET", PODS).code == 200


def test_when_a_session_was_last_seen_is_noted_at_most_once_a_minute() -> None:
    alice = browser()
    Session.objects.update(last_seen=timezone.now() - timedelta(minutes=5), created_at=timezone.now())
    alice.send("GET", PODS)
    seen = Session.objects.get().last_seen
    assert timezone.now() - seen < timedelta(minutes=1)
    alice.send("GET", PODS)
    assert Session.objects.get().last_seen == seen


def test_a_session_is_ended_from_another_one() -> None:
    here, there = browser(), browser()
    other = next(item["id"] for item in here.send("GET", SESSIONS).body["items"] if not item["current"])
    assert browser("mallory").send("DELETE", f"{SESSIONS}/{other}").code == 404
    assert len(here.send("DELETE", f"{SESSIONS}/{other}").body["items"]) == 1
    assert there.send("GET", PODS).code == 401
    assert here.send("DELETE", f"{SESSIONS}/{other}").code == 404


def test_all_sessions_but_this_one_are_ended() -> None:
    here, others, bob = browser(), [browser(), browser()], browser("bob")
    assert [item["current"] for item in here.send("DELETE", SESSIONS).body["items"]] == [True]
    assert [other.send("GET", PODS).code for other in others] == [401, 401]
    assert bob.send("GET", SESSIONS).code == 200


def test_a_token_that_only_reads_ends_no_session() -> None:
    browser()
    client = with_token(tokens.issue(user("alice"), scopes=frozenset({Scope.READ})))
    assert read(client.delete(SESSIONS)).code == 403
    assert Session.objects.count() == 1


def _shared(name: str) -> None:
    """alice's namespace is a team's that `name` is in."""
    Namespace.objects.filter(name="alice").update(team=made.team("crew", admin="alice", member=name))


def _log_out(headers: dict[str, str]) -> None:
    client = Client()
    client.cookies[configured.SESSION_COOKIE_NAME] = headers["cookie"].partition("=")[2]
    client.logout()


def _changed(name: str, **fields: Any) -> None:
    found = User.objects.get(username=name)
    for field, value in fields.items():
        setattr(found, field, value)
    found.save()


def _new_password(name: str) -> None:
    found = User.objects.get(username=name)
    found.set_password("another one")
    found.save()


ENDS: dict[str, tuple[Callable[[dict[str, str]], object], int]] = {
    "signing out": (_log_out, wire.CLOSE_UNAUTHENTICATED),
    "ending the session": (lambda _: Session.objects.all().delete(), wire.CLOSE_UNAUTHENTICATED),
    "being made inactive": (lambda _: _changed("bob", is_active=False), wire.CLOSE_UNAUTHENTICATED),
    "another password": (lambda _: _new_password("bob"), wire.CLOSE_UNAUTHENTICATED),
    "leaving the team": (lambda _: Membership.objects.get(user__username="bob").delete(), wire.CLOSE_NOT_FOUND),
    "being shown out of it": (lambda _: Caller("alice").delete(f"{TEAM}/members/bob"), wire.CLOSE_NOT_FOUND),
    "the end of the team": (lambda _: Caller("alice").delete(TEAM), wire.CLOSE_NOT_FOUND),
}


@pytest.fixture
def nudged_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks again when a nudge says so, and never else."""
    monkeypatch.setattr("sandboxes.nudges.LISTENING", 600.0)


async def listening(name: str, pages: int = 1) -> None:
    """Until as many of the user's pages hear what is said to them."""
    group = user_group((await User.objects.aget(username=name)).pk)
    await until(lambda: len(get_channel_layer().groups.get(group, {})) == pages)


@pytest.mark.usefixtures("nudged_alone")
@pytest.mark.parametrize("how", ENDS)
async def test_a_page_that_is_open_closes_at_once(how: str, node: Upstream) -> None:
    await sync_to_async(made.pod)()
    await sync_to_async(_shared)("bob")
    headers = await cookie("bob")
    end, expected = ENDS[how]
    async with page(headers) as socket:
        assert (await message(socket))["type"] == "snapshot"
        await listening("bob")
        await sync_to_async(end)(headers)
        assert await code(socket) == expected


@pytest.mark.usefixtures("nudged_alone")
async def test_a_founder_who_is_removed_from_the_team_loses_the_page(node: Upstream) -> None:
    def removed() -> None:
        teams.remove_member(user("bob"), "crew", "alice")

    await sync_to_async(made.pod)()
    team = await sync_to_async(made.team)("crew", admin="bob", member="alice")
    await Namespace.objects.filter(name="alice").aupdate(team=team)  # it stays alice's
    async with page(await cookie()) as socket:
        assert (await message(socket))["type"] == "snapshot"
        await listening("alice")
        await sync_to_async(removed)()
        assert await code(socket) == wire.CLOSE_NOT_FOUND


@pytest.mark.usefixtures("nudged_alone")
async def test_a_role_that_is_taken_away_closes_the_page(node: Upstream) -> None:
    await sync_to_async(made.pod)()
    audrey = await sync_to_async(user)("audrey")
    assignment = await RoleAssignment.objects.acreate(user=audrey, role=Role.AUDITOR)
    async with page(await bearer("audrey")) as socket:
        assert (await message(socket))["type"] == "snapshot"
        await listening("audrey")
        await assignment.adelete()
        assert await code(socket) == wire.CLOSE_NOT_FOUND


@pytest.mark.usefixtures("nudged_alone")
async def test_a_token_that_is_revoked_closes_its_pages_and_no_others(node: Upstream) -> None:
    await sync_to_async(made.pod)()
    headers, kept = await bearer(), await cookie()
    async with page(headers) as socket, page(kept) as other:
        for each in (socket, other):
            assert (await message(each))["type"] == "snapshot"
        await listening("alice", pages=2)
        await sync_to_async(lambda: AccessToken.objects.get().delete())()
        assert await code(socket) == wire.CLOSE_UNAUTHENTICATED
        assert await other.receive_nothing(timeout=0.3)
