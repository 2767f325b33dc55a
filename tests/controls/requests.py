"""What may be sent: how much, how often, in which shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground import logs
from sandboxes import (
    pod_socket,
    policy,
    terminal_wire,
    throttle,
)
from sandboxes.api import bodies, trail
from sandboxes.api.limit import BodyLimit
from sandboxes.consumers import PodLive
from sandboxes.node.terminals import Terminals
from sandboxes.spec import decoding, reading, yaml_text
from sandboxes.spec.yaml_text import YamlText
from sandboxes.terminal_consumer import PodTerminal
from sandboxes.throttle import Rate
from tests.controls.browsers import in_process
from tests.controls.control import Control, Off, always, put

READING, REFUSALS = "unit/test_spec_reading.py", "service/test_api_refusals.py"
BODIES, SERVER, THROTTLE = "unit/test_body_limit.py", "service/test_web_server.py", "service/test_throttle.py"
SHELLS = "service/test_terminals.py"
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
    Control("lines of a log", "W14", put(logs, "visible", lambda raw: raw.decode("utf-8", "surrogatepass")), (
        "unit/test_logs.py::test_no_text_makes_a_second_line_or_steers_a_terminal",
    )),
    Control("length of a log's line", "W14", put(logs, "LONGEST", ENDLESS), (
        "unit/test_logs.py::test_a_long_message_is_cut",
    )),
)  # fmt: skip
