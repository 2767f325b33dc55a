"""Teams over HTTP: founded, joined, left, deleted."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from importlib import import_module
from threading import Barrier, BrokenBarrierError

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from people import groups, team_admins
from people.models import GroupMapping, Membership, RoleAssignment, Team, TrailEntry
from people.rules import Role
from sandboxes import teams
from sandboxes.api import people_shapes as shapes
from sandboxes.errors import Conflict, NotAllowed, NotFound
from sandboxes.models import Namespace, Pod
from tests.service import made
from tests.service.caller import Answered, Caller, manifest, user
from tests.service.test_quotas import at_once

pytestmark = pytest.mark.django_db
TEAMS = "/api/playground/v1/teams"


def author(name: str = "alice") -> Caller:
    caller = Caller(name)
    RoleAssignment.objects.create(user=caller.user, role=Role.AUTHOR)
    return caller


def causes(found: Answered) -> list[tuple[str, str]]:
    """(field, message) of each cause."""
    return [(cause["field"], cause["message"]) for cause in found.body.get("details", {}).get("causes", [])]


def test_an_author_founds_a_team_with_a_namespace() -> None:
    alice = author()
    found = alice.post(TEAMS, {"name": "crew"})
    assert found.code == 201
    shapes.TeamRow.model_validate(found.body)
    assert found.body == {
        "name": "crew",
        "role": "admin",
        "mayManage": True,
        "members": [{"name": "alice", "role": "admin", "fromGroups": False}],
        "namespaces": [{"name": "crew", "owner": "alice"}],
        "groups": [],
    }
    assert alice.get(TEAMS).body == {"items": [found.body], "mayFound": True}
    assert Caller("bob").get(TEAMS).body == {"items": [], "mayFound": False}
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
    assert bob.delete(f"{TEAMS}/crew/members/bob").body["items"] == []
    assert bob.get(f"{TEAMS}/crew").code == 404


def test_a_team_keeps_an_admin() -> None:
    alice = author()
    Caller("bob")
    alice.post(TEAMS, {"name": "crew"})
    told = "alice is the last admin of team crew: make somebody else one first, or delete the team"
    for refused in (
        alice.put(f"{TEAMS}/crew/members/alice", {"role": "member"}),
        alice.delete(f"{TEAMS}/crew/members/alice"),
    ):
        assert (refused.code, causes(refused)) == (409, [("user", told)])
    assert Membership.objects.get().role == "admin"
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    assert alice.delete(f"{TEAMS}/crew/members/alice").code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["leaves", "steps down", "removes the other"])
def test_a_team_keeps_an_admin_whatever_two_of_them_do_at_once(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob, both, check = author().user, user("bob"), Barrier(2), team_admins.last_admins
    teams.found_team(alice, "crew")
    teams.put_member(alice, "crew", "bob", Membership.ADMIN)

    def check_together(team: int, leaving: Collection[int]) -> list[Membership]:
        """Both have looked before one of them writes, unless something keeps them from it."""
        found = check(team, leaving)
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return found

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

    monkeypatch.setattr(team_admins, "last_admins", check_together)
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
    for name, role in (("gus", "member"), ("mia", "member"), ("bob", "admin")):
        user(name)
        alice.put(f"{TEAMS}/crew/members/{name}", {"role": role})
    owners = []
    for name in ("alice", "bob", "mia"):
        Membership.objects.get(user__username=name).delete()  # in the admin, or by groups of the identity provider
        owners.append(Namespace.objects.get(name="crew").owner.username)
    assert owners == ["bob", "mia", "gus"]


def test_a_guest_is_never_a_teams_admin() -> None:
    """Their time ends, and would take the team's admin with it."""
    alice, gus = author(), author("gus")
    made.guest(gus.user)
    alice.post(TEAMS, {"name": "crew"})
    told = "gus is a guest, whose time ends: a guest is no team's admin"
    assert alice.put(f"{TEAMS}/crew/members/gus", {"role": "member"}).code == 200
    refused = alice.put(f"{TEAMS}/crew/members/gus", {"role": "admin"})
    assert (refused.code, causes(refused)) == (409, [("role", told)])
    founded = gus.post(TEAMS, {"name": "guests"})
    assert founded.code == 403 and told in founded.body["message"]
    assert gus.get(TEAMS).body["mayFound"] is False
    GroupMapping.objects.create(group="captains", team=Team.objects.get(), team_role="admin")
    Membership.objects.filter(user=gus.user).update(from_groups=True)
    groups.apply(gus.user, ["captains"])
    assert dict(Membership.objects.values_list("user__username", "role")) == {"alice": "admin", "gus": "member"}
    assert alice.delete(f"{TEAMS}/crew/members/alice").code == 409, "and does not stand in for one"


