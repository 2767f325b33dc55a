"""Roles and teams by the groups of the identity provider: read at each sign-in, by the rules in the admin.

What an admin has assigned by hand stays: only what came from groups is changed, or taken away, by them. They take no
team its last admin, and make no guest one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction

from people import team_admins
from people.group_rules import GroupRule, Mapped, mapped
from people.models import GroupMapping, Membership, RoleAssignment, Team

log = logging.getLogger(__name__)


def mapping_of(groups: Collection[str]) -> Mapped:
    """What the rules of now make of these groups; nothing is written."""
    rows = GroupMapping.objects.select_related("team")
    rules = [GroupRule(row.group, row.role, row.team.name if row.team else "", row.team_role) for row in rows]
    return mapped(groups, rules)


def apply(user: User, groups: Collection[str]) -> None:
    """Make the user what the groups say. Rows that say so already are left alone, for a change closes what is open."""
    told = mapping_of(groups)
    if team_admins.why_never(user):
        told = replace(told, teams=dict.fromkeys(told.teams, Membership.MEMBER))
    with transaction.atomic():
        _assign(user, told)
        _join(user, told)


def _assign(user: User, told: Mapped) -> None:
    row = RoleAssignment.objects.filter(user=user).first()
    if row is not None and (not row.from_groups or row.role == told.role):
        return
    if told.role is not None:
        RoleAssignment.objects.update_or_create(user=user, defaults={"role": told.role, "from_groups": True})
    elif row is not None:
        row.delete()


def _join(user: User, told: Mapped) -> None:
    rows = Membership.objects.filter(user=user).select_related("team").order_by("team")  # as their rows are locked
    there = {row.team.name: row for row in rows}
    for name, row in there.items():
        role = told.teams.get(name)
        if not row.from_groups or row.role == role or _is_last_admin(row):
            continue
        if role is None:
            row.delete()
        else:
            row.role = role
            row.save()
    for team in Team.objects.filter(name__in=told.teams.keys() - there.keys()):
        Membership.objects.create(team=team, user=user, role=told.teams[team.name], from_groups=True)


def _is_last_admin(row: Membership) -> bool:
    """Whether the team would be without an admin; they stay one then, and the next sign-in tries again."""
    if row.role != Membership.ADMIN or not team_admins.last_admins(row.team_id, {row.pk}):
        return False
    told = "team %s: %s stays its admin, though groups of the identity provider say so no more: it has no other"
    log.warning(told, row.team.name, row.user.username)
    return True
