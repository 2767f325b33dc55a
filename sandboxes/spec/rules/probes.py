"""Probes and hooks of members."""

from __future__ import annotations

import re

from sandboxes.spec import names
from sandboxes.spec.causes import forbidden, invalid, not_supported, required
from sandboxes.spec.models import (
    Container,
    ExecAction,
    GRPCAction,
    HTTPGetAction,
    Int32,
    IntOrString,
    LifecycleHandler,
    Probe,
    SleepAction,
    TCPSocketAction,
)
from sandboxes.spec.rules.texts import Causes, arguments, at_least, text

HANDLERS = (
    ("exec", "exec"),
    ("httpGet", "http_get"),
    ("tcpSocket", "tcp_socket"),
    ("grpc", "grpc"),
    ("sleep", "sleep"),
)
SCHEMES = ("HTTP", "HTTPS")
_HEADER = "[-A-Za-z0-9]+"
_HEADER_RULE = (
    "a valid HTTP header must consist of alphanumeric characters or '-' "
    f"(e.g. 'X-Header-Name', regex used for validation is '{_HEADER}')"
)


def probes_and_hooks(at: str, container: Container, grace: int) -> Causes:
    """Of a member that may have them; `grace` is the pod's, in seconds."""
    if container.lifecycle is not None:
        for key, hook in (("postStart", container.lifecycle.post_start), ("preStop", container.lifecycle.pre_stop)):
            if hook is not None:
                yield from _handler(f"{at}.lifecycle.{key}", hook, grace)
    for key, probe in (
        ("livenessProbe", container.liveness_probe),
        ("readinessProbe", container.readiness_probe),
        ("startupProbe", container.startup_probe),
    ):
        if probe is not None:
            yield from _probe(f"{at}.{key}", probe, grace, is_readiness=key == "readinessProbe")


def _probe(at: str, probe: Probe, grace: int, *, is_readiness: bool) -> Causes:
    yield from _handler(at, probe, grace)
    for key, value in (
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ):
        yield from at_least(f"{at}.{key}", value)
    own = probe.termination_grace_period_seconds
    if own is not None:
        yield from at_least(f"{at}.terminationGracePeriodSeconds", own, 1)
    if own is not None and is_readiness:
        yield invalid(f"{at}.terminationGracePeriodSeconds", own, "must not be set for readinessProbes")
    if not is_readiness and probe.success_threshold != 1:
        yield invalid(f"{at}.successThreshold", probe.success_threshold, "must be 1")


def _handler(at: str, handler: Probe | LifecycleHandler, grace: int) -> Causes:
    given = [(key, found) for key, name in HANDLERS if (found := getattr(handler, name, None)) is not None]
    if not given:
        yield required(at, "must specify a handler type")
    for n, (key, action) in enumerate(given):
        if n:
            yield forbidden(f"{at}.{key}", "may not specify more than 1 handler type")
        else:
            yield from _action(f"{at}.{key}", action, grace)


def _action(at: str, action: object, grace: int) -> Causes:
    match action:
        case ExecAction(command=command):
            if not command:
                yield required(f"{at}.command")
            yield from arguments(f"{at}.command", command)
        case HTTPGetAction():
            yield from _http(at, action)
        case TCPSocketAction(port=port) | GRPCAction(port=port):
            yield from _port(f"{at}.port", port)
        case SleepAction(seconds=seconds):
            if not 0 <= seconds <= grace:
                told = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
                yield invalid(at, seconds, told)


def _http(at: str, action: HTTPGetAction) -> Causes:
    if not action.path:
        yield required(f"{at}.path")
    yield from text(f"{at}.path", action.path)
    yield from _port(f"{at}.port", action.port)
    if action.scheme not in SCHEMES:
        yield not_supported(f"{at}.scheme", action.scheme, SCHEMES)
    for header in action.http_headers:
        if not re.fullmatch(_HEADER, header.name):
            yield invalid(f"{at}.httpHeaders", header.name, _HEADER_RULE)
    for i, header in enumerate(action.http_headers):
        yield from text(f"{at}.httpHeaders[{i}].value", header.value)
        if "\n" in header.value or "\r" in header.value:
            yield invalid(f"{at}.httpHeaders[{i}].value", header.value, "must be one line")


def _port(at: str, port: Int32 | IntOrString) -> Causes:
    if isinstance(port, str):
        yield from (invalid(at, port, complaint) for complaint in names.port_name(port))
    elif not 1 <= port <= 65535:
        yield invalid(at, port, names.between(1, 65535))
