"""The node view of a real node: its namespaces are those that the kernel has, its bridge's ports those of the pods."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.engine.pods import pod, wait_for
from tests.stack import Stack, run

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


def viewed(stack: Stack) -> Json:
    with stack.client("operator") as client:
        answer = client.get("/api/playground/v1/nodes/n1")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
    return found


def pids_in(inode: int) -> list[int]:
    """As lsns(8) counts."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.readlink(folder / "ns/net") == f"net:[{inode}]":
                found.append(int(folder.name))
        except OSError:
            continue
    return sorted(found)


def test_a_pods_namespace_and_its_port_of_the_bridge_are_the_kernels(stack: Stack) -> None:
    stack.manage("link", "operator", "--create-admin")
    with pod(stack, "seen", {"containers": [{"name": "a", "image": "nginx:latest"}]}) as found:

        def row() -> Json | None:
            rows: list[Json] = viewed(stack)["networkNamespaces"]
            return next((each for each in rows if (each["pod"] or {}).get("name") == "seen"), None)

        wait_for(lambda: row() and found.read()["status"].get("podIP"), "the pod to be seen")
        told, view = row(), viewed(stack)
        assert told is not None
        pids = pids_in(told["inode"])
        # Pause's, where PIDs have not begun anew between it and its members.
        first = Path(f"/proc/{pids[0]}/cmdline").read_text().replace("\0", " ").strip()
        assert (told["pid"], told["command"], told["isHost"]) == (pids[0], first, False)
        assert told["pod"]["uid"] == found.read()["metadata"]["uid"]
        port = next(each for each in view["bridge"]["ports"] if each["podIp"] == found.read()["status"]["podIP"])
        assert port["pod"]["name"] == "seen"
        assert "@if" in run("ip", "-o", "link", "show", port["name"])
        assert port["mac"] in run("ip", "-o", "link", "show", port["name"])


def test_the_nodes_own_namespace_and_capacity_are_told(stack: Stack) -> None:
    stack.manage("link", "operator", "--create-admin")
    view = viewed(stack)
    (host,) = [each for each in view["networkNamespaces"] if each["isHost"]]
    own = os.stat("/proc/self/ns/net").st_ino
    assert (host["inode"], host["pid"]) == (own, pids_in(own)[0])
    capacity = view["capacity"]
    assert capacity["cpus"] == os.cpu_count()
    assert 0 < capacity["memoryAvailable"] < capacity["memory"]
    assert 0 < capacity["diskFree"] < capacity["disk"]
    assert 0 < capacity["tasks"] < capacity["mostProcesses"]
    assert view["kernel"] == os.uname().release and view["problems"] == []
