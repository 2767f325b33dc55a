"""Small parts of watch that need no engine: thresholds, signals, questions asked of a pod, last words."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes import messages
from sandboxes.errors import Malformed
from sandboxes.node import requests
from sandboxes.node.acts import signal_name
from sandboxes.node.requests import Result
from sandboxes.node.thresholds import Thresholds
from sandboxes.spec.models import Container, GRPCAction, HTTPGetAction, HTTPHeader, TCPSocketAction
from sandboxes.world import Memory, RunState, Termination

from .worlds import PREPARED, look, member, pause, pod

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def test_a_probe_makes_up_its_mind_after_so_many_in_a_row() -> None:
    probe = Thresholds(success=2, failure=3)
    said = [probe.take(ok) for ok in (True, True, True, False, False, True, False, False, False, False)]
    assert said == [None, True, True, None, None, None, None, None, False, False]


@given(st.lists(st.booleans()), st.integers(1, 5), st.integers(1, 5))
def test_a_verdict_always_follows_a_run_that_is_long_enough(results: list[bool], success: int, failure: int) -> None:
    probe, run, last = Thresholds(success, failure), 0, None
    for ok in results:
        run = run + 1 if ok is last else 1
        last = ok
        assert probe.take(ok) == (ok if run >= (success if ok else failure) else None)


@pytest.mark.parametrize(
    ("given_", "name"), [("TERM", "SIGTERM"), ("sigkill", "SIGKILL"), ("9", "SIGKILL"), (" hup ", "SIGHUP")]
)
def test_a_signal_is_known_by_its_name_or_number(given_: str, name: str) -> None:
    assert signal_name(given_) == name


@pytest.mark.parametrize("given_", ["", "0", "99", "KILL; rm", "SIG", "-9"])
def test_what_is_no_signal_is_refused(given_: str) -> None:
    with pytest.raises(Malformed, match="is no signal"):
        signal_name(given_)


@asynccontextmanager
async def serving(answer: Answers) -> AsyncIterator[int]:
    """A server on loopback; its port."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def replying(text: str, heard: list[bytes] | None = None) -> Answers:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            (heard if heard is not None else []).append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(text.replace("\n", "\r\n").encode())
            await writer.drain()

    return answer


async def _get(text: str, heard: list[bytes] | None = None, **more: Any) -> Result:
    async with serving(replying(text, heard)) as port:
        return await requests.http(HTTPGetAction(path="/ok", port=port, **more), "127.0.0.1", port, 60)


def get(text: str, heard: list[bytes] | None = None, **more: Any) -> Result:
    return asyncio.run(_get(text, heard, **more))


@pytest.mark.parametrize(("status", "well"), [(200, True), (204, True), (399, True), (400, False), (500, False)])
def test_an_answer_from_200_to_399_is_well(status: int, well: bool) -> None:
    found = get(f"HTTP/1.1 {status} X\ncontent-length: 0\n\n")
    assert found.succeeded is well
    assert well or found.output == f"HTTP probe failed with statuscode: {status}"


def test_a_kubelets_headers_are_sent_and_ones_own() -> None:
    heard: list[bytes] = []
    get("HTTP/1.1 200 OK\ncontent-length: 0\n\n", heard, http_headers=(HTTPHeader(name="X-Mine", value="1"),))
    request = heard[0].decode().lower()
    assert "user-agent: kube-probe/1.34" in request
    assert "x-mine: 1" in request
    assert request.startswith("get /ok http/1.1")


def lines_of(heard: list[bytes]) -> list[str]:
    return heard[0].decode().lower().split("\r\n")


def test_no_probe_takes_a_packed_answer() -> None:
    heard: list[bytes] = []
    get("HTTP/1.1 200 OK\ncontent-length: 0\n\n", heard)
    assert [line.partition(":")[0] for line in lines_of(heard)[1:-2]] == ["host", "connection", "user-agent", "accept"]


def test_ones_own_header_takes_a_kubelets_place_however_it_is_written_and_may_come_twice() -> None:
    heard: list[bytes] = []
    pairs = (("user-agent", "mine"), ("ACCEPT", ""), ("X-Mine", "1"), ("X-Mine", "2"), ("Host", "shop.example"))
    own = tuple(HTTPHeader(name=name, value=value) for name, value in pairs)
    get("HTTP/1.1 200 OK\ncontent-length: 0\n\n", heard, http_headers=own)
    told = [line for line in lines_of(heard)[1:] if line]
    assert sorted(told) == ["connection: close", "host: shop.example", "user-agent: mine", "x-mine: 1", "x-mine: 2"]


def test_a_hook_says_that_it_is_none_of_the_probes() -> None:
    heard: list[bytes] = []

    async def hook() -> None:
        async with serving(replying("HTTP/1.1 200 OK\ncontent-length: 0\n\n", heard)) as port:
            await requests.http(HTTPGetAction(path="/", port=port), "127.0.0.1", port, 60, asks="lifecycle")

    asyncio.run(hook())
    assert "user-agent: kube-lifecycle/1.34" in lines_of(heard)


