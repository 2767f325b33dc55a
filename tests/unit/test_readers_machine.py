"""A machine's capacity and network namespaces, from the kernel's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.readers.cgroups import Hierarchy
from sandboxes.node.readers.machine import Lead, cgroup_version, leads, parse_load, parse_memory

V1, V2 = Hierarchy("/a", "/", frozenset({"cpu"})), Hierarchy("/b", "/", frozenset())


def test_each_namespace_has_its_lowest_pid_and_how_many_are_in_it() -> None:
    links = [(9, "net:[40]"), (3, "net:[41]"), (1, "net:[40]"), (7, "net:[41]"), (8, "uts:[40]"), (5, "")]
    assert leads(links) == (Lead(40, 1, 2), Lead(41, 3, 2))


@given(st.dictionaries(st.integers(1, 99), st.integers(1, 9), max_size=40))
def test_every_process_is_counted_once(namespaces: dict[int, int]) -> None:
    found = leads((pid, f"net:[{inode}]") for pid, inode in namespaces.items())
    assert sum(lead.processes for lead in found) == len(namespaces)
    assert [lead.pid for lead in found] == sorted(lead.pid for lead in found)


def test_memory_and_load_are_read_in_bytes_and_tasks() -> None:
    assert parse_memory("MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:   40 kB\n") == (102400, 40960)
    assert parse_memory("") == (0, 0)
    assert parse_load("0.52 0.58 1.59 2/467 12345\n") == ((0.52, 0.58, 1.59), 467)


@pytest.mark.parametrize(("mounted", "said"), [((V2,), "v2"), ((V1,), "v1"), ((V1, V2), "v1 and v2"), ((), "v1")])
def test_the_version_of_cgroups_is_told(mounted: tuple[Hierarchy, ...], said: str) -> None:
    assert cgroup_version(mounted) == said
