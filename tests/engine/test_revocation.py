"""Signing out closes every page that the session has open, and its downloads, in the whole service."""

from __future__ import annotations

import asyncio

from sandboxes import wire
from tests.engine.pods import pod, toolbox
from tests.revoked import seconds_open, seconds_read
from tests.stack import Stack

PAGES = 100


def test_signing_out_closes_a_hundred_pages_within_two_seconds(stack: Stack) -> None:
    with pod(stack, "shown", {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 0}) as shown:
        shown.wait_phase("Running")
        ends = asyncio.run(seconds_open(stack, shown.namespace, shown.name, PAGES))
    assert {code for _, code in ends} == {wire.CLOSE_UNAUTHENTICATED}
    assert max(seconds for seconds, _ in ends) <= 2, sorted(seconds for seconds, _ in ends)[-5:]


def test_signing_out_breaks_off_a_download_within_two_seconds(stack: Stack) -> None:
    with pod(stack, "taken", {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 0}) as taken:
        taken.wait_phase("Running")
        # Of zeros, which take no room; one file may not be as large.
        taken.run_in("a", "sh", "-c", "mkdir /tmp/large; truncate --size=512M $(seq -f /tmp/large/%g 99)")
        path = f"/api/playground/v1/namespaces/{taken.namespace}/pods/{taken.name}/copy?path=/tmp/large"
        assert asyncio.run(seconds_read(stack, taken.namespace, path)) <= 2
