"""What the groups of an identity provider make of somebody here.

PURE. Groups are compared as they are written; where several say something, the one that gives most counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from people.rules import Role

MEMBER, ADMIN = "member", "admin"
# The one that gives most last.
ROLES = (Role.LEARNER, Role.AUTHOR, Role.AUDITOR, Role.OPERATOR)
TEAM_ROLES = (MEMBER, ADMIN)


@dataclass(frozen=True)
class GroupRule:
    """One line: who is in `group` has `role`, or is in `team` as `team_role`, or both. "" is nothing."""

    group: str
    role: str = ""
    team: str = ""
    team_role: str = MEMBER


@dataclass(frozen=True)
class Mapped:
    """A role, None where no group gives one; and team → what one is in it."""

    role: Role | None = None
    teams: Mapping[str, str] = field(default_factory=dict)


def mapped(groups: Collection[str], rules: Iterable[GroupRule]) -> Mapped:
    """What these groups come to."""
    fitting = [rule for rule in rules if rule.group in groups]
    roles = [Role(rule.role) for rule in fitting if rule.role]
    teams: dict[str, str] = {}
    for rule in fitting:
        if rule.team:
            teams[rule.team] = max(teams.get(rule.team, MEMBER), rule.team_role, key=TEAM_ROLES.index)
    return Mapped(max(roles, key=ROLES.index) if roles else None, teams)


def groups_in(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups of what a provider told: of the userinfo, of the ID token, or of both. A lone text is one group."""
    found: set[str] = set()
    for part in (claims.get("userinfo"), claims.get("id_token"), claims):
        told = part.get(claim) if isinstance(part, Mapping) else None
        found |= {told} if isinstance(told, str) else {each for each in told or () if isinstance(each, str)}
    return frozenset(found)
