"""Kubernetes' quantities: "500m", "64Mi", "1e3" as exact numbers.

PURE. apimachinery/pkg/api/resource/quantity.go: a decimal number and one suffix, binary, decimal or an exponent.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

_SUFFIXES = {
    "n": Decimal(10) ** -9, "u": Decimal(10) ** -6, "m": Decimal(10) ** -3, "": Decimal(1),
    "k": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12, "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40, "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)")


def parse(text: str | float) -> Decimal | None:
    """The exact value; None for what is no quantity."""
    found = _NUMBER.fullmatch(str(text))
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    if exponent:
        return Decimal(number) * Decimal(10) ** int(exponent[1:])
    return Decimal(number) * _SUFFIXES[suffix or ""]


def whole(text: str | float, unit: str | float = 1) -> int:
    """The value in units, rounded up as Kubernetes does: `whole("100m", "1m")` is 100. Raises ValueError."""
    value, of = parse(text), parse(unit)
    if value is None or not of:
        raise ValueError(f"{text!r} is no quantity")
    return int((value / of).to_integral_value(ROUND_CEILING))
