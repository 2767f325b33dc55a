"""Teams over HTTP: founded, joined, left, deleted."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from people.models import Membership, RoleAssignment, Team
from people.rules import Role
from sandboxes import teams
from sandboxes.api import people_shapes as shapes
from sandboxes.errors import Conflict, NotAllowed, NotFound
from sandboxes.models import Namespace, Pod
from tests.service import made
from tests.service.caller import Caller, manifest, user
from tests.service.test_quotas import at_once

pytestmark = pytest.mark.django_db
TEAMS = "/api/playground/v1/teams"


def author(name: str = "alice") -> Caller:
    caller = Caller(name)
    RoleAssignment.objects.create(user=caller.user, role=Role.AUTHOR)
    return caller


def test_an_author_founds_a_team_with_a_namespace() -> None:
    alice = author()
    found = alice.post(TEAMS, {"name": "crew"})
    assert found.code == 201
    shapes.TeamRow.model_validate(found.body)
    assert found.body == {"name": "crew", "members": [{"name": "alice", "role": "admin"}], "namespaces": ["crew"]}
    assert alice.get(TEAMS).body == {"items": [found.body]}
    assert alice.get("/api/playground/v1/session").body["namespace"] == "alice", "the team's is not taken for their own"


def test_members_work_in_the_teams_namespace_and_not_in_its_founders() -> None:
    alice, bob = author(), Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    assert bob.post("/api/v1/namespaces/crew/pods", manifest()).code == 404
    assert alice.put(f"{TEAMS}/crew/members/bob", {}).code == 200
    assert bob.post("/api/v1/namespaces/crew/pods", manifest()).code == 201
    assert bob.get("/api/v1/namespaces/alice/pods").code == 404
    assert alice.delete("/api/v1/namespaces/crew/pods/web").code == 200
    assert Pod.objects.get().namespace.name == "crew"


def test_a_member_may_leave_and_not_say_who_else_is_in() -> None:
    alice, bob = author(), Caller("bob")
    Caller("carol")
    alice.post(TEAMS, {"name": "crew"})
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "member"})
    for refused in (
        bob.put(f"{TEAMS}/crew/members/carol", {}),
        bob.put(f"{TEAMS}/crew/members/bob", {"role": "admin"}),
        bob.delete(f"{TEAMS}/crew/members/alice"),
        bob.delete(f"{TEAMS}/crew"),
    ):
        assert refused.code == 403 and "a team member may not manage" in refused.body["message"]
    assert bob.delete(f"{TEAMS}/crew/members/bob").body == {"items": []}
    assert bob.get(f"{TEAMS}/crew").code == 404


def test_a_team_keeps_an_admin() -> None:
    alice = author()
    Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    assert alice.put(f"{TEAMS}/crew/members/alice", {"role": "member"}).code == 409
    assert alice.delete(f"{TEAMS}/crew/members/alice").code == 409
    assert Membership.objects.get().role == "admin"
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    assert alice.delete(f"{TEAMS}/crew/members/alice").code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["leaves", "steps down", "removes the other"])
def test_a_team_keeps_an_admin_whatever_two_of_them_do_at_once(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob, both, check = author().user, user("bob"), Barrier(2), teams._check_admins
    teams.found_team(alice, "crew")
    teams.put_member(alice, "crew", "bob", Membership.ADMIN)

    def check_together(team: Team) -> None:
        """When the other has come as far, unless something keeps them from it."""
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        check(team)

    def go(i: int) -> str:
        me, other = (alice, bob) if i else (bob, alice)
        try:
            if how == "steps down":
                teams.put_member(me, "crew", me.username, Membership.MEMBER)
            else:
                teams.remove_member(me, "crew", me.username if how == "leaves" else other.username)
        except (Conflict, NotFound, NotAllowed):  # the latter: they were removed before they came to it
            return "refused"
        return "done"

    monkeypatch.setattr(teams, "_check_admins", check_together)
    assert sorted(at_once(2, go)) == ["done", "refused"]
    assert Membership.objects.filter(role=Membership.ADMIN).count() == 1


def test_a_founder_who_is_removed_keeps_nothing_of_the_team() -> None:
    alice, bob = author(), Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    alice.post("/api/v1/namespaces/crew/pods", manifest())
    assert bob.delete(f"{TEAMS}/crew/members/alice").code == 200
    for refused in (
        alice.get("/api/v1/namespaces/crew/pods"),
        alice.get("/api/v1/namespaces/crew/pods/web"),
        alice.post("/api/v1/namespaces/crew/pods", manifest("more")),
        alice.delete("/api/v1/namespaces/crew/pods/web"),
        alice.get(f"{TEAMS}/crew"),
    ):
        assert refused.code == 404
    assert [item["metadata"]["name"] for item in alice.get("/api/v1/namespaces").body["items"]] == ["alice"]
    assert bob.get("/api/v1/namespaces/crew/pods/web").code == 200
    assert Namespace.objects.get(name="crew").owner == bob.user


def test_a_teams_namespace_goes_to_an_admin_then_to_a_member_and_a_guest_comes_last() -> None:
    alice = author()
    alice.post(TEAMS, {"name": "crew"})
    made.guest(user("gus"))
    for name, role in (("gus", "admin"), ("mia", "member"), ("bob", "admin")):
        user(name)
        alice.put(f"{TEAMS}/crew/members/{name}", {"role": role})
    owners = []
    for name in ("alice", "bob", "gus"):
        Membership.objects.get(user__username=name).delete()  # in the admin, or by groups of the identity provider
        owners.append(Namespace.objects.get(name="crew").owner.username)
    assert owners == ["bob", "gus", "mia"]


def test_whoever_a_teams_namespace_goes_to_keeps_their_own() -> None:
    alice, bob = author(), Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    alice.delete(f"{TEAMS}/crew/members/alice")
    assert bob.get("/api/playground/v1/session").body["namespace"] == "bob"
    bob.delete(f"{TEAMS}/crew")
    assert bob.get("/api/playground/v1/session").body["namespace"] == "bob", "nor is it when the team is no more"
    assert bob.get("/api/v1/namespaces/crew/pods").code == 200


def test_a_deleted_team_leaves_its_namespace_to_the_owner() -> None:
    alice, bob = author(), Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    alice.put(f"{TEAMS}/crew/members/bob", {})
    assert alice.delete(f"{TEAMS}/crew").body == {"items": []}
    assert alice.get("/api/v1/namespaces/crew/pods").code == 200
    assert bob.get("/api/v1/namespaces/crew/pods").code == 404


def test_an_auditor_sees_teams_and_manages_none() -> None:
    author().post(TEAMS, {"name": "crew"})
    audrey = Caller("audrey")
    RoleAssignment.objects.create(user=audrey.user, role=Role.AUDITOR)
    assert [item["name"] for item in audrey.get(TEAMS).body["items"]] == ["crew"]
    assert audrey.put(f"{TEAMS}/crew/members/audrey", {}).code == 403
    assert audrey.post(TEAMS, {"name": "x"}).code == 403


@pytest.mark.parametrize("name", ["", "a b", "UPPER", "-x", "x" * 64, "a\0"])
def test_a_team_of_a_name_that_is_no_label_is_refused(name: str) -> None:
    found = author().post(TEAMS, {"name": name})
    assert (found.code, found.causes[0][0]) == (400, "name")
    assert not Team.objects.exists()


def test_a_name_is_taken_by_a_team_or_a_namespace() -> None:
    alice = author()
    Namespace.objects.create(name="bobs", owner=user("bob"))
    assert alice.post(TEAMS, {"name": "bobs"}).code == 409
    assert alice.post(TEAMS, {"name": "crew"}).code == 201
    assert alice.post(TEAMS, {"name": "crew"}).code == 409
    assert Team.objects.count() == 1


@pytest.mark.parametrize("name", ["nobody", "a%00b", "%20"])
def test_who_is_not_there_cannot_be_a_member(name: str) -> None:
    alice = author()
    alice.post(TEAMS, {"name": "crew"})
    assert alice.put(f"{TEAMS}/crew/members/{name}", {}).code == 404
    assert alice.delete(f"{TEAMS}/crew/members/{name}").code == 404
