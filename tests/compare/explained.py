"""Differences that are meant, by what they are and never by where they were seen.

Each rule has a heading in docs/differences-from-kubernetes.md, which says why.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.compare.differences import Difference

Rule = Callable[[Difference], bool]
RULES: dict[str, Rule] = {}


def explained(difference: Difference) -> str:
    """The heading of the rule that explains it, "" when none does."""
    return next((heading for heading, rule in RULES.items() if rule(difference)), "")
