"""$(VAR) in commands, arguments and values.

PURE. k8s.io/kubernetes/third_party/forked/golang/expansion: `$$` is a dollar, what is not known stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PART = re.compile(r"\$(\$|\([^)]*\))")


def expand(text: str, known: Mapping[str, str]) -> str:
    """`text` with the variables that are known, each looked at once."""
    return _PART.sub(lambda found: _one(found[0], found[1], known), text)


def variables(text: str) -> frozenset[str]:
    """The names that `text` refers to."""
    return frozenset(found[1][1:-1] for found in _PART.finditer(text) if found[1] != "$")


def _one(whole: str, inner: str, known: Mapping[str, str]) -> str:
    return "$" if inner == "$" else known.get(inner[1:-1], whole)
