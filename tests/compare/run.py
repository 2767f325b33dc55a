"""Plays cases against a running stack, several at once, and prints what differs.

`python -m tests.compare.run [--again] [part of an id …]`; `--again` holds the last run's records against the rules.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.compare import images
from tests.compare.differences import Difference, differences
from tests.compare.explained import explained
from tests.compare.player import Json, Player
from tests.recorded.cases import Case, cases
from tests.stack import Stack

AT_ONCE = 8
OUT = Path(__file__).resolve().parent / "out"


def compare(client: httpx.Client, case: Case) -> tuple[Json, tuple[Difference, ...]]:
    got = Player(client, case).play()
    return got, differences(case.record, got)


def compare_all(stack: Stack, chosen: tuple[Case, ...]) -> dict[str, tuple[Difference, ...]]:
    """Case id → what nobody has explained, for all of them; the records are kept in out/."""
    OUT.mkdir(exist_ok=True)
    found: dict[str, tuple[Difference, ...]] = {}
    # The slow ones first, so that none of them is left alone at the end.
    order = sorted(chosen, key=lambda case: -float(case.plan.get("est", 5)))
    with stack.client("golden") as client, ThreadPoolExecutor(AT_ONCE) as pool:
        client.get("/api/v1/namespaces").raise_for_status()
        for case, (got, differ) in zip(order, pool.map(lambda case: compare(client, case), order), strict=True):
            _out(case).write_text(json.dumps(got, indent=1))
            found[case.id] = differ
    return found


def figures(found: dict[str, tuple[Difference, ...]]) -> dict[str, int]:
    """How many manifests are equal, differ as explained, or differ."""
    equal = sum(not differ for differ in found.values())
    told = sum(bool(differ) and all(explained(each) for each in differ) for differ in found.values())
    return {"manifests": len(found), "equal": equal, "explained": told, "not yet": len(found) - equal - told}


def main() -> None:
    again = "--again" in sys.argv
    words = [word for word in sys.argv[1:] if word != "--again"]
    chosen = tuple(case for case in cases() if not words or any(word in case.id for word in words))
    found = _from_records(chosen) if again else _played(chosen)
    for name, differ in sorted(found.items()):
        left = [each for each in differ if not explained(each)]
        if left:
            print(name, *left, sep="\n    ")  # noqa: T201
    print(json.dumps(figures(found)))  # noqa: T201


def _played(chosen: tuple[Case, ...]) -> dict[str, tuple[Difference, ...]]:
    images.build()
    stack = Stack()
    stack.start()
    try:
        return compare_all(stack, chosen)
    finally:
        stack.stop()


def _from_records(chosen: tuple[Case, ...]) -> dict[str, tuple[Difference, ...]]:
    """What was played last, held against the record once more: for whoever changes the rules."""
    return {case.id: differences(case.record, json.loads(_out(case).read_text())) for case in chosen}


def _out(case: Case) -> Path:
    return OUT / f"{case.id[:60]}.json"


if __name__ == "__main__":
    main()
