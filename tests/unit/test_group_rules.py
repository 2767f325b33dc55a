"""What the groups of an identity provider come to."""

from __future__ import annotations

from typing import Any

import pytest

from people.group_rules import GroupRule, Mapped, groups_in, mapped
from people.rules import Role

RULES = (
    GroupRule("teachers", role="author"),
    GroupRule("ops", role="operator", team="crew"),
    GroupRule("audit", role="auditor"),
    GroupRule("crew", team="crew"),
    GroupRule("leads", team="crew", team_role="admin"),
)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((), Mapped()),
        (("unknown", "Teachers", ""), Mapped()),
        (("teachers",), Mapped(Role.AUTHOR)),
        (("teachers", "audit"), Mapped(Role.AUDITOR)),
        (("audit", "ops"), Mapped(Role.OPERATOR, {"crew": "member"})),
        (("crew",), Mapped(None, {"crew": "member"})),
        (("leads", "crew", "ops"), Mapped(Role.OPERATOR, {"crew": "admin"})),
    ],
)
def test_of_several_groups_the_one_that_gives_most_counts(groups: tuple[str, ...], expected: Mapped) -> None:
    assert mapped(groups, RULES) == mapped(groups, reversed(RULES)) == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"userinfo": {"groups": ["a", "b"]}, "id_token": {"groups": ["c"]}}, {"a", "b", "c"}),
        ({"groups": ["a"]}, {"a"}),
        ({"userinfo": {"groups": "a"}}, {"a"}),
        ({"userinfo": {"groups": None}, "id_token": None}, set()),
        ({"userinfo": {"groups": [1, {"x": 1}, "a"]}}, {"a"}),
        ({}, set()),
    ],
)
def test_groups_are_read_from_whatever_part_tells_them(claims: dict[str, Any], expected: set[str]) -> None:
    assert groups_in(claims, "groups") == expected
