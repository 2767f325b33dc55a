"""What probes and hooks may be, and where, in the API server's words and order (pkg/apis/core/validation)."""

from __future__ import annotations

from typing import Any

import pytest

from .complaints import of_member, of_spec

PORTS = "must be between 1 and 65535, inclusive"
HEADER = (
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for "
    "validation is '[-A-Za-z0-9]+')"
)
GET = {"httpGet": {"port": 80}}


def of_probe(kind: str, **fields: Any) -> list[str]:
    return [line.removeprefix(f"{kind}") for line in of_member(**{kind: GET | fields})]


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        ({}, [": Required value: must specify a handler type"]),
        ({"exec": {}}, [".exec.command: Required value"]),
        ({"httpGet": {}}, [f".httpGet.port: Invalid value: 0: {PORTS}"]),
        ({"httpGet": {"port": 80, "scheme": "http"}},
         ['.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"']),
        ({"httpGet": {"port": 80, "httpHeaders": [{"name": "a b", "value": "x"}]}},
         [f'.httpGet.httpHeaders: Invalid value: "a b": {HEADER}']),
        ({"httpGet": {"port": 80, "httpHeaders": [{"name": "A", "value": "x\r\nB: y"}]}},
         [r'.httpGet.httpHeaders[0].value: Invalid value: "x\r\nB: y": must be one line']),
        ({"tcpSocket": {"port": "80"}},
         ['.tcpSocket.port: Invalid value: "80": must contain at least one letter (a-z)']),
        ({"tcpSocket": {"port": "http"}}, []),
        ({"grpc": {"port": 65536}}, [f".grpc.port: Invalid value: 65536: {PORTS}"]),
        ({"exec": {"command": ["true"]}, "tcpSocket": {"port": 0}, "grpc": {"port": 1}},
         [".tcpSocket: Forbidden: may not specify more than 1 handler type",
          ".grpc: Forbidden: may not specify more than 1 handler type"]),
    ],
)  # fmt: skip
def test_a_probe_asks_in_one_way(handler: dict[str, Any], told: list[str]) -> None:
    found = of_member(livenessProbe=handler)
    assert [line.removeprefix("livenessProbe") for line in found] == told


@pytest.mark.parametrize("field", ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold"])
def test_no_number_of_a_probe_is_negative(field: str) -> None:
    assert of_probe("livenessProbe", **{field: 0}) == []
    assert of_probe("livenessProbe", **{field: -1}) == [
        f".{field}: Invalid value: -1: must be greater than or equal to 0"
    ]


@pytest.mark.parametrize("kind", ["livenessProbe", "startupProbe"])
def test_one_success_is_enough_to_live(kind: str) -> None:
    assert of_probe(kind, successThreshold=1) == []
    assert of_probe(kind, successThreshold=2) == [".successThreshold: Invalid value: 2: must be 1"]
    assert of_probe("readinessProbe", successThreshold=2) == []


def test_a_probe_that_kills_may_have_a_grace_of_its_own() -> None:
    told = ".terminationGracePeriodSeconds: Invalid value"
    assert of_probe("livenessProbe", terminationGracePeriodSeconds=1) == []
    assert of_probe("livenessProbe", terminationGracePeriodSeconds=0) == [f"{told}: 0: must be greater than 0"]
    assert of_probe("readinessProbe", terminationGracePeriodSeconds=1) == [
        f"{told}: 1: must not be set for readinessProbes"
    ]


def of_hook(**handler: Any) -> list[str]:
    found = of_spec(
        terminationGracePeriodSeconds=10,
        containers=[{"name": "a", "image": "nginx", "lifecycle": {"preStop": handler}}],
    )
    return [line.removeprefix("containers[0].lifecycle.preStop") for line in found]


def test_a_hook_does_one_thing() -> None:
    assert of_hook() == [": Required value: must specify a handler type"]
    assert of_hook(exec={"command": ["true"]}, sleep={"seconds": 1}) == [
        ".sleep: Forbidden: may not specify more than 1 handler type"
    ]


def test_a_hook_sleeps_no_longer_than_the_grace() -> None:
    assert [of_hook(sleep={"seconds": seconds}) for seconds in (0, 10)] == [[], []]
    for seconds in (-1, 11):
        assert of_hook(sleep={"seconds": seconds}) == [
            f".sleep: Invalid value: {seconds}: must be non-negative and less than terminationGracePeriodSeconds (10)"
        ]


def test_an_init_member_that_ends_has_neither() -> None:
    hooks = {"lifecycle": {}, "livenessProbe": GET, "readinessProbe": GET, "startupProbe": GET}
    init = {"name": "i", "image": "busybox"} | hooks
    assert of_spec(initContainers=[init | {"restartPolicy": "Always"}]) == []
    assert of_spec(initContainers=[init]) == [
        f"initContainers[0].{key}: Forbidden: may not be set for init containers without restartPolicy=Always"
        for key in hooks
    ]
