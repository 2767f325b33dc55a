"""What `scripts/serve web` believes of its callers."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.stack import Stack

SESSION = "/api/playground/v1/session"


def wrong_passwords(stack: Stack, times: int) -> list[int]:
    """What wrong passwords get that each say they come from another address."""
    with httpx.Client(base_url=stack.url) as client:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                token = client.get(SESSION).json()["csrfToken"]
                break
            except httpx.TransportError:
                time.sleep(0.05)
        body = {"username": "alice", "password": "wrong"}
        forwarded = [{"X-CSRFToken": token, "X-Forwarded-For": f"192.0.2.{i}"} for i in range(times)]
        return [client.post(SESSION, json=body, headers=headers).status_code for headers in forwarded]


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        pytest.param({}, [401] * 5 + [429], id="none", marks=pytest.mark.long),
        pytest.param({"PROXY": "127.0.0.1"}, [401] * 6, id="this machine", marks=pytest.mark.long),
        pytest.param({"PROXY": "192.0.2.77"}, [401] * 5 + [429], id="another machine"),
    ],
)
def test_an_address_is_believed_only_of_a_proxy_that_the_admin_named(
    proxy: dict[str, str], expected: list[int]
) -> None:
    stack = Stack(**proxy)
    try:
        stack.manage("prepare")
        stack.manage("migrate", "--verbosity", "0")
        stack.launch("web")
        assert wrong_passwords(stack, 6) == expected
    finally:
        stack.stop()
