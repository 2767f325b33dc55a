"""A browser's User-Agent in a few words, for a list that people read.

PURE. Names are the first that fit: a browser puts those of its ancestors after or before its own (RFC 9110 §10.1.5).
"""

from __future__ import annotations

import re

LONGEST = 64
BROWSERS = (
    ("Edge", "Edg/"),
    ("Opera", "OPR/"),
    ("Firefox", "Firefox/"),
    ("Chrome", "Chrome/"),
    ("Safari", "Safari/"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iOS", "iPhone"),
    ("iPadOS", "iPad"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def short(agent: str) -> str:
    """`Firefox on Linux`; of a program its first word; "" where nothing was sent."""
    browser = next((name for name, mark in BROWSERS if mark in agent), "")
    system = next((name for name, mark in SYSTEMS if mark in agent), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    return UNPRINTABLE.sub("", agent).strip().partition(" ")[0][:LONGEST]
