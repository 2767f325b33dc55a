"""place(): which node takes a pod, and what the scheduler would say when none does."""

from __future__ import annotations

import pytest

from sandboxes.place import Candidate, Placement, full
from sandboxes.place import place as placed
from sandboxes.quota import Resource
from sandboxes.spec.models import Container, ContainerPort, ObjectMeta, Pod, PodSpec, ResourceRequirements

TAKES = {Resource.PODS: 1, Resource.MEMBERS: 1, Resource.CPU: 500, Resource.MEMORY: 64 << 20, Resource.SECONDS: 0}


def node(
    name: str = "n1",
    *,
    ready: bool = True,
    pods: int = 0,
    ports: tuple[int, ...] = (),
    used: dict[Resource, int] | None = None,
    limits: dict[Resource, int] | None = None,
    machine: dict[Resource, int] | None = None,
) -> Candidate:
    return Candidate(
        name,
        ready,
        frozenset(("TCP", port) for port in ports),
        used={Resource.PODS: pods} | (used or {}),
        limits={Resource.PODS: 10} | (limits or {}),
        machine=machine or {},
    )


def place(pod: Pod, nodes: tuple[Candidate, ...]) -> Placement:
    return placed(pod, TAKES, nodes)


def pod(*ports: int) -> Pod:
    published = tuple(ContainerPort(container_port=80, host_port=port, protocol="TCP") for port in ports)
    return Pod(
        metadata=ObjectMeta(name="p"), spec=PodSpec(containers=(Container(name="a", image="a", ports=published),))
    )


def asking(**requests: str | int | float) -> Pod:
    resources = ResourceRequirements(requests=requests)
    return Pod(metadata=ObjectMeta(name="a"), spec=PodSpec(containers=(Container(name="a", resources=resources),)))


@pytest.mark.parametrize(("name", "resource", "request_", "has"), [
    ("cpu", Resource.CPU, "3", 2000), ("memory", Resource.MEMORY, "3Gi", 2 << 30),
])  # fmt: skip
def test_a_node_that_has_not_what_is_requested_takes_no_such_pod(
    name: str, resource: Resource, request_: str, has: int
) -> None:
    small, large = node("small", machine={resource: has}), node("large", machine={resource: 2 * has}, pods=3)
    wanted = asking(**{name: request_})
    assert place(wanted, (small,)).message == f"0/1 nodes are available: 1 Insufficient {name}."
    assert place(wanted, (small, large)).node == "large"


@pytest.mark.parametrize(("resource", "word"), [(Resource.CPU, "cpu"), (Resource.MEMORY, "memory")])
def test_a_node_takes_pods_until_what_they_may_use_comes_to_its_limit(resource: Resource, word: str) -> None:
    each = TAKES[resource]
    limits = {resource: 3 * each}
    assert place(pod(), (node(used={resource: 2 * each}, limits=limits),)).node == "n1"
    full_node = node("full", used={resource: 2 * each + 1}, limits=limits)
    assert place(pod(), (full_node,)).message == f"0/1 nodes are available: 1 Insufficient {word}."
    assert place(pod(), (full_node, node("other", pods=9))).node == "other"


def test_what_has_no_limit_is_never_too_much() -> None:
    assert place(pod(), (node(used={Resource.CPU: 10**9, Resource.MEMORY: 2**60}),)).node == "n1"


def test_what_the_database_refuses_is_told_alike() -> None:
    assert full(2, Resource.MEMORY).message == "0/2 nodes are available: 2 Insufficient memory."
    assert full(1, Resource.PODS).message == "0/1 nodes are available: 1 Too many pods."


def test_the_emptiest_ready_node_takes_the_pod() -> None:
    assert place(pod(), (node("a", pods=2), node("b", pods=1), node("c", ready=False))) == Placement("b")


def test_ties_go_by_name() -> None:
    assert place(pod(), (node("b"), node("a"))) == Placement("a")


def test_a_taken_port_is_told_as_the_scheduler_does() -> None:
    told = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
    assert place(pod(8080), (node(ports=(8080,)),)) == Placement(None, told)


def test_every_reason_is_counted() -> None:
    told = "0/3 nodes are available: 2 Too many pods, 1 node(s) were not ready."
    assert place(pod(), (node("a", pods=10), node("b", pods=10), node("c", ready=False))) == Placement(None, told)


def test_without_nodes_nothing_is_available() -> None:
    assert place(pod(), ()) == Placement(None, "0/0 nodes are available.")
