"""How fast one side of a connection may speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.pace import Allowance, Pace

TEN = Allowance(rate=10, most=20)


def test_as_many_as_are_allowed_at_once_do_not_wait_and_the_next_ones_do() -> None:
    pace = Pace(TEN)
    assert [pace.take(1, 100.0) for _ in range(22)] == [0.0] * 20 + [0.1, 0.2]


def test_who_was_silent_may_say_as_much_at_once_again_and_no_more() -> None:
    pace = Pace(TEN)
    pace.take(20, 100.0)
    assert pace.take(20, 1000.0) == 0
    assert pace.take(1, 1000.0) == pytest.approx(0.1)


def test_one_that_is_larger_than_all_that_is_allowed_at_once_waits_for_its_excess() -> None:
    assert Pace(TEN).take(50, 100.0) == pytest.approx(3.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=50))
def test_no_more_passes_in_any_span_than_the_rate_and_what_is_allowed_at_once(said: list[tuple[float, float]]) -> None:
    pace, now, passed = Pace(TEN), 0.0, []
    for pause, amount in said:
        now += pause
        now += pace.take(amount, now)
        passed.append((now, amount))
    for first in range(len(passed)):
        span = passed[-1][0] - passed[first][0]
        # The first of a span may have been waiting for longer.
        assert sum(amount for _, amount in passed[first + 1 :]) <= TEN.most + TEN.rate * span + 1e-6
