"""Namespaces' names and owners."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.models import Namespace
from sandboxes.namespaces import LABEL, label_for, namespace_of
from tests.service.caller import user


@given(st.text())
def test_any_name_gives_a_dns_label(name: str) -> None:
    assert LABEL.fullmatch(label_for(name))


@pytest.mark.django_db
def test_a_namespace_is_made_once_and_never_renamed() -> None:
    alice = user("alice")
    first = namespace_of(alice)
    User.objects.filter(pk=alice.pk).update(username="someone-else")
    alice.refresh_from_db()
    assert namespace_of(alice) == first
    assert first.name == "alice"
    assert first.resource_version > 0


@pytest.mark.django_db
def test_users_whose_names_clash_get_a_number() -> None:
    names = [namespace_of(user(name)).name for name in ("a.b", "a-b", "A_B", "-a-b-")]
    assert names == ["a-b", "a-b-2", "a-b-3", "a-b-4"]


@pytest.mark.django_db
def test_a_number_fits_into_the_longest_label() -> None:
    names = [namespace_of(user("x" * 100 + tail)).name for tail in "abc"]
    assert names == ["x" * 63, "x" * 61 + "-2", "x" * 61 + "-3"]
    assert Namespace.objects.count() == 3
