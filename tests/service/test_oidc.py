"""Signing in with OpenID Connect, at an issuer that runs in this process; and what its groups come to."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client

from people import oidc
from people.models import GroupMapping, Membership, RoleAssignment, Session, Team, TrailEntry
from people.rules import Role
from people.urls import guarded
from tests.service import issuer as issuers
from tests.service import made
from tests.service.caller import read, user
from tests.service.issuer import CLIENT, SECRET, Issuer
from tests.service.test_api_session import SESSION, Browser

pytestmark = pytest.mark.django_db
CALLBACK = f"{oidc.LOGIN}callback/"
ALICE = {"sub": "1", "preferred_username": "alice", "name": "Alice A", "email": "a@example.org", "email_verified": True}


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    with issuers.running() as found:
        found.claims = dict(ALICE)
        configure(settings, found.address)
        yield found


def configure(settings: Any, address: str) -> None:
    app = {"provider_id": "organisation", "name": "Example", "client_id": CLIENT, "secret": SECRET}
    app["settings"] = {"server_url": address}  # type: ignore[assignment]
    settings.OIDC_ISSUER, settings.OIDC_NAME = address, "Example"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def come(issuer: Issuer, client: Client | None = None, **query: str) -> tuple[Client, str]:
    """A browser that signs in there: it, and where it ends up."""
    client = client or Client(raise_request_exception=False)
    sent = client.get(oidc.LOGIN, query)
    assert sent.status_code == 302, sent.content
    back = client.get(CALLBACK, issuer.consent(sent["Location"]))
    assert back.status_code == 302, back.content
    return client, back["Location"]


def signed_in(client: Client) -> Any:
    return read(client.get(SESSION)).body["user"]


def test_who_comes_from_the_provider_has_a_user_and_goes_where_they_wanted(issuer: Issuer) -> None:
    client, place = come(issuer, next="/new?from=1")
    assert place == "/new?from=1"
    assert signed_in(client)["name"] == "alice"
    assert Session.objects.filter(user__username="alice").count() == 1
    assert not User.objects.get().has_usable_password()
    client, place = come(issuer)
    assert (place, signed_in(client)["name"]) == ("/", "alice")
    assert User.objects.count() == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(issuer: Issuer, elsewhere: str) -> None:
    assert come(issuer, next=elsewhere)[1] == "/"


def test_a_user_who_was_there_before_is_never_taken_over(issuer: Issuer) -> None:
    root = User.objects.create_superuser("alice", email="a@example.org")
    client, _ = come(issuer)
    assert signed_in(client)["name"] not in ("", "alice") and signed_in(client)["role"] == "learner"
    root.refresh_from_db()
    assert root.last_login is None


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_whoever_is_signed_in_is_never_bound_to_who_comes_from_the_provider(issuer: Issuer, process: str) -> None:
    root = User.objects.create_superuser("root")
    victim = Client(raise_request_exception=False)
    victim.force_login(root)
    come(issuer, victim, process=process, scope="all", auth_params="prompt=none")
    assert not SocialAccount.objects.filter(user=root).exists()
    attacker, _ = come(issuer)
    assert signed_in(attacker)["name"] == "alice"


def test_a_state_that_asks_for_another_process_is_refused(issuer: Issuer) -> None:
    client = Client(raise_request_exception=False)
    sent = client.get(oidc.LOGIN)
    session = client.session
    states = session["socialaccount_states"]
    for state in states.values():
        state[0]["process"] = "connect"
    session.save()
    back = client.get(CALLBACK, issuer.consent(sent["Location"]))
    assert (back["Location"], SocialAccount.objects.count()) == (oidc.FAILED, 0)


def test_who_comes_from_the_provider_stands_in_the_trail(issuer: Issuer) -> None:
    come(issuer)
    assert [(row.actor, row.act, row.code) for row in TrailEntry.objects.order_by("pk")] == [
        ("", "GET login", 302), ("alice", "GET callback", 302)
    ]  # fmt: skip


def test_two_of_one_address_are_two_users(issuer: Issuer) -> None:
    come(issuer)
    issuer.claims |= {"sub": "2", "preferred_username": "a.b/c d"}
    assert signed_in(come(issuer)[0]) is not None
    assert User.objects.count() == 2


def test_who_was_made_inactive_does_not_come_in(issuer: Issuer) -> None:
    come(issuer)
    User.objects.update(is_active=False)
    client, place = come(issuer)
    assert (place, signed_in(client)) == (oidc.INACTIVE, None)


def test_a_callback_that_nobody_asked_for_is_refused(issuer: Issuer) -> None:
    asked, other = Client(), Client(raise_request_exception=False)
    brought = issuer.consent(asked.get(oidc.LOGIN)["Location"])
    found = other.get(CALLBACK, brought)
    assert (found.status_code, found["Location"], signed_in(other)) == (302, oidc.FAILED, None)


@pytest.mark.parametrize("query", [{}, {"error": "access_denied"}, {"code": "x", "state": "y"}, {"error": "\x00"}])
def test_a_callback_that_failed_leads_to_the_sign_in_page(issuer: Issuer, query: dict[str, str]) -> None:
    client = Client(raise_request_exception=False)
    found = client.get(CALLBACK, query)
    assert (found.status_code, found["Location"]) == (302, oidc.FAILED)


@pytest.mark.parametrize("wrong", [{"iss": "http://another.example"}, {"aud": "another"}, {"exp": 1}])
def test_a_token_for_someone_else_is_refused(issuer: Issuer, wrong: dict[str, Any]) -> None:
    issuer.claims |= wrong
    client, place = come(issuer)
    assert (place, signed_in(client)) == (oidc.FAILED, None)


def test_the_issuer_refuses_a_wrong_secret_and_the_page_is_told(issuer: Issuer, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["secret"] = "wrong"
    client, place = come(issuer)
    assert (place, signed_in(client), issuer.refused) == (oidc.FAILED, None, ["client"])


def test_an_issuer_that_does_not_answer_is_told(settings: Any) -> None:
    configure(settings, "http://127.0.0.1:9")
    found = Client(raise_request_exception=False).get(oidc.LOGIN)
    assert (found.status_code, found["Location"]) == (302, oidc.FAILED)


def test_no_code_of_the_provider_is_left_for_the_servers_log() -> None:
    """uvicorn writes a request's line from the scope, when the answer begins."""
    asked: Any = AsyncRequestFactory().get("/", {"code": "secret", "state": "x"})
    seen = guarded(lambda request, _: HttpResponse(request.GET["code"]))(asked, "organisation")
    assert (seen.content, asked.scope["query_string"]) == (b"secret", b"")


