"""What may be sent: how much, how often, in which shape; and what nobody gets more of than there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from playground import logs
from sandboxes import lifetimes, pod_socket, pods, policy, quotas, terminal_wire, throttle
from sandboxes.api import bodies, trail
from sandboxes.api.limit import BodyLimit
from sandboxes.consumers import PodLive
from sandboxes.lifetime import Terms
from sandboxes.models import Node, Pod
from sandboxes.node.terminals import Terminals
from sandboxes.quota import BUDGETS, NODE_BUDGETS, Amounts, Pool, Resource
from sandboxes.spec import decoding, reading, yaml_text
from sandboxes.spec.yaml_text import YamlText
from sandboxes.terminal_consumer import PodTerminal
from sandboxes.throttle import Rate
from tests.controls.browsers import in_process
from tests.controls.control import Control, Off, always, put

READING, REFUSALS = "unit/test_spec_reading.py", "service/test_api_refusals.py"
BODIES, SERVER, THROTTLE = "unit/test_body_limit.py", "service/test_web_server.py", "service/test_throttle.py"
QUOTAS, POOLS = "service/test_quotas.py", "service/test_quota_pools.py"
LIFETIMES, SHELLS = "service/test_lifetimes.py", "service/test_terminals.py"
SOCKETS = "service/test_pod_socket.py"
ENDLESS = 2**40


async def whole(self: BodyLimit, scope: Any, receive: Any, send: Any) -> None:
    await self.app(scope, receive, send)


async def silence(self: PodLive, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
    pass


def any_length(off: Off) -> None:
    """The web tier asks, and so does what it asks."""
    off.put(bodies, "LARGEST", ENDLESS)
    off.put(reading, "LARGEST", ENDLESS)


def never_said(attribute: str) -> Callable[[Off], None]:
    """YAML in which nobody sees anchors, or tags."""
    count = YamlText._count

    def blind(self: YamlText, event: Any, depth: int) -> None:
        if getattr(event, attribute, None) is not None:
            setattr(event, attribute, None)
        count(self, event, depth)

    return put(YamlText, "_count", blind)


def first_of_two() -> Callable[[Off], None]:
    """A key that comes twice in YAML is one."""
    pairs = YamlText._pairs

    def quiet(self: YamlText, events: Any, depth: int) -> Any:
        found = pairs(self, events, depth)
        self.duplicates.clear()
        return found

    return put(YamlText, "_pairs", quiet)


def overlooked(kind: str) -> Callable[[Off], None]:
    """Fields that cannot be taken are noted, and then forgotten."""
    shape = decoding._Decoder.shape

    def blind(self: Any, *given: Any) -> Any:
        found = shape(self, *given)
        getattr(self, kind).clear()
        return found

    return put(decoding._Decoder, "shape", blind)


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


REQUESTS = (
    Control("length of a body, counted", "W15", put(BodyLimit, "__call__", whole), (
        f"{BODIES}::test_a_length_that_is_too_much_or_no_number_is_refused_unread",
        f"{BODIES}::test_a_body_that_turns_out_too_long_is_read_no_further",
        f"{SERVER}::test_a_body_that_says_it_is_too_long_is_refused_before_any_of_it_is_read",
    )),
    Control("length of a manifest", "V5", any_length, (
        f"{READING}::test_a_body_of_256_kib_is_read_and_one_byte_more_is_not",
        f"{REFUSALS}::test_a_megabyte_of_text_is_too_large",
    )),
    Control("depth", "V5", put(reading, "DEEPEST", 900), (
        f"{READING}::test_twenty_levels_are_read_and_one_more_is_not",
    )),
    Control("number of values", "V5", put(reading, "MOST_VALUES", ENDLESS), (
        f"{READING}::test_too_many_values_are_not_read",
    )),
    Control("keys that come twice, JSON", "V5", put(reading._JsonText, "doubled_keys", always([])), (
        f"{READING}::test_every_key_that_comes_twice_is_told_with_its_path",
    )),
    Control("keys that come twice, YAML", "V5", first_of_two(), (
        f"{READING}::test_a_key_that_comes_twice_in_yaml_is_told_with_its_line",
    )),
    Control("YAML aliases", "V6", never_said("anchor"), (f"{READING}::test_yaml_that_is_refused",)),
    Control("YAML tags", "V6", never_said("tag"), (f"{READING}::test_yaml_that_is_refused",)),
    Control("YAML nodes", "V6", put(yaml_text, "MOST_NODES", ENDLESS), (
        f"{READING}::test_too_many_values_are_not_read",
    )),
    Control("text that nothing could take", "V2", put(reading, "_check", always(None)), (
        f"{READING}::test_a_nul_is_refused_at_its_field", f"{READING}::test_half_a_surrogate_pair_is_refused",
    )),
    Control("unknown fields", "K1", overlooked("unknown"), (f"{REFUSALS}::test_an_unknown_field_is_named",)),
    Control("fields that are not taken", "K1", overlooked("refused"), (
        f"{REFUSALS}::test_a_field_that_is_not_taken_is_refused_by_name_with_what_comes_closest",
    )),
    Control("what the profile allows", "K1", put(policy, "refusals", always(())), (
        f"{REFUSALS}::test_an_invalid_pod_is_refused_at_its_field[a host address]",
    )),
    Control("length of a WebSocket's frame", "W15", in_process("--ws-max-size 65536", "--ws-max-size 16777216"), (
        f"{SERVER}::test_a_websockets_frame_of_more_than_64_kib_ends_it",
    )),
    Control("addresses that callers claim", "W6", in_process(
        "proxy=(--no-proxy-headers)", 'proxy=(--proxy-headers "--forwarded-allow-ips=*")'
    ), (f"{SERVER}::test_nobody_says_for_themselves_where_they_come_from",)),
    Control("what a page types at once", "W15", put(terminal_wire, "MOST_TYPED", ENDLESS), (
        f"{SHELLS}::test_a_page_that_talks_nonsense_is_shown_out[long]",
    )),
    Control("number of shells", "W15", put(Terminals, "_check_room", always(None)), (
        f"{SHELLS}::test_there_are_only_so_many_shells",
    )),
    Control("how much a page may say", "W15", put(pod_socket, "_paced", lambda receive: receive), (
        f"{SOCKETS}::test_what_a_page_says_faster_than_it_may_comes_later_and_whole",
        f"{SOCKETS}::test_so_does_what_is_too_much",
    )),
    Control("number of WebSockets", "W15", put(pod_socket, "_enter", always(None)), (
        f"{SOCKETS}::test_one_user_has_so_many_at_once_and_another_as_many",
    )),
    Control("a live page says nothing", "W4", put(PodLive, "receive", silence), (
        f"{SOCKETS}::test_a_live_page_that_says_something_is_closed",
    )),
    Control("throttle of WebSockets", "W17", put(throttle, "requests", always(Rate("requests", "requests", 0))), (
        f"{SOCKETS}::test_who_opens_too_many_a_minute_is_told_to_come_later",
    )),
    Control("shells in which nothing happens", "W15", put(PodTerminal, "_is_idle", always(False)), (
        f"{SOCKETS}::test_a_shell_in_which_nothing_happens_is_let_go_of_and_not_ended",
    )),
    Control("throttle", "W17", put(throttle, "_TAKE", "return '0'"), (
        f"{THROTTLE}::test_thirty_at_once_are_five",
        f"{THROTTLE}::test_over_http_it_is_a_429_that_says_when_to_come_back",
    )),
    Control("throttle of refusals in the trail", "W17", put(trail, "_is_too_much", always(False)), (
        f"{THROTTLE}::test_who_is_nobody_fills_the_trail_only_so_far_and_hides_no_sign_in",
    )),
    Control("throttle of the provider's addresses", "W17", put(throttle, "take", always(None)), (
        f"{THROTTLE}::test_who_asks_for_the_providers_page_too_often_waits",
    )),
    Control("throttle of new pods", "W17", put(throttle, "creates", always(Rate("creates", "new pods", 0))), (
        f"{THROTTLE}::test_new_pods_are_counted_by_themselves",
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
    Control("lines of a log", "W14", put(logs, "visible", lambda raw: raw.decode("utf-8", "surrogatepass")), (
        "unit/test_logs.py::test_no_text_makes_a_second_line_or_steers_a_terminal",
    )),
    Control("length of a log's line", "W14", put(logs, "LONGEST", ENDLESS), (
        "unit/test_logs.py::test_a_long_message_is_cut",
    )),
)  # fmt: skip
