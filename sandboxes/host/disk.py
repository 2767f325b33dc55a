"""What folders have on disk, by du(1): however deep and however named a stranger's files are, it finds them."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandboxes.policy import DiskUse

log = logging.getLogger(__name__)
# Seconds, after which there is more than anybody may have.
PATIENCE = 30.0
UNCOUNTED = 2**62


def uses(folders: Iterable[str]) -> Mapping[str, DiskUse]:
    """Of each folder, as the engine names it; one that is gone, or out of reach, has nothing."""
    seen = {str(path): folder for folder in folders if (path := _seen_from_here(folder)) is not None}
    if not seen:
        return {}
    sizes, files = _du(seen, "--block-size=1"), _du(seen, "--inodes")
    return {folder: DiskUse(sizes.get(path, 0), files.get(path, 0)) for path, folder in seen.items()}


def _du(paths: Iterable[str], what: str) -> dict[str, int]:
    """By path. What goes away meanwhile is not counted, and neither is what is mounted below."""
    command = ["du", "--summarize", "--one-file-system", "--null", what, "--", *paths]
    try:
        told = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).stdout  # noqa: S603
    except subprocess.TimeoutExpired:
        return dict.fromkeys(paths, UNCOUNTED)
    lines = [line.decode(errors="surrogateescape").partition("\t") for line in told.split(b"\0") if line]
    return {path: int(count) for count, _, path in lines}


def _seen_from_here(folder: str) -> Path | None:
    """As it is, or below the root of the machine's first process: under Compose watch has one of its own."""
    for path in (Path(folder), Path(f"/proc/1/root{folder}")):
        try:
            if path.is_dir():
                return path
        except OSError as exc:
            log.debug("%s: %s", path, exc)
    return None
