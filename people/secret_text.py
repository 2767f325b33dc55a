"""Random text that is shown once, and the digest that is kept of it.

The text has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import secrets


def make(prefix: str) -> str:
    """A new secret; the prefix tells a person who finds it what it is for."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def digest(text: str) -> str:
    """SHA-256 in hex; text of any kind and length has one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
