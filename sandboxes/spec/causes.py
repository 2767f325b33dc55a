"""The causes of a refusal in Kubernetes' words (apimachinery: util/validation/field, v1.34).

PURE. One function for each reason; each returns the Cause of one field.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandboxes.errors import Cause

_ESCAPES = {
    "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", '"': r"\"", "\\": r"\\",
}  # fmt: skip


def quoted(text: str) -> str:
    """`text` as Go's %q prints it: what a terminal would not show is escaped."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def required(field: str, detail: str = "") -> Cause:
    """It is missing or empty."""
    return Cause(field, "FieldValueRequired", f"Required value: {detail}" if detail else "Required value")


def invalid(field: str, value: str | int, detail: str) -> Cause:
    """It breaks a rule; `detail` is the rule."""
    shown = quoted(value) if isinstance(value, str) else str(value)
    return Cause(field, "FieldValueInvalid", f"Invalid value: {shown}: {detail}")


def duplicate(field: str, value: str) -> Cause:
    """It must be unique and is not."""
    return Cause(field, "FieldValueDuplicate", f"Duplicate value: {quoted(value)}")


def not_supported(field: str, value: str, supported: Iterable[str]) -> Cause:
    """It is not one of a closed list, told in the list's order."""
    listed = ", ".join(map(quoted, supported))
    return Cause(field, "FieldValueNotSupported", f"Unsupported value: {quoted(value)}: supported values: {listed}")


def not_found(field: str, value: str) -> Cause:
    """It names what is not there."""
    return Cause(field, "FieldValueNotFound", f"Not found: {quoted(value)}")


def forbidden(field: str, detail: str) -> Cause:
    """It is well-formed and not allowed here."""
    return Cause(field, "FieldValueForbidden", f"Forbidden: {detail}")


def too_long(field: str, limit: int) -> Cause:
    """It has more than `limit` bytes; the value is left out."""
    return Cause(field, "FieldValueTooLong", f"Too long: may not be more than {limit} bytes")


def too_many(field: str, found: int, limit: int) -> Cause:
    """It has more than `limit` items."""
    return Cause(field, "FieldValueTooMany", f"Too many: {found}: must have at most {limit} items")
