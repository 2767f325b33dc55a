"""Signing out closes every page that the session has open, in the whole service."""

from __future__ import annotations

import asyncio

from sandboxes import wire
from tests.engine.pods import pod, toolbox
from tests.revoked import seconds_open
from tests.stack import Stack

PAGES = 100


def test_signing_out_closes_a_hundred_pages_within_two_seconds(stack: Stack) -> None:
    with pod(stack, "shown", {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 0}) as shown:
        shown.wait_phase("Running")
        ends = asyncio.run(seconds_open(stack, shown.namespace, shown.name, PAGES))
    assert {code for _, code in ends} == {wire.CLOSE_UNAUTHENTICATED}
    assert max(seconds for seconds, _ in ends) <= 2, sorted(seconds for seconds, _ in ends)[-5:]
