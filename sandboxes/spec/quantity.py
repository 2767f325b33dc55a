"""Kubernetes' quantities: "500m", "64Mi", "1e3" as exact numbers, and as Kubernetes writes them.

PURE. apimachinery/pkg/api/resource/quantity.go: a decimal number and one suffix, binary, decimal or an exponent.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_UP, Decimal, localcontext

# Digits, more than any text has.
EXACT = 2500
_SUFFIXES = {
    "n": Decimal(10) ** -9, "u": Decimal(10) ** -6, "m": Decimal(10) ** -3, "": Decimal(1),
    "k": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12, "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40, "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
_DECIMAL = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_NUMBER = re.compile(
    r"([+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40}))"
    r"(?:([eE][+-]?[0-9]{1,3})|([numkMGTPE]|[KMGTPE]i)?)"
)


def parse(text: str | float) -> Decimal | None:
    """The exact value; None for what is no quantity. Space around it is none of it."""
    found = _NUMBER.fullmatch(str(text).strip())
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    with localcontext(prec=EXACT):
        return Decimal(number) * (Decimal(10) ** int(exponent[1:]) if exponent else _SUFFIXES[suffix or ""])


def whole(text: str | float, unit: str | float = 1) -> int:
    """The value in units, rounded up as Kubernetes does: `whole("100m", "1m")` is 100. Raises ValueError."""
    value, of = parse(text), parse(unit)
    if value is None or not of:
        raise ValueError(f"{text!r} is no quantity")
    return int((value / of).to_integral_value(ROUND_CEILING))


def canonical(text: str | float) -> str:
    """As Kubernetes writes it (CanonicalizeBytes): "1000m" is "1", "0.5Gi" is "512Mi". Raises ValueError."""
    value = parse(text)
    if value is None:
        raise ValueError(f"{text!r} is no quantity")
    found = _NUMBER.fullmatch(str(text).strip())
    assert found is not None
    if not value:
        return "0"
    if (found[3] or "").endswith("i") and abs(value) >= 1024 and value == value.to_integral_value():
        return _binary(int(value))
    return _decimal(value, as_exponent=found[2] is not None)


def _binary(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power < 6:
        value, power = value // 1024, power + 1
    return f"{value}{('', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei')[power]}"


def _decimal(value: Decimal, *, as_exponent: bool) -> str:
    """A whole number and a power of a thousand; what is less than a billionth counts as one."""
    exponent = -9
    with localcontext(prec=EXACT):
        number = int((value * 10**9).to_integral_value(ROUND_UP))
    while number % 1000 == 0:
        number, exponent = number // 1000, exponent + 3
    if as_exponent or exponent not in _DECIMAL:
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL[exponent]}"
