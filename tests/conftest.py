"""What tests share: the images, a real engine, Redis, and the whole service; all made at first use, all cleaned up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests.stack import ROOT, Stack, containers_since, last_words, run, wipe

if TYPE_CHECKING:
    from sandboxes.engine.port import Engine

# A busy machine is no bug. What is made up is the same in each run of a commit, and something else in `./play soak`.
hypothesis.register_profile(
    "steady",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="PLAYGROUND_SOAK_STRIDE" not in os.environ,
    database=None,
)
hypothesis.load_profile("steady")

started: list[Stack] = []
began = time.time()


def pytest_configure() -> None:
    """TERM ends a run as Ctrl-C does: with everything cleaned up that it started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def images() -> None:
    """The images that most tests need are on the engine; takes no time when they are. The large ones: scripts/test."""
    run(str(ROOT / "scripts" / "images"), "small")


@pytest.fixture(scope="session")
def engine(images: None) -> Iterator[Engine]:
    """The real engine, in an installation of the test run's own: apart from the one of `stack`."""
    from sandboxes.engine.connect import connect

    yield connect()
    wipe(settings.INSTALL)


@pytest.fixture(scope="session")
def stack(images: None) -> Iterator[Stack]:
    """The whole service, running: `stack.client("alice")` speaks to it."""
    found = Stack(TERMINAL_KEPT="8")  # seconds, so that tests can see a shell end that was left alone
    started.append(found)
    try:
        found.start()
        yield found
    finally:
        started.remove(found)
        found.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own on a unix socket; its unix:// URL."""
    folder = tmp_path_factory.mktemp("redis")
    path = folder / "redis.sock"
    with subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""], stdout=subprocess.DEVNULL
    ) as server:
        run("bash", "-c", f"until redis-cli -s {path} ping; do :; done")
        yield f"unix://{path}"
        server.terminate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the service said, and the containers: the service's and those that tests made."""
    report = yield
    if report.failed and "stack" in getattr(item, "fixturenames", ()):
        report.sections += [("the service", stack.report()) for stack in started]
    if report.failed and folder_of(item) in ("engine", "e2e"):
        made = "\n".join(last_words(name, 60) for name in containers_since(began))
        report.sections.append(("containers of this run", made))
    return report


def folder_of(item: pytest.Item) -> str:
    """unit, service, engine or e2e."""
    return Path(item.path).relative_to(ROOT / "tests").parts[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick ones first: unit, service, engine, e2e. Playwright's loop in the main thread stops asyncio's tests."""
    order = ("unit", "service", "engine", "e2e")

    def place(item: pytest.Item) -> int:
        folder = folder_of(item)
        return order.index(folder) if folder in order else len(order)

    items.sort(key=place)
