"""How each member names its host: the node name of its UTS namespace, its /etc/hosts and /etc/resolv.conf.

The files are the pod's and come through `host/files.py` only; what they could not be read for is told beside them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sandboxes import wire
from sandboxes.node.readers.first import First, shown
from sandboxes.node.readers.visit import NotEntered, inside_each
from sandboxes.visible import visible


def read_hostnames(firsts: Sequence[First]) -> tuple[tuple[wire.HostnameView, ...], tuple[str, ...]]:
    """One view per container, and problems."""
    names = inside_each([first.folder for first in firsts], "uts", _node_name)
    views, problems = [], []
    for first, name in zip(firsts, names, strict=True):
        if isinstance(name, NotEntered):
            problems.append(f"hostname of {shown(first.member)}: {name}")
        views.append(_view(first, name if isinstance(name, str) else ""))
    return tuple(views), tuple(problems)


def _view(first: First, hostname: str) -> wire.HostnameView:
    hosts, hosts_problem = first.text("/etc/hosts")
    resolv, resolv_problem = first.text("/etc/resolv.conf")
    return wire.HostnameView(
        member=first.member,
        hostname=hostname,
        uts=first.namespace("uts"),
        hosts=hosts,
        hosts_problem=hosts_problem,
        resolv=resolv,
        resolv_problem=resolv_problem,
    )


def _node_name() -> str:
    return visible(os.fsencode(os.uname().nodename))
