"""Who may do what: the table, sentence by sentence."""

from __future__ import annotations

import pytest

from people import agents
from people.rules import EVERYTHING, READING, SHELLS, Relation, Role, Scope, Verb, may, scope_of, sees_all

LEARNERS = (Role.LEARNER, Role.AUTHOR)
CHANGES = EVERYTHING - READING
ROWS: tuple[tuple[str, tuple[Role, ...], frozenset[Verb], tuple[Relation, ...], bool], ...] = (
    ("what is one's own one may do all with", LEARNERS, EVERYTHING, (Relation.OWNER,), True),
    ("with what is a stranger's one may do nothing", LEARNERS, EVERYTHING, (Relation.STRANGER,), False),
    ("a team's member may use its pods", LEARNERS, EVERYTHING - {Verb.MANAGE}, (Relation.TEAM_MEMBER,), True),
    ("a team's member does not say who is in it", LEARNERS, frozenset({Verb.MANAGE}), (Relation.TEAM_MEMBER,), False),
    ("a team's admin may do all", LEARNERS, EVERYTHING, (Relation.TEAM_ADMIN,), True),
    ("an operator may do everything", (Role.OPERATOR,), EVERYTHING, tuple(Relation), True),
    ("an auditor may read everything", (Role.AUDITOR,), READING, tuple(Relation), True),
    ("an auditor changes nothing, also of their own", (Role.AUDITOR,), CHANGES, tuple(Relation), False),
)


@pytest.mark.parametrize(("sentence", "roles", "verbs", "relations", "allowed"), ROWS, ids=[row[0] for row in ROWS])
def test_the_table(
    sentence: str, roles: tuple[Role, ...], verbs: frozenset[Verb], relations: tuple[Relation, ...], allowed: bool
) -> None:
    for role in roles:
        for verb in verbs:
            for relation in relations:
                assert may(role, verb, relation) is allowed, (sentence, role, verb, relation)


def test_the_rows_leave_nothing_out() -> None:
    told = {(role, verb, at) for _, roles, verbs, relations, _ in ROWS for role in roles for verb in verbs
            for at in relations}  # fmt: skip
    assert told == {(role, verb, at) for role in Role for verb in Verb for at in Relation}


def test_an_auditor_neither_gets_a_shell_nor_learns_a_secret() -> None:
    for verb in (*SHELLS, Verb.REVEAL):
        assert not may(Role.AUDITOR, verb, Relation.OWNER)


def test_only_operators_and_auditors_see_what_strangers_have() -> None:
    assert {role for role in Role if sees_all(role)} == {Role.OPERATOR, Role.AUDITOR}


@pytest.mark.parametrize(
    ("verbs", "scope"),
    [
        ((Verb.LIST, Verb.READ, Verb.LOOK, Verb.LOG), Scope.READ),
        ((Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.ACT, Verb.MANAGE, Verb.REVEAL), Scope.WRITE),
        ((Verb.EXEC, Verb.ATTACH, Verb.COPY, Verb.PORT_FORWARD), Scope.SHELL),
    ],
)
def test_every_verb_needs_one_scope(verbs: tuple[Verb, ...], scope: Scope) -> None:
    assert {scope_of(verb) for verb in verbs} == {scope}


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 "
            "Safari/537.36 Edg/141.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iOS",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/141.0 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("\x1b[31m" + "x" * 500 + " y", "[31m" + "x" * 60),
        ("", ""),
    ],
)
def test_a_user_agent_is_told_in_a_few_words(agent: str, told: str) -> None:
    assert agents.short(agent) == told
