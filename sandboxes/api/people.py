"""One's own tokens and sessions, guests, and teams."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from people import sessions, tokens, trail
from people.models import AccessToken, Session, Team
from people.rules import Scope, Verb
from sandboxes import teams
from sandboxes.api import bodies
from sandboxes.api import people_shapes as shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.times import stamp

TEAM = "/teams/{team}"
MEMBER = TEAM + "/members/{user}"


def add(api: Documented) -> None:
    """The routes."""
    _add_tokens(api)
    _add_sessions(api)
    _add_teams(api)
    _add_members(api)


def _add_tokens(api: Documented) -> None:
    told: dict[str, Any] = {"response": shapes.TokenList, "by_alias": True}

    @api.get("/tokens", operation_id="listTokens", **told)
    def list_tokens(request: SignedIn) -> HttpResponse:
        """Your tokens, without their texts."""
        return _tokens(request.auth)

    @api.post(
        "/tokens",
        response={201: shapes.GrantedToken},
        by_alias=True,
        operation_id="createToken",
        openapi_extra=body_of(shapes.NewToken, required=False),
    )
    def create_token(request: SignedIn) -> HttpResponse:
        """A new token; its text is in this answer and nowhere else. A token makes none that may more than itself."""
        asked = bodies.shaped(request, shapes.NewToken)
        scopes = frozenset(map(Scope, asked.scopes))
        row, text = tokens.grant(request.auth, name=asked.name, days=asked.expires_in_days, scopes=scopes)
        return answer(_token(row) | {"text": text}, 201)

    @api.delete("/tokens/{token}", operation_id="revokeToken", **told)
    def revoke_token(request: SignedIn, token: int) -> HttpResponse:
        """Revoke a token. Shells that were opened with it end, and its sockets close."""
        tokens.revoke(request.auth, token)
        return _tokens(request.auth)


def _add_sessions(api: Documented) -> None:
    told: dict[str, Any] = {"response": shapes.SessionList, "by_alias": True}

    @api.get("/sessions", operation_id="listSessions", **told)
    def list_sessions(request: SignedIn) -> HttpResponse:
        """Where you are signed in."""
        return _sessions(request)

    @api.delete("/sessions", operation_id="endOtherSessions", **told)
    def end_others(request: SignedIn) -> HttpResponse:
        """Sign out everywhere but here."""
        sessions.end_others(request.auth, _current(request))
        return _sessions(request)

    @api.delete("/sessions/{session}", operation_id="endSession", **told)
    def end_one(request: SignedIn, session: str) -> HttpResponse:
        """Sign out one session. Shells that were opened in it end, and its sockets close."""
        sessions.end(request.auth, session)
        return _sessions(request)


def _add_teams(api: Documented) -> None:
    @api.get("/teams", response=shapes.TeamList, by_alias=True, operation_id="listTeams")
    def list_teams(request: SignedIn) -> HttpResponse:
        """The teams that you are in; all for operators and auditors."""
        return _teams(request.auth)

    @api.post(
        "/teams",
        response={201: shapes.TeamRow},
        by_alias=True,
        operation_id="foundTeam",
        openapi_extra=body_of(shapes.NewTeam),
    )
    def found_team(request: SignedIn) -> HttpResponse:
        """Found a team, with you as its admin and a namespace of its name. For authors and operators."""
        asked = bodies.shaped(request, shapes.NewTeam)
        trail.add_to_path(request, f"name={asked.name}")
        return answer(_team(request.auth, teams.found_team(request.auth, asked.name)), 201)

    @api.get(TEAM, response=shapes.TeamRow, by_alias=True, operation_id="readTeam")
    def read_team(request: SignedIn, team: str) -> HttpResponse:
        """One team."""
        return answer(_team(request.auth, teams.live_team(request.auth, team, Verb.READ)))

    @api.delete(TEAM, response=shapes.TeamList, by_alias=True, operation_id="deleteTeam")
    def delete_team(request: SignedIn, team: str) -> HttpResponse:
        """Delete a team, and the rules by which groups lead there. Its namespaces stay, with their owners alone."""
        teams.delete_team(request.auth, team)
        return _teams(request.auth)


def _add_members(api: Documented) -> None:
    @api.put(
        MEMBER,
        response=shapes.TeamRow,
        by_alias=True,
        operation_id="putTeamMember",
        openapi_extra=body_of(shapes.MemberRole, required=False),
    )
    def put_member(request: SignedIn, team: str, user: str) -> HttpResponse:
        """Take somebody into a team, or make them something else in it."""
        teams.live_team(request.auth, team, Verb.MANAGE)  # a stranger learns nothing from how a body is refused
        asked = bodies.shaped(request, shapes.MemberRole)
        trail.add_to_path(request, f"role={asked.role}")
        return answer(_team(request.auth, teams.put_member(request.auth, team, user, asked.role)))

    @api.delete(MEMBER, response=shapes.TeamList, by_alias=True, operation_id="removeTeamMember")
    def remove_member(request: SignedIn, team: str, user: str) -> HttpResponse:
        """Show somebody out of a team, or leave it. Their pages and shells of its pods close."""
        teams.remove_member(request.auth, team, user)
        return _teams(request.auth)


def _tokens(user: User) -> HttpResponse:
    return answer({"items": [_token(row) for row in tokens.of(user)]})


def _token(row: AccessToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "scopes": sorted(tokens.scopes_in(row)),
        "createdAt": stamp(row.created_at),
        "expiresAt": stamp(row.expires_at) if row.expires_at else None,
        "lastUsedAt": stamp(row.last_used_at) if row.last_used_at else None,
    }


def _current(request: HttpRequest) -> str | None:
    """The key of the session that asks; none for a bearer, even beside a cookie."""
    return None if "Authorization" in request.headers else request.session.session_key


def _sessions(request: SignedIn) -> HttpResponse:
    current = _current(request)
    return answer({"items": [_session(row, current) for row in sessions.of(request.auth)]})


def _session(row: Session, current: str | None) -> dict[str, Any]:
    return {
        "id": sessions.name_of(row),
        "createdAt": stamp(row.created_at),
        "lastSeen": stamp(row.last_seen),
        "agent": row.agent,
        "address": row.address,
        "current": row.session_key == current,
    }


def _teams(user: User) -> HttpResponse:
    rows = [_team(user, row) for row in teams.visible_teams(user)]
    return answer({"items": rows, "mayFound": teams.may_found(user)})


def _team(user: User, row: Team) -> dict[str, Any]:
    standing = teams.standing(user, row)
    members = sorted(row.memberships.all(), key=lambda member: member.user.username)
    namespaces = sorted(row.namespaces.all(), key=lambda namespace: namespace.name)
    return {
        "name": row.name,
        "role": standing.role or None,
        "mayManage": standing.may_manage,
        "members": [
            {"name": each.user.username, "role": each.role, "fromGroups": each.from_groups} for each in members
        ],
        "namespaces": [{"name": each.name, "owner": each.owner.username} for each in namespaces],
        "groups": sorted({mapping.group for mapping in row.group_mappings.all()}),
    }
