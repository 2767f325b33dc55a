"""Quantities, exactly (apimachinery/pkg/api/resource)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from sandboxes.spec.quantity import canonical, parse, whole

from .made_up import QUANTITIES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("1", 1), ("-1", -1), ("+1", 1), ("1.", 1), (".5", Decimal("0.5")), (" 1 ", 1),
        (0.25, Decimal("0.25")), ("1Ki", 1024), ("1.5Gi", 3 * 2**29), ("1Ei", 2**60), ("1k", 1000), ("1E", 10**18),
        ("1E3", 1000), ("1e-3", Decimal("0.001")), ("100m", Decimal("0.1")), ("1u", Decimal(10) ** -6),
        ("1n", Decimal(10) ** -9),
    ],
)  # fmt: skip
def test_a_quantity_is_a_number(text: str | float, value: int | Decimal) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text", ["", "Ki", "1K", "1ki", "1 Ki", "1.2.3", "0x1", "1e", "12Q1", "--1", "NaN", "inf", "1_000"]
)
def test_what_is_no_quantity(text: str) -> None:
    assert parse(text) is None
    with pytest.raises(ValueError, match="is no quantity"):
        whole(text)
    with pytest.raises(ValueError, match="is no quantity"):
        canonical(text)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("100m", "1m", 100),
        ("0.0001", "1m", 1),
        ("64Mi", 1, 2**26),
        ("64Mi", "1Ki", 2**16),
        ("100m", 1, 1),
        ("1.5", 1, 2),
    ],
)
def test_in_whole_units_it_is_rounded_up(text: str, unit: str | int, number: int) -> None:
    assert whole(text, unit) == number


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0", "0"), ("0Ki", "0"), ("1000m", "1"), ("0.5", "500m"), (0.5, "500m"), ("1.5", "1500m"), ("1000", "1k"),
        ("0.1n", "1n"), ("0.5Gi", "512Mi"), ("1024Mi", "1Gi"), ("1500Mi", "1500Mi"), ("1Ki", "1Ki"), ("0.5Ki", "512"),
        ("1.1Ki", "1126400m"), ("1e3", "1e3"), ("12e2", "1200"), ("1E", "1E"), ("-2000m", "-2"), ("1000E", "1e21"),
    ],
)  # fmt: skip
def test_as_kubernetes_writes_it(text: str | float, written: str) -> None:
    assert canonical(text) == written


@given(QUANTITIES)
def test_written_again_it_is_worth_the_same_and_stays(text: str | int) -> None:
    value, again = parse(text), canonical(text)
    assert value is not None
    assert canonical(again) == again
    assert abs((parse(again) or 0) - value) <= Decimal(10) ** -9 or abs(value) > 10**18
