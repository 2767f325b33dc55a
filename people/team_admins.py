"""A team keeps an admin, and no guest is one: whoever changes who is in it, or as what, asks here first, in the
transaction that changes it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User

from people.models import Membership, Team
from people.roles import is_guest


def last_admins(team: int, leaving: Collection[int]) -> list[Membership]:
    """The admins of the team, when all of them are among the memberships that are to go; [] when one stays, or there
    was none.

    The team's row is locked until the transaction ends: of two who look at once the second sees what the first did.
    """
    Team.objects.select_for_update().filter(pk=team).first()
    rows = Membership.objects.filter(team=team, role=Membership.ADMIN).select_related("user", "team")
    admins = list(rows.order_by("user__username"))
    return admins if all(row.pk in leaving for row in admins) else []


def refusal(admins: Collection[Membership]) -> str:
    """Why these, whom `last_admins` has found, stay."""
    names, team = ", ".join(row.user.username for row in admins), next(iter(admins)).team.name
    are = "is the last admin" if len(admins) == 1 else "are the last admins"
    return f"{names} {are} of team {team}: make somebody else one first, or delete the team"


def why_never(user: User) -> str:
    """Why this user cannot be a team's admin, "" for who can: a guest's end would take it with them."""
    return f"{user.username} is a guest, whose time ends: a guest is no team's admin" if is_guest(user) else ""
