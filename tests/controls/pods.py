"""What nobody gets more of than there is, or for longer: pods, what they use, and keys of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandboxes import idempotency, lifetimes, pods, quotas
from sandboxes.api import options
from sandboxes.idempotency import Key
from sandboxes.lifetime import Terms
from sandboxes.models import Node, Pod
from sandboxes.quota import BUDGETS, NODE_BUDGETS, Amounts, Pool, Resource
from tests.controls.control import Control, Off, always, put

QUOTAS, POOLS = "service/test_quotas.py", "service/test_quota_pools.py"
LIFETIMES, KEYS = "service/test_lifetimes.py", "service/test_idempotency.py"


def freed_with_the_name() -> Callable[[Off], None]:
    delete = pods.delete_pod

    def at_once(*given: Any, **named: Any) -> Pod:
        row = delete(*given, **named)
        quotas.free(row.uid)
        return row

    return put(pods, "delete_pod", at_once)


def unlimited(resource: Resource, of: str = "{}_PER_USER") -> Callable[[Off], None]:
    """The one limit of the pools with settings of that name is not there."""
    limits = quotas._limits

    def others(setting: str) -> Amounts:
        return {key: most for key, most in limits(setting).items() if (setting, key) != (of, resource)}

    return put(quotas, "_limits", others)


def unlimited_on_nodes(resource: Resource) -> Callable[[Off], None]:
    pool_of_node = quotas.pool_of_node

    def others(node: Node) -> Pool:
        found = pool_of_node(node)
        return replace(found, limits={key: most for key, most in found.limits.items() if key is not resource})

    return put(quotas, "pool_of_node", others)


def quota_controls() -> Iterator[Control]:
    """One for each resource of each pool that is shared."""
    at_once = f"{POOLS}::test_of_thirty_creates_at_once_as_many_are_let_in_as_a_pool_has_room_for"
    for pool, of in (("team", "{}_PER_TEAM"), ("guests", "GUEST_{}")):
        for resource in BUDGETS:
            tests = (f"{at_once}[{pool}-{resource.name}]",)
            yield Control(f"quota of {pool}: {resource}", "W18", unlimited(resource, of), tests)
    on_node = f"{POOLS}::test_a_node_takes_no_more_than_it_may_however_many_are_placed_at_once"
    for resource in (Resource.PODS, *NODE_BUDGETS):
        off = unlimited_on_nodes(resource)
        yield Control(f"quota of nodes: {resource}", "W18", off, (f"{on_node}[{resource}]",))


def without_pool(name: str) -> Callable[[Off], None]:
    pools = quotas.pools_of
    return put(quotas, "pools_of", lambda *who: tuple(pool for pool in pools(*who) if pool.name != name))


def without_limit() -> Callable[[Off], None]:
    """A place is always found, for instance because who counts does so before others have written."""
    place = quotas.take_place
    return put(quotas, "take_place", lambda uid, pool: place(uid, Pool(pool.name, pool.title)))


def without_budget() -> Callable[[Off], None]:
    """A budget always has room, for instance because who adds up does so before others have written."""
    add = quotas._raise
    return put(quotas, "_raise", lambda pool, resource, amount: add(Pool(pool.name, pool.title), resource, amount))


def any_ceiling() -> Callable[[Off], None]:
    begin = lifetimes.begin

    def endless(row: Pod, grant: lifetimes.Grant) -> None:
        begin(row, grant)
        row.ends_at_latest = timezone.now() + timedelta(days=1000)
        row.save(update_fields=["ends_at_latest"])

    return put(lifetimes, "begin", endless)


PODS = (
    Control("a request that is sent again", "V9", put(idempotency, "_made", always(None)), (
        f"{KEYS}::test_the_same_request_again_is_answered_with_the_first_ones_pod[named]",
    )),
    Control("a request that is sent again, at once", "V9", put(idempotency, "_keep", always(None)), (
        f"{KEYS}::test_thirty_at_once_under_one_key_make_one_pod[any number-generated name]",
        f"{KEYS}::test_thirty_at_once_replace_a_pod_once",
    )),
    Control("a key is of one request", "V9", put(options, "key", lambda request, text, body: text and Key(text, "")), (
        f"{KEYS}::test_a_key_is_not_for_another_request",
    )),
    Control("number of keys", "V9", put(idempotency, "_check_room", always(None)), (
        f"{KEYS}::test_a_user_has_so_many_keys_and_old_ones_do_not_count",
        f"{KEYS}::test_of_many_keys_at_once_no_more_are_kept_than_there_may_be",
    )),
    Control("quota of pods", "W18", unlimited(Resource.PODS), (
        f"{QUOTAS}::test_thirty_creates_at_once_under_a_quota_of_three_give_exactly_three",
    )),
    Control("quota of pods, held at once", "W18", without_limit(), (
        f"{QUOTAS}::test_the_database_alone_holds_places_and_budgets_apart",
    )),
    Control("quota of amounts, held at once", "W18", without_budget(), (
        f"{QUOTAS}::test_the_database_alone_holds_places_and_budgets_apart",
        f"{POOLS}::test_the_database_alone_holds_a_nodes_budget_for_pods_placed_at_once",
    )),
    Control("quota of members", "W18", unlimited(Resource.MEMBERS), (
        f"{QUOTAS}::test_a_debug_member_takes_of_the_budgets",
    )),
    Control("quota of memory", "W18", unlimited(Resource.MEMORY), (
        f"{POOLS}::test_of_thirty_creates_at_once_as_many_are_let_in_as_a_pool_has_room_for[user-MEMORY]",
    )),
    Control("quota of CPU", "W18", unlimited(Resource.CPU), (f"{QUOTAS}::test_a_budget_holds_for_creates_at_once",)),
    Control("quota of time", "W18", unlimited(Resource.SECONDS), (
        f"{QUOTAS}::test_life_that_is_extended_is_of_the_budget_of_time",
    )),
    Control("quota of guests", "W18", without_pool(quotas.GUESTS), (
        f"{QUOTAS}::test_guests_share_one_pool_and_learn_nothing_of_each_other",
    )),
    Control("quota of team: pods", "W18", unlimited(Resource.PODS, "{}_PER_TEAM"), (
        f"{QUOTAS}::test_a_teams_pool_holds_beside_its_members_own",
    )),
    *quota_controls(),
    Control("quota: a place is held until containers are gone", "W18", freed_with_the_name(), (
        f"{QUOTAS}::test_a_place_is_free_when_the_containers_are_gone_and_not_before",
    )),
    Control("lifetime of a pod", "W18", put(lifetimes, "over", always([])), (
        f"{LIFETIMES}::test_an_expired_pod_goes_the_way_of_every_deletion_with_an_event",
    )),
    Control("lifetime: a ceiling", "W18", any_ceiling(), (
        f"{LIFETIMES}::test_a_pod_is_extended_up_to_a_ceiling_that_is_named",
    )),
    Control("lifetime: guests have less", "W18", put(lifetimes, "is_guest", always(False)), (
        f"{LIFETIMES}::test_a_guests_pod_lives_for_an_hour_and_two_at_most",
    )),
    Control("lifetime: what nobody uses", "W18", put(lifetimes, "terms", always(Terms(0, 0, 900))), (
        f"{LIFETIMES}::test_a_pod_that_nobody_uses_is_stopped_and_says_so",
        f"{LIFETIMES}::test_a_pod_that_nobody_ever_watched_is_stopped",
    )),
    Control("lifetime: a start that hangs", "W18", put(lifetimes, "terms", always(Terms(3600, 3600, 0))), (
        f"{LIFETIMES}::test_a_start_that_hangs_is_ended_and_says_what_it_waited_for",
    )),
)  # fmt: skip
