"""What `wiring` tells of a pod's network beyond the samples: neighbours, and the firewall rules its packets meet.

PURE. One reading, at most five seconds old. Text that the kernel or a process chose has its control characters
written out.
"""

from __future__ import annotations

from typing import Literal

from sandboxes.wire_message import Message


class Neighbour(Message):
    """An entry of the pod's ARP or NDP table (rtnetlink(7)). `mac` is "" while nobody answered.

    `state` as ip-neighbour(8) names it: reachable, stale, delay, probe, incomplete, failed, permanent.
    """

    family: Literal["inet", "inet6"]
    address: str
    mac: str
    interface: str
    state: str


class Rule(Message):
    """`text` as nft(8) lists it, without counters; `words` says it in English, "" where there are no words for it."""

    words: str
    text: str


class Chain(Message):
    """`hook` and `policy` are "" of a chain that only other chains lead to."""

    name: str
    hook: str
    policy: str
    rules: tuple[Rule, ...]


class Table(Message):
    """`place`: whether the node's packets meet it or those in the pod's own namespace; `name` with its family."""

    place: Literal["node", "pod"]
    name: str
    chains: tuple[Chain, ...]


class Wiring(Message):
    """`problems` names what could not be read, and is left out then."""

    at: str
    neighbours: tuple[Neighbour, ...]
    tables: tuple[Table, ...]
    problems: tuple[str, ...]
