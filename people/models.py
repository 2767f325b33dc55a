"""Persons: their roles and teams, and what they sign in with besides a password. Of credentials only digests are kept,
but for the keys of sessions, which Django's own table holds as well.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from people.group_rules import TEAM_ROLES
from people.rules import ALL_SCOPES, Role


class AccessToken(models.Model):
    """A bearer token of one user; `digest` is its SHA-256 in hex. Without `expires_at` it is good until deleted.

    `scopes`: names of `rules.Scope` with a space between (as RFC 6749 §3.3 writes them).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100, blank=True, default="")
    scopes = models.CharField(max_length=50, default=" ".join(sorted(ALL_SCOPES)))
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"


class SignInLink(models.Model):
    """A link that signs one user in, once, before `expires_at`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link {self.pk}"


class LoginFailure(models.Model):
    """A password that was wrong, kept while it counts against the next one."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"])]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"


class RoleAssignment(models.Model):
    """A user's role in the installation; who has none is a learner. `from_groups`: not by hand (`groups.py`)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_assignment")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    from_groups = models.BooleanField(default=False, editable=False)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class Team(models.Model):
    """People who share namespaces. `name` is a DNS label."""

    name = models.CharField(max_length=63, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a team: a member, or an admin, who also says who is in it."""

    MEMBER, ADMIN = TEAM_ROLES

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(MEMBER, MEMBER), (ADMIN, ADMIN)], default=MEMBER)
    from_groups = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="once_in_a_team")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class GroupMapping(models.Model):
    """What a group of the identity provider gives: a role, a place in a team, or both (`group_rules.py`)."""

    group = models.CharField(max_length=255)
    role = models.CharField(max_length=16, choices=[(r.value, r.value) for r in Role], blank=True, default="")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="group_mappings")
    team_role = models.CharField(
        max_length=16,
        choices=[(Membership.MEMBER, Membership.MEMBER), (Membership.ADMIN, Membership.ADMIN)],
        default=Membership.MEMBER,
    )

    def __str__(self) -> str:
        return self.group


class Session(AbstractBaseSession):
    """A browser's session, and what its user needs to know it by. `agent` is short: a browser and a system."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(auto_now_add=True)
    agent = models.CharField(max_length=64, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")


class EventCode(models.Model):
    """What a class types to get in without an account; at most `most_guests` may, before `expires_at`.

    Its guests stay for `guest_minutes`.
    """

    event = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    most_guests = models.PositiveIntegerField(default=30)
    used = models.PositiveIntegerField(default=0)
    guest_minutes = models.PositiveIntegerField(default=240)

    def __str__(self) -> str:
        return self.event


class Guest(models.Model):
    """A user without an account, until `expires_at`; `event` is empty where guests need no code."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guest")
    event = models.ForeignKey(EventCode, on_delete=models.SET_NULL, null=True, related_name="guests")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"guest {self.user_id}"


class GuestList(models.Model):
    """One row, locked by whoever lets a guest in, so that they are counted one at a time (`guests.py`)."""


class TrailEntry(models.Model):
    """Something that was done, or was refused; appended and never changed (`trail.py`).

    `act` is the name of an operation ("deletePod"), `path` what it was done to, `code` how it was answered (HTTP; 0 for
    what no request did). `owner` is whose object it was. `digest` is SHA-256 in hex over this row and `previous`, the
    digest of the one before.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=45, blank=True)
    act = models.CharField(max_length=64)
    path = models.CharField(max_length=512)
    owner = models.CharField(max_length=150, blank=True)
    code = models.PositiveSmallIntegerField(default=0)
    request = models.CharField(max_length=36, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["actor", "at"]), models.Index(fields=["at"])]
        verbose_name_plural = "trail entries"

    def __str__(self) -> str:
        return f"{self.actor} {self.act} {self.path}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only ever a new row. Raises ValueError."""
        if not self._state.adding:
            raise ValueError("an entry of the trail is never changed")
        super().save(*args, **kwargs)


class TrailHead(models.Model):
    """One row, locked by whoever appends: `digest` of the last entry, and `cut`, of the last that was forgotten."""

    digest = models.CharField(max_length=64, blank=True)
    cut = models.CharField(max_length=64, blank=True, default="")
