"""Ending what was executed in a container: nobody else's process is meant, whatever a PID has come to mean."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandboxes.engine.execution import kill
from sandboxes.host import descent

# Says that its environment is 64 GiB of pages that nobody has touched: prctl(2), PR_SET_MM_MAP, and its struct.
ENDLESS = """
import ctypes, mmap, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = libc.sbrk.restype = ctypes.c_void_p
size = 64 << 30
area = libc.mmap(None, ctypes.c_size_t(size), 1, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)
fields = open("/proc/self/stat").read().rpartition(")")[2].split()
code, stack, data, heap = fields[23:25], fields[25], fields[42:44], fields[44]
words = [*map(int, (*code, *data, heap)), libc.sbrk(0), int(stack), *[area, area + size] * 2, 0, 0xFFFFFFFF << 32]
told = (ctypes.c_uint64 * 13)(*words)
print(libc.prctl(35, 14, ctypes.byref(told), ctypes.sizeof(told), 0), flush=True)
time.sleep(60)
"""


class Run:
    """A command that was executed, as the engine tells of it, one answer after the other."""

    def __init__(self, *told: dict[str, Any]) -> None:
        self.told = list(told)

    async def inspect(self) -> dict[str, Any]:
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A shell that has a child."""
    with subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            yield process
        finally:
            process.kill()
            subprocess.run(["kill", "-KILL", str(child)], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def little_memory() -> Iterator[None]:
    """This process gets no more than 256 MiB."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as pages:
        has = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + 256 * 2**20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


async def test_a_command_that_ended_is_not_killed_by_the_pid_it_had(other: subprocess.Popen[bytes]) -> None:
    run: Any = Run({"Pid": other.pid, "Running": False})
    await kill(run)
    assert other.poll() is None
    ended_meanwhile: Any = Run({"Pid": other.pid, "Running": True}, {"Pid": other.pid, "Running": False})
    await kill(ended_meanwhile)
    assert other.poll() is None
    with open(f"/proc/{other.pid}/stat") as stat:
        assert stat.read().rpartition(")")[2].split()[0] != "T", "nor is it stopped"


async def test_a_command_that_runs_is_killed_with_its_children(other: subprocess.Popen[bytes]) -> None:
    run: Any = Run({"Pid": other.pid, "Running": True})
    assert descent.born(other.pid)
    with open(f"/proc/{other.pid}/task/{other.pid}/children") as listed:
        children = [int(word) for word in listed.read().split()]
    await kill(run)
    assert other.wait(30) == -9
    assert children
    async with asyncio.timeout(30):  # until whoever adopted them has buried them
        while any(map(descent.born, children)):
            await asyncio.sleep(0.01)


def test_an_environment_without_an_end_is_read_in_part() -> None:
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "0\n", "the kernel takes it"
            with little_memory():
                assert not descent._carries(process.pid, descent.mark("x", "y"))
        finally:
            process.kill()


def test_a_shell_is_known_by_its_mark_wherever_that_stands() -> None:
    marked = descent.mark("x", "y")
    for before in ({}, {"A": "1" * 100_000}):
        env = before | dict([marked.split("=", 1)]) | {"B": "2"}
        with subprocess.Popen(["/bin/sleep", "60"], env=env) as process:
            try:
                while not (descent.PROC / str(process.pid) / "cmdline").read_bytes().startswith(b"/bin/sleep"):
                    pass
                assert descent._carries(process.pid, marked)
                assert not descent._carries(process.pid, descent.mark("x", ""))
            finally:
                process.kill()