def test_a_team_without_an_admin_is_filled_by_an_operator_as_it_is() -> None:
    """Groups of the identity provider, or `/admin/`, may have left it without one."""
    crew = made.team("crew", admin="", member="bob")
    user("carol")
    root = Caller("root", staff=True)
    assert root.put(f"{TEAMS}/crew/members/carol", {}).code == 200
    assert root.delete(f"{TEAMS}/crew/members/bob").code == 200
    assert [row.user.username for row in crew.memberships.all()] == ["carol"]


def test_guests_who_were_admins_before_are_members_and_who_is_longest_in_a_team_is_its_admin() -> None:
    for name, admins, members in (
        ("held", ["gus", "alice"], ["bob"]),
        ("left", ["gus"], ["gil", "carol", "bob", "alice"]),
        ("alone", ["gus"], ["gil"]),
    ):
        for role, people in ((Membership.ADMIN, admins), (Membership.MEMBER, members)):
            for person in people:
                Membership.objects.create(team=made.team(name, admin=""), user=user(person), role=role)
    for name in ("gus", "gil"):
        made.guest(user(name))
    User.objects.filter(username="carol").update(is_active=False)
    import_module("people.migrations.0006_guests_are_no_admins").take_from_guests(apps, None)
    left = Membership.objects.filter(role=Membership.ADMIN)
    assert set(left.values_list("team__name", "user__username")) == {("held", "alice"), ("left", "bob")}
    assert Membership.objects.count() == 10


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
    GroupMapping.objects.create(group="sailors", team=Team.objects.get())
    assert alice.get(f"{TEAMS}/crew").body["groups"] == ["sailors"]
    assert alice.delete(f"{TEAMS}/crew").body["items"] == []
    assert not GroupMapping.objects.exists()
    assert alice.get("/api/v1/namespaces/crew/pods").code == 200
    assert bob.get("/api/v1/namespaces/crew/pods").code == 404


def test_an_auditor_sees_teams_and_manages_none() -> None:
    author().post(TEAMS, {"name": "crew"})
    audrey = Caller("audrey")
    RoleAssignment.objects.create(user=audrey.user, role=Role.AUDITOR)
    told = [(item["name"], item["role"], item["mayManage"]) for item in audrey.get(TEAMS).body["items"]]
    assert told == [("crew", None, False)]
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
    taken = alice.post(TEAMS, {"name": "crew"})
    assert (taken.code, taken.causes) == (409, [("name", "FieldValueDuplicate")])
    assert Team.objects.count() == 1


@pytest.mark.parametrize("name", ["nobody", "a%00b", "%20"])
def test_who_is_not_there_cannot_be_a_member(name: str) -> None:
    alice = author()
    alice.post(TEAMS, {"name": "crew"})
    added = alice.put(f"{TEAMS}/crew/members/{name}", {})
    assert (added.code, added.causes) == (404, [("user", "FieldValueInvalid")])
    assert alice.delete(f"{TEAMS}/crew/members/{name}").code == 404


