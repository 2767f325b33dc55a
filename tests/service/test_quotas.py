"""Quotas hold: in their order, for requests at the same time, and until what was taken is really free."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from people.models import Guest, Membership, Team
from sandboxes import changes, pods, quotas, spec, sweep, teams
from sandboxes.errors import QuotaExceeded
from sandboxes.models import Budget, Namespace, Node, Pod, Share, Slot
from sandboxes.namespaces import namespace_of
from sandboxes.quota import Pool, Resource
from tests.service import made
from tests.service.caller import Caller, manifest, user
from tests.service.node import FakeNode

pytestmark = pytest.mark.django_db(transaction=True)
PODS, POD = "/api/v1/namespaces/alice/pods", "/api/playground/v1/namespaces/alice/pods"
CREW = "/api/v1/namespaces/crew/pods"
QUOTA = "/api/playground/v1/quota"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Any:
    settings.PODS_PER_USER = 3
    return settings


@pytest.fixture
def alice(limits: Any) -> Iterator[Caller]:
    yield Caller("alice")


def small(name: str, **body: Any) -> dict[str, Any]:
    resources = {"limits": {"cpu": "500m", "memory": "64Mi"}}
    return manifest(name, containers=[{"name": "a", "image": "nginx", "resources": resources}], **body)


def used(resource: str) -> int:
    return sum(Budget.objects.filter(resource=resource).values_list("used", flat=True))


def at_once(times: int, work: Callable[[int], str]) -> list[str]:
    """What `times` calls come to that begin together, each in a thread and on a connection of its own."""
    start = Barrier(times)

    def one(i: int) -> str:
        try:
            start.wait()
            return work(i)
        except QuotaExceeded:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [call.result() for call in [pool.submit(one, i) for i in range(times)]]


def create(maker: User, i: int, *, namespace: str = "") -> str:
    return pods.create_pod(maker, namespace or maker.username, spec.decode(small(f"web-{i}"))).name


def crew(*members: User, founder: User | None = None) -> None:
    """A team with a namespace, founded by an operator unless it is said by whom."""
    admin = founder or user("root", staff=True)
    teams.found_team(admin, "crew")
    for member in members:
        teams.put_member(admin, "crew", member.username, Membership.MEMBER)


def test_thirty_creates_at_once_under_a_quota_of_three_give_exactly_three() -> None:
    alice = user("alice")
    namespace_of(alice)
    results = at_once(30, functools.partial(create, alice))
    assert results.count("refused") == 27
    assert Pod.objects.count() == 3
    assert sorted(Slot.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert used("members") == 3  # of those that were refused nothing is left


def test_a_budget_holds_for_creates_at_once(limits: Any) -> None:
    limits.PODS_PER_USER, limits.CPU_PER_USER = 0, 2100
    alice = user("alice")
    namespace_of(alice)
    results = at_once(12, functools.partial(create, alice))
    assert results.count("refused") == 8
    assert used("limits.cpu") == 2000 == sum(s.amount for s in Share.objects.filter(budget__resource="limits.cpu"))


def test_the_database_alone_holds_places_and_budgets_apart() -> None:
    uids = [made.pod(name=f"web-{i}").uid for i in range(12)]
    pool = Pool("team/red", "team red", {Resource.PODS: 3, Resource.MEMBERS: 5}, (Resource.MEMBERS,))
    quotas._budgets(pool)
    assert at_once(12, lambda i: str(quotas.take_place(uids[i], pool))).count("True") == 3
    assert sorted(Slot.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert at_once(12, lambda _: str(quotas._raise(pool, Resource.MEMBERS, 2))).count("True") == 2
    assert used("members") == 4


def test_a_teams_pool_holds_beside_its_members_own(limits: Any) -> None:
    limits.PODS_PER_USER, limits.PODS_PER_TEAM = 0, 2
    people = [user("alice"), user("bob")]
    crew(*people)
    results = at_once(8, lambda i: create(people[i % 2], i, namespace="crew"))
    assert results.count("refused") == 6
    assert Pod.objects.count() == 2
    assert create(people[0], 9) == "web-9", "their own namespace is not the team's"


def test_a_full_team_names_its_pods_to_its_members(alice: Caller, limits: Any) -> None:
    limits.PODS_PER_TEAM = 1
    bob = Caller("bob")
    crew(alice.user, bob.user)
    assert alice.post(CREW, small("hers")).code == 201
    refused = bob.post(CREW, small("his"))
    told = "exceeded quota: team crew, requested: pods=1, used: pods=1, limited: pods=1; in use by crew/hers; "
    assert refused.code == 403 and told in refused.body["message"]
    items = {item["pool"]: item for item in bob.get(QUOTA).body["items"] if item["resource"] == "pods"}
    assert (items["team crew"]["used"], items["team crew"]["limit"], items["user"]["used"]) == (1, 1, 0)
    assert items["team crew"]["by"][0]["name"] == "crew/hers"


def test_a_pod_counts_for_who_makes_it_wherever_that_is(alice: Caller, limits: Any) -> None:
    limits.PODS_PER_TEAM = 0
    crew(alice.user)
    codes = [alice.post(where, small(f"web-{i}")).code for i, where in enumerate((CREW, PODS, CREW, CREW, PODS))]
    assert codes == [201, 201, 201, 403, 403]
    refused = alice.post(CREW, small("d"))
    assert "exceeded quota: user," in refused.body["message"]
    assert "in use by crew/web-0, alice/web-1, crew/web-2; " in refused.body["message"]


def test_a_guest_in_an_operators_team_is_still_a_guest(limits: Any) -> None:
    limits.GUEST_PODS = 2
    gus, gwen = Caller("gus"), Caller("gwen")
    for each in (gus, gwen):
        made.guest(each.user, minutes=240)
    crew(gus.user)
    assert [gus.post(CREW, small(f"web-{i}")).code for i in range(2)] == [201, 201]
    refused = gwen.post("/api/v1/namespaces/gwen/pods", small("d"))
    assert (
        "exceeded quota: guests," in refused.body["message"] and "in use by pods of others" in refused.body["message"]
    )
    assert "crew" not in str(refused.body)
    pod = Pod.objects.get(name="web-0")
    assert pod.expires_at and pod.ends_at_latest
    assert pod.expires_at - pod.created_at < timedelta(minutes=61)
    assert pod.ends_at_latest - pod.created_at < timedelta(minutes=121)


def test_an_operator_has_no_limit_in_a_team_either(limits: Any) -> None:
    limits.PODS_PER_TEAM = 1
    root = Caller("root", staff=True)
    crew()
    assert [root.post(CREW, small(f"web-{i}")).code for i in range(5)] == [201] * 5
    items = [item for item in root.get(QUOTA).body["items"] if item["resource"] == "pods"]
    assert [(item["pool"], item["used"]) for item in items] == [("user", 5), ("team crew", 5)]


def test_what_a_pod_takes_more_is_of_its_makers_budgets(alice: Caller, limits: Any) -> None:
    limits.POD_TTL, limits.SECONDS_PER_USER = 3600, 3 * 3600
    bob = Caller("bob")
    crew(alice.user, bob.user)
    alice.post(CREW, small("hers"))
    assert bob.post("/api/playground/v1/namespaces/crew/pods/hers/extend", {"minutes": 60}).code == 200
    seconds = Budget.objects.filter(resource="seconds", used__gt=0).order_by("pool")
    team = Team.objects.get()
    assert list(seconds.values_list("pool", "used")) == [(f"team/{team.pk}", 7200), (f"user/{alice.user.pk}", 7200)]


def test_a_pod_in_a_team_that_one_has_left_is_counted_and_not_named(alice: Caller) -> None:
    crew(alice.user)
    alice.post(CREW, small("secret"))
    teams.remove_member(alice.user, "crew", "alice")
    for name in ("a", "b"):
        assert alice.post(PODS, small(name)).code == 201
    refused = alice.post(PODS, small("c"))
    assert "in use by alice/a, alice/b, 1 of others; " in refused.body["message"]
    assert "secret" not in str(refused.body) + str(alice.get(QUOTA).body)


def test_guests_share_one_pool_and_learn_nothing_of_each_other(limits: Any) -> None:
    limits.GUEST_PODS = 2
    guests = [Caller(f"guest{i}") for i in range(3)]
    for each in guests:
        Guest.objects.create(user=each.user, expires_at=timezone.now() + timedelta(hours=4))
    codes = [each.post(f"/api/v1/namespaces/{each.user.username}/pods", manifest()).code for each in guests[:2]]
    assert codes == [201, 201]
    refused = guests[2].post("/api/v1/namespaces/guest2/pods", manifest())
    assert refused.code == 403
    assert "exceeded quota: guests, requested: pods=1, used: pods=2, limited: pods=2" in refused.body["message"]
    assert "guest0" not in str(refused.body) and "in use by pods of others" in refused.body["message"]


def test_a_full_quota_is_told_as_kubernetes_does_with_what_is_in_use_and_what_frees_it(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        assert alice.post(PODS, small(name)).code == 201
    Pod.objects.filter(name="b").update(expires_at=timezone.now() + timedelta(minutes=30))
    refused = alice.post(PODS, small("d"))
    assert (refused.code, refused.body["reason"]) == (403, "Forbidden")
    told = 'pods "d" is forbidden: exceeded quota: user, requested: pods=1, used: pods=3, limited: pods=3; '
    assert refused.body["message"].startswith(told + "in use by alice/a, alice/b, alice/c; ")
    assert refused.body["message"].endswith("alice/b ends by itself in 29 min")
    assert refused.causes == [("pods", "ExceededQuota"), ("pods", "FreedBy")]
    assert refused.body["details"]["name"] == "d"
    assert 1700 < refused.body["details"]["retryAfterSeconds"] <= 1800
    assert refused.response.headers["Retry-After"] == str(refused.body["details"]["retryAfterSeconds"])
    assert not Pod.objects.filter(name="d").exists()


def test_a_dry_run_is_refused_alike_and_takes_nothing(alice: Caller) -> None:
    assert alice.post(f"{PODS}?dryRun=All", small("a")).code == 201
    assert Slot.objects.count() == 0
    for name in ("a", "b", "c"):
        alice.post(PODS, small(name))
    refused = alice.post(f"{PODS}?dryRun=All", small("d"))
    assert refused.body["message"] == alice.post(PODS, small("d")).body["message"]


def test_staff_has_no_limit_and_is_counted(alice: Caller) -> None:
    root = Caller("root", staff=True)
    for i in range(5):
        assert root.post("/api/v1/namespaces/root/pods", small(f"web-{i}")).code == 201
    mine = root.get(QUOTA).body["items"][0]
    assert (mine["resource"], mine["used"], mine["limit"]) == ("pods", 5, None)


def test_what_staff_makes_for_somebody_is_not_of_their_quota(alice: Caller) -> None:
    alice.get("/api/v1/namespaces")
    root = Caller("root", staff=True)
    assert [root.post(PODS, small(f"web-{i}")).code for i in range(4)] == [201] * 4
    assert [alice.post(PODS, small(f"own-{i}")).code for i in range(4)] == [201, 201, 201, 403]


def test_a_place_is_free_when_the_containers_are_gone_and_not_before(alice: Caller) -> None:
    node = FakeNode()
    for name in ("a", "b", "c"):
        alice.post(PODS, small(name))
    Pod.objects.update(node=Node.objects.get_or_create(name="n1")[0])
    pod = Pod.objects.get(name="b")
    node.look(pod.uid)
    assert alice.delete(f"{PODS}/b?gracePeriodSeconds=0").code == 200
    assert alice.get(f"{PODS}/b").code == 404
    refused = alice.post(PODS, small("d"))
    assert refused.code == 403
    assert "alice/b is being deleted: try again when it is gone" in refused.body["message"]
    node.look(pod.uid)
    pod.refresh_from_db()
    assert pod.finished_at is not None
    assert alice.post(PODS, small("d")).code == 201
    assert Slot.objects.get(pod__name="d").number == 2
    assert used("members") == 3


def test_a_pod_without_a_node_frees_its_place_at_the_next_sweep(alice: Caller) -> None:
    alice.post(PODS, small("a"))
    alice.delete(f"{PODS}/a")
    sweep.schedule(Pod.objects.get().uid, timezone.now())
    assert (Slot.objects.count(), Share.objects.count(), used("members")) == (0, 0, 0)


def test_what_is_freed_twice_is_given_back_once(alice: Caller) -> None:
    alice.post(PODS, small("a"))
    uid = Pod.objects.get().uid

    def free(_: int) -> str:
        with transaction.atomic():
            quotas.free(uid)
        return ""

    at_once(6, free)
    assert used("members") == 0


def test_a_pod_that_replaces_another_has_its_place(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, small(name))
    assert alice.post(f"{POD}/b/replace", small("b")).code == 201
    assert sorted(Slot.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert alice.post(PODS, small("d")).code == 403


def test_a_place_is_handed_over_again_only_when_the_first_containers_are_gone(alice: Caller, limits: Any) -> None:
    limits.PODS_PER_USER = 1
    node = FakeNode()
    alice.post(PODS, small("web"))
    first = Pod.objects.get()
    Pod.objects.update(node=Node.objects.get_or_create(name="n1")[0])
    node.look(first.pk)
    codes = [alice.post(f"{POD}/web/replace", small("web")).code for _ in range(10)]
    assert codes == [201] + [409] * 9
    assert Pod.objects.filter(finished_at=None).count() == 2
    refused = alice.post(f"{POD}/web/replace", small("other"))
    assert 'pods "web" cannot be replaced yet' in refused.body["message"]
    assert "when the containers of the pod that it replaced are gone" in refused.body["message"]
    assert alice.get(f"{PODS}/web").code == 200, "what was refused has deleted nothing"
    node.until_finished(first.pk)
    assert alice.post(f"{POD}/web/replace", small("other")).code == 201
    assert Slot.objects.filter(pool=f"user/{alice.user.pk}").count() == 1
    assert used("members") == 1


def test_who_replaces_anothers_pod_has_no_place_of_theirs(alice: Caller, limits: Any) -> None:
    limits.PODS_PER_USER, limits.PODS_PER_TEAM = 1, 1
    bob = Caller("bob")
    crew(alice.user, bob.user)
    alice.post(CREW, small("web"))
    assert bob.post("/api/playground/v1/namespaces/crew/pods/web/replace", small("web")).code == 201
    holders = Slot.objects.order_by("pool").values_list("pool", "pod__maker__username")
    assert sorted(holders) == sorted(
        [
            (f"team/{Team.objects.get().pk}", "bob"),
            (f"user/{alice.user.pk}", "alice"),  # until its containers are gone
            (f"user/{bob.user.pk}", "bob"),
        ]
    )


def test_a_debug_member_takes_of_the_budgets(alice: Caller, limits: Any) -> None:
    limits.MEMBERS_PER_USER = 2
    alice.post(PODS, small("a"))
    debug = {"name": "dbg", "image": "toolbox"}
    path, before = f"{PODS}/a/ephemeralcontainers", used("limits.memory")
    assert alice.patch(path, {"spec": {"ephemeralContainers": [debug]}}).code == 200
    assert used("members") == 2 and used("limits.memory") > before
    refused = alice.patch(path, {"spec": {"ephemeralContainers": [debug, debug | {"name": "more"}]}})
    assert refused.code == 403
    assert "requested: members=1, used: members=2, limited: members=2" in refused.body["message"]


def test_life_that_is_extended_is_of_the_budget_of_time(alice: Caller, limits: Any) -> None:
    limits.POD_TTL, limits.SECONDS_PER_USER = 3600, 2 * 3600
    alice.post(PODS, small("a"))
    assert alice.post(f"{POD}/a/extend", {"minutes": 60}).code == 200
    assert used("seconds") == 7200
    refused = alice.post(f"{POD}/a/extend", {"minutes": 1})
    assert (refused.code, refused.causes[:1]) == (403, [("seconds", "ExceededQuota")])


def test_the_quota_says_how_much_is_in_use_and_by_what(alice: Caller) -> None:
    alice.post(PODS, small("a"))
    alice.post(PODS, small("b"))
    items = {item["resource"]: item for item in alice.get(QUOTA).body["items"]}
    assert {resource: (item["used"], item["limit"]) for resource, item in items.items()} == {
        "pods": (2, 3),
        "members": (2, None),
        "limits.cpu": (1000, None),
        "limits.memory": (128 << 20, None),
        "seconds": (2 * 28800, None),
    }
    assert [(each["name"], each["amount"]) for each in items["limits.cpu"]["by"]] == [
        ("alice/a", 500),
        ("alice/b", 500),
    ]
    assert 28700 < items["pods"]["by"][0]["secondsLeft"] <= 28800


def test_a_limit_that_was_lowered_lets_nobody_in_until_enough_is_free(alice: Caller, limits: Any) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, small(name))
    limits.PODS_PER_USER = 2
    quotas.free(Pod.objects.get(name="a").uid)
    assert alice.post(PODS, small("d")).code == 403
    quotas.free(Pod.objects.get(name="b").uid)
    assert alice.post(PODS, small("d")).code == 201


def test_pods_that_were_there_before_quotas_have_places() -> None:
    for i in range(2):
        made.pod(name=f"old-{i}")
    made.pod(name="done", finished_at=timezone.now())
    import_module("sandboxes.migrations.0008_slots_and_lifetimes").give_places(apps, None)
    owner = User.objects.get().pk
    assert sorted(Slot.objects.values_list("pool", "number", "pod__name")) == [
        ("node/n1", 1, "old-0"),
        ("node/n1", 2, "old-1"),
        (f"user/{owner}", 1, "old-0"),
        (f"user/{owner}", 2, "old-1"),
    ]


def test_pods_that_were_there_before_makers_are_their_owners_and_their_teams() -> None:
    for i in range(2):
        made.pod(name=f"old-{i}")
    made.pod(name="done", finished_at=timezone.now())
    team = made.team("crew", admin="root")
    Namespace.objects.update(team=team)
    import_module("sandboxes.migrations.0014_makers").give_makers(apps, None)
    assert set(Pod.objects.values_list("maker__username", flat=True)) == {"alice"}
    assert sorted(Slot.objects.values_list("pool", "number", "pod__name")) == [
        (f"team/{team.pk}", 1, "old-0"),
        (f"team/{team.pk}", 2, "old-1"),
    ]


def test_a_copy_takes_a_place_too(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        alice.post(PODS, small(name))
    with pytest.raises(QuotaExceeded):
        changes.clone(alice.user, "alice", "a", "copy")
