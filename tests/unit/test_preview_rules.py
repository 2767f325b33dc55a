"""The preview site's rules: hosts, headers, origins, reasons, and its pages."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.preview import headers, pages
from sandboxes.preview.headers import Front, Portal
from sandboxes.preview.hosts import Place, beside, host_of, is_preview_host, place_of
from sandboxes.preview.origins import is_foreign
from sandboxes.preview.reasons import Reason, reason_of
from sandboxes.wire import Socket

DOMAIN = "preview.localhost"
PLACE = Place(UUID(int=0xABC), 80)
HOST = f"80-{PLACE.uid.hex}.{DOMAIN}"
PORTAL = Portal(frozenset({"sessionid_main", "csrftoken_main", "preview_main"}), ("pgt_",))
FRONT = Front(f"{HOST}:8000".encode(), "http", PORTAL)
NEIGHBOUR = f"http://80-{UUID(int=1).hex}.{DOMAIN}:8000"
SIBLING = f"http://3000-{PLACE.uid.hex}.{DOMAIN}:8000"
PLACES = st.builds(Place, st.uuids(), st.integers(1, 65535))


@given(PLACES, st.integers(1, 65535))
def test_a_host_means_the_place_it_was_made_for(place: Place, port: int) -> None:
    for host in (host_of(place, DOMAIN), f"{host_of(place, DOMAIN)}:{port}", f"{host_of(place, DOMAIN).upper()}."):
        assert place_of(host, DOMAIN) == place
        assert is_preview_host(host, DOMAIN)


@given(st.text(max_size=80))
def test_no_text_is_more_than_one_place_or_one_that_is_not_below_the_domain(text: str) -> None:
    for host in (text, f"{text}.{DOMAIN}"):
        place = place_of(host, DOMAIN)
        if place is not None:
            assert is_preview_host(host, DOMAIN)
            assert host.lower().startswith(host_of(place, DOMAIN))


@pytest.mark.parametrize(
    "host",
    [
        DOMAIN,
        f"{PLACE.uid.hex}.{DOMAIN}",
        f"0-{PLACE.uid.hex}.{DOMAIN}",
        f"080-{PLACE.uid.hex}.{DOMAIN}",
        f"65536-{PLACE.uid.hex}.{DOMAIN}",
        f"80-{PLACE.uid}.{DOMAIN}",
        f"a.80-{PLACE.uid.hex}.{DOMAIN}",
        f"80-{PLACE.uid.hex}a.{DOMAIN}",
        f"80-{PLACE.uid.hex}\n.{DOMAIN}",
    ],
)
def test_what_is_below_the_domain_and_no_preview_is_still_not_the_portals(host: str) -> None:
    assert place_of(host, DOMAIN) is None
    assert is_preview_host(host, DOMAIN)


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "xpreview.localhost", f"{HOST}.evil", ""]
)
def test_other_hosts_are_the_portals(host: str) -> None:
    assert not is_preview_host(host, DOMAIN)
    assert place_of(host, DOMAIN) is None


def test_a_preview_is_reached_under_the_portals_port() -> None:
    assert beside("127.0.0.1:8000", PLACE, DOMAIN) == f"{HOST}:8000"
    assert beside("[::1]:8000", PLACE, DOMAIN) == f"{HOST}:8000"
    assert beside("portal.example", PLACE, DOMAIN) == HOST
    assert beside("[::1]", PLACE, DOMAIN) == HOST


def test_a_pod_sees_the_browsers_headers_less_what_is_the_portals_and_the_connections() -> None:
    given_ = [
        (b"Host", b"elsewhere"),
        (b"Accept", b"text/html"),
        (b"Accept", b"image/*"),
        (b"Connection", b"keep-alive, X-Odd"),
        (b"X-Odd", b"1"),
        (b"Keep-Alive", b"timeout=5"),
        (b"Upgrade", b"h2c"),
        (b"TE", b"trailers"),
        (b"Expect", b"100-continue"),
        (b"Forwarded", b"for=10.0.0.1"),
        (b"X-Forwarded-For", b"10.0.0.1"),
        (b"x-forwarded-HOST", b"evil"),
        (b"X-Real-IP", b"10.0.0.1"),
        (b"Cookie", b"sessionid_main=s; own=1; csrftoken_main=c;preview_main=p; other=a=b"),
        (b"Cookie", b"preview_main=p"),
        (b"Authorization", b"bearer  pgt_abc"),
        (b"X-CSRFToken", b"the application's own"),
    ]
    assert headers.for_pod(given_, FRONT) == [
        (b"host", FRONT.host),
        (b"accept", b"text/html"),
        (b"accept", b"image/*"),
        (b"cookie", b"own=1; other=a=b"),
        (b"x-csrftoken", b"the application's own"),
        (b"x-forwarded-proto", b"http"),
        (b"x-forwarded-host", FRONT.host),
    ]


@pytest.mark.parametrize("value", [b"Basic dXNlcjpwYXNz", b"Bearer of-the-application", b"pgt_abc"])
def test_an_applications_own_authorization_is_handed_on(value: bytes) -> None:
    assert (b"authorization", value) in headers.for_pod([(b"authorization", value)], FRONT)


NAMES = st.sampled_from(
    [
        b"Host",
        b"Cookie",
        b"Connection",
        b"Authorization",
        b"X-Forwarded-For",
        b"Upgrade",
        b"Accept",
        b"close",
        b"Set-Cookie",
    ]
)
VALUES = st.sampled_from(
    [b"sessionid_main=1", b"a=1; preview_main=2", b"accept, close", b"Bearer pgt_1", b"a=1; Domain=x", b"upgrade", b"x"]
)


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_nothing_of_the_portals_reaches_a_pod_whatever_a_browser_sends(given_: headers.Headers) -> None:
    found = headers.for_pod(given_, FRONT)
    assert [value for name, value in found if name == b"host"] == [FRONT.host]
    for name, value in found:
        assert name not in headers.HOP_BY_HOP
        assert not (name == b"cookie" and (b"sessionid_main" in value or b"preview_main" in value))
        assert not (name == b"authorization" and b"pgt_" in value)
    assert [name for name, _ in found].count(b"x-forwarded-host") == 1
    assert b"x-forwarded-for" not in dict(found)


def test_a_body_is_framed_as_it_came() -> None:
    plain, long = (b"host", b"h"), (b"content-length", b"5")
    assert headers.framed([plain, long], [long]) == [plain, long, (b"connection", b"close")]
    chunked = headers.framed([plain, long], [(b"Transfer-Encoding", b"chunked"), long])
    assert chunked == [plain, (b"transfer-encoding", b"chunked"), (b"connection", b"close")]


def test_a_browser_gets_the_pods_headers_less_what_reaches_beyond_its_host() -> None:
    answered = [
        (b"Content-Type", b"text/html"),
        (b"Connection", b"close, X-Odd"),
        (b"X-Odd", b"1"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Alt-Svc", b'h2="evil:443"'),
        (b"Set-Cookie", b"own=1; Path=/; HttpOnly"),
        (b"Set-Cookie", b"wide=1; Path=/; domain=preview.localhost"),
        (b"Set-Cookie", b"wide=1; Domain"),
        (b"Set-Cookie", b"preview_main=fixed"),
        (b"X-Robots-Tag", b"all"),
        (b"Location", b"http://elsewhere/"),
    ]
    assert headers.for_browser(answered, PORTAL) == [
        (b"content-type", b"text/html"),
        (b"set-cookie", b"own=1; Path=/; HttpOnly"),
        (b"location", b"http://elsewhere/"),
        (b"referrer-policy", b"same-origin"),
        (b"x-robots-tag", b"noindex"),
        (b"origin-agent-cluster", b"?1"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "passes"),
    [
        # What reaches beyond the pod's own host, or stays when the pod is gone.
        (b"Clear-Site-Data", b'"cookies"', False),
        (b"Clear-Site-Data", b'"*"', False),
        (b"Set-Cookie", b"a=1; Domain=preview.localhost", False),
        (b"Strict-Transport-Security", b"max-age=63072000; includeSubDomains; preload", False),
        (b"Public-Key-Pins", b'pin-sha256="x"; max-age=5184000; includeSubDomains', False),
        (b"Public-Key-Pins-Report-Only", b'pin-sha256="x"; report-uri="https://elsewhere/"', False),
        (b"Expect-CT", b'max-age=86400, enforce, report-uri="https://elsewhere/"', False),
        (b"Alt-Svc", b'h2="elsewhere:443"', False),
        # A browser would report the addresses of all its requests, links with their secrets too.
        (b"NEL", b'{"report_to": "all", "max_age": 31536000, "success_fraction": 1.0}', False),
        (b"Report-To", b'{"group": "all", "max_age": 31536000, "endpoints": [{"url": "https://elsewhere/"}]}', False),
        # For the server in front.
        (b"X-Accel-Redirect", b"/internal/file", False),
        (b"X-Sendfile", b"/etc/passwd", False),
        (b"X-LIGHTTPD-send-file", b"/etc/passwd", False),
        (b"X-LiteSpeed-Location", b"/internal/file", False),
        # Of the page's own host, or of the one page.
        (b"Set-Cookie", b"__Host-a=1; Secure; Path=/", True),
        (b"Reporting-Endpoints", b'csp="https://elsewhere/"', True),
        (b"Service-Worker-Allowed", b"/", True),
        (b"Access-Control-Allow-Origin", SIBLING.encode(), True),
        (b"Access-Control-Allow-Credentials", b"true", True),
        (b"Content-Security-Policy", b"default-src 'self'", True),
        (b"Cross-Origin-Opener-Policy", b"same-origin", True),
        (b"Accept-CH", b"DPR", True),
        (b"X-Accel-Buffering", b"no", True),
        (b"WWW-Authenticate", b'Basic realm="app"', True),
    ],
)
def test_an_answers_headers_pass_where_they_are_of_its_own_host(name: bytes, value: bytes, passes: bool) -> None:
    assert ((name.lower(), value) in headers.for_browser([(name, value)], PORTAL)) is passes


@pytest.mark.parametrize("value", [b"?0", b"?1"])
def test_no_application_joins_its_neighbours_in_one_agent_cluster(value: bytes) -> None:
    found = headers.for_browser([(b"Origin-Agent-Cluster", value)], PORTAL)
    assert [value for name, value in found if name == b"origin-agent-cluster"] == [b"?1"]


def test_an_application_may_have_a_referrer_policy_of_its_own() -> None:
    found = headers.for_browser([(b"Referrer-Policy", b"no-referrer")], PORTAL)
    assert [value for name, value in found if name == b"referrer-policy"] == [b"no-referrer"]


def test_all_cookies_of_a_name_are_found() -> None:
    sent = [(b"cookie", b"a=1; preview_main=x; preview_main=y"), (b"Cookie", b"preview_main=z"), (b"accept", b"*")]
    assert headers.cookies_named(sent, "preview_main") == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("sent", "method", "foreign"),
    [
        ({}, "GET", False),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, "GET", False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, "POST", False),
        ({"origin": f"http://{HOST}:8000"}, "POST", False),
        ({"origin": SIBLING}, "POST", False),
        ({"origin": SIBLING, "sec-fetch-site": "same-site"}, "POST", False),
        ({"origin": f"http://{HOST}:8000"}, "WEBSOCKET", False),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "GET", False),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "referer": f"{SIBLING}/"}, "GET", False),
        ({"origin": NEIGHBOUR}, "POST", True),
        ({"origin": NEIGHBOUR}, "WEBSOCKET", True),
        ({"origin": NEIGHBOUR, "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"}, "POST", True),
        ({"origin": "http://localhost:8000"}, "WEBSOCKET", True),
        ({"origin": "null"}, "POST", True),
        ({"origin": "http://["}, "POST", True),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, "GET", False),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, "GET", True),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "embed"}, "GET", True),
        (
            {
                "sec-fetch-site": "same-site",
                "sec-fetch-mode": "navigate",
                "sec-fetch-dest": "iframe",
                "referer": f"{SIBLING}/",
            },
            "GET",
            False,
        ),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, "GET", True),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "referer": f"{NEIGHBOUR}/"}, "GET", True),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "POST", True),
    ],
)
def test_only_pages_of_the_same_pod_may_ask_for_more_than_a_link(
    sent: dict[str, str], method: str, foreign: bool
) -> None:
    assert is_foreign(sent, PLACE, DOMAIN, method=method) is foreign


def socket(address: str, port: int = 80, state: str = "LISTEN") -> Socket:
    return Socket(
        protocol="tcp6" if ":" in address else "tcp",
        state=state,
        local_address=address,
        local_port=port,
        remote_address="",
        remote_port=0,
        inode=1,
        owners=(),
    )


@pytest.mark.parametrize(
    ("sockets", "reason"),
    [
        ([], Reason.NOTHING_LISTENS),
        ([socket("0.0.0.0", 81), socket("0.0.0.0", state="ESTAB")], Reason.NOTHING_LISTENS),
        ([socket("127.0.0.1")], Reason.LOOPBACK_ONLY),
        ([socket("127.0.0.1"), socket("::1"), socket("::ffff:127.0.0.1")], Reason.LOOPBACK_ONLY),
        ([socket("127.0.0.1"), socket("0.0.0.0")], Reason.NO_CONNECTION),
        ([socket("::")], Reason.NO_CONNECTION),
        ([socket("*")], Reason.NO_CONNECTION),
    ],
)
def test_the_pods_sockets_say_why_a_port_cannot_be_reached(sockets: list[Socket], reason: Reason) -> None:
    assert reason_of(sockets, 80) is reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_page_that_may_do_nothing(reason: Reason) -> None:
    page = pages.unreachable(reason, 8080)
    assert page.status in (502, 503, 504)
    assert dict(page.headers())[b"content-security-policy"].startswith(b"default-src 'none'")
    assert b"<script" not in page.html()
    assert (b'http-equiv="refresh"' in page.html()) is bool(page.waits)
    assert b'http-equiv="refresh"' not in page.html(again=False)


def test_whoever_asks_too_often_is_told_when_to_come_back() -> None:
    page = pages.too_often(7)
    assert (page.status, dict(page.headers())[b"retry-after"]) == (429, b"7")
    assert b'content="7"' in page.html()


def test_a_port_on_loopback_is_told_what_to_listen_on() -> None:
    assert b"listens on 127.0.0.1 only" in pages.unreachable(Reason.LOOPBACK_ONLY, 8080).html()
    assert b"0.0.0.0:8080" in pages.unreachable(Reason.LOOPBACK_ONLY, 8080).html()
