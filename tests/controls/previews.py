"""What keeps a pod's web application, which is hostile, from the portal and from other pods; and the node from web."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import User

from people import secret_text
from sandboxes import calls
from sandboxes.calls import Call, verify
from sandboxes.models import PreviewShare, PreviewVisit
from sandboxes.node import door, tunnels
from sandboxes.node.door import Door
from sandboxes.preview import exchange, grants, headers, origins, site
from sandboxes.preview.hosts import Place
from tests.controls.control import Control, Off, always, put
from tests.controls.people import forgetting, never

PREVIEW, RULES = "service/test_preview_site.py", "unit/test_preview_rules.py"
NODE, TUNNELS = "service/test_node_api.py", "unit/test_preview_tunnels.py"
SEES = f"{RULES}::test_a_pod_sees_the_browsers_headers_less_what_is_the_portals_and_the_connections"
GETS = f"{RULES}::test_a_browser_gets_the_pods_headers_less_what_reaches_beyond_its_host"


def cookie(said: str, instead: str) -> Callable[[Off], None]:
    """The cookie that a browser is let in with, otherwise."""
    whole = site._Answer._whole

    async def changed(self: Any, status: int, told: headers.Headers, body: bytes) -> None:
        was, becomes = said.encode(), instead.encode()
        given = [(name, value.replace(was, becomes) if name == b"set-cookie" else value) for name, value in told]
        await whole(self, status, given, body)

    return put(site._Answer, "_whole", changed)


def anywhere() -> Callable[[Off], None]:
    """A cookie of one preview opens any other of the same user."""
    admitted = grants.admitted

    def known(cookies: Sequence[str], place: Any) -> str | None:
        visit = PreviewVisit.objects.filter(cookie__in=[secret_text.digest(each) for each in cookies]).first()
        return None if visit is None else admitted(cookies, Place(visit.pod_id, visit.port))

    return put(grants, "admitted", known)


def entered_by_any_text() -> Callable[[Off], None]:
    """A token enters also where it was not issued for."""
    enter = grants.enter

    def known(text: str, place: Any) -> Any:
        visit = PreviewVisit.objects.filter(token=secret_text.digest(text)).first()
        return enter(text, place if visit is None else Place(visit.pod_id, visit.port))

    return put(grants, "enter", known)


async def nothing(*_: Any) -> None:
    """In place of what waits and refuses."""


def never_expires(off: Off) -> None:

    def young(token: str, key: str, now: float) -> Call:
        return verify(token, key, calls._decoded(token.partition(".")[0]).expires - 1)

    off.put(door, "verify", young)


def for_any_verb(off: Off) -> None:
    async def admit(self: Door, given: Any, verb: calls.Verb) -> Call:
        return verify(given["authorization"].partition(" ")[2], self._key, time.time())

    off.put(Door, "admit", admit)


def every_pod_is_ours() -> Callable[[Off], None]:
    admit = Door.admit

    async def owning(self: Door, given: Any, verb: calls.Verb) -> Call:
        async def yes(_: Any) -> bool:
            return True

        self._owns = yes
        return await admit(self, given, verb)

    return put(Door, "admit", owning)


PREVIEWS = (
    Control("hosts of previews are not the portal's", "W9", put(site, "is_preview_host", always(False)), (
        f"{PREVIEW}::test_nothing_of_the_portal_is_there_below_the_preview_domain",
    )),
    Control("previews are private", "W9", put(grants, "admitted", lambda cookies, place: next(iter(cookies), "any")), (
        f"{PREVIEW}::test_a_preview_ends_with_what_it_rests_on[_expire]",
    )),
    Control("previews: a cookie opens one", "W9", anywhere(), (f"{PREVIEW}::test_a_preview_is_private",)),
    Control("previews: a token opens once", "W9", forgetting(grants, "enter", PreviewVisit, cookie=None), (
        f"{PREVIEW}::test_a_token_opens_once_also_when_asked_many_times_at_once",
    )),
    Control("previews: a token is for a minute", "W9", forgetting(
        grants, "enter", PreviewVisit, token_expires_at=never()
    ), (f"{PREVIEW}::test_a_token_is_for_its_host_and_for_a_minute",)),
    Control("previews: a token is for its host", "W9", entered_by_any_text(), (
        f"{PREVIEW}::test_a_token_is_for_its_host_and_for_a_minute",
    )),
    Control("previews end with the sign-in and the right", "W3", put(grants, "_holds", always(True)), (
        f"{PREVIEW}::test_a_preview_ends_with_what_it_rests_on[_end_user]",
        f"{PREVIEW}::test_a_preview_ends_with_its_session[_change_password]",
    )),
    Control("previews end with their time", "W9", forgetting(grants, "admitted", PreviewVisit, expires_at=never()), (
        f"{PREVIEW}::test_a_preview_ends_with_what_it_rests_on[_expire]",
    )),
    Control("number of shared links", "W18", put(grants, "_check_room", always(None)), (
        f"{PREVIEW}::test_a_pod_has_so_many_shares_and_no_more",
        "service/test_api_races.py::test_of_many_at_once_no_more_are_made_than_there_may_be[shares]",
    )),
    Control("shared links end with their time", "W9", forgetting(grants, "_shares", PreviewShare, expires_at=never()), (
        f"{PREVIEW}::test_a_shared_link_ends[_expire_share]",
    )),
    Control("shared links end with who made them", "W9", put(grants, "_may", always(True)), (
        f"{PREVIEW}::test_a_shared_link_ends[_end_owner]",
    )),
    Control("shared links end with the token they were made with", "W9", put(grants, "_token_of", always(None)), (
        f"{PREVIEW}::test_a_shared_link_ends[_end_token]",
    )),
    Control("shared links end with their maker's password", "W3", put(User, "get_session_auth_hash", always("same")), (
        f"{PREVIEW}::test_a_shared_link_ends[_alices_new_password]",
    )),
    Control("who was not let in asks only so often", "W17", put(site, "_throttle", nothing), (
        f"{PREVIEW}::test_whoever_is_not_let_in_asks_only_so_often",
    )),
    Control("preview's cookie: no Domain", "W9", cookie("Path=/;", "Path=/; Domain=preview.localhost;"), (
        f"{PREVIEW}::test_an_owner_opens_a_preview_and_sees_the_application",
        f"{PREVIEW}::test_behind_tls_the_cookie_is_locked_to_its_host",
    )),
    Control("preview's cookie: HttpOnly", "W9", cookie("; HttpOnly", ""), (
        f"{PREVIEW}::test_an_owner_opens_a_preview_and_sees_the_application",
    )),
    Control("preview's cookie: Secure", "W9", cookie("; Secure", ""), (
        f"{PREVIEW}::test_behind_tls_the_cookie_is_locked_to_its_host",
    )),
    Control("other pods' pages ask for nothing", "W9", put(origins, "is_foreign", always(False)), (
        f"{PREVIEW}::test_a_page_of_another_pod_cannot_make_a_browser_ask",
    )),
    Control("pods see no cookie of the portal", "W9", put(headers, "without_cookies", lambda value, _: value), (
        f"{PREVIEW}::test_the_pod_sees_no_cookie_and_no_token_of_the_portal", SEES,
    )),
    Control("pods see no token of the portal", "W9", put(headers, "_is_token", always(False)), (
        f"{PREVIEW}::test_the_pod_sees_no_cookie_and_no_token_of_the_portal", SEES,
    )),
    Control("pods see no address that was claimed", "W9", put(headers, "_CLAIMED", b"x-never-"), (
        f"{PREVIEW}::test_the_pod_sees_no_cookie_and_no_token_of_the_portal", SEES,
    )),
    Control("hop-by-hop headers end here", "W9", put(headers, "_NOT_HANDED_ON", frozenset({b"host"})), (SEES,)),
    Control("pods set cookies for their host alone", "W9", put(headers, "_is_own_cookie", always(True)), (
        f"{PREVIEW}::test_a_browser_keeps_no_cookie_of_a_pod_for_more_than_its_host", GETS,
    )),
    Control("pods lead browsers to no other server", "W9", put(headers, "_NOT_OF_PODS", headers.HOP_BY_HOP), (GETS,)),
    Control("length of a body for a pod", "W9", put(exchange, "MOST_BODY", 2**40), (
        f"{PREVIEW}::test_a_body_passes_whole_however_it_is_framed_and_not_beyond_its_bound",
    )),
    Control("target is the pod's own address", "N7", put(tunnels, "is_of_bridge", always(True)), (
        f"{TUNNELS}::test_an_address_that_is_no_pods_is_never_connected_to",
    )),
    Control("connections to a pod", "N7", put(tunnels, "MOST_PER_POD", 10**6), (
        f"{TUNNELS}::test_a_pod_has_so_many_connections_at_once_and_others_have_theirs",
    )),
)  # fmt: skip

NODES = (
    Control("node API: signature", "K14", put(
        calls, "hmac", SimpleNamespace(new=hmac.new, compare_digest=always(True))
    ), (
        f"{NODE}::test_a_call_that_is_not_for_this_is_refused[another key]",
    )),
    Control("node API: a call expires", "K14", never_expires, (
        f"{NODE}::test_a_call_that_is_not_for_this_is_refused[expired]",
        f"{NODE}::test_a_call_that_is_not_for_this_is_refused[for an hour]",
    )),
    Control("node API: a call is for one verb", "K14", for_any_verb, (
        f"{NODE}::test_a_call_that_is_not_for_this_is_refused[another verb]",
    )),
    Control("node API: a call holds once", "K14", put(Door, "_use", always(None)), (
        f"{NODE}::test_a_call_holds_once",
    )),
    Control("node API: pods of this node", "K14", every_pod_is_ours(), (
        f"{NODE}::test_a_pod_of_another_node_is_not_found",
    )),
)  # fmt: skip
