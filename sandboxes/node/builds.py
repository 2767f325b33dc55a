"""The images that `scripts/images` is still building on this node: what its file says, and when that changes.

The file (`run/images` in the state directory) is replaced whole. Its first line is the builder, `<pid> <ticks>`, ticks
being when that process began (field 22 of /proc/<pid>/stat); then a line an image, `<state> <reference> [<words>]`. An
image that is there has no line, and there is no file once all are.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sandboxes.node.readers.ps import parse_stat
from sandboxes.spec.images import parse as parse_image

EVERY = 1.0
# Bytes. The script writes some hundred; a longer file is none of its.
LONGEST = 64 * 1024
LONGEST_WORDS = 500
PENDING = frozenset({"waiting", "building"})
STATES = PENDING | {"failed"}

_BUILDER = re.compile(r"([0-9]{1,10}) ([0-9]{1,20})")


class Build(NamedTuple):
    """One image's build: "waiting", "building" or "failed", and what came of it."""

    state: str
    words: str = ""


def parse(text: str, *, alive: Callable[[int, int], bool]) -> dict[str, Build]:
    """Reference → its build. A line that cannot be read says nothing.

    `alive(pid, ticks)`: that very process runs. A file whose builder does not was left by one that was killed: nothing
    in it waits or is being built, while what failed did fail.
    """
    first, *lines = text.split("\n")
    builds = {reference: build for line in lines for reference, build in _line(line)}
    builder = _BUILDER.fullmatch(first)
    if any(build.state in PENDING for build in builds.values()) and not (
        builder and alive(int(builder[1]), int(builder[2]))
    ):
        return {reference: build for reference, build in builds.items() if build.state not in PENDING}
    return builds


def _line(line: str) -> tuple[tuple[str, Build], ...]:
    state, _, rest = line.partition(" ")
    reference, _, words = rest.partition(" ")
    if state not in STATES or parse_image(reference) is None:
        return ()
    shown = "".join(character if character.isprintable() else " " for character in words[:LONGEST_WORDS])
    return ((reference, Build(state, shown.strip())),)


def runs(pid: int, ticks: int) -> bool:
    """The process that had this pid when it began, `ticks` after boot, has not ended."""
    try:
        stat = parse_stat(Path(f"/proc/{pid}/stat").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.start == ticks and stat.state not in "ZX"


class Builds:
    """What is being built now. `changed` is called when that is another."""

    def __init__(self, path: Path, *, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self._path = path
        self._mark: tuple[int, int, int] | None = None
        self._text = ""
        self._found: dict[str, Build] = {}
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Look every second, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """What the file says now; one that has not changed is not read again, only its builder looked for."""
        mark = _mark(self._path)
        if mark != self._mark:
            self._text = _read(self._path)
            self._mark = mark
        found = parse(self._text, alive=runs)
        if found != self._found:
            self._found = found
            self._news.set()
            self._news = asyncio.Event()
            self.changed()

    def states(self) -> dict[str, Build]:
        """Reference as the file names it → its build."""
        return dict(self._found)

    def of(self, reference: str) -> Build | None:
        """The build of what this reference means, however it is written; None: there is none."""
        wanted = full(reference)
        return next((build for name, build in self._found.items() if full(name) == wanted), None)

    def is_pending(self, reference: str) -> bool:
        """It waits for its build, or is being built."""
        build = self.of(reference)
        return build is not None and build.state in PENDING

    async def over(self, reference: str) -> None:
        """Until it is built, its build failed, or nobody builds it any more."""
        while self.is_pending(reference):
            await self._news.wait()


def full(reference: str) -> str:
    """One spelling for all that mean the same image: `nginx` is `docker.io/library/nginx:latest`."""
    return str(parse_image(reference) or reference)


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What is another when the file is; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            found = file.read(LONGEST + 1)
    except FileNotFoundError:
        return ""
    return found.decode(errors="replace") if len(found) <= LONGEST else ""
