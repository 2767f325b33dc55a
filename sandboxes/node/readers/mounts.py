"""The mounts that a container sees, and which of them a later one hides (proc_pid_mountinfo(5)).

PURE. The node's own paths are not told: a mount's source is said in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandboxes import inspection_wire as wire
from sandboxes.visible import visible

MOST = 200
_LONGEST_OPTION = 64
# Paths of the node: of layers, and of quotas' devices.
_PATHS = ("lowerdir=", "upperdir=", "workdir=")
_OCTAL = re.compile(rb"\\([0-7]{3})")
# The folders that the node keeps for a pod (host/state.py), by what lies there.
_VOLUME = re.compile(r"/pods/[^/]+/volumes/([^/]+)(/.*)?$")
_FILE = re.compile(r"/pods/[^/]+/(hosts|resolv\.conf|messages?|termination[^/]*)(/[^/]*)?$")


@dataclass(frozen=True)
class _Line:
    id: int
    parent: int
    root: str
    point: str
    options: tuple[str, ...]
    type: str


def parse_mounts(mountinfo: bytes) -> tuple[wire.Mount, ...]:
    """At most 200, in the kernel's order; lines that cannot be read are left out."""
    lines = [line for line in map(_line, mountinfo.splitlines()[:MOST]) if line is not None]
    parents = {line.id: line.parent for line in lines}
    return tuple(
        wire.Mount(
            point=line.point,
            type=line.type,
            source=_source(line),
            options=tuple(option for option in line.options if option not in ("ro", "rw")),
            read_only="ro" in line.options,
            hidden=next((later.point for later in lines[i + 1 :] if _hides(later, line, parents)), ""),
        )
        for i, line in enumerate(lines)
    )


def _line(raw: bytes) -> _Line | None:
    place, dash, kind = raw.partition(b" - ")
    fields, filesystem = place.split(b" "), kind.split(b" ")
    if not dash or len(fields) < 6 or len(filesystem) < 3 or not (fields[0].isdigit() and fields[1].isdigit()):
        return None
    options = [*fields[5].split(b","), *b" ".join(filesystem[2:]).split(b",")]
    kept = [text for text in map(visible, options) if len(text) <= _LONGEST_OPTION and not text.startswith(_PATHS)]
    # A mount is read-only when it or its filesystem is: both say so by the same word.
    return _Line(
        int(fields[0]),
        int(fields[1]),
        _path(fields[3]),
        _path(fields[4]),
        tuple(dict.fromkeys(kept)),
        visible(filesystem[0]),
    )


def _path(raw: bytes) -> str:
    """Spaces, tabs, newlines and backslashes are written in octal."""
    return visible(_OCTAL.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), raw))


def _hides(later: _Line, line: _Line, parents: dict[int, int]) -> bool:
    """It lies on the same place or above it, and is not what the line itself lies on."""
    above = later.point.rstrip("/") + "/"
    if later.point != line.point and not line.point.startswith(above):
        return False
    at, seen = line.parent, set[int]()
    while at in parents and at not in seen:
        if at == later.id:
            return False
        seen.add(at)
        at = parents[at]
    return True


def _source(line: _Line) -> str:
    if volume := _VOLUME.search(line.root):
        below = (volume[2] or "").removeprefix("/")
        return f"volume {volume[1]}" + (f", {below}" if below else "")
    if file := _FILE.search(line.root):
        return f"the pod's {file[1]}"
    if line.root == "/null":
        return "the empty device, to hide what is there"
    if line.type == "overlay":
        return "the image's layers, and one to write to"
    if line.root not in ("/", "") and line.type in ("proc", "sysfs", "cgroup", "cgroup2", "mqueue"):
        return f"a part of {line.type}"
    return {"proc": "processes", "sysfs": "devices and kernel", "tmpfs": "memory", "mqueue": "message queues"}.get(
        line.type, ""
    )
