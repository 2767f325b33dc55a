"""Work inside another network namespace: run a function there, and close Docker's DNS in a pod's.

Needs root. The thread that enters is made for it (`enter.py`).
Knows nothing of Docker: a container is a PID and the id its cgroup must name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TypeVar

from sandboxes.errors import PlaygroundError
from sandboxes.host.cgroup import in_container
from sandboxes.host.enter import enter, in_own_thread

T = TypeVar("T")

NFT_SECONDS = 5

# Docker's resolver for user-defined networks tells a pod the names of all others and forwards queries outside, even
# from a network without egress (CVE-2024-29018). Raw priority comes before Docker's own nat rules, which would turn
# port 53 into another one. One transaction that can be repeated; a flush, because deleting a chain that has a hook
# makes the kernel wait for every CPU (20 ms instead of 5).
LOCK = """\
add table inet playground_dns
add chain inet playground_dns output { type filter hook output priority raw; policy accept; }
flush chain inet playground_dns output
add rule inet playground_dns output ip daddr 127.0.0.11 meta l4proto tcp reject with tcp reset
add rule inet playground_dns output ip daddr 127.0.0.11 reject with icmp port-unreachable
"""
# Whom a pod writes to on its own link, the kernel looks up for it, in a table that all namespaces of the machine share
# (arp(7), gc_thresh3: 1024 entries). Nobody there answers but the gateway, and so nobody else is looked up.
APART = """\
add rule inet playground_dns output oifname "{link}" ip daddr {gateway} accept
add rule inet playground_dns output oifname "{link}" ip daddr {{ {subnet}, 224.0.0.0/4, 255.255.255.255 }} \
meta l4proto tcp reject with tcp reset
add rule inet playground_dns output oifname "{link}" ip daddr {{ {subnet}, 224.0.0.0/4, 255.255.255.255 }} \
reject with icmp host-prohibited
"""


def apart(routes: str) -> str:
    """The rules of APART for a namespace's IPv4 routes (/proc/net/route of proc_pid_net(5)).

    "" for one without a gateway, which speaks to nobody.
    """
    found = [line.split() for line in routes.splitlines()[1:]]
    ways = [(name, *(_dotted(word) for word in (to, by, mask))) for name, to, by, *_, mask, _, _, _ in found]
    gateway = next(((name, by) for name, to, by, _ in ways if to == "0.0.0.0"), None)
    if gateway is None:
        return ""
    link, address = gateway
    return "".join(
        APART.format(link=link, gateway=address, subnet=ip_network(f"{to}/{mask}"))
        for name, to, by, mask in ways
        if name == link and by == "0.0.0.0" and to != "0.0.0.0"
    )


def _dotted(word: str) -> str:
    """An address as that file has it: the number in the machine's own order of bytes."""
    return str(ip_address(int(word, 16).to_bytes(4, sys.byteorder)))


def in_netns(namespace: int, work: Callable[[], T]) -> T:
    """What `work` returns or raises, run in a thread of its own inside the network namespace of that descriptor.

    Sockets opened there stay there whoever uses them later; a process started there begins there (setns(2)).
    """

    def there() -> T:
        enter(namespace, "net")
        return work()

    return in_own_thread(there)


@contextmanager
def netns_of(pid: int, container_id: str) -> Iterator[int]:
    """A descriptor of the network namespace of `pid`, surely one of that container's processes and not the host's.

    The cgroup is read after the namespace was opened: a PID that was given to another process in between is noticed.
    Raises PlaygroundError.
    """
    if pid <= 0 or not container_id:
        raise PlaygroundError(f"container {container_id[:12]!r} has no process")
    gone = f"process {pid} is no longer one of container {container_id[:12]}"
    try:
        namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as exc:
        raise PlaygroundError(gone) from exc
    try:
        if not in_container(cgroup_of(pid), container_id):
            raise PlaygroundError(gone)
        if os.fstat(namespace).st_ino == os.stat("/proc/self/ns/net").st_ino:
            raise PlaygroundError(f"container {container_id[:12]} has the host's network")
        yield namespace
    finally:
        os.close(namespace)


def run_nft(rules: str) -> None:
    """One nftables transaction, all or nothing, in the network namespace of the calling thread.

    Raises PlaygroundError with nft's words.
    """
    try:
        done = subprocess.run(
            ["nft", "-f", "-"],  # noqa: S607 - found on root's PATH, as every distribution puts it elsewhere
            input=rules,
            text=True,
            capture_output=True,
            timeout=NFT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise PlaygroundError(f"nft: {exc}") from exc
    if done.returncode != 0:
        raise PlaygroundError(f"nft: {' '.join(done.stderr.split())[:500]}")


def lock_network(pid: int, container_id: str, *, neighbours: bool = False) -> None:
    """Docker's resolver 127.0.0.11 is refused in the namespace of `pid`, and its link but for the gateway where no
    `neighbours` are to be spoken to. Raises PlaygroundError.
    """

    def lock() -> None:
        run_nft(LOCK if neighbours else LOCK + apart(Path("/proc/thread-self/net/route").read_text()))

    with netns_of(pid, container_id) as namespace:
        in_netns(namespace, lock)


def cgroup_of(pid: int) -> str:
    """/proc/<pid>/cgroup, empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="ascii", errors="replace") as listing:
            return listing.read()
    except OSError:
        return ""
