"""$(VAR): the cases of Kubernetes' own package (third_party/forked/golang/expansion), and recorded ones."""

from __future__ import annotations

import pytest

from sandboxes.spec.expansion import expand

KNOWN = {"A": "a", "B": "$(A)", "C": "", "D E": "de", "A$(": "odd"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("", ""),
        ("plain", "plain"),
        ("$(A)", "a"),
        ("-$(A)-$(A)-", "-a-a-"),
        ("$(B)", "$(A)"),  # what comes out is not looked at again
        ("$(C)", ""),
        ("$(D E)", "de"),
        ("$(X)", "$(X)"),
        ("$()", "$()"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$a"),
        ("$$$$(A)", "$$(A)"),
        ("$$$$", "$$"),
        ("kill $$", "kill $"),
        ("$", "$"),
        ("$A ${A}", "$A ${A}"),
        ("$(A", "$(A"),
        ("$(A$(B)", "$(A$(B)"),  # one name, which nothing has
        ("$(A$()", "odd"),
        ("$((1+2))", "$((1+2))"),
        ("$(A))", "a)"),
        ("a\n$(A)", "a\na"),
        ("$(A)$", "a$"),
    ],
)
def test_expand(text: str, expanded: str) -> None:
    assert expand(text, KNOWN) == expanded
