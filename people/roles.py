"""A user's role, profile and scopes, by the rows. What they allow is in `rules.py`."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from people.models import Guest, RoleAssignment
from people.rules import ALL_SCOPES, Role, Scope, Verb, scope_of
from sandboxes.errors import NotAllowed
from sandboxes.policy import BASELINE, RESTRICTED


def role_of(user: User) -> Role:
    """Staff and superusers are operators, whatever is assigned to them; who has no role is a learner."""
    if user.is_staff or user.is_superuser:
        return Role.OPERATOR
    try:
        return Role(user.role_assignment.role)
    except RoleAssignment.DoesNotExist:
        return Role.LEARNER


def guest_until(user: User) -> datetime | None:
    """When a guest's time is over; None for all others."""
    return Guest.objects.filter(user=user).values_list("expires_at", flat=True).first()


def is_guest(user: User) -> bool:
    """Whether somebody without an account."""
    return guest_until(user) is not None


def profile_of(user: User) -> str:
    """The name of the profile of pods that this user makes: `restricted` for guests, `baseline` for authors and
    operators, for all others the setting PLAYGROUND_PROFILE.
    """
    if is_guest(user):
        return RESTRICTED.name
    return BASELINE.name if role_of(user) in (Role.AUTHOR, Role.OPERATOR) else settings.PROFILE


def scopes_of(user: User) -> frozenset[Scope]:
    """What the credential is good for that this user came with: a token's scopes, or all for a session."""
    found: frozenset[Scope] = getattr(user, "token_scopes", ALL_SCOPES)
    return found


def require_scope(user: User, verb: Verb, what: str) -> None:
    """Raises NotAllowed, naming the scope, for a token that is not good for that; `what` begins the sentence."""
    needed = scope_of(verb)
    if needed not in scopes_of(user):
        raise NotAllowed(f'{what} is forbidden: this token does not have the scope "{needed}"')
