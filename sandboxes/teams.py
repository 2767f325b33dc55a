"""Use cases of teams: found one with a namespace of its name, say who is in it, take it apart."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from people import rules, team_admins
from people.models import Membership, Team
from people.roles import require_scope, role_of
from people.rules import Relation, Verb
from sandboxes.errors import AlreadyExists, Cause, Conflict, Malformed, NotAllowed, NotFound
from sandboxes.models import Counter, Namespace
from sandboxes.namespaces import LABEL, namespace_of, relation_to_team, teams_of

NO_LABEL = "must be 1-63 lower-case letters, digits or inner hyphens (RFC 1123)"


@dataclass(frozen=True)
class Standing:
    """How a user stands to a team: what they are in it ("" is nothing), and whether they say who else is."""

    role: str
    may_manage: bool


def visible_teams(user: User) -> QuerySet[Team]:
    """The teams that the user is in, or all for operators and auditors, by name."""
    found = Team.objects.order_by("name").prefetch_related("memberships__user", "namespaces__owner", "group_mappings")
    return found if rules.sees_all(role_of(user)) else found.filter(pk__in=teams_of(user))


def live_team(user: User, name: str, verb: Verb) -> Team:
    """The team of that name, for that verb. Raises NotFound, NotAllowed."""
    team = visible_teams(user).filter(name=name).first() if LABEL.fullmatch(name) else None
    if team is None:
        raise NotFound(f'teams "{name}" not found', kind="teams", name=name)
    relation = relation_to_team(user, team.pk)
    if not rules.may(role_of(user), verb, relation):
        who = role_of(user) if relation is Relation.STRANGER else relation
        raise NotAllowed(f'teams "{name}" is forbidden: a {who} may not {verb}', kind="teams", name=name)
    require_scope(user, verb, f'teams "{name}"')
    return team


def standing(user: User, team: Team) -> Standing:
    """By the memberships that came with the team: no query of its own."""
    role = next((row.role for row in team.memberships.all() if row.user_id == user.pk), "")
    relation = {Membership.ADMIN: Relation.TEAM_ADMIN, Membership.MEMBER: Relation.TEAM_MEMBER}.get(
        role, Relation.STRANGER
    )
    return Standing(role, rules.may(role_of(user), Verb.MANAGE, relation))


def may_found(user: User) -> bool:
    """Whether the user's role founds teams, and they can be the admin of one."""
    return role_of(user) in rules.FOUNDERS and not team_admins.why_never(user)


def found_team(user: User, name: str) -> Team:
    """A new team with its founder as admin, and a namespace of its name, which is the founder's and the team's.

    Raises NotAllowed, Malformed, AlreadyExists.
    """
    if not may_found(user):
        told = team_admins.why_never(user) or f"the role {role_of(user)} may not create"
        raise NotAllowed(f"teams is forbidden: {told}", kind="teams")
    require_scope(user, Verb.CREATE, "teams")
    if not LABEL.fullmatch(name):
        raise Malformed(f"name: {NO_LABEL}", (Cause("name", "FieldValueInvalid", NO_LABEL),))
    namespace_of(user)  # first of all their own: the team's is never taken for it
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
            Membership.objects.create(team=team, user=user, role=Membership.ADMIN)
            Namespace.objects.create(name=name, owner=user, team=team, resource_version=Counter.next())
    except IntegrityError as exc:
        taken = Cause("name", "FieldValueDuplicate", f'a team or a namespace is called "{name}" already')
        told = f'teams "{name}" already exists, or a namespace of that name does'
        raise AlreadyExists(told, kind="teams", name=name, causes=(taken,)) from exc
    return team


def delete_team(user: User, name: str) -> None:
    """Its namespaces stay, with their owners alone. Raises NotFound, NotAllowed."""
    live_team(user, name, Verb.MANAGE).delete()


def put_member(user: User, name: str, username: str, role: str) -> Team:
    """Take a user in, or give a member another role.

    Raises NotFound, NotAllowed, Conflict for the last admin, for a guest as one, and for who is there by a group.
    """
    team = live_team(user, name, Verb.MANAGE)
    member = _user(username)
    if role == Membership.ADMIN and (told := team_admins.why_never(member)):
        raise _refused(team, "role", told)
    with transaction.atomic():
        _lock(team)
        row, _ = Membership.objects.get_or_create(team=team, user=member, defaults={"role": role})
        if row.role != role:
            _require_by_hand(row)
            _require_another_admin(row)
            row.role = role
            row.save()
    return visible_teams(user).get(pk=team.pk)


def remove_member(user: User, name: str, username: str) -> None:
    """Show a member out; everyone may leave. What is theirs of the team's namespaces goes to another (`revocation`).

    Raises NotFound, NotAllowed, Conflict for the last admin and for who is there by a group.
    """
    team = live_team(user, name, Verb.READ if username == user.username else Verb.MANAGE)
    require_scope(user, Verb.MANAGE, f'teams "{name}"')
    with transaction.atomic():
        _lock(team)
        row = Membership.objects.filter(team=team, user=_user(username)).first()
        if row is None:
            raise _no_user(username)
        _require_by_hand(row)
        _require_another_admin(row)
        row.delete()


def _lock(team: Team) -> None:
    """One change at a time: what is read here of who is in it holds until it is written."""
    if Team.objects.select_for_update().filter(pk=team.pk).first() is None:
        raise NotFound(f'teams "{team.name}" not found', kind="teams", name=team.name)


def _require_by_hand(row: Membership) -> None:
    """What came from groups would come again at the next sign-in."""
    if row.from_groups:
        username = row.user.username
        told = f"{username} is there by a group of the identity provider: change it there, it is read at each sign-in"
        raise _refused(row.team, "user", told)


def _require_another_admin(row: Membership) -> None:
    """Where this one is to be no admin any more."""
    if last := team_admins.last_admins(row.team_id, {row.pk}):
        raise _refused(row.team, "user", team_admins.refusal(last))


def _refused(team: Team, field: str, told: str) -> Conflict:
    cause = Cause(field, "FieldValueForbidden", told)
    return Conflict(f'teams "{team.name}": {told}', kind="teams", name=team.name, causes=(cause,))


def _user(username: str) -> User:
    # A NUL is an error to Postgres.
    found = None if "\0" in username else User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise _no_user(username)
    return found


def _no_user(username: str) -> NotFound:
    name = username[:150]
    unknown = Cause("user", "FieldValueInvalid", f'nobody here has the user name "{name}"')
    return NotFound(f'users "{name}" not found', kind="users", name=name, causes=(unknown,))
