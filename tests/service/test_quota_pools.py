"""What the pods of a team, of all guests and of a node have together of each resource, and how it holds at once."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone

from people.models import Team
from sandboxes import pods, quotas, sweep
from sandboxes.models import Budget, Namespace, Node, Pod, Share, Slot
from sandboxes.namespaces import namespace_of
from sandboxes.quota import BUDGETS, Pool, Resource
from tests.service import made
from tests.service.caller import Caller, user
from tests.service.node import FakeNode
from tests.service.test_quotas import CREW, QUOTA, at_once, create, crew, small, used

pytestmark = pytest.mark.django_db(transaction=True)
# What `small` takes.
EACH = {"MEMBERS": 1, "CPU": 500, "MEMORY": 64 << 20, "SECONDS": 28800}


def own() -> Callable[[int], str]:
    alice = user("alice")
    namespace_of(alice)
    return lambda i: create(alice, i)


def of_a_team() -> Callable[[int], str]:
    people = [user("alice"), user("bob")]
    crew(*people)
    return lambda i: create(people[i % 2], i, namespace="crew")


def of_guests() -> Callable[[int], str]:
    guests = [user("gus"), user("gwen")]
    for each in guests:
        made.guest(each, minutes=240)
        namespace_of(each)
    return lambda i: create(guests[i % 2], i)


POOLS = {"user": (own, "{}_PER_USER"), "team": (of_a_team, "{}_PER_TEAM"), "guests": (of_guests, "GUEST_{}")}


@pytest.mark.parametrize(
    ("pool", "resource"),
    [("user", "MEMORY"), *((pool, each) for pool in ("team", "guests") for each in EACH)],
)
def test_of_thirty_creates_at_once_as_many_are_let_in_as_a_pool_has_room_for(
    pool: str, resource: str, settings: Any
) -> None:
    makers, setting = POOLS[pool]
    settings.GUEST_TTL = EACH["SECONDS"]
    setattr(settings, setting.format(resource), 4 * EACH[resource] - 1)
    assert at_once(30, makers()).count("refused") == 27
    assert Pod.objects.count() == 3
    budget = Budget.objects.get(pool__startswith=pool, resource=Resource[resource])
    assert budget.used == 3 * EACH[resource] == sum(budget.shares.values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_pods": 3}, "Too many pods"),
        ({"max_cpu": 1999}, "Insufficient cpu"),
        ({"max_memory": 3 * EACH["MEMORY"]}, "Insufficient memory"),
    ],
    ids=["pods", "limits.cpu", "limits.memory"],
)
def test_a_node_takes_no_more_than_it_may_however_many_are_placed_at_once(limits: dict[str, int], reason: str) -> None:
    make = own()
    Node.objects.create(name="n1", ready=True, seen_at=timezone.now(), **limits)
    for i in range(30):
        make(i)
    uids = list(Pod.objects.values_list("uid", flat=True))
    results = at_once(30, lambda i: str(sweep.schedule(uids[i], timezone.now())))
    assert sorted(results) == ["None"] * 27 + ["n1"] * 3
    assert Slot.objects.filter(pool="node/n1").count() == 3
    assert dict(Budget.objects.filter(pool="node/n1").values_list("resource", "used")) == {
        "limits.cpu": 1500,
        "limits.memory": 3 * EACH["MEMORY"],
    }
    waiting = Pod.objects.filter(node=None)
    told = {row.status["conditions"][0]["message"] for row in waiting}
    assert told == {f"0/1 nodes are available: 1 {reason}."}


def test_the_database_alone_holds_a_nodes_budget_for_pods_placed_at_once() -> None:
    rows = [made.pod(name=f"web-{i}") for i in range(12)]
    each = quotas.amounts_of(rows[0])[Resource.MEMORY]
    node = Node(name="n1", max_pods=100, max_memory=3 * each)
    quotas._budgets(quotas.pool_of_node(node))
    lacking = at_once(12, lambda i: str(quotas.take_on_node(rows[i], node)))
    assert sorted(lacking) == sorted(["None"] * 3 + ["limits.memory"] * 9)
    assert Slot.objects.count() == 3, "a place is not taken for who finds no memory"
    assert (used("limits.memory"), Share.objects.count()) == (3 * each, 6)


def test_a_pod_goes_to_the_node_that_has_room_for_what_it_may_use() -> None:
    make = own()
    for name, memory in (("n1", EACH["MEMORY"]), ("n2", 2 * EACH["MEMORY"])):
        Node.objects.create(name=name, ready=True, seen_at=timezone.now(), max_memory=memory)
    for i in range(4):
        make(i)
    found = [sweep.schedule(row.uid, timezone.now()) for row in Pod.objects.order_by("name")]
    assert found == ["n1", "n2", "n2", None]


def test_what_a_pod_had_of_its_node_is_free_when_its_containers_are_gone() -> None:
    make, node = own(), FakeNode()
    Node.objects.create(name="n1", ready=True, seen_at=timezone.now(), max_cpu=500)
    names = [make(i) for i in range(2)]
    assert names == ["web-0", "web-1"]
    first, second = Pod.objects.order_by("created_at")
    assert sweep.schedule(first.uid, timezone.now()) == "n1"
    node.look(first.uid)
    pods.end_pod(first.uid)
    assert sweep.schedule(second.uid, timezone.now()) is None
    node.until_finished(first.uid)
    assert sweep.schedule(second.uid, timezone.now()) == "n1"
    assert Budget.objects.get(pool="node/n1", resource="limits.cpu").used == 500


def test_a_debug_member_takes_of_its_node_too(settings: Any) -> None:
    alice = Caller("alice")
    Node.objects.create(name="n1", ready=True, seen_at=timezone.now(), max_cpu=1600)
    assert alice.post("/api/v1/namespaces/alice/pods", small("web")).code == 201
    assert sweep.schedule(Pod.objects.get().uid, timezone.now()) == "n1"
    path = "/api/v1/namespaces/alice/pods/web/ephemeralcontainers"
    debug = [{"name": f"dbg-{i}", "image": "toolbox"} for i in range(2)]
    assert alice.patch(path, {"spec": {"ephemeralContainers": debug[:1]}}).code == 200
    refused = alice.patch(path, {"spec": {"ephemeralContainers": debug}})
    told = "exceeded quota: node n1, requested: limits.cpu=1, used: limits.cpu=1500m, limited: limits.cpu=1600m"
    assert refused.code == 403 and told in refused.body["message"]
    assert Budget.objects.get(pool="node/n1", resource="limits.cpu").used == 1500


def test_a_full_team_says_what_is_in_use_and_by_which_of_its_pods(settings: Any) -> None:
    settings.MEMORY_PER_TEAM = 100 << 20
    alice, bob = Caller("alice"), Caller("bob")
    crew(alice.user, bob.user)
    assert alice.post(CREW, small("hers")).code == 201
    for path in (CREW, f"{CREW}?dryRun=All"):
        refused = bob.post(path, small("his"))
        numbers = "requested: limits.memory=64Mi, used: limits.memory=64Mi, limited: limits.memory=100Mi"
        assert f"exceeded quota: team crew, {numbers}; in use by crew/hers; " in refused.body["message"]
        assert "crew/hers ends by itself in 7 h" in refused.body["message"]
        assert refused.causes == [("limits.memory", "ExceededQuota"), ("limits.memory", "FreedBy")]
    assert Pod.objects.count() == 1


def test_the_quota_has_five_resources_of_each_pool_in_as_many_queries_for_many_teams(
    django_assert_max_num_queries: Any,
) -> None:
    alice = Caller("alice")
    crew(alice.user)
    for name in ("blue", "red"):
        made.team(name, admin="alice")
    alice.post(CREW, small("hers"))
    with django_assert_max_num_queries(14):
        items = alice.get(QUOTA).body["items"]
    assert [(item["pool"], item["resource"]) for item in items] == [
        (pool, str(resource)) for pool in ("user", "team blue", "team crew", "team red") for resource in Resource
    ]
    crews = {item["resource"]: (item["used"], [by["amount"] for by in item["by"]]) for item in items[10:15]}
    assert crews == {
        "pods": (1, [1]),
        "members": (1, [1]),
        "limits.cpu": (500, [500]),
        "limits.memory": (64 << 20, [64 << 20]),
        "seconds": (28800, [28800]),
    }


def test_pods_that_were_there_before_are_counted_in_all_their_pools() -> None:
    """As they were left: counted in their makers' budgets, and elsewhere as pods alone."""
    made_before = Team.objects.create(name="crew")
    rows = [made.pod(name=f"old-{i}") for i in range(3)]
    Namespace.objects.update(team=made_before)
    alice = User.objects.get()
    maker = quotas.pools_of(alice, Namespace.objects.get(name="alice"))[0]
    places = [Pool(name, name) for name in (f"team/{made_before.pk}", "guests", "node/n1")]
    quotas.take(rows[0], (maker, *places), seconds=60, viewer=alice)
    quotas.take(rows[1], (maker, places[2]), seconds=60, viewer=alice)
    quotas.take(rows[2], (places[2],), seconds=60, viewer=alice)  # older than quotas: no shares at all
    amounts = quotas.amounts_of(rows[0], 60)
    import_module("sandboxes.migrations.0016_shares_of_all_pools").give_shares(apps, None)
    found = {(each.pool, each.resource): each.used for each in Budget.objects.exclude(pool=maker.name)}
    assert found == {
        **{(pool.name, each): amounts[each] for pool in places[:2] for each in BUDGETS},
        **{("node/n1", each): 2 * amounts[each] for each in (Resource.CPU, Resource.MEMORY)},
    }
    for row in rows:
        quotas.free(row.uid)
    assert set(Budget.objects.values_list("used", flat=True)) == {0}
