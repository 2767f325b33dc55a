"""The recorded cases: what was asked of a real kubelet, and what it did (kubernetes/README.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent / "kubernetes"
Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One manifest with its plan and its record."""

    id: str

    @property
    def text(self) -> str:
        """The manifest, YAML."""
        return (HERE / "cases" / f"{self.id}.yaml").read_text()

    @cached_property
    def plan(self) -> Json:
        return dict(json.loads((HERE / "cases" / f"{self.id}.json").read_text()))

    @cached_property
    def record(self) -> Json:
        return dict(json.loads((HERE / "out" / f"{self.id}.json").read_text()))


def cases() -> tuple[Case, ...]:
    """All, by id."""
    return tuple(Case(path.stem) for path in sorted((HERE / "cases").glob("*.yaml")))
