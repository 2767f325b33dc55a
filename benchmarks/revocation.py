"""How long pages stay open once their session is signed out: the time from sending the sign-out to each close frame.

Prints milliseconds: median, p99 and the longest of all pages of all rounds. The pod runs, and its samples go to every
page meanwhile.

    .venv/bin/python -m benchmarks.revocation [--pages 100] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics

from tests.engine.pods import pod, toolbox
from tests.revoked import seconds_open
from tests.stack import Stack


def measure(stack: Stack, pages: int, rounds: int) -> None:
    """A line for each round, and one for all of them."""
    found: list[float] = []
    with pod(stack, "shown", {"containers": [toolbox("a")], "terminationGracePeriodSeconds": 0}) as shown:
        shown.wait_phase("Running")
        for number in range(1, rounds + 1):
            ends = asyncio.run(seconds_open(stack, shown.namespace, shown.name, pages))
            assert {code for _, code in ends} == {4401}, "every page is told that it is signed out"
            found += [seconds * 1000 for seconds, _ in ends]
            show(f"round {number}", found[-pages:])
    show(f"{rounds} rounds of {pages} pages", found)


def show(title: str, figures: list[float]) -> None:
    ordered = sorted(figures)
    p99 = ordered[math.ceil(0.99 * len(ordered)) - 1]
    print(f"{title:24} median {statistics.median(ordered):.0f} ms  p99 {p99:.0f} ms  max {ordered[-1]:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    stack = Stack()
    try:
        stack.start()
        measure(stack, given.pages, given.rounds)
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
