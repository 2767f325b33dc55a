"""What a node is made of, for who runs it: its capacity, its network namespaces and the pods on its bridge.

PURE. One reading, at most two seconds old. Text that a process chose has its control characters written out.
"""

from __future__ import annotations

from sandboxes.wire_message import Message


class PodOnNode(Message):
    """Whose it is: a pod by uid, namespace and name ("" while no row says them)."""

    uid: str
    namespace: str
    name: str


class NetworkNamespace(Message):
    """A row of `lsns -t net` (lsns(8)): `processes` in it, and of the one with the lowest PID its user and command,
    without arguments where it is no pod's.

    `is_host`: the node's own. `nsid`: the number the node's has for it (RTM_GETNSID), None where it has none.
    `pod` is None for one that is no pod's.
    """

    inode: int
    processes: int
    pid: int
    user: str
    command: str
    is_host: bool
    nsid: int | None
    pod: PodOnNode | None


class BridgePort(Message):
    """A veth end in the bridge. Counters are the node's: what it sent is what the pod received. In bytes."""

    index: int
    name: str
    mac: str
    up: bool
    rx_bytes: int
    tx_bytes: int
    pod: PodOnNode | None
    pod_ip: str


class Bridge(Message):
    """The pods' bridge. `addresses` with their prefix length."""

    name: str
    addresses: tuple[str, ...]
    ports: tuple[BridgePort, ...]


class Capacity(Message):
    """What there is and what of it is in use. Bytes; load averages over 1, 5 and 15 minutes (proc(5)).

    `most_processes`: the lesser of kernel.pid_max and kernel.threads-max; `tasks` counts what goes against it.
    """

    cpus: int
    load: tuple[float, ...]
    memory: int
    memory_available: int
    disk: int
    disk_free: int
    tasks: int
    most_processes: int
    pods: int
    most_pods: int


class NodeView(Message):
    """`problems` names what could not be read, and is left out then."""

    at: str
    name: str
    kernel: str
    cgroups: str
    capacity: Capacity
    network_namespaces: tuple[NetworkNamespace, ...]
    bridge: Bridge | None
    problems: tuple[str, ...]
