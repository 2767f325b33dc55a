"""How fast one side of a connection may speak: a token bucket that is taken from below nought and makes up for it.

Pure. Who speaks faster is held back by the connection's own flow control, not refused: nothing that was said is lost.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """`rate` a second for good, `most` at once."""

    rate: float
    most: float


class Pace:
    """What one connection has left of an allowance."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._left = allowance.most
        self._at = 0.0

    def take(self, amount: float, now: float) -> float:
        """Seconds to wait before what was taken may be handed on; `now` is a monotonic clock's."""
        rate, most = self.allowance.rate, self.allowance.most
        self._left = min(most, self._left + max(0.0, now - self._at) * rate) - amount
        self._at = now
        return max(0.0, -self._left / rate)
