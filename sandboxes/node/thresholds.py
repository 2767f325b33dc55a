"""When a probe has made up its mind: so many results in a row, then it is told.

PURE. pkg/kubelet/prober/worker.go (doProbe).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Thresholds:
    """`take` each result; it answers with the outcome when that many in a row said the same, None until then."""

    success: int
    failure: int
    _last: bool | None = None
    _run: int = 0

    def take(self, succeeded: bool) -> bool | None:
        self._run = self._run + 1 if self._last is succeeded else 1
        self._last = succeeded
        return succeeded if self._run >= (self.success if succeeded else self.failure) else None
