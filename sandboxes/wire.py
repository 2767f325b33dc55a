"""Every message a live WebSocket carries, a tagged union on `type`; the TypeScript types are generated from it.

PURE. Inodes, PIDs and counters are integers; byte strings of the kernel are text with control characters made
visible (`\\x1b`). `rev` only grows within one connection. Times are RFC 3339, UTC.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from sandboxes.passed_wire import Passed
from sandboxes.wire_message import Message


class Process(Message):
    """One process, as `ps -ef` shows it from inside its member (proc(5)).

    `pid`/`ppid`: in the innermost PID namespace; a parent outside of it is 0. `host_pid`: as the node sees it.
    `ns_pids`: the PID in each nested namespace, outermost (the node's) first (NSpid). `c`: CPU percent over its life.
    `stime`, `time`, `tty`, `cmd`: the text ps prints. `started`: when, for sorting. `state`: R S D Z T …
    `cpu`: whole percent of one CPU over the last 2 seconds or so; `rss`: bytes in memory, in steps of 64 KiB.
    `member` is "" for pause. `reaper`: host PID of the process that inherits its orphans (PID 1 of its namespace).
    """

    member: str
    host_pid: int
    host_ppid: int
    ns_pids: tuple[int, ...]
    pid: int
    ppid: int
    uid: int
    user: str
    c: int
    stime: str
    started: str
    tty: str
    time: str
    cmd: str
    state: str
    threads: int
    cpu: int
    rss: int
    reaper: int


class HostnameView(Message):
    """How one member names its host. `problem` tells, per file, why it could not be read ("" if it was).

    `uts`: inode of its UTS namespace. `hosts`, `resolv`: text of /etc/hosts and /etc/resolv.conf, at most 64 KiB.
    """

    member: str
    hostname: str
    uts: int | None
    hosts: str
    hosts_problem: str
    resolv: str
    resolv_problem: str


class Address(Message):
    """An address with its prefix length: 10.88.0.14/16."""

    family: Literal["inet", "inet6"]
    address: str
    prefix: int


class Interface(Message):
    """A network interface inside the pod. `peer_index`: ifindex of the veth's host end, 0 when it has none.

    Counters since the interface came up: bytes and packets received and sent, errors and drops both ways.
    """

    index: int
    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    addresses: tuple[Address, ...]
    peer_index: int
    rx_bytes: int
    rx_packets: int
    rx_errors: int
    rx_dropped: int
    tx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_dropped: int


class Route(Message):
    """A route of the main table; `destination` is "default" or a prefix, `gateway` "" when on the link."""

    family: Literal["inet", "inet6"]
    destination: str
    gateway: str
    interface: str
    source: str
    scope: str


class SocketOwner(Message):
    """A process that holds a socket; `pid` as its member sees it."""

    member: str
    host_pid: int
    pid: int
    cmd: str


class Socket(Message):
    """A listening or connected socket; `state` as ss names it (LISTEN, ESTAB, TIME-WAIT, UNCONN …)."""

    protocol: Literal["tcp", "tcp6", "udp", "udp6"]
    state: str
    local_address: str
    local_port: int
    remote_address: str
    remote_port: int
    inode: int
    owners: tuple[SocketOwner, ...]


class HostEnd(Message):
    """The node's end of a veth pair and the bridge it is plugged into ("" when none)."""

    index: int
    name: str
    peer_of: str
    mac: str
    up: bool
    bridge: str


class PublishedPort(Message):
    """A port of the pod that the node publishes."""

    protocol: str
    host_ip: str
    host_port: int
    container_port: int


class NetworkView(Message):
    """The pod's network namespace, seen from inside, and where it meets the node."""

    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]
    sockets: tuple[Socket, ...]
    sockets_truncated: bool
    host_ends: tuple[HostEnd, ...]
    published: tuple[PublishedPort, ...]


NamespaceKind = Literal["mnt", "uts", "ipc", "pid", "net", "cgroup", "user", "time"]


