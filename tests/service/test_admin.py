"""Django's admin: who may look, what it never tells, and what stays of what is done there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from people import groups, roles
from people.models import GroupMapping, LoginFailure, Membership, RoleAssignment, Team
from people.rules import Role
from tests.service import made
from tests.service.caller import read, user

pytestmark = pytest.mark.django_db


def test_an_auditor_looks_at_the_admin_and_changes_nothing_there() -> None:
    pod = made.pod()
    client = Client()
    audrey = user("audrey")
    RoleAssignment.objects.create(user=audrey, role=Role.AUDITOR)
    client.force_login(audrey)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/sandboxes/pod/").status_code == 200
    assert client.get(f"/admin/sandboxes/pod/{pod.pk}/change/").status_code == 200
    assert client.get("/admin/people/team/add/").status_code == 403
    assert client.get("/admin/sandboxes/registrycredential/").status_code == 403
    assert client.post("/admin/people/accesstoken/1/delete/", {"post": "yes"}).status_code in (302, 403, 404)
    learner = Client()
    learner.force_login(user("mallory"))
    assert learner.get("/admin/sandboxes/pod/").status_code == 302


def test_no_field_that_the_admin_hides_is_told_by_an_address() -> None:
    """A list that is filtered by any field answers whether a guess of its first characters is right."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    asked = 0
    for model, rows in admin.site._registry.items():
        place = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for field in model._meta.concrete_fields:
            if field.name not in rows.list_filter:
                found = client.get(place, {f"{field.attname}__startswith": "a"})
                assert (field.name, found.status_code) == (field.name, 400), place
                asked += 1
    assert asked > 80


def test_sessions_are_not_in_the_admin_and_a_user_is_signed_out_everywhere_there() -> None:
    victim, root = Client(), Client()
    bob = user("bob")
    victim.force_login(bob)
    root.force_login(User.objects.create_superuser("root"))
    assert root.get("/admin/people/session/").status_code == 404
    page = root.post("/admin/auth/user/", {"action": "sign_out", "_selected_action": [bob.pk]}, follow=True)
    assert "Sessions that were ended: 1." in page.content.decode()
    assert read(victim.get("/api/playground/v1/session")).body["user"] is None


def test_a_role_that_an_admin_gives_by_hand_stays_whatever_groups_say() -> None:
    bob = user("bob")
    GroupMapping.objects.create(group="staff", role=Role.OPERATOR)
    groups.apply(bob, ["staff"])
    row = RoleAssignment.objects.get(user=bob)
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    root.post(f"/admin/people/roleassignment/{row.pk}/change/", {"user": bob.pk, "role": "learner"})
    groups.apply(bob, ["staff"])
    assert roles.role_of(User.objects.get(pk=bob.pk)) is Role.LEARNER


def test_a_wrong_old_password_counts_as_one_at_the_sign_in_does() -> None:
    User.objects.create_superuser("root", password="the old word of root")
    client = Client()
    client.force_login(User.objects.get())
    new = {"new_password1": "another word 77", "new_password2": "another word 77"}
    codes = [client.post("/admin/password_change/", {"old_password": "x"} | new).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    LoginFailure.objects.all().delete()
    assert client.post("/admin/password_change/", {"old_password": "the old word of root"} | new).status_code == 302
    assert User.objects.get().check_password("another word 77") and not LoginFailure.objects.exists()


def as_root() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def change(team: Team, *rows: dict[str, Any]) -> dict[str, Any]:
    """What the page of a team sends: its name, and a line for each of its members."""
    there = list(Membership.objects.filter(team=team).order_by("pk"))
    sent: dict[str, Any] = {"name": team.name, "memberships-TOTAL_FORMS": len(rows)}
    sent |= {"memberships-INITIAL_FORMS": len(there)}
    for i, row in enumerate(rows):
        known = {"id": there[i].pk, "user": there[i].user_id, "role": there[i].role} if i < len(there) else {}
        line = {"team": team.pk} | known | row
        sent |= {f"memberships-{i}-{name}": value for name, value in line.items()}
    return sent


@pytest.mark.parametrize("row", [{"role": "member"}, {"DELETE": "on"}], ids=["steps down", "goes"])
def test_the_admin_does_not_take_a_teams_last_admin(row: dict[str, str]) -> None:
    crew, root = made.team("crew", admin="alice", member="bob"), as_root()
    path = f"/admin/people/team/{crew.pk}/change/"
    page = root.post(path, change(crew, row, {}))
    told = "alice is the last admin of team crew: make somebody else one first, or delete the team"
    assert page.status_code == 200 and told in page.content.decode()
    assert Membership.objects.get(user__username="alice").role == "admin"
    assert root.post(path, change(crew, row, {"role": "admin"})).status_code == 302, "with another one in the same form"
    assert list(Membership.objects.filter(role="admin").values_list("user__username", flat=True)) == ["bob"]


@pytest.mark.parametrize("before", [[], ["member"]], ids=["taken in", "made one"])
def test_the_admin_makes_no_guest_a_teams_admin(before: list[str]) -> None:
    crew, root, gus = made.team("crew", admin="alice", member="gus" if before else ""), as_root(), user("gus")
    made.guest(gus)
    page = root.post(f"/admin/people/team/{crew.pk}/change/", change(crew, {}, {"user": gus.pk, "role": "admin"}))
    told = "gus is a guest, whose time ends: a guest is no team&#x27;s admin"
    assert page.status_code == 200 and told in page.content.decode()
    assert list(Membership.objects.filter(user=gus).values_list("role", flat=True)) == before
    new = {"name": "new", "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    line = {"memberships-0-user": gus.pk, "memberships-0-role": "admin"}
    assert told in root.post("/admin/people/team/add/", new | line).content.decode()
    assert not Team.objects.filter(name="new").exists()


def test_the_admin_founds_a_team_without_an_admin_and_changes_one() -> None:
    """Groups of the identity provider give it one."""
    root = as_root()
    page = root.post("/admin/people/team/add/", {
        "name": "crew", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    })  # fmt: skip
    assert page.status_code == 302
    crew = Team.objects.get()
    line = {"user": user("bob").pk, "role": "member"}
    assert root.post(f"/admin/people/team/{crew.pk}/change/", change(crew, line)).status_code == 302
    assert root.post(f"/admin/people/team/{crew.pk}/change/", change(crew, {"DELETE": "on"})).status_code == 302
    assert not Membership.objects.exists()


def test_the_admin_does_not_delete_a_user_who_is_a_teams_last_admin() -> None:
    crew, root = made.team("crew", admin="alice", member="bob"), as_root()
    alice, bob = User.objects.get(username="alice"), User.objects.get(username="bob")
    told = "alice is the last admin of team crew: make somebody else one first, or delete the team"
    chosen = {"action": "delete_selected", "_selected_action": [alice.pk, bob.pk], "post": "yes"}
    for page in (
        root.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"}),
        root.post("/admin/auth/user/", chosen),
    ):
        assert page.status_code == 200 and told in page.content.decode()
    assert User.objects.filter(pk__in=[alice.pk, bob.pk]).count() == 2
    Membership.objects.filter(user=bob).update(role="admin")
    both = root.post("/admin/auth/user/", chosen).content.decode()
    assert "alice, bob are the last admins of team crew" in both
    assert root.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 302
    assert root.post(f"/admin/people/team/{crew.pk}/delete/", {"post": "yes"}).status_code == 302
    assert root.post(f"/admin/auth/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 302
    assert set(User.objects.values_list("username", flat=True)) == {"root"}
