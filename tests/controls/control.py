"""What a control of the web tier is here: how it is switched off, and which tests must then fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import override_settings


@dataclass
class Off:
    """Switches one control off for as long as its tests run: in the running code, or in a setting."""

    patch: pytest.MonkeyPatch
    undo: list[Callable[[], None]] = field(default_factory=list)

    def put(self, target: object, name: str, value: object) -> None:
        """The name must be there: a control that has moved is not taken for one that is off."""
        self.patch.setattr(target, name, value)

    def settings(self, **values: Any) -> None:
        changed = override_settings(**values)
        changed.enable()
        self.undo.append(changed.disable)

    def all_on(self) -> None:
        self.patch.undo()
        for each in reversed(self.undo):
            each()


@dataclass(frozen=True)
class Control:
    """`reference`: its row in the design's threat model (W7). `tests`: node ids below tests/, each of which must fail
    while it is off; of a parametrised test one case is enough.
    """

    name: str
    reference: str
    off: Callable[[Off], None]
    tests: tuple[str, ...]


def put(target: object, name: str, value: object) -> Callable[[Off], None]:
    """The function or value that is the control, replaced."""
    return lambda off: off.put(target, name, value)


def settings(**values: Any) -> Callable[[Off], None]:
    return lambda off: off.settings(**values)


def always(answer: object) -> Callable[..., object]:
    """A function that says the same whatever it is asked."""
    return lambda *_, **__: answer
