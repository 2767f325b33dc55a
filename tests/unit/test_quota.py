"""What a pod counts as, and what a refusal says: which limit, what is in use, what frees it."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes import quota, spec
from sandboxes.policy import BASELINE
from sandboxes.quota import Excess, Holder, Pool, Resource

CEILING = BASELINE.memory


def limits(cpu: str, memory: str) -> dict[str, Any]:
    return {"resources": {"limits": {"cpu": cpu, "memory": memory}}}


def amounts(seconds: int = 0, **body: Any) -> dict[Resource, int]:
    pod = spec.decode({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": body})
    return quota.amounts_of(pod, BASELINE, seconds=seconds)


def member(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "nginx", **more}


@pytest.mark.parametrize(
    ("body", "members", "cpu", "memory"),
    [
        ({"containers": [member("a")]}, 1, 1000, CEILING),
        ({"containers": [member("a", **limits("250m", "64Mi")), member("b")]}, 2, 1250, CEILING + (64 << 20)),
        # An init member runs alone: it counts where it needs more than all that stay.
        (
            {"containers": [member("a", **limits("100m", "32Mi"))], "initContainers": [member("i")]},
            2,
            1000,
            CEILING,
        ),
        (
            {"containers": [member("a")], "initContainers": [member("i", **limits("100m", "32Mi"))]},
            2,
            1000,
            CEILING,
        ),
        # A sidecar stays.
        (
            {"containers": [member("a")], "initContainers": [member("s", restartPolicy="Always")]},
            2,
            2000,
            2 * CEILING,
        ),
    ],
)
def test_a_pod_counts_as_what_its_members_may_use_at_once(
    body: dict[str, Any], members: int, cpu: int, memory: int
) -> None:
    found = amounts(seconds=60, **body)
    assert found == {
        Resource.PODS: 1,
        Resource.MEMBERS: members,
        Resource.CPU: cpu,
        Resource.MEMORY: memory,
        Resource.SECONDS: 60,
    }


def test_a_setting_of_nothing_is_no_limit() -> None:
    assert quota.limited({Resource.PODS: 3, Resource.CPU: 0}) == {Resource.PODS: 3}


def test_a_node_that_takes_no_pods_is_full() -> None:
    found = quota.node_pool("n1", pods=0, cpu=0, memory=0)
    assert found == Pool("node/n1", "node n1", {Resource.PODS: 0}, (Resource.CPU, Resource.MEMORY))


FULL = Excess("user", Resource.PODS, 1, 3, 3)
KUBERNETES = 'pods "new" is forbidden: exceeded quota: user, requested: pods=1, used: pods=3, limited: pods=3'


def test_a_refusal_begins_with_the_api_servers_words_and_goes_on_with_what_is_in_use() -> None:
    holders = [Holder("alice/a", 1, left=4000), Holder("alice/b", 1, left=1500), Holder("alice/c", 1)]
    assert quota.refusal("new", FULL, holders) == (
        f"{KUBERNETES}; in use by alice/a, alice/b, alice/c; "
        "deleting one of them frees its share; alice/b ends by itself in 25 min"
    )
    assert quota.soonest(holders) == 1500


def test_a_pod_that_is_being_deleted_is_what_to_wait_for() -> None:
    holders = [Holder("alice/a", 1, left=10, is_ending=True), Holder("alice/b", 1, left=1500)]
    told = quota.causes(FULL, holders)
    assert [cause.message for cause in told] == [
        "in use by alice/a (is ending), alice/b",
        "alice/a is being deleted: try again when it is gone",
    ]
    assert {(cause.field, cause.reason) for cause in told} == {("pods", "ExceededQuota"), ("pods", "FreedBy")}
    assert quota.soonest(holders) == 1500


def test_pods_of_others_are_counted_and_not_named() -> None:
    holders = [Holder("alice/a", 1), Holder("", 1, left=60), Holder("", 1, left=90)]
    assert quota.causes(FULL, holders)[0].message == "in use by alice/a, 2 of others"
    strangers = quota.causes(FULL, holders[1:])
    assert [cause.message for cause in strangers] == ["in use by pods of others", "it is freed as they end"]


def test_what_is_too_much_alone_names_nobody() -> None:
    excess = Excess("user", Resource.MEMORY, 2 << 30, 0, 1 << 30)
    assert quota.refusal("new", excess, []) == (
        'pods "new" is forbidden: exceeded quota: user, '
        "requested: limits.memory=2Gi, used: limits.memory=0, limited: limits.memory=1Gi; "
        "in use by nobody: this alone is too much"
    )


@pytest.mark.parametrize(
    ("resource", "amount", "told"),
    [
        (Resource.CPU, 1500, "1500m"),
        (Resource.CPU, 16000, "16"),
        (Resource.MEMORY, 512 << 20, "512Mi"),
        (Resource.MEMORY, 8 << 30, "8Gi"),
        (Resource.MEMORY, 1000, "1000"),
        (Resource.MEMBERS, 7, "7"),
    ],
)
def test_amounts_are_written_as_kubernetes_does(resource: Resource, amount: int, told: str) -> None:
    assert quota.quantity(resource, amount) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-3, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (1559, "25 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86400, "1 d"),
        (97200, "1 d 3 h"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(seconds: int, told: str) -> None:
    assert quota.duration(seconds) == told
