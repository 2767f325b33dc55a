"""Where the node connects for a preview, and how often at once; without an engine and without a pod."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import IPv4Interface
from typing import cast
from uuid import UUID

import pytest
import pytest_asyncio

from sandboxes.engine.port import Engine
from sandboxes.errors import EngineError, NodeUnavailable
from sandboxes.node.tunnels import MOST_PER_POD, Addresses, Tunnels, is_of_bridge
from sandboxes.preview.reasons import Reason, Unreachable
from sandboxes.world import ObservedContainer, RunState

POD = UUID(int=1)
BRIDGE = IPv4Interface("172.20.0.1/16")


@pytest.mark.parametrize("ip", ["172.20.0.2", "172.20.255.254"])
def test_a_pods_address_is_one_of_the_bridges(ip: str) -> None:
    assert is_of_bridge(ip, BRIDGE)


@pytest.mark.parametrize(
    "ip",
    [
        "172.20.0.1",
        "172.20.0.0",
        "172.20.255.255",
        "127.0.0.1",
        "172.21.0.2",
        "169.254.169.254",
        "::1",
        "",
        "localhost",
    ],
)
def test_the_hosts_own_address_and_all_others_are_no_pods(ip: str) -> None:
    assert not is_of_bridge(ip, BRIDGE)


class Asked:
    """An engine with one pod; `asked` counts how often it was asked for it."""

    def __init__(self, *containers: ObservedContainer) -> None:
        self.containers, self.asked, self.runs = containers, 0, True

    def observe(self, uid: UUID) -> tuple[ObservedContainer, ...]:
        self.asked += 1
        return self.containers

    def addresses(self) -> Addresses:
        return Addresses(lambda: cast(Engine, self), lambda: BRIDGE, lambda _: self.runs)


def pause(ip: str, *, attempt: int = 0, state: RunState = RunState.RUNNING) -> ObservedContainer:
    return ObservedContainer(f"p{attempt}", "", attempt, attempt, "h", state, pid=7, ip=ip)


def test_a_pod_is_asked_for_once_while_its_pause_runs_and_again_after_that() -> None:
    engine = Asked(pause("172.20.0.2"))
    addresses = engine.addresses()
    assert [addresses.of(POD) for _ in range(3)] == ["172.20.0.2"] * 3
    assert engine.asked == 1
    engine.runs, engine.containers = False, (pause("172.20.0.2", state=RunState.EXITED), pause("172.20.0.9", attempt=1))
    assert addresses.of(POD) == "172.20.0.9"
    engine.containers = ()
    with pytest.raises(Unreachable) as refused:
        addresses.of(POD)
    assert refused.value.reason is Reason.NOT_RUNNING


@pytest.mark.parametrize("ip", ["172.20.0.1", "127.0.0.1", "10.0.0.7"])
def test_an_address_that_is_no_pods_is_never_connected_to(ip: str) -> None:
    with pytest.raises(EngineError, match="not one of"):
        Asked(pause(ip)).addresses().of(POD)


class NoSamples:
    """A sampler that cannot look at the pod."""

    async def stream(self, uid: UUID) -> AsyncGenerator[str, None]:
        raise NodeUnavailable
        yield ""

    async def once(self, uid: UUID) -> str:
        raise NodeUnavailable


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    """Of a listener on loopback whose connections nobody takes."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2 * MOST_PER_POD)
        yield listener.getsockname()[1]
    await asyncio.sleep(0)  # what was aborted is closed in the loop's next round


async def test_a_pod_has_so_many_connections_at_once_and_others_have_theirs(port: int) -> None:
    tunnels = Tunnels(lambda _: "127.0.0.1", NoSamples())
    async with AsyncExitStack() as opened:
        for _ in range(MOST_PER_POD):
            await opened.enter_async_context(tunnels.to(POD, port))
        with pytest.raises(Unreachable) as refused:
            await opened.enter_async_context(tunnels.to(POD, port))
        assert refused.value.reason is Reason.TOO_MANY
        await opened.enter_async_context(tunnels.to(UUID(int=2), port))
    async with tunnels.to(POD, port):
        pass
