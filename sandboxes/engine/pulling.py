"""How far a pull is, from what the engine says while it pulls: layers done, bytes come.

PURE. The messages are Docker's (POST /images/create): `id` is a layer's, `status` says what happens to it,
`progressDetail` how many of how many bytes, while it is downloaded and again while it is extracted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What is said of a layer; other messages with an `id` are about the tag.
_LAYER = frozenset(
    {
        "Pulling fs layer", "Waiting", "Downloading", "Verifying Checksum", "Download complete", "Extracting",
        "Pull complete", "Already exists", "Retrying",
    }
)  # fmt: skip
_COME = frozenset({"Verifying Checksum", "Download complete", "Extracting", "Pull complete"})
_DONE = frozenset({"Pull complete", "Already exists"})


@dataclass(frozen=True)
class Progress:
    """Layers that are there, of how many; bytes that have come, of how many. Totals grow as the registry tells them."""

    layers_done: int = 0
    layers: int = 0
    bytes_come: int = 0
    bytes: int = 0


@dataclass
class _Layer:
    come: int = 0
    size: int = 0
    is_done: bool = False


class Layers:
    """The layers of one pull."""

    def __init__(self) -> None:
        self._layers: dict[str, _Layer] = {}

    def take(self, message: Mapping[str, Any]) -> None:
        """One message of the engine; one that is about no layer changes nothing."""
        status = str(message.get("status", ""))
        kind = "Retrying" if status.startswith("Retrying") else status
        if kind not in _LAYER or not isinstance(message.get("id"), str):
            return
        layer = self._layers.setdefault(message["id"], _Layer())
        detail = message.get("progressDetail")
        total = detail.get("total") if isinstance(detail, Mapping) else None
        current = detail.get("current") if isinstance(detail, Mapping) else None
        if kind == "Downloading" and isinstance(total, int) and isinstance(current, int) and total > 0:
            layer.size, layer.come = total, max(0, min(current, total))
        if kind in _COME:
            layer.come = layer.size
        layer.is_done = layer.is_done or kind in _DONE

    def progress(self) -> Progress:
        """So far."""
        found = self._layers.values()
        return Progress(
            sum(layer.is_done for layer in found),
            len(found),
            sum(layer.come for layer in found),
            sum(layer.size for layer in found),
        )
