"""When a pod's shells wrote, and how much, for its timeline. What is kept nowhere: people type secrets.

One note for each shell and five seconds in which it wrote something.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sandboxes.node.recording import TERMINAL
from sandboxes.node.terminal import About

WINDOW = 5.0
Note = Callable[[UUID, str, datetime, bytes], None]


@dataclass
class _Window:
    about: About
    begun: datetime
    size: int = 0


class ShellNotes:
    """`note` is the recorder's."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._windows: dict[UUID, _Window] = {}

    def wrote(self, about: About, size: int) -> None:
        """A shell wrote so many bytes."""
        window = self._windows.get(about.id)
        if window is None:
            window = self._windows[about.id] = _Window(about, datetime.now(UTC))
        window.size += size

    def flush(self, *, older: float = 0.0) -> None:
        """Notes the windows that began so many seconds ago."""
        now = datetime.now(UTC)
        for key, window in list(self._windows.items()):
            if (now - window.begun).total_seconds() >= older:
                del self._windows[key]
                told = {"member": window.about.member, "name": window.about.name, "bytes": window.size}
                self._note(window.about.pod, TERMINAL, window.begun, json.dumps(told).encode())

    async def keep(self) -> None:
        """Until cancelled; what is left then is noted too."""
        try:
            while True:
                await asyncio.sleep(WINDOW / 5)
                self.flush(older=WINDOW)
        finally:
            self.flush()
