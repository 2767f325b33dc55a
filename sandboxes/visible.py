"""Bytes of the kernel and of pods as text that can do no harm where it is shown.

PURE. Escape sequences, control characters, bidirectional overrides and bytes that are no UTF-8 come out as what they
are called (`\\x1b`, `\\u202e`, `\\xff`), never as what they do.
"""

from __future__ import annotations


def visible(raw: bytes, *, keep: str = "") -> str:
    """`raw` as text in which every character that does not print, but for those in `keep`, is written out."""
    text = raw.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _named(ord(char)) for char in text)


def _named(point: int) -> str:
    if 0xDC80 <= point <= 0xDCFF:  # surrogateescape: a byte that is no UTF-8
        point -= 0xDC00
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
