"""Image references: the grammar of the distribution project's `reference` package, and its short forms spelt out.

PURE. A reference that does not parse is no validation error: the pod is accepted and its member waits with reason
InvalidImageName, as in Kubernetes. Every expression is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HUB = "docker.io"
_HUB_OF_OLD = "index.docker.io"
_LONGEST_NAME = 255

_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(?:{_PART}(?:\.{_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_COMPONENT = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}")
_IMAGE_ID = re.compile(r"[a-f0-9]{64}")


@dataclass(frozen=True)
class ImageReference:
    """`domain/path[:tag][@digest]`, in full; `tag` is "latest" when neither tag nor digest was given."""

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        return f"{self.domain}/{self.path}"

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse(reference: str) -> ImageReference | None:
    """The reference in full (`nginx` is `docker.io/library/nginx:latest`); None when it is none."""
    if _IMAGE_ID.fullmatch(reference):
        return None  # the bare id of an image names no repository
    domain, remainder = _domain(reference)
    named, at, digest = remainder.partition("@")
    path, colon, tag = named.partition(":")
    found = ImageReference(domain, path, tag or ("" if at else "latest"), digest)
    fits = (
        _DOMAIN.fullmatch(domain)
        and _PATH.fullmatch(path)
        and (not colon or _TAG.fullmatch(tag))
        and (not at or _DIGEST.fullmatch(digest))
        and len(found.name) <= _LONGEST_NAME
    )
    return found if fits else None


def _domain(reference: str) -> tuple[str, str]:
    """What stands before the first slash is a domain only when it cannot be the beginning of a path."""
    first, slash, rest = reference.partition("/")
    looks_like_one = "." in first or ":" in first or first == "localhost" or first != first.lower()
    domain, remainder = (first, rest) if slash and looks_like_one else (HUB, reference)
    if domain == _HUB_OF_OLD:
        domain = HUB
    if domain == HUB and "/" not in remainder:
        remainder = f"library/{remainder}"
    return domain, remainder
