"""What is kept of a shell's output, and which input was taken: byte counts, no I/O.

PURE.
"""

from __future__ import annotations

from sandboxes.errors import Malformed

# Pages that typed into one shell; an older one that comes back begins anew.
MOST_WRITERS = 16


class Ring:
    """The last `size` bytes of a stream, each with its offset since the stream began."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.end = 0
        self._kept = bytearray()

    @property
    def begin(self) -> int:
        """The offset of the oldest byte that is kept."""
        return self.end - len(self._kept)

    def append(self, piece: bytes) -> None:
        self._kept += piece
        self.end += len(piece)
        del self._kept[: max(0, len(self._kept) - self.size)]

    def read(self, offset: int, most: int) -> bytes:
        """At most `most` bytes from `offset`, which must be kept, or be the end."""
        start = offset - self.begin
        assert 0 <= start <= len(self._kept), "that byte is not kept"
        return bytes(self._kept[start : start + most])


class Typed:
    """How much of each writer's input was taken. A writer is a page; it sends again what it is not sure of."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def position(self, writer: str) -> int:
        return self._taken.get(writer, 0)

    def fresh(self, writer: str, position: int, data: bytes) -> bytes:
        """Of `data`, which begins at `position`, what was not taken before; it is now.

        Raises Malformed where something before it is missing: bytes would be lost.
        """
        taken = self._taken.pop(writer, 0)
        self._taken[writer] = taken
        if position > taken:
            raise Malformed(f"input begins at {position}, but only {taken} bytes came before")
        new = data[taken - position :]
        self._taken[writer] = taken + len(new)
        while len(self._taken) > MOST_WRITERS:
            del self._taken[next(iter(self._taken))]
        return new
