"""Who may do what: roles, verbs, and how a user stands to what is asked for, as one table.

PURE. Reading what a Secret holds is a verb of its own, and not an auditor's: Kubernetes' ClusterRole `view` leaves
Secrets out too (kubernetes.io/docs/reference/access-authn-authz/rbac, "User-facing roles").
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user is in the installation. What one is in a team is a `Relation` to what the team has."""

    LEARNER = "learner"
    AUTHOR = "author"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Relation(StrEnum):
    """How a user stands to an object: it is theirs, their team's (of which they may be an admin), or neither."""

    OWNER = "owner"
    TEAM_ADMIN = "team admin"
    TEAM_MEMBER = "team member"
    STRANGER = "stranger"


class Verb(StrEnum):
    """What is to be done. `look` is at a pod from inside: live, its limits, its recording; `attach` is a terminal."""

    LIST = "list"
    READ = "read"
    LOOK = "look"
    LOG = "log"
    REVEAL = "reveal"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACT = "act"
    MANAGE = "manage"
    EXEC = "exec"
    ATTACH = "attach"
    COPY = "copy"
    PORT_FORWARD = "portforward"


class Scope(StrEnum):
    """What a token is good for. `read` is in every token; `write` includes what Secrets hold."""

    READ = "read"
    WRITE = "write"
    SHELL = "shell"


READING = frozenset({Verb.LIST, Verb.READ, Verb.LOOK, Verb.LOG})
SHELLS = frozenset({Verb.EXEC, Verb.ATTACH, Verb.COPY, Verb.PORT_FORWARD})
ALL_SCOPES = frozenset(Scope)
EVERYTHING = frozenset(Verb)
NOTHING: frozenset[Verb] = frozenset()

# For those who are neither operator nor auditor, which come before any relation.
BY_RELATION = {
    Relation.OWNER: EVERYTHING,
    Relation.TEAM_ADMIN: EVERYTHING,
    Relation.TEAM_MEMBER: EVERYTHING - {Verb.MANAGE},
    Relation.STRANGER: NOTHING,
}
FOUNDERS = frozenset({Role.AUTHOR, Role.OPERATOR})


def may(role: Role, verb: Verb, relation: Relation) -> bool:
    """An operator may do everything, an auditor read everything and change nothing, also of their own."""
    match role:
        case Role.OPERATOR:
            return True
        case Role.AUDITOR:
            return verb in READING
        case _:
            return verb in BY_RELATION[relation]


def sees_all(role: Role) -> bool:
    """Whether what strangers have is there for this role."""
    return may(role, Verb.READ, Relation.STRANGER)


def scope_of(verb: Verb) -> Scope:
    """The scope that a token needs for it."""
    if verb in READING:
        return Scope.READ
    return Scope.SHELL if verb in SHELLS else Scope.WRITE
