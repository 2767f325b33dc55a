"""Work inside another network namespace: run a function there, and close Docker's DNS in a pod's.

Needs root. The thread that enters is made for it (`enter.py`).
Knows nothing of Docker: a container is a PID and the id its cgroup must name.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def lock_network(pid: int, container_id: str) -> None:
    """Docker's resolver 127.0.0.11 is refused in the namespace of `pid`. Raises PlaygroundError."""
    with netns_of(pid, container_id) as namespace:
        in_netns(namespace, lambda: run_nft(LOCK))


def cgroup_of(pid: int) -> str:
    """/proc/<pid>/cgroup, empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="ascii", errors="replace") as listing:
            return listing.read()
    except OSError:
        return ""
