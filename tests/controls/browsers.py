"""What keeps other sites, other hosts and injected scripts away from somebody's browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings as configured
from django.middleware.csrf import CsrfViewMiddleware

import tests.booted
from people import admin_site, trail
from sandboxes import credentials, page, throttle, violations
from sandboxes.api import auth, edge
from sandboxes.throttle import Rate
from tests.controls.control import Control, Off, always, put, settings

POLICY = "service/test_page.py::test_the_page_may_load_and_reach_this_site_alone"
PAGE = "service/test_page.py::test_every_path_shows_the_page"
SESSION = "service/test_api_session.py"
REPORTS = "service/test_violations.py"
TLS = "service/test_behind_tls.py"
COOKIES = f"{TLS}::test_cookies_are_locked_to_this_host"
APART = f"{TLS}::test_cookies_do_not_come_along_from_elsewhere_and_no_script_reads_the_session"
AGAIN = f"{TLS}::test_a_browser_does_not_come_without_tls_again"
READS_JSON = "service/test_api_refusals.py::test_another_path_is_not_found"


def policy(said: str, instead: str) -> Callable[[Off], None]:
    """The page's Content-Security-Policy with something else in the place of one of its words."""
    told = page.policy

    def changed(host: str) -> str:
        assert said in told(host)
        return told(host).replace(said, instead)

    return put(page, "policy", changed)


def without(middleware: str) -> Callable[[Off], None]:
    assert middleware in configured.MIDDLEWARE
    return settings(MIDDLEWARE=[each for each in configured.MIDDLEWARE if each != middleware])


def rewritten(file: Path, said: str, instead: str) -> Callable[[Off], None]:
    """What boots, with one passage of its source changed."""
    read = tests.booted.source

    def changed(path: Path) -> str:
        text = read(path)
        assert path != file or said in text, f"{file} does not say {said}"
        return text.replace(said, instead) if path == file else text

    return put(tests.booted, "source", changed)


def in_settings(said: str, instead: str) -> Callable[[Off], None]:
    return rewritten(tests.booted.SETTINGS, said, instead)


def in_process(said: str, instead: str) -> Callable[[Off], None]:
    return rewritten(tests.booted.PROCESS, said, instead)


def no_csrf_in_forms(off: Off) -> None:
    """Django asks in a middleware and once more in each view of the admin: both are of this class."""
    off.put(CsrfViewMiddleware, "process_view", lambda *_: None)


BROWSERS = (
    Control("CSRF token, of the API", "W7", put(auth, "_refuse_forgery", always(None)), (
        f"{SESSION}::test_nothing_changes_without_the_csrf_token",
        "service/test_guests.py::test_a_guest_does_not_come_without_the_csrf_token",
    )),
    Control("CSRF token, of forms", "W7", no_csrf_in_forms, (
        "service/test_page.py::test_a_form_of_the_admin_needs_its_csrf_token",
    )),
    Control("Origin of requests with a cookie", "W5", put(CsrfViewMiddleware, "_origin_verified", always(True)), (
        f"{SESSION}::test_a_cookie_from_another_origin_is_refused",
    )),
    Control("Origin of WebSockets with a cookie", "W5", put(credentials, "same_site", always(True)), (
        "service/test_consumers.py::test_a_cookie_from_elsewhere_opens_nothing[http://localhost:31005]",
    )),
    Control("Host", "W5", settings(ALLOWED_HOSTS=["*"]), (
        "service/test_api_refusals.py::test_another_host_is_refused_with_a_status",
        "service/test_consumers.py::test_a_host_that_is_not_ours_opens_nothing",
    )),
    Control("CSP: no inline script", "W11", policy("script-src 'self'", "script-src 'unsafe-inline'"), (POLICY,)),
    Control("CSP: nothing by default", "W11", policy("default-src 'none'", "default-src *"), (POLICY,)),
    Control("CSP: reaches this site alone", "W11", policy("connect-src 'self'", "connect-src *"), (POLICY,)),
    Control("CSP: forms and base", "W11", policy("form-action 'self'; ", ""), (POLICY,)),
    Control("CSP: Trusted Types", "W11", policy("; require-trusted-types-for 'script'", ""), (POLICY,)),
    Control("CSP: frame-ancestors", "W10", policy("; frame-ancestors 'none'", ""), (POLICY,)),
    Control("CSP: what it stops is reported", "W11", policy("; report-uri ", "; report-sample "), (POLICY,)),
    Control("CSP reports: no query of an address", "W11", put(violations, "_address", str), (
        f"{REPORTS}::test_a_report_is_one_line_and_nothing_in_the_database",
    )),
    Control("CSP reports: length", "W15", put(violations, "LARGEST", 2**20), (
        f"{REPORTS}::test_what_is_no_report_or_too_long_is_refused_and_not_told",
    )),
    Control("CSP reports: so many of an address", "W17", put(throttle, "reports", always(Rate("", "", 0))), (
        f"{REPORTS}::test_an_address_reports_only_so_often",
    )),
    Control("CSP reports: none in the trail", "L2", put(trail, "leave_out", always(None)), (
        f"{REPORTS}::test_a_report_is_one_line_and_nothing_in_the_database",
    )),
    Control("CSP of the API", "W11", put(edge, "NOTHING", "default-src 'self'"), (READS_JSON,)),
    Control("CSP of the admin", "W11", put(edge, "PAGE", edge.PAGE.replace("script-src 'self'", "script-src *")), (
        "service/test_page.py::test_the_admin_is_for_staff_and_has_a_policy_too",
    )),
    Control("X-Frame-Options", "W10", without("django.middleware.clickjacking.XFrameOptionsMiddleware"), (PAGE,)),
    Control("nosniff", "W11", settings(SECURE_CONTENT_TYPE_NOSNIFF=False), (PAGE,)),
    Control("Referrer-Policy", "W10", settings(SECURE_REFERRER_POLICY=None), (PAGE,)),
    Control("Cross-Origin-Opener-Policy", "W10", settings(SECURE_CROSS_ORIGIN_OPENER_POLICY=None), (PAGE,)),
    Control("redirects stay on this site", "W10", put(admin_site, "url_has_allowed_host_and_scheme", always(True)), (
        "service/test_page.py::test_the_admins_sign_in_leads_nowhere_else",
    )),
    Control("cookies: __Host-", "W8", in_settings('"__Host-" if SECURE_COOKIES else ""', '""'), (COOKIES,)),
    Control("cookies: Secure", "W8", in_settings(
        "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES", "SESSION_COOKIE_SECURE = False"
    ), (COOKIES,)),
    Control("cookies: Path", "W8", settings(SESSION_COOKIE_PATH="/api/"), (COOKIES,)),
    Control("cookies: no Domain", "W8", settings(CSRF_COOKIE_DOMAIN="example"), (COOKIES,)),
    Control("cookies: HttpOnly", "W8", settings(SESSION_COOKIE_HTTPONLY=False), (APART,)),
    Control("cookies: SameSite", "W8", settings(SESSION_COOKIE_SAMESITE="None"), (APART,)),
    Control("cookies: end of a session", "W8", in_settings("COOKIE_AGE = 28800", "COOKIE_AGE = 1209600"), (
        f"{TLS}::test_a_session_is_over_after_eight_hours",
    )),
    Control("HSTS", "W19", in_settings("HSTS if SECURE_COOKIES else 0", "0"), (AGAIN,)),
    Control("TLS only", "W19", in_settings("SECURE_SSL_REDIRECT = SECURE_COOKIES", ""), (AGAIN,)),
)  # fmt: skip
