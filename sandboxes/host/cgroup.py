"""Whether a process is a container's, told by its cgroup: a PID alone may have been given to another one meanwhile.

PURE. cgroups(7). All versions, drivers and engines name the container in a part of the path.
"""

from __future__ import annotations

import re

_SHORTEST_ID = 12
_FULL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def container_path(path: str, container_id: str) -> str:
    """The part of a cgroup path down to the container's own: a process may sit in a child of it. "" when not in it."""
    parts = path.split("/")
    for depth, part in enumerate(parts):
        if len(container_id) >= _SHORTEST_ID and container_id in part:
            return "/".join(parts[: depth + 1])
    return ""


def in_container(cgroup: str, container_id: str) -> bool:
    """Whether /proc/<pid>/cgroup, as `cgroup` has it, is that of a process in the container."""
    return any(container_path(line.split(":", 2)[2], container_id) for line in cgroup.splitlines())


def containers_named(cgroup: str) -> frozenset[str]:
    """The full ids of the containers that /proc/<pid>/cgroup, as `cgroup` has it, names."""
    return frozenset(_FULL_ID.findall(cgroup))
