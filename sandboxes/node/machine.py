"""The node itself, for who runs it: read when asked, from the kernel, the engine and the rows."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from channels.db import database_sync_to_async
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandboxes import node_wire as wire
from sandboxes.calls import Verb
from sandboxes.engine.naming import bridge_name
from sandboxes.engine.port import Engine
from sandboxes.errors import PlaygroundError
from sandboxes.models import Pod
from sandboxes.node.door import Door
from sandboxes.node.readers import machine
from sandboxes.node.readers.cgroups import mounted_hierarchies
from sandboxes.node.readers.machine import Lead
from sandboxes.node.readers.netfiles import Counters, parse_counters
from sandboxes.node.readers.netlink import Link, RouteSocket
from sandboxes.times import exact

# All who look share a reading for so long.
FRESH = 2.0
_NOTHING = Counters(0, 0, 0, 0, 0, 0, 0, 0)

Pods = dict[UUID, tuple[wire.PodOnNode, str]]


def pods_of(node: str) -> Pods:
    """The node's pods that are not finished, with their addresses, from the rows."""
    rows = Pod.objects.filter(node_id=node, finished_at=None).values_list("uid", "namespace__name", "name", "status")
    return {
        uid: (wire.PodOnNode(uid=str(uid), namespace=namespace, name=name), (status or {}).get("podIP", ""))
        for uid, namespace, name, status in rows
    }


class Machine:
    """`root`: the folder whose disk fills as images and containers do."""

    def __init__(self, node: str, install: str, engine: Callable[[], Engine], *, root: str, most_pods: int) -> None:
        self._node, self._install, self._engine = node, install, engine
        self._root, self._most_pods = root, most_pods
        self._lock = asyncio.Lock()
        self._last = (0.0, "")

    async def text(self) -> str:
        """A NodeView as JSON."""
        async with self._lock:
            if time.monotonic() - self._last[0] > FRESH:
                pods = await database_sync_to_async(pods_of)(self._node)
                self._last = time.monotonic(), await asyncio.to_thread(self._read, pods)
            return self._last[1]

    def _read(self, pods: Pods) -> str:
        problems: list[str] = []
        namespaces: tuple[wire.NetworkNamespace, ...] = ()
        bridge = None
        try:
            asked = RouteSocket()
            try:
                namespaces = self._namespaces(asked, pods, problems)
                bridge = self._bridge(asked, namespaces, pods)
            finally:
                asked.close()
        except OSError as exc:
            problems.append(f"the network: {os.strerror(exc.errno or 0)}")
        return wire.NodeView(
            at=exact(datetime.now(UTC)),
            name=self._node,
            kernel=os.uname().release,
            cgroups=machine.cgroup_version(mounted_hierarchies()),
            capacity=self._capacity(len(pods)),
            network_namespaces=namespaces,
            bridge=bridge,
            problems=tuple(problems),
        ).model_dump_json(by_alias=True)

    def _namespaces(self, asked: RouteSocket, pods: Pods, problems: list[str]) -> tuple[wire.NetworkNamespace, ...]:
        try:
            ours = {listed.id: listed.identity for listed in self._engine().list_all()}
        except PlaygroundError as exc:
            problems.append(f"whose the namespaces are: {exc}")
            ours = {}
        own = os.stat("/proc/self/ns/net").st_ino
        found = []
        for lead in machine.leads(machine.network_links()):
            who = machine.who(lead.pid)
            if who is None:
                continue
            of = next((ours[each] for each in who.containers if each in ours), None)
            found.append(_namespace(lead, who, own, asked.nsid(lead.pid), _told(of.uid, of.pod, pods) if of else None))
        return tuple(found)

    def _bridge(
        self, asked: RouteSocket, namespaces: Sequence[wire.NetworkNamespace], pods: Pods
    ) -> wire.Bridge | None:
        links = asked.links()
        name = bridge_name(self._install)
        bridge = next((link for link in links if link.name == name), None)
        if bridge is None:
            return None
        with open("/proc/self/net/dev", "rb") as counted:
            counters = parse_counters(counted.read())
        within: dict[int | None, wire.PodOnNode | None] = {each.nsid: each.pod for each in namespaces}
        within[None] = None
        ends = sorted((link for link in links if link.master == bridge.index), key=lambda link: link.index)
        addresses = [f"{each.address}/{each.prefix}" for each in asked.addresses() if each.index == bridge.index]
        ports = tuple(_port(end, counters.get(end.name, _NOTHING), within.get(end.peer_nsid), pods) for end in ends)
        return wire.Bridge(name=name, addresses=tuple(addresses), ports=ports)

    def _capacity(self, pods: int) -> wire.Capacity:
        load, tasks = machine.parse_load(_text("/proc/loadavg"))
        memory, available = machine.parse_memory(_text("/proc/meminfo"))
        disk = os.statvfs(self._root)
        most = min(int(_text(f"/proc/sys/kernel/{name}")) for name in ("pid_max", "threads-max"))
        return wire.Capacity(
            cpus=os.cpu_count() or 1,
            load=load,
            memory=memory,
            memory_available=available,
            disk=disk.f_blocks * disk.f_frsize,
            disk_free=disk.f_bavail * disk.f_frsize,
            tasks=tasks,
            most_processes=most,
            pods=pods,
            most_pods=self._most_pods,
        )


def _namespace(
    lead: Lead, who: machine.Who, own: int, nsid: int | None, pod: wire.PodOnNode | None
) -> wire.NetworkNamespace:
    # Of what is not ours only the program: arguments may hold what is none of the playground's business.
    command = who.command if pod else who.command.partition(" ")[0]
    return wire.NetworkNamespace(
        inode=lead.inode,
        processes=lead.processes,
        pid=lead.pid,
        user=who.user,
        command=command,
        is_host=lead.inode == own,
        nsid=nsid,
        pod=pod,
    )


def _told(uid: UUID, name: str, pods: Pods) -> wire.PodOnNode:
    """A container's pod; of one that has no row (the canaries) the name that the container says."""
    return pods[uid][0] if uid in pods else wire.PodOnNode(uid=str(uid), namespace="", name=name)


def _port(end: Link, counters: Counters, pod: wire.PodOnNode | None, pods: Pods) -> wire.BridgePort:
    return wire.BridgePort(
        index=end.index,
        name=end.name,
        mac=end.mac,
        up=end.up,
        rx_bytes=counters.rx_bytes,
        tx_bytes=counters.tx_bytes,
        pod=pod,
        pod_ip=pods.get(UUID(pod.uid), (pod, ""))[1] if pod else "",
    )


def _text(path: str) -> str:
    with open(path) as file:
        return file.read()


class MachineApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, machine: Machine) -> None:
        self._door, self._machine = door, machine
        self.routes: Sequence[BaseRoute] = (Route("/node", self._node),)

    async def _node(self, request: Request) -> Response:
        await self._door.admit(request.headers, Verb.NODE)
        return Response(await self._machine.text(), media_type="application/json")
