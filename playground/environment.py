"""Reads variables named PLAYGROUND_…; a bad value raises ImproperlyConfigured, which says what it must be."""

from __future__ import annotations

import os
import shlex

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str) -> str:
    return os.environ.get(f"PLAYGROUND_{name}", default)


def flag(name: str, default: bool) -> bool:
    found = text(name, "true" if default else "false")
    if found not in ("true", "false"):
        raise ImproperlyConfigured(f"PLAYGROUND_{name} must be true or false, not {found!r}")
    return found == "true"


def number(name: str, default: int) -> int:
    found = text(name, str(default))
    if not found.isdecimal():
        raise ImproperlyConfigured(f"PLAYGROUND_{name} must be a whole number, not {found!r}")
    return int(found)


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def command(name: str) -> tuple[str, ...]:
    """Its words, as a shell splits them; () for none. No shell runs it: the program is named by its whole path."""
    found = text(name, "")
    try:
        words = tuple(shlex.split(found))
    except ValueError as exc:
        raise ImproperlyConfigured(f"PLAYGROUND_{name} cannot be split into words: {exc}") from exc
    if words and not words[0].startswith("/"):
        raise ImproperlyConfigured(f"PLAYGROUND_{name} must begin with the whole path of a program, not {words[0]!r}")
    return words


def one_of(name: str, default: str, known: tuple[str, ...]) -> str:
    found = text(name, default)
    if found not in known:
        told = f"{', '.join(known[:-1])} or {known[-1]}"
        raise ImproperlyConfigured(f"PLAYGROUND_{name} must be {told}, not {found!r}")
    return found