def test_a_redirect_to_another_host_is_not_followed_and_counts_as_well_with_a_warning() -> None:
    found = get("HTTP/1.1 302 Found\nlocation: http://192.0.2.1/\ncontent-length: 0\n\n")
    assert found.succeeded
    assert found.warning.startswith("Probe terminated redirects")


def test_a_redirect_that_never_ends_is_given_up() -> None:
    found = get("HTTP/1.1 302 Found\nlocation: /ok\ncontent-length: 0\n\n")
    assert not found.succeeded
    assert "stopped after 10 redirects" in found.output


def test_a_body_without_end_is_read_only_so_far() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

    async def asked() -> Result:
        async with serving(endless) as port:
            return await requests.http(HTTPGetAction(path="/", port=port), "127.0.0.1", port, 60)

    found = asyncio.run(asked())
    assert found.succeeded
    assert len(found.output) == requests.MOST_BODY


def test_who_does_not_answer_in_time_has_failed() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await reader.read()

    async def asked() -> Result:
        async with serving(silent) as port:
            return await requests.http(HTTPGetAction(path="/", port=port), "127.0.0.1", port, 0.2)

    assert "context deadline exceeded" in asyncio.run(asked()).output


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Where nobody listens, and nobody can begin to."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield int(found.getsockname()[1])


def test_where_nobody_listens_the_words_are_gos(deaf_port: int) -> None:
    port = deaf_port
    refused = f"dial tcp 127.0.0.1:{port}: connect: connection refused"
    assert asyncio.run(requests.tcp(TCPSocketAction(port=port), "127.0.0.1", port, 60)) == Result(False, refused)
    found = asyncio.run(requests.http(HTTPGetAction(path="/", port=port), "127.0.0.1", port, 60))
    assert found.output == f'Get "http://127.0.0.1:{port}/": {refused}'
    assert not asyncio.run(requests.grpc(GRPCAction(port=port), "127.0.0.1", port, 60)).succeeded


def test_a_port_that_can_be_connected_to_is_well() -> None:
    async def asked() -> Result:
        async with serving(replying("")) as port:
            return await requests.tcp(TCPSocketAction(port=port), "127.0.0.1", port, 60)

    assert asyncio.run(asked()) == Result(True)


def test_what_speaks_no_grpc_is_not_well() -> None:
    async def asked() -> Result:
        async with serving(replying("HTTP/1.1 200 OK\ncontent-length: 0\n\n")) as port:
            return await requests.grpc(GRPCAction(port=port), "127.0.0.1", port, 60)

    assert not asyncio.run(asked()).succeeded


def test_a_named_port_is_looked_up() -> None:
    assert requests.port_number("web", {"web": 80}) == 80
    assert requests.port_number("web", {}) is None
    assert requests.port_number(8080, {}) == 8080


def test_the_messages_of_a_pod_share_twelve_kibibytes() -> None:
    assert messages.limit(pod(members=("a",))) == 4096
    assert messages.limit(pod(members=("a", "b", "c", "d"))) == 3072
    assert messages.of_log("x" * 5000 + "end") == ("x" * 5000 + "end")[-2048:]


def test_a_log_speaks_for_a_member_that_failed_and_said_nothing() -> None:
    falls = Container(name="a", termination_message_policy="FallbackToLogsOnError")
    ended = member("a", RunState.EXITED, exit_code=1)
    assert messages.falls_back(falls, ended, "")
    assert not messages.falls_back(falls, ended, "said")
    assert not messages.falls_back(falls, member("a", RunState.EXITED), "")
    assert not messages.falls_back(Container(name="a"), ended, "")


def test_a_message_is_read_once() -> None:
    ended = look(pause(), member("web", RunState.EXITED), member("box"), memory=PREPARED)
    assert [container.member for container in messages.unread(ended)] == ["web"]
    known = Termination(attempt=0, container_id="web-0", exit_code=0, reason="Completed")
    again = look(pause(), member("web", RunState.EXITED), member("box"), memory=Memory(last={"web": known}))
    assert messages.unread(again) == ()


@pytest.mark.parametrize(
    "flood",
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"\0\0\x08\x06\0\0\0\0\0pingpong"],
    ids=["interim answers", "frames"],
)
async def test_an_answer_that_never_comes_to_its_point_is_broken_off(flood: bytes) -> None:
    sent = 0

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"\0\0\0\x04\0\0\0\0\0" if b"ping" in flood else b"")
        with suppress(OSError):
            while not writer.is_closing():
                writer.write(flood * 1000)
                sent += len(flood) * 1000
                await writer.drain()
        writer.close()

    async with serving(answer) as port:
        async with asyncio.timeout(50):
            if b"ping" in flood:
                found = await requests.grpc(GRPCAction(port=port), "127.0.0.1", port, 60)
            else:
                found = await requests.http(HTTPGetAction(path="/", port=port), "127.0.0.1", port, 60)
    assert not found.succeeded
    assert sent >= requests.MOST_ANSWER
