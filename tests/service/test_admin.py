"""Django's admin: who may look, what it never tells, and what stays of what is done there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from people import groups, roles
from people.models import GroupMapping, LoginFailure, RoleAssignment
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
