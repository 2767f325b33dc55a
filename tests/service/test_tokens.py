"""Bearer tokens and one-time links: shown once, kept as digests, refused when they should be; and their commands."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import links, tokens
from people.models import AccessToken, SignInLink
from tests.service.caller import Caller, user

pytestmark = pytest.mark.django_db


def command(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_a_token_is_its_users_and_is_not_kept() -> None:
    alice = user("alice")
    text = tokens.issue(alice, name="laptop")
    assert tokens.user_for(text) == alice
    row = AccessToken.objects.get()
    assert text not in (row.digest, row.name)
    assert len(row.digest) == 64


@pytest.mark.parametrize("text", ["", "pgt_", "x" * 100_000, "\0", "\ud800", "pgt_" + "A" * 43])
def test_another_text_is_nobodys(text: str) -> None:
    tokens.issue(user("alice"))
    assert tokens.user_for(text) is None
    assert links.redeem(text) is None


def test_a_token_ends_with_its_time_and_with_its_user() -> None:
    alice = user("alice")
    late = tokens.issue(alice, expires_at=timezone.now() - timedelta(seconds=1))
    early = tokens.issue(alice, expires_at=timezone.now() + timedelta(hours=1))
    assert tokens.user_for(late) is None
    assert tokens.user_for(early) == alice
    User.objects.update(is_active=False)
    assert tokens.user_for(early) is None


def test_use_is_noted_at_most_once_a_minute() -> None:
    text = tokens.issue(user("alice"))
    tokens.user_for(text)
    first = AccessToken.objects.get().last_used_at
    tokens.user_for(text)
    assert first is not None
    assert AccessToken.objects.get().last_used_at == first
    AccessToken.objects.update(last_used_at=first - timedelta(minutes=2))
    tokens.user_for(text)
    assert AccessToken.objects.get().last_used_at != first - timedelta(minutes=2)


def test_a_link_is_good_once_and_for_a_quarter_of_an_hour() -> None:
    alice = user("alice")
    text = links.issue(alice)
    assert links.redeem(text) == alice
    assert links.redeem(text) is None
    late = links.issue(alice)
    SignInLink.objects.update(expires_at=timezone.now())
    assert links.redeem(late) is None


def test_a_link_of_an_inactive_user_is_not_used_up() -> None:
    text = links.issue(user("alice"))
    User.objects.update(is_active=False)
    assert links.redeem(text) is None
    User.objects.update(is_active=True)
    assert links.redeem(text) is not None


def test_the_token_command_prints_one_that_works() -> None:
    text = command("token", "alice", "--create")
    caller = Caller("alice")
    caller.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    assert caller.get("/api/v1/namespaces").code == 200
    assert tokens.user_for(text) == User.objects.get(username="alice")
    assert not User.objects.get(username="alice").has_usable_password()


def test_the_link_command_makes_the_first_admin() -> None:
    path, _, text = command("link", "root", "--create-admin").partition("#")
    admin = links.redeem(text)
    assert path == "/sign-in"
    assert admin is not None
    assert (admin.username, admin.is_staff, admin.is_superuser) == ("root", True, True)


def test_the_link_command_promotes_nobody() -> None:
    user("alice")
    command("link", "alice", "--create-admin")
    assert not User.objects.get(username="alice").is_staff


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("token", "nobody"), "there is no user 'nobody'"),
        (("link", "nobody"), "there is no user 'nobody'"),
        (("token", "a b", "--create"), "cannot be a user's name"),
        (("token", "x" * 151, "--create"), "cannot be a user's name"),
        (("token", "", "--create"), "cannot be a user's name"),
        (("token", "alice", "--create", "--name", "x" * 101), "at most 100 characters"),
    ],
)
def test_a_bad_argument_is_told(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        command(*arguments)
    assert not User.objects.exists()


def test_no_credential_is_issued_to_an_inactive_user() -> None:
    user("alice")
    User.objects.update(is_active=False)
    for name in ("token", "link"):
        with pytest.raises(CommandError, match="not active"):
            command(name, "alice")


def test_the_claim_of_a_link_asks_nothing_but_its_own_row() -> None:
    """A subquery is not asked again once the row was waited for: on Postgres two could have signed in with one link."""
    text = links.issue(user("alice"))
    with CaptureQueriesContext(connection) as asked:
        assert links.redeem(text) is not None
    updates = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("UPDATE")]
    assert len(updates) == 1
    assert "SELECT" not in updates[0]
