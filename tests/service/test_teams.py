"""Teams over HTTP: founded, joined, left, deleted."""

from __future__ import annotations

import pytest

from people.models import Membership, RoleAssignment, Team
from people.rules import Role
from sandboxes.api import people_shapes as shapes
from sandboxes.models import Namespace, Pod
from tests.service.caller import Caller, manifest, user

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
