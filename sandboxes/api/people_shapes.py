"""What the paths about people take and answer: tokens, sessions, teams, guests. Times are RFC 3339."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from people.tokens import MOST_DAYS, USUAL_DAYS
from sandboxes.api.shapes import Answer

ScopeName = Literal["read", "write", "shell"]
TeamRole = Literal["member", "admin"]


class Token(Answer):
    """A token without its text. `expiresAt` is null for one that was made on the machine and ends never."""

    id: int
    name: str
    scopes: list[ScopeName]
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class TokenList(Answer):
    """Your tokens, newest first."""

    items: list[Token]


class NewToken(Answer):
    """A token to be made: what for, what it is good for (`read` comes with each), and for how many days."""

    name: Annotated[str, Field(max_length=100)] = ""
    scopes: Annotated[list[ScopeName], Field(max_length=3)] = ["read"]
    expires_in_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = USUAL_DAYS


class GrantedToken(Token):
    """A token just made. `text` is shown this once."""

    text: str


class SessionRow(Answer):
    """Where you are signed in: `current` is the session that asks."""

    id: str
    created_at: str
    last_seen: str
    agent: str
    address: str
    current: bool


class SessionList(Answer):
    """Your sessions, newest first."""

    items: list[SessionRow]


class NewGuest(Answer):
    """The code of an event; empty where guests need none. Case and hyphens do not matter."""

    code: Annotated[str, Field(max_length=100)] = ""


class TeamMember(Answer):
    """Who is in a team, and as what. `fromGroups`: by a group of the identity provider, and not changed here."""

    name: str
    role: TeamRole
    from_groups: bool


class TeamNamespace(Answer):
    """A namespace that a team shares. It stays with its owner, whose quota its pods count in."""

    name: str
    owner: str


class TeamRow(Answer):
    """A team, who is in it, and the namespaces it shares.

    `role` is what you are in it, null for who is not; `mayManage`: you say who is in it, and may delete it.
    `groups`: those of the identity provider that lead here.
    """

    name: str
    role: TeamRole | None
    may_manage: bool
    members: list[TeamMember]
    namespaces: list[TeamNamespace]
    groups: list[str]


class TeamList(Answer):
    """Your teams by name; all of them for operators and auditors. `mayFound`: your role founds teams."""

    items: list[TeamRow]
    may_found: bool


class NewTeam(Answer):
    """A team to be founded; `name` is a DNS label, and becomes that of its namespace."""

    name: Annotated[str, Field(min_length=1, max_length=63)]


class MemberRole(Answer):
    """What somebody is to be in a team."""

    role: TeamRole = "member"
