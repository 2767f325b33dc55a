"""Faults for the fakes: count every call of the engine and the host together, and break at a chosen one.

One `Faults` is shared by a FakeEngine and a FakeHost, so that "the n-th call" means the n-th of a whole pass. Each fake
verb wraps its work in `around(verb)`. Not used outside tests; knows nothing of containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandboxes.errors import PlaygroundError


class Crash(BaseException):
    """The process died here. Not an Exception: nothing but the test may catch it."""


@dataclass
class Faults:
    """`calls` are the verbs in order, a crashed or failed one included; the first call is number 1."""

    calls: list[str] = field(default_factory=list)
    _before: set[int] = field(default_factory=set)
    _after: set[int] = field(default_factory=set)
    _failures: dict[str, list[PlaygroundError]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.calls)

    def crash_before(self, n: int) -> None:
        """The n-th call from the beginning crashes before it has done anything."""
        self._before.add(n)

    def crash_after(self, n: int) -> None:
        """The n-th call from the beginning crashes when it has done its work, before its caller knows."""
        self._after.add(n)

    def fail(self, verb: str, error: PlaygroundError, times: int = 1) -> None:
        """The next `times` calls of `verb` raise `error` and do nothing; a second call adds to the first."""
        self._failures.setdefault(verb, []).extend([error] * times)

    def forget(self) -> None:
        """No fault is left; the calls counted so far stay."""
        self._before.clear()
        self._after.clear()
        self._failures.clear()

    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        """One call of `verb`: what is inside the `with` is the call's work."""
        self.calls.append(verb)
        number = len(self.calls)
        if number in self._before:
            raise Crash(f"before call {number}, {verb}")
        if pending := self._failures.get(verb):
            raise pending.pop(0)
        yield
        if number in self._after:
            raise Crash(f"after call {number}, {verb}")