@pytest.mark.parametrize("body", [{}, {"role": "captain"}])
@pytest.mark.parametrize("asking", ["mallory", "bob"])
def test_who_does_not_manage_a_team_learns_from_it_about_nobody(asking: str, body: dict[str, str]) -> None:
    made.team("crew", admin="alice", member="bob")
    user("carol")
    caller = Caller(asking)
    there, nowhere = (caller.put(f"{TEAMS}/crew/members/{name}", body) for name in ("carol", "nobody"))
    assert (there.code, there.body) == (nowhere.code, nowhere.body)
    assert there.code == (404 if asking == "mallory" else 403)


def test_who_is_there_by_a_group_is_shown_as_such_and_not_changed_by_hand() -> None:
    alice, bob = Caller("alice"), Caller("bob")
    made.team("crew", admin="alice", member="bob")
    Membership.objects.filter(user=bob.user).update(from_groups=True)
    shown = {each["name"]: each["fromGroups"] for each in alice.get(f"{TEAMS}/crew").body["members"]}
    assert shown == {"alice": False, "bob": True}
    assert alice.put(f"{TEAMS}/crew/members/bob", {"role": "member"}).code == 200, "as it is already"
    for refused in (
        alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"}),
        alice.delete(f"{TEAMS}/crew/members/bob"),
        bob.delete(f"{TEAMS}/crew/members/bob"),
    ):
        assert refused.code == 409
        assert causes(refused)[0][1].startswith("bob is there by a group of the identity provider")
    assert Membership.objects.get(user=bob.user).role == "member"


def test_an_operator_manages_a_team_without_being_in_it() -> None:
    made.team("crew", admin="alice")
    user("bob")
    root = Caller("root", staff=True)
    found = root.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    assert (found.body["role"], found.body["mayManage"]) == (None, True)
    assert root.delete(f"{TEAMS}/crew/members/alice").code == 200
    assert root.delete(f"{TEAMS}/crew").body == {"items": [], "mayFound": True}


def test_each_change_of_a_team_is_in_the_trail_with_what_it_was_about() -> None:
    alice = author()
    user("bob")
    alice.post(TEAMS, {"name": "crew"})
    alice.put(f"{TEAMS}/crew/members/bob", {"role": "admin"})
    alice.delete(f"{TEAMS}/crew/members/bob")
    alice.put(f"{TEAMS}/crew/members/nobody", {})
    alice.delete(f"{TEAMS}/crew")
    assert [(row.actor, row.act, row.path, row.code) for row in TrailEntry.objects.order_by("pk")] == [
        ("alice", "POST teams", f"{TEAMS} name=crew", 201),
        ("alice", "PUT members", f"{TEAMS}/crew/members/bob role=admin", 200),
        ("alice", "DELETE members", f"{TEAMS}/crew/members/bob", 200),
        ("alice", "PUT members", f"{TEAMS}/crew/members/nobody role=member", 404),
        ("alice", "DELETE teams", f"{TEAMS}/crew", 200),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["admin", "groups"])
def test_a_team_keeps_an_admin_whatever_the_admin_or_groups_do_at_once(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew, both, check = made.team("crew", admin="alice"), Barrier(2), team_admins.last_admins
    people = [user("alice"), user("bob")]
    made.team("crew", admin="bob")
    Membership.objects.update(from_groups=True)
    User.objects.create_superuser("root")

    def check_together(team: int, leaving: Collection[int]) -> list[Membership]:
        """Both have looked before one of them writes, unless something keeps them from it."""
        found = check(team, leaving)
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return found

    def go(i: int) -> str:
        if how == "groups":
            groups.apply(people[i], [])
            return ""
        client = Client()
        client.force_login(User.objects.get(username="root"))
        client.post(f"/admin/auth/user/{people[i].pk}/delete/", {"post": "yes"})
        return ""

    monkeypatch.setattr(team_admins, "last_admins", check_together)
    at_once(2, go)
    assert Membership.objects.filter(team=crew, role=Membership.ADMIN).count() == 1
