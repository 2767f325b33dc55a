"""Which images may be run: those that a name is pinned to, and those that a scan accepts.

PURE. An image id is content-addressed, so what is said of one id holds on every node, for as long as the id is known.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

# Docker's: the digest of the image's config, or of its manifest where the engine keeps images in containerd.
_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")

ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"
# A scan that came to no verdict is tried again after so long.
SCAN_AGAIN = timedelta(seconds=60)
# EX_TEMPFAIL (sysexits.h): a scanner that could not fetch its list of flaws knows nothing of the image.
NO_VERDICT = 75
LONGEST_REASON = 300


def is_image_id(text: str) -> bool:
    """The whole of an id, as a pin must have it: a short one may come to mean another image."""
    return _IMAGE_ID.fullmatch(text) is not None


def id_to_run(*, pinned: str, named: str, has_pinned: bool) -> str:
    """The id that a name is run from on a node; "" for none, each of them.

    `pinned` is what the name is pinned to, `named` what it means on the node, `has_pinned`: the node has that image,
    under whatever name.
    """
    if not pinned:
        return named
    return pinned if has_pinned else ""


def judged(exit_code: int | None, output: bytes) -> tuple[str, str]:
    """(outcome, reason) of a scan: exit 0 accepts, any other refuses, and the last line of its output says why.

    One that was killed (an exit code below 0), never ran to its end (None) or says itself that it could not judge has
    said nothing of the image.
    """
    words = _last_line(output)
    if exit_code is None or exit_code < 0 or exit_code == NO_VERDICT:
        return FAILED, words or "the scan did not come to an end"
    if exit_code == 0:
        return ACCEPTED, words
    return REFUSED, words or f"the scan exited with {exit_code}"


def is_scan_due(outcome: str, at: datetime, now: datetime) -> bool:
    """A scan is to be made anew after one that came to `outcome`: a verdict stands, and no verdict is none."""
    return outcome not in (ACCEPTED, REFUSED) and at + SCAN_AGAIN <= now


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    return "".join(each if each.isprintable() else " " for each in last)[:LONGEST_REASON].strip()