def test_without_a_provider_there_is_no_such_page() -> None:
    client = Client(raise_request_exception=False)
    assert [client.get(path).status_code for path in (oidc.LOGIN, CALLBACK)] == [404, 404]
    assert Browser().session()["provider"] is None


def test_the_sign_in_page_is_told_of_the_provider(issuer: Issuer) -> None:
    assert Browser().session()["provider"] == {"name": "Example", "path": oidc.LOGIN}


def test_groups_give_a_role_and_teams_and_take_them_away_again(issuer: Issuer) -> None:
    crew = made.team("crew", admin="bob")
    GroupMapping.objects.create(group="teachers", role=Role.AUTHOR)
    GroupMapping.objects.create(group="crew", team=crew, team_role="admin")
    issuer.claims["groups"] = ["teachers", "crew", "unknown"]
    assert signed_in(come(issuer)[0])["role"] == "author"
    alice = User.objects.get(username="alice")
    assert Membership.objects.get(user=alice).role == "admin"
    issuer.claims["groups"] = ["unknown"]
    assert signed_in(come(issuer)[0])["role"] == "learner"
    assert not Membership.objects.filter(user=alice).exists()


@pytest.mark.parametrize("groups", [[], ["crew"]])
def test_groups_that_would_take_a_teams_last_admin_leave_it_and_say_so(
    groups: list[str], issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    crew = Team.objects.create(name="crew")
    GroupMapping.objects.create(group="crew", team=crew, team_role="member")
    GroupMapping.objects.create(group="captains", team=crew, team_role="admin")
    issuer.claims["groups"] = ["captains"]
    come(issuer)
    issuer.claims["groups"] = groups
    come(issuer)
    assert list(Membership.objects.values_list("role", flat=True)) == ["admin"]
    told = "team crew: alice stays its admin, though groups of the identity provider say so no more: it has no other"
    assert [record.getMessage() for record in caplog.records if record.name == "people.groups"] == [told]
    made.team("crew", admin="bob")
    come(issuer)
    left = dict(Membership.objects.values_list("user__username", "role"))
    assert left == {"bob": "admin"} | dict.fromkeys(["alice"] if groups else [], "member")


def test_what_was_assigned_by_hand_stays(issuer: Issuer) -> None:
    come(issuer)
    alice, crew = User.objects.get(username="alice"), made.team("crew", admin="bob", member="alice")
    RoleAssignment.objects.create(user=alice, role=Role.AUDITOR)
    GroupMapping.objects.create(group="ops", role=Role.OPERATOR, team=crew, team_role="admin")
    for told in (["ops"], []):
        issuer.claims["groups"] = told
        assert signed_in(come(issuer)[0])["role"] == "auditor"
        assert Membership.objects.get(user=alice).role == "member"


def test_the_mapping_can_be_tried_without_signing_in() -> None:
    GroupMapping.objects.create(group="teachers", role=Role.AUTHOR, team=made.team("crew", admin=user("bob").username))

    def told(*groups: str) -> str:
        out = StringIO()
        call_command("groups", *groups, stdout=out)
        return out.getvalue()

    assert told("teachers", "x") == "role: author\nteam crew: member\n"
    assert told("x") == "role: none: a learner, unless one is assigned by hand\nteams: none\n"
    assert not RoleAssignment.objects.exists()


def test_an_admin_tests_what_groups_come_to_before_anybody_signs_in(client: Client) -> None:
    crew = Team.objects.create(name="crew")
    rows = [
        GroupMapping.objects.create(group="teachers", role="author"),
        GroupMapping.objects.create(group="staff", team=crew, team_role="admin"),
    ]
    client.force_login(User.objects.create_superuser("root"))
    asked = {"action": "test", "_selected_action": [row.pk for row in rows]}
    page = client.post("/admin/people/groupmapping/", asked, follow=True).content.decode()
    assert "Role: author. Teams: admin of crew." in page
    assert not RoleAssignment.objects.exists()