class NamespaceCell(Message):
    """One namespace of one member (namespaces(7)). `inode` None: it could not be read.

    `relation`: `owns` (made for this container and, where others share it, its owner), `shares` (`owner` made it),
    `own` (its alone), `host` (equals the node's), `unknown` (unreadable).
    """

    kind: NamespaceKind
    inode: int | None
    relation: Literal["owns", "shares", "own", "host", "unknown"]
    owner: str
    shared_with: tuple[str, ...]


class NamespaceRow(Message):
    """The namespaces of pause (member "") or a member, of its first process."""

    member: str
    host_pid: int
    cells: tuple[NamespaceCell, ...]


class NamespacesView(Message):
    """All kinds × pause and members. `host` gives the node's own inode per kind, None where unreadable,
    `host_from` whose they are ("dockerd", "PID 1" or "")."""

    rows: tuple[NamespaceRow, ...]
    host: dict[NamespaceKind, int | None]
    host_from: str


class MemberState(Message):
    """Which containers this sample looked at; pause is member "". The processes of a `frozen` one stand still."""

    member: str
    container_id: str
    attempt: int
    host_pid: int
    running: bool
    frozen: bool


class PullView(Message):
    """How far a pull is: layers that are there, of how many; bytes that have come, of how many are known of so far."""

    reference: str
    layers_done: int
    layers: int
    bytes_come: int
    bytes: int


class Sample(Message):
    """One whole reading of a pod: sent when it differs from the last one. `problems` names what could not be read.

    `passed`: the last processes that no reading caught; `passed_problem`: why they cannot be heard of, or "".
    """

    type: Literal["sample"] = "sample"
    rev: int
    at: str
    members: tuple[MemberState, ...]
    processes: tuple[Process, ...]
    processes_truncated: bool
    passed: tuple[Passed, ...]
    passed_problem: str
    hostnames: tuple[HostnameView, ...]
    network: NetworkView | None
    namespaces: NamespacesView
    pulls: tuple[PullView, ...]
    problems: tuple[str, ...]


class Still(Message):
    """Looked, and nothing differs from sample `rev`: about once a second, so that live can be told from stale."""

    type: Literal["still"] = "still"
    rev: int
    at: str


class Snapshot(Message):
    """The pod as its row says it: the Pod v1 object, its events (v1) oldest first, and its newest engine calls."""

    type: Literal["snapshot"] = "snapshot"
    rev: int
    pod: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    steps: tuple[StepView, ...]


class StepView(Message):
    """One engine call: what for, how long (milliseconds), how it ended, what it made."""

    id: int
    pass_id: str
    verb: str
    object: str
    started: str
    ms: int
    outcome: str
    effect: str


class Stream(Message):
    """Whether samples are coming: `live`, or `waiting` (nothing runs yet), or `unavailable` with the reason."""

    type: Literal["stream"] = "stream"
    state: Literal["live", "waiting", "unavailable"]
    reason: str


class Gone(Message):
    """The pod is gone; the socket closes after it."""

    type: Literal["gone"] = "gone"
    uid: str


Live = Annotated[Sample | Still | Snapshot | Stream | Gone, Field(discriminator="type")]
LIVE: TypeAdapter[Sample | Still | Snapshot | Stream | Gone] = TypeAdapter(Live)

# Close codes of a live socket (RFC 6455 §7.4.2 leaves 4000-4999 to applications).
CLOSE_MALFORMED = 4400  # what the page said cannot be read, or came out of turn
CLOSE_UNAUTHENTICATED = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_NOT_FOUND = 4404
CLOSE_GONE = 4410
CLOSE_TOO_MANY = 4429  # the user has as many sockets open as one may
CLOSE_LATER = 1013  # RFC 6455 registry, "try again later": the user opens too many a minute
CLOSE_FAILED = 1011  # §7.4.1: the server met a condition it did not expect
