"""place(): which node takes a pod, and what the scheduler would say when none does."""

from __future__ import annotations

from sandboxes.place import Candidate, Placement, place
from sandboxes.spec.models import Container, ContainerPort, ObjectMeta, Pod, PodSpec, ResourceRequirements


def node(name: str = "n1", *, ready: bool = True, pods: int = 0, ports: tuple[int, ...] = ()) -> Candidate:
    return Candidate(name, ready, pods, 10, frozenset(("TCP", port) for port in ports))


def pod(*ports: int) -> Pod:
    published = tuple(ContainerPort(container_port=80, host_port=port, protocol="TCP") for port in ports)
    return Pod(
        metadata=ObjectMeta(name="p"), spec=PodSpec(containers=(Container(name="a", image="a", ports=published),))
    )


def test_a_node_that_has_not_what_is_requested_takes_no_such_pod() -> None:
    asking = Pod(
        metadata=ObjectMeta(name="a"),
        spec=PodSpec(containers=(Container(name="a", resources=ResourceRequirements(requests={"cpu": "3"})),)),
    )
    small = Candidate("small", True, 0, 10, frozenset(), milli_cpus=2000)
    assert place(asking, (small,)).message == "0/1 nodes are available: 1 Insufficient cpu."
    large = Candidate("large", True, 0, 10, frozenset(), milli_cpus=4000)
    assert place(asking, (small, large)).node == "large"


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
