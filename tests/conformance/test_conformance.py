"""Every case by its name; a sample in each run, all of them in `./play soak`. The figures are printed at the end."""

from __future__ import annotations

import os
import traceback
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.compare import images
from tests.conformance import containers, downward, hooks, pods, probes, security, sidecars, volumes
from tests.conformance.case import CASES, LEFT, Case, Run
from tests.stack import Stack

MODULES = (pods, containers, hooks, probes, security, volumes, downward, sidecars)
ALL = os.environ.get("PLAYGROUND_CONFORMANCE_ALL") == "1"
AT_ONCE = 12
pytestmark = pytest.mark.timeout(900)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
# Every so many of the quick ones, in a run that is not all of them.
STRIDE = 8
CHOSEN = {name: found for i, (name, found) in enumerate(
    (name, found) for name, found in CASES.items() if found.quick or ALL) if ALL or i % STRIDE == 0}  # fmt: skip


def played(client: httpx.Client, number: int, found: Case) -> str:
    """What went wrong, "" when nothing did."""
    try:
        Run(client, "conf", f"case-{number}").play(found)
    except Exception:
        return traceback.format_exc(limit=-3)
    return ""


@pytest.fixture(scope="session")
def results(stack: Stack) -> Iterator[dict[str, str]]:
    """Case → what went wrong; all are played at once, the long ones first."""
    images.build()
    order = sorted(CHOSEN.items(), key=lambda item: -item[1].seconds)
    try:
        with stack.client("conf") as client, ThreadPoolExecutor(AT_ONCE) as pool:
            client.get("/api/v1/namespaces").raise_for_status()
            found = pool.map(lambda item: played(client, item[0], item[1][1]), enumerate(order))
            yield dict(zip((name for name, _ in order), found, strict=True))
    finally:
        images.remove()


@pytest.mark.parametrize("name", CHOSEN)
def test_pods_do_what_conformance_asks(name: str, results: dict[str, str]) -> None:
    assert results[name] == "", results[name]


def rows(good: Collection[str]) -> list[str]:
    """The table of the docs: group, cases, passed, refused, left."""
    table = {
        group: (
            sum(f.group == group for f in CASES.values()) + sum(g == group for g, _ in LEFT.values()),
            sum(name in good and not f.refused for name, f in CASES.items() if f.group == group),
            sum(name in good and bool(f.refused) for name, f in CASES.items() if f.group == group),
            sum(g == group for g, _ in LEFT.values()),
        )
        for group in dict.fromkeys(found.group for found in CASES.values())
    }
    table["all"] = tuple(map(sum, zip(*table.values(), strict=True)))  # type: ignore[assignment]
    return [f"| {' | '.join([group, *map(str, row)])} |" for group, row in table.items()]


if ALL:

    def test_the_docs_have_the_figures_of_this_run(results: dict[str, str]) -> None:
        found = rows([name for name, wrong in results.items() if not wrong])
        print("\n".join(found))  # noqa: T201 - shown by `./play soak`
        assert [row for row in found if row not in DOCS.read_text()] == []


def test_what_is_left_is_told_in_the_docs() -> None:
    text = DOCS.read_text()
    assert [row for row in rows(CASES) if row not in text] == []
    assert [name for name in LEFT if f"*{name.split(': ', 1)[1]}*" not in text] == []
