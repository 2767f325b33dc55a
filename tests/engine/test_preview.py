"""A preview of real pods, through the whole service: what they serve, what they see, and why one shows nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sandboxes.node.tunnels import interface_of
from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for

pytestmark = pytest.mark.timeout(120)
ECHO = Path(__file__).with_name("echo.pl").read_text()


@dataclass
class Preview:
    """A browser that was let in at one port of a pod."""

    stack: Stack
    client: httpx.Client
    found: LivePod
    port: int

    def __post_init__(self) -> None:
        path = f"/api/playground/v1/namespaces/{self.found.namespace}/pods/{self.found.name}/preview"
        answer = self.found.client.post(path, json={"port": self.port})
        url = httpx.URL(answer.raise_for_status().json()["url"])
        self.host = url.netloc.decode()
        entered = self._get(url.raw_path.decode())
        assert entered.status_code == 303, entered.text
        self.cookie = entered.headers["set-cookie"].partition(";")[0]

    def _get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={"host": self.host, **headers})

    def get(self, path: str = "/", **headers: str) -> httpx.Response:
        return self._get(path, **({"cookie": self.cookie} | headers))

    def socket(self, path: str = "/") -> Any:
        headers = {"cookie": self.cookie}
        there = socket.create_connection(("127.0.0.1", self.stack.port))
        return connect(f"ws://{self.host}{path}", sock=there, additional_headers=headers, proxy=None)


Opener = Callable[[LivePod, int], Preview]


@pytest.fixture
def opened(stack: Stack) -> Iterator[Opener]:
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=20) as client:
        yield lambda found, port: Preview(stack, client, found, port)


def echo(name: str, port: int, address: str = "0.0.0.0") -> dict[str, Any]:
    return toolbox(name, "perl", "-e", ECHO, str(port), address)


@pytest.fixture
def nginx(stack: Stack) -> Iterator[LivePod]:
    with pod(stack, "shown", {"containers": [{"name": "web", "image": "nginx"}]}) as found:
        found.wait_phase("Running")
        yield found


def test_nginx_shows_in_a_preview_and_nowhere_else(stack: Stack, nginx: LivePod, opened: Opener) -> None:
    preview = opened(nginx, 80)
    wait_for(lambda: preview.get().status_code == 200, "nginx to answer")
    shown = preview.get()
    assert "Welcome to nginx" in shown.text
    assert shown.headers["x-robots-tag"] == "noindex"
    assert preview.get("/none").status_code == 404
    assert preview.get(cookie="").status_code == 403
    assert "Welcome to nginx" not in httpx.get(f"{stack.url}/", trust_env=False).text
    logged = (stack.logs / "web").read_text()
    assert '"GET /-playground/enter HTTP/1.1" 303' in logged
    assert "pgv_" not in logged
    assert [preview.get().status_code for _ in range(50)] == [200] * 50


def test_an_application_sees_the_browser_and_nothing_of_the_portal(stack: Stack, opened: Opener) -> None:
    with pod(stack, "echo", {"containers": [echo("app", 8080)]}) as found:
        found.wait_phase("Running")
        preview = opened(found, 8080)
        wait_for(lambda: preview.get().status_code == 200, "the application to answer")
        bearer = found.client.headers["authorization"]
        cookies = f"sessionid_{stack.install}=s; own=1; {preview.cookie}"
        seen = preview.get("/a%2Fb?c=d", cookie=cookies, authorization=bearer).text
        assert seen.startswith("GET /a%2Fb?c=d HTTP/1.1")
        assert "cookie: own=1\r\n" in seen
        assert f"host: {preview.host}\r\n" in seen
        assert preview.cookie not in seen and bearer not in seen and "sessionid" not in seen
        with preview.socket("/ws") as echoed:
            for text in ("hello", "x" * 60000):
                echoed.send(text)
                assert echoed.recv(timeout=10) == text


def test_a_websocket_without_the_cookie_is_refused_with_a_page(stack: Stack, nginx: LivePod, opened: Opener) -> None:
    preview = opened(nginx, 80)
    preview.cookie = ""
    with pytest.raises(InvalidStatus) as refused, preview.socket():
        pass
    assert refused.value.response.status_code == 403
    assert b"This preview is private" in refused.value.response.body


def test_a_preview_says_why_it_shows_nothing_and_shows_it_as_soon_as_it_can(stack: Stack, opened: Opener) -> None:
    members = [toolbox("a"), echo("local", 8081, "127.0.0.1")]
    with pod(stack, "why", {"containers": members, "terminationGracePeriodSeconds": 1}) as found:
        found.wait_phase("Running")
        nothing, local = opened(found, 8082), opened(found, 8081)
        told = nothing.get()
        assert (told.status_code, "Nothing listens on port 8082" in told.text) == (502, True)
        wait_for(lambda: "listens on 127.0.0.1 only" in local.get().text, "the loopback to be told")
        found.run_in("a", "sh", "-c", "while :; do echo shown | nc -l -N -p 8082; done > /dev/null 2>&1 &")
        wait_for(lambda: "cannot be read" in nothing.get().text, "what is no HTTP to be told")
        path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/stop"
        found.client.post(path).raise_for_status()
        wait_for(lambda: "The pod is not running" in local.get().text, "the stopped pod to be told")
        assert 'http-equiv="refresh"' in local.get().text


def test_a_previews_tunnel_ends_with_its_reader(stack: Stack, opened: Opener) -> None:
    with pod(stack, "ends", {"containers": [echo("app", 8080)]}) as found:
        found.wait_phase("Running")
        preview = opened(found, 8080)
        wait_for(lambda: preview.get().status_code == 200, "the application to answer")
        with preview.socket("/ws") as echoed:
            echoed.send("hello")
            assert echoed.recv(timeout=10) == "hello"
            assert "ESTAB" in _states(found)
        wait_for(lambda: "ESTAB" not in _states(found), "the connection to end")


def _states(found: LivePod) -> list[str]:
    network = found.live()["network"]
    return [each["state"] for each in network["sockets"] if each["localPort"] == 8080]


def test_the_bridges_own_address_and_network_are_known(stack: Stack, nginx: LivePod) -> None:
    bridge = interface_of(f"pg-{stack.install}")
    ip = nginx.read()["status"]["podIP"]
    assert ip_interface(f"{ip}/32").ip in bridge.network
    assert bridge.ip != ip_interface(f"{ip}/32").ip
