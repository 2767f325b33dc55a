"""The node API's verb `preview`: bytes to and from one TCP port of a pod, for as long as web's WebSocket is open.

The node reads nothing of what passes. It connects to the address that the engine says this pod has, which must be one
of the bridge's, and to no other: web names a port and never a host.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Interface, ip_address, ip_interface
from uuid import UUID

from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandboxes.calls import Call, Verb
from sandboxes.engine.port import Engine
from sandboxes.errors import CallRefused, EngineError, PlaygroundError
from sandboxes.host.netns import netns_of
from sandboxes.node.api import Samples
from sandboxes.node.door import Door, refusal
from sandboxes.preview.hosts import HIGHEST_PORT
from sandboxes.preview.reasons import Reason, Unreachable, reason_of
from sandboxes.wire import Sample

log = logging.getLogger(__name__)
CONNECT_WITHIN = 2.0
# What is read at once, and at most waits in a direction beside the kernel's own buffers.
PIECE = 64 * 1024
MOST_PER_POD = 64
SIOCGIFADDR, SIOCGIFNETMASK = 0x8915, 0x891B  # netdevice(7)

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Address:
    """Where a pod is, and the container whose network that is."""

    ip: str
    pid: int
    container_id: str


def is_of_bridge(ip: str, bridge: IPv4Interface) -> bool:
    """Whether an address can be a pod's: of the bridge's subnet, and not the host's own there."""
    try:
        found = ip_address(ip)
    except ValueError:
        return False
    network = bridge.network
    return found in network and found not in (bridge.ip, network.network_address, network.broadcast_address)


def interface_of(name: str) -> IPv4Interface:
    """The IPv4 address of one of this machine's interfaces, with its network. Raises OSError when it has none."""
    request = struct.pack("256s", name.encode())
    with socket.socket(type=socket.SOCK_DGRAM) as asked:
        answers = [fcntl.ioctl(asked, number, request)[20:24] for number in (SIOCGIFADDR, SIOCGIFNETMASK)]
    address, mask = map(socket.inet_ntoa, answers)
    found = ip_interface(f"{address}/{mask}")
    assert isinstance(found, IPv4Interface)
    return found


def still_runs(known: Address) -> bool:
    """The container has that process: while it has, the engine gives its address to nobody else."""
    try:
        with netns_of(known.pid, known.container_id):
            return True
    except PlaygroundError:
        return False


class Addresses:
    """Where pods are, as the engine says: remembered while the pause that it was said of runs (`still`)."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        bridge: Callable[[], IPv4Interface],
        still: Callable[[Address], bool] = still_runs,
    ) -> None:
        self._engine, self._bridge, self._still = engine, bridge, still
        self._known: dict[UUID, Address] = {}

    def of(self, uid: UUID) -> str:
        """A pod's address; for a thread. Raises Unreachable for a pod that does not run, EngineError."""
        known = self._known.get(uid)
        if known is None or not self._still(known):
            self._known.pop(uid, None)
            known = self._asked(uid)
            kept = {each: at for each, at in list(self._known.items()) if self._still(at)}
            self._known = kept | {uid: known}
        return known.ip

    def _asked(self, uid: UUID) -> Address:
        pauses = [each for each in self._engine().observe(uid) if each.is_pause and each.alive and each.ip]
        if not pauses:
            raise Unreachable(Reason.NOT_RUNNING)
        pause = max(pauses, key=lambda each: each.pause_attempt)
        try:
            bridge = self._bridge()
        except OSError as exc:
            raise EngineError(f"the pods' bridge: {exc}") from exc
        if not is_of_bridge(pause.ip, bridge):
            raise EngineError(f"pod {uid} has the address {pause.ip}, which is not one of {bridge.network}")
        return Address(pause.ip, pause.pid, pause.id)


class Tunnels:
    """Connections to pods. `address` raises as `Addresses.of` does; `samples` tells why a connection fails."""

    def __init__(self, address: Callable[[UUID], str], samples: Samples) -> None:
        self._address, self._samples = address, samples
        self._open: Counter[UUID] = Counter()

    @asynccontextmanager
    async def to(self, uid: UUID, port: int) -> AsyncIterator[Stream]:
        """A connection to that port of the pod. Raises Unreachable, EngineError."""
        if self._open[uid] >= MOST_PER_POD:
            raise Unreachable(Reason.TOO_MANY)
        self._open[uid] += 1
        try:
            reader, writer = await self._connect(uid, port)
            try:
                yield reader, writer
            finally:
                # Not waited for: a peer that takes nothing would keep what is left to be written.
                writer.transport.abort()
        finally:
            self._open[uid] -= 1
            if not self._open[uid]:
                del self._open[uid]

    async def _connect(self, uid: UUID, port: int) -> Stream:
        ip = await asyncio.to_thread(self._address, uid)
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                return await asyncio.open_connection(ip, port, limit=PIECE)
        except (TimeoutError, OSError) as exc:
            raise Unreachable(await self._why(uid, port)) from exc

    async def _why(self, uid: UUID, port: int) -> Reason:
        try:
            text = await self._samples.once(uid)
        except PlaygroundError:
            return Reason.NOT_RUNNING
        sample = Sample.model_validate_json(text)
        if sample.network is None:
            return Reason.NO_CONNECTION if any(each.running for each in sample.members) else Reason.NOT_RUNNING
        return reason_of(sample.network.sockets, port)


class TunnelApi:
    """`routes` are for NodeApi."""

    def __init__(self, door: Door, tunnels: Tunnels) -> None:
        self._door, self._tunnels = door, tunnels
        self.routes: tuple[BaseRoute, ...] = (WebSocketRoute("/preview", self._preview),)

    async def _preview(self, websocket: WebSocket) -> None:
        try:
            call = await self._door.admit(websocket.headers, Verb.PREVIEW)
            async with self._tunnels.to(call.uid, _port(call)) as stream:
                await websocket.accept()
                await _carry(websocket, stream)
        except Unreachable as exc:
            told = {"message": str(exc), "reason": exc.reason}
            await websocket.send_denial_response(JSONResponse(told, 502))
        except PlaygroundError as exc:
            await websocket.send_denial_response(refusal(exc))


def _port(call: Call) -> int:
    port = call.arguments.get("port")
    if not isinstance(port, int) or not 1 <= port <= HIGHEST_PORT:
        raise CallRefused("the call's arguments cannot be read")
    return port


async def _carry(websocket: WebSocket, stream: Stream) -> None:
    """Until either side has had enough. Each direction reads on when what it read was taken, so it holds back."""
    reader, writer = stream
    directions = {asyncio.create_task(_to_pod(websocket, writer)), asyncio.create_task(_from_pod(reader, websocket))}
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in directions:
            each.cancel()
        for result in await asyncio.gather(*directions, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, OSError | WebSocketDisconnect):
                log.error("a preview broke", exc_info=result)
    with suppress(RuntimeError, WebSocketDisconnect, OSError):  # web may have left already
        await websocket.close()


async def _to_pod(websocket: WebSocket, writer: asyncio.StreamWriter) -> None:
    while (message := await websocket.receive())["type"] == "websocket.receive":
        writer.write(message.get("bytes") or b"")
        await writer.drain()


async def _from_pod(reader: asyncio.StreamReader, websocket: WebSocket) -> None:
    while piece := await reader.read(PIECE):
        await websocket.send_bytes(piece)
