"""Every regular expression of ours takes time in proportion to its text: 50,000 characters of bait end none of them.

Found by walking the modules, so a new one is tried too. One that goes back over its text takes minutes here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import people
import sandboxes

LONG = 50_000
UNITS = ("a", "1", "-", ".", "/", "a-", "a.", "1.", "_", "A", "$(", "a/", "0", " ", "\t", "e", "+", "%", ":", "=", "\\")
ENDS = ("!", "", "a", "0", "\n")


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in (sandboxes, people):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or ".management" in found.name:
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{found.name}.{name}", value


PATTERNS = dict(patterns())


def test_there_are_many() -> None:
    assert len(PATTERNS) > 25


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_takes_an_expression_longer_than_its_length(name: str) -> None:
    pattern = PATTERNS[name]
    for unit in UNITS:
        for end in ENDS:
            text = unit * (LONG // len(unit)) + end
            pattern.fullmatch(text)
            pattern.match(text)
