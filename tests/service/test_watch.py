"""The watch process: its parts live and break apart from each other, and its row tells the truth about the node."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from sandboxes.engine.fake import FakeEngine
from sandboxes.errors import EngineUnavailable
from sandboxes.models import Node
from sandboxes.node import watch
from sandboxes.node.heartbeat import Heartbeat, Size
from tests.service.fakes import SOON, until

STUCK = """
import asyncio, os, signal, time
import django
django.setup()
from sandboxes.node import watch

async def stuck(stop):
    await watch.supervise({"stuck": lambda: asyncio.to_thread(time.sleep, 600)}, stop)

watch.run = stuck
print("started", flush=True)
asyncio.run(watch.main())
"""


FILES = """
import asyncio, logging, resource, sys
import django
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
django.setup()
from sandboxes.node import watch

async def told(stop):
    print(resource.getrlimit(resource.RLIMIT_NOFILE))

def refuse(*_):
    raise ValueError("not allowed")

if sys.argv[1:] == ["refused"]:
    resource.setrlimit = refuse
watch.run = told
asyncio.run(watch.main())
"""


def open_files(*arguments: str) -> tuple[str, str]:
    script = [sys.executable, "-c", FILES, *arguments]
    done = subprocess.run(script, capture_output=True, text=True, check=True, timeout=250)
    return done.stdout, done.stderr


def test_watch_opens_as_many_files_as_it_may() -> None:
    assert open_files()[0] == "(1024, 1024)\n"


def test_watch_that_may_not_open_more_files_says_so_and_runs() -> None:
    shown, told = open_files("refused")
    assert shown == "(256, 1024)\n"
    assert "256" in told and "not allowed" in told


async def test_a_part_that_breaks_comes_back_and_the_others_do_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST", 0.001)
    stop = asyncio.Event()
    started = {"broken": 0, "unavailable": 0, "steady": 0, "ends": 0}

    def part(name: str, error: Exception | None) -> watch.Part:
        async def run() -> None:
            started[name] += 1
            if error is not None:
                raise error
            if name == "steady":
                await asyncio.Event().wait()

        return run

    parts = {
        "broken": part("broken", ValueError("a bug")),
        "unavailable": part("unavailable", EngineUnavailable()),
        "steady": part("steady", None),
        "ends": part("ends", None),
    }
    running = asyncio.create_task(watch.supervise(parts, stop))
    await until(lambda: min(started["broken"], started["unavailable"], started["ends"]) >= 3)
    stop.set()
    await running
    assert started["steady"] == 1


def test_a_thread_that_hangs_does_not_keep_the_process(tmp_path: Any) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "started\n"
        # The handlers are set a moment after the line: a TERM before them ends the process as well.
        process.terminate()
        _, told = process.communicate(timeout=60)
        assert process.returncode in (1, -15), told


class Network:
    """A network that is as the test says."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.made = 0

    def ensure(self) -> None:
        self.made += 1

    def check(self) -> list[str]:
        return self.problems


@sync_to_async
def node_row() -> tuple[bool, str, str] | None:
    return Node.objects.filter(name="n1").values_list("ready", "reason", "engine").first()


@pytest.mark.usefixtures("database_thread")
async def test_a_node_is_ready_only_while_engine_and_canary_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandboxes.node.heartbeat.EVERY", 0.01)
    monkeypatch.setattr("sandboxes.node.heartbeat.CANARY", 0.01)
    engine, network = FakeEngine(), Network()
    network.problems = ["pods reach each other"]
    size = Size(cpu=2000, memory=2**34, max_pods=7, max_cpu=20_000, max_memory=2**35)
    heart = Heartbeat("n1", size, engine=lambda: engine, network=lambda: network)
    parts = [asyncio.create_task(part()) for part in (heart.ask_engine, heart.check_network, heart.beat)]

    async def row(*wanted: Any) -> None:
        async with asyncio.timeout(SOON):
            while await node_row() != wanted:
                await asyncio.sleep(0.005)

    await row(False, "pods reach each other", "fake")
    network.problems = []
    await row(True, "", "fake")
    assert network.made >= 1
    engine.faults.fail("ping", EngineUnavailable(), times=10_000)
    await row(False, "The Docker engine does not answer.", "fake")
    engine.faults.forget()
    await row(True, "", "fake")
    for task in parts:
        task.cancel()
    await asyncio.gather(*parts, return_exceptions=True)
    node = await Node.objects.aget(name="n1")
    assert (node.cpu, node.memory, node.max_pods, node.max_cpu, node.max_memory) == (2000, 2**34, 7, 20_000, 2**35)
    assert node.seen_at is not None
