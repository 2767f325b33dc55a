"""Which socket the engine is at."""

from __future__ import annotations

from typing import Any

import docker
import pytest

from sandboxes.engine.connect import socket_path
from sandboxes.engine.docker import DockerEngine


@pytest.mark.parametrize(
    ("docker_host", "path"),
    [
        (None, "/var/run/docker.sock"),
        ("", "/var/run/docker.sock"),
        ("unix:///run/user/1000/docker.sock", "/run/user/1000/docker.sock"),
        ("tcp://127.0.0.1:2375", ""),
    ],
)
def test_the_socket_is_the_one_docker_host_names(
    docker_host: str | None, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    if docker_host is not None:
        monkeypatch.setenv("DOCKER_HOST", docker_host)
    assert socket_path() == path


def test_the_engine_is_the_one_docker_host_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    def client(*, base_url: str | None, **_: Any) -> None:
        asked.append(base_url)

    monkeypatch.setattr(docker, "APIClient", client)
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    DockerEngine("test")
    DockerEngine("test", base_url="unix:///run/third.sock")
    monkeypatch.delenv("DOCKER_HOST")
    DockerEngine("test")
    assert asked == ["unix:///run/other.sock", "unix:///run/third.sock", None]
