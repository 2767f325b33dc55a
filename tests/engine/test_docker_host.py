"""The node's namespaces are those of the engine that DOCKER_HOST names."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from sandboxes import wire
from sandboxes.node.readers.namespaces import node_namespaces
from sandboxes.node.sampler import Sampler
from tests.engine.readers_pod import PAUSE, TestPod, test_pod


@pytest.fixture
def pod() -> Iterator[TestPod]:
    client = docker.from_env()
    with test_pod(client) as made:
        made.run("", PAUSE, network_mode="none")
        yield made
    client.close()


async def test_the_sampler_asks_who_listens_on_the_socket_docker_host_names(
    pod: TestPod, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watched = pod.watched()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/engine.sock")
        listener.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
        sampler = Sampler(lambda _: watched)
        try:
            sample = wire.LIVE.validate_json(await sampler.once(uuid4()))
        finally:
            await asyncio.to_thread(sampler.close)
        listener.settimeout(5)
        listener.accept()[0].close()
    assert isinstance(sample, wire.Sample)
    assert sample.namespaces.host_from == "dockerd"


def test_an_engine_without_a_socket_here_is_not_asked() -> None:
    found = node_namespaces("")
    assert found.source in ("PID 1", "")
    assert found.source == "" or found.inodes["net"] == os.stat("/proc/1/ns/net").st_ino
