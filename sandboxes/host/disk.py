"""What folders have on disk, by du(1): however deep and however named a stranger's files are, it finds them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from sandboxes.errors import PlaygroundError
from sandboxes.policy import DiskUse

# Seconds, after which there is more than anybody may have.
PATIENCE = 30.0
UNCOUNTED = 2**62


def uses(folders: Iterable[str]) -> Mapping[str, DiskUse]:
    """Of each folder; one that is gone has nothing."""
    return _uses({folder: Path(folder) for folder in folders})


def uses_elsewhere(folders: Iterable[str], root: str) -> Mapping[str, DiskUse]:
    """Of each folder, by what it is called here, or else below `root`; one that is gone has nothing.

    Raises PlaygroundError for one that cannot be seen from here: it may have anything.
    """
    return _uses({folder: _found(folder, root) for folder in folders})


def _uses(places: Mapping[str, Path]) -> Mapping[str, DiskUse]:
    seen = {str(path): folder for folder, path in places.items() if path.is_dir()}
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


def _found(folder: str, root: str) -> Path:
    """Where it is, or was: what it lies in, two above, stays when it goes."""
    for path in dict.fromkeys((Path(folder), Path(f"{root}{folder}"))):
        with suppress(PermissionError):
            if path.parents[1].is_dir():
                return path
    raise PlaygroundError(f"{folder} cannot be seen from here")
