"""How each member names its host: the node name of its UTS namespace, its /etc/hosts and /etc/resolv.conf.

The files are the pod's and come through `host/files.py` only; what they could not be read for is told beside them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sandboxes import wire
from sandboxes.node.readers.first import First, shown
from sandboxes.node.readers.visible import visible
from sandboxes.node.readers.visit import NotEntered, inside


def read_hostnames(firsts: Sequence[First]) -> tuple[tuple[wire.HostnameView, ...], tuple[str, ...]]:
    """One view per container, and problems. A UTS namespace that several share is entered once."""
    names: dict[int | None, str] = {}
    views, problems = [], []
    for first in firsts:
        uts = first.namespace("uts")
        if uts is None or uts not in names:
            try:
                names[uts] = inside(first.folder, "uts", _node_name)
            except NotEntered as exc:
                names[uts] = ""
                problems.append(f"hostname of {shown(first.member)}: {exc}")
        views.append(_view(first, names[uts], uts))
    return tuple(views), tuple(problems)


def _view(first: First, hostname: str, uts: int | None) -> wire.HostnameView:
    hosts, hosts_problem = first.text("/etc/hosts")
    resolv, resolv_problem = first.text("/etc/resolv.conf")
    return wire.HostnameView(
        member=first.member,
        hostname=hostname,
        uts=uts,
        hosts=hosts,
        hosts_problem=hosts_problem,
        resolv=resolv,
        resolv_problem=resolv_problem,
    )


def _node_name() -> str:
    return visible(os.fsencode(os.uname().nodename))
