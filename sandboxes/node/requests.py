"""What probes and hooks ask of a pod, from outside: HTTP, TCP, gRPC, to the pod's own address and nowhere else.

The words of failures are the kubelet's (pkg/probe/{http,tcp,grpc}). A pod is hostile: every answer is read for as long
and as far as it may, and no further. The host reaches every pod (node/network.py), no pod reaches the host.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
import httpx

from sandboxes.spec.models import GRPCAction, HTTPGetAction, TCPSocketAction

MOST_BODY = 10 * 1024
MOST_REDIRECTS = 10
# Of all that comes for one question: heads, interim answers and frames too, of which there may be any number.
MOST_ANSWER = 256 * 1024
KUBELET = "1.34"  # the version that is named to whom one asks
Headers = list[tuple[str, str]]
SERVING = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}


@dataclass(frozen=True)
class Result:
    """What came of one question. `known` False: nothing was found out. `warning` is worth an event of its own."""

    succeeded: bool
    output: str = ""
    known: bool = True
    warning: str = ""


def port_number(port: int | str, named: Mapping[str, int]) -> int | None:
    """The number, or what the member's ports call so."""
    return named.get(port) if isinstance(port, str) else port


async def http(action: HTTPGetAction, ip: str, port: int, seconds: float, *, asks: str = "probe") -> Result:
    """200 to 399 is well. A redirect to another host is not followed and counts as well, with a warning.

    `asks` is what the User-Agent says after `kube-`: probe or lifecycle.
    """
    where = f"[{ip}]" if ":" in ip else ip
    path = action.path if action.path.startswith("/") else f"/{action.path}"
    url = f"{(action.scheme or 'HTTP').lower()}://{where}:{port}{path}"
    headers = headers_of(action, asks)
    try:
        async with asyncio.timeout(seconds):
            return await _followed(url, headers)
    except TimeoutError:
        told = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        return Result(False, f'Get "{url}": {told}')
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as exc:
        return Result(False, f'Get "{url}": {_dial_error(exc, f"{where}:{port}")}')


def headers_of(action: HTTPGetAction, asks: str) -> Headers:
    """The action's own, as often as they are named, and a kubelet's where none of them is (pkg/probe/http/request.go).

    An empty Accept or User-Agent of one's own means that none is sent.
    """
    own = [(header.name, header.value) for header in action.http_headers]
    named = {name.lower() for name, _ in own}
    kept = [(name, value) for name, value in own if value or name.lower() not in ("accept", "user-agent")]
    kubelet = (("Connection", "close"), ("User-Agent", f"kube-{asks}/{KUBELET}"), ("Accept", "*/*"))
    return [*((name, value) for name, value in kubelet if name.lower() not in named), *kept]


class _Bounded(httpcore.AsyncNetworkStream):
    """A connection that breaks off once more has come than any honest answer needs."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream, self._left = stream, MOST_ANSWER

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        self._left -= len(data)
        if self._left < 0:
            raise httpcore.ReadError(f"more than {MOST_ANSWER} bytes in answer")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Bounded(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.AnyIOBackend):
    """Connects as httpcore does."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Bounded(await super().connect_tcp(host, port, timeout, local_address, socket_options))


def _transport(*, http2: bool = False) -> httpx.AsyncHTTPTransport:
    """verify: a pod's own certificate is nobody's to check."""
    made = httpx.AsyncHTTPTransport(verify=False, retries=0, http1=not http2, http2=http2)
    # httpx has no parameter for it.
    made._pool._network_backend = _Backend()
    return made


async def _followed(url: str, headers: Headers) -> Result:
    # trust_env: no proxy of the machine's is asked.
    async with httpx.AsyncClient(transport=_transport(), trust_env=False, timeout=None) as client:  # noqa: S113
        client.headers.clear()  # httpx would offer to unpack an answer; a kubelet does not
        for _ in range(MOST_REDIRECTS + 1):
            async with client.stream("GET", url, headers=headers) as answer:
                body = await _start_of(answer)
                if not answer.is_redirect or "location" not in answer.headers:
                    return _judged(answer.status_code, body)
                target = str(answer.url.join(answer.headers["location"]))
                if urlsplit(target).hostname != urlsplit(url).hostname:
                    return Result(True, body, warning=f"Probe terminated redirects, Response body: {body}")
                url = target
    return Result(False, f'Get "{url}": stopped after {MOST_REDIRECTS} redirects')


def _judged(status: int, body: str) -> Result:
    if 200 <= status < 400:
        return Result(True, body)
    return Result(False, f"HTTP probe failed with statuscode: {status}")


async def _start_of(answer: httpx.Response) -> str:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= MOST_BODY:
            break
    return bytes(read[:MOST_BODY]).decode(errors="replace")


async def tcp(action: TCPSocketAction, ip: str, port: int, seconds: float) -> Result:
    """It can be connected to."""
    where = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(ip, port)
    except TimeoutError:
        return Result(False, f"dial tcp {where}: i/o timeout")
    except OSError as exc:
        return Result(False, _dial_error(exc, where))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Result(True)


async def grpc(action: GRPCAction, ip: str, port: int, seconds: float) -> Result:
    """grpc.health.v1.Health/Check over HTTP/2 without TLS (github.com/grpc/grpc, doc/health-checking.md)."""
    where = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    name = action.service.encode()[:127]
    message = (b"\x0a" + bytes([len(name)]) + name) if name else b""
    headers = {"content-type": "application/grpc", "te": "trailers", "user-agent": f"kube-probe/{KUBELET}"}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(transport=_transport(http2=True), trust_env=False) as client,
        ):
            url = f"http://{where}/grpc.health.v1.Health/Check"
            async with client.stream(
                "POST", url, headers=headers, content=b"\0" + struct.pack(">L", len(message)) + message, timeout=None
            ) as answer:
                body = (await _bytes_of(answer)) if answer.status_code == 200 else b""
    except (TimeoutError, httpx.HTTPError, OSError):
        told = f'timeout: failed to connect service "{where}" within {seconds:g}s: context deadline exceeded'
        return Result(False, told)
    return _health(body)


async def _bytes_of(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= MOST_BODY:
            break
    return bytes(read)


def _health(body: bytes) -> Result:
    """HealthCheckResponse: one enum, field 1; nothing at all is its zero value."""
    if len(body) < 5:
        return Result(False, "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)")
    status = body[6] if len(body) >= 7 and body[5] == 0x08 else 0
    if status == 1:
        return Result(True)
    return Result(False, f'service unhealthy (responded with "{SERVING.get(status, status)}")')


def _dial_error(exc: BaseException, where: str) -> str:
    number = _errno_of(exc)
    if number is None:
        return str(exc) or type(exc).__name__
    return f"dial tcp {where}: connect: {os.strerror(number).lower()}"


def _errno_of(exc: BaseException | None) -> int | None:
    """Of an OSError, also of one that a library has wrapped; asyncio joins several into one without a number."""
    while exc is not None:
        if isinstance(exc, OSError) and exc.errno:
            return exc.errno
        if "All connection attempts failed" in str(exc):
            return errno.ECONNREFUSED
        exc = exc.__cause__ or exc.__context__
    return None
