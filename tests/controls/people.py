"""Who comes in, as whom, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from people import (
    guests,
    links,
    oidc,
    provider,
    roles,
    second_factor,
    secret_text,
    sessions,
    sign_in,
    tokens,
)
from people.models import AccessToken, EventCode, SignInLink
from people.rules import ALL_SCOPES
from sandboxes import checks, guest_ends
from tests.controls.control import Control, Off, always, put

SESSION, OWNERSHIP, ROLES = "service/test_api_session.py", "service/test_ownership.py", "service/test_roles.py"
TOKENS, ACCOUNT, GUESTS = "service/test_tokens.py", "service/test_account.py", "service/test_guests.py"
ACCESS = "service/test_access.py::test_only_who_may_gets_through"
PASSWORDS = "service/test_passwords.py"
FACTOR, TRAIL = "service/test_second_factor.py", "service/test_trail.py"
ADMIN = "service/test_admin.py"
AUDITOR = f"{ROLES}::test_an_auditor_reads_and_does_nothing_else"


def forgetting(module: object, name: str, rows: type[models.Model], **columns: Any) -> Callable[[Off], None]:
    """A function that finds in its rows nothing that would make it refuse."""
    true = getattr(module, name)

    def forgets(*given: Any, **named: Any) -> Any:
        rows._default_manager.update(**columns)
        return true(*given, **named)

    return put(module, name, forgets)


def never() -> Any:
    return timezone.now() + timedelta(days=1000)


def counted_after(request: HttpRequest, username: str, password: str) -> User | None:
    """A sign-in as others have it: the failure is counted when it is one."""
    user = authenticate(request, username=username, password=password)
    if user is None:
        sign_in.count(username, sign_in.address_of(request))
    return user


def counted_by_name() -> Callable[[Off], None]:
    """As if each name came from an address of its own."""
    count = sign_in.count
    return put(sign_in, "count", lambda username, address: count(username, f"{username} {address}"[:45]))


def joined(_: object, request: HttpRequest, sociallogin: Any) -> None:
    """Who comes from the provider is whoever has that address here."""
    found = User.objects.filter(email=sociallogin.user.email).first()
    sociallogin.email_addresses = []
    if found is not None:
        sociallogin.connect(request, found)


SIGNING_IN = (
    Control("wrong passwords, of a name", "W17", put(sign_in, "PER_NAME", 10**6), (
        f"{SESSION}::test_wrong_passwords_are_counted_for_name_and_address",
        f"{GUESTS}::test_wrong_codes_are_counted",
        f"{FACTOR}::test_wrong_codes_are_counted_for_the_user_wherever_they_come_from",
    )),
    Control("wrong passwords, of an address", "W17", counted_by_name(), (
        f"{SESSION}::test_an_address_may_not_try_many_names",
    )),
    Control("wrong passwords at once", "W17", put(sign_in, "with_password", counted_after), (
        f"{SESSION}::test_of_thirty_passwords_sent_at_once_at_most_five_are_tried",
    )),
    Control("a new password: the old one first", "W17", put(User, "check_password", always(True)), (
        f"{PASSWORDS}::test_the_old_password_is_asked_for_and_wrong_ones_are_counted",
    )),
    Control("second factor", "W19", put(second_factor, "check", always(None)), (
        f"{FACTOR}::test_signing_in_asks_for_a_code_once_there_is_a_second_factor",
        f"{FACTOR}::test_a_link_needs_the_code_too_and_is_not_used_up_without",
    )),
    Control("second factor: a code is good once", "W19", put(second_factor, "_is_first_of_its_time", always(True)), (
        f"{FACTOR}::test_a_code_is_good_once_for_all_web_processes",
        f"{FACTOR}::test_of_one_code_sent_many_times_at_once_one_is_good",
        f"{FACTOR}::test_the_code_that_turned_it_on_signs_in_no_more",
    )),
    Control("second factor of operators", "W19", put(second_factor, "is_missing", always(False)), (
        f"{FACTOR}::test_an_operator_who_must_have_one_can_only_set_it_up",
        f"{FACTOR}::test_the_admin_is_shut_to_staff_without_a_second_factor",
        f"{FACTOR}::test_no_socket_opens_without_the_second_factor_that_is_required",
    )),
    Control("one-time links: once", "W1", forgetting(links, "redeem", SignInLink, used_at=None), (
        f"{TOKENS}::test_a_link_is_good_once_and_for_a_quarter_of_an_hour", f"{SESSION}::test_a_link_signs_in_once",
    )),
    Control("one-time links: a quarter of an hour", "W1", forgetting(links, "redeem", SignInLink, expires_at=never()), (
        f"{TOKENS}::test_a_link_is_good_once_and_for_a_quarter_of_an_hour",
    )),
    Control("guests: codes end", "W18", forgetting(guests, "_claim", EventCode, expires_at=never()), (
        f"{GUESTS}::test_a_code_ends_with_its_time_and_its_places",
    )),
    Control("guests: places of a code", "W18", forgetting(guests, "_claim", EventCode, most_guests=10**6), (
        f"{GUESTS}::test_a_code_ends_with_its_time_and_its_places",
        f"{GUESTS}::test_of_many_at_once_no_more_come_than_may",
    )),
    Control("guests: their time is over", "W3", put(guest_ends, "over", always([])), (
        f"{GUESTS}::test_a_guest_whose_time_is_over_is_out_and_so_are_the_pods",
    )),
    Control("digests of tokens, codes and links", "I04", put(secret_text, "digest", lambda text: text[:64]), (
        f"{TOKENS}::test_a_token_is_its_users_and_is_not_kept", f"{GUESTS}::test_only_the_digest_of_a_code_is_kept",
        "service/test_preview_site.py::test_no_row_holds_a_secret",
    )),
    Control("expiry of tokens", "W1", forgetting(tokens, "user_for", AccessToken, expires_at=None), (
        f"{TOKENS}::test_a_token_ends_with_its_time_and_with_its_user",
    )),
    Control("scopes of tokens", "W1", put(roles, "scopes_of", always(ALL_SCOPES)), (
        f"{ROLES}::test_a_token_that_only_reads_says_which_scope_is_missing[create]",
        f"{ROLES}::test_a_token_without_the_shell_scope_creates_and_does_not_exec",
        f"{ROLES}::test_a_token_without_the_shell_scope_gets_no_terminal",
        f"{ACCOUNT}::test_a_token_that_only_reads_ends_no_session",
    )),
    Control("no token makes a better one", "W1", put(tokens, "scopes_of", always(ALL_SCOPES)), (
        f"{ACCOUNT}::test_a_token_makes_none_that_may_more_or_lives_longer",
    )),
    Control("ending a session", "W3", put(sessions, "end", always(None)), (
        f"{ACCOUNT}::test_a_session_is_ended_from_another_one",
    )),
    Control("a session ends with its password", "W3", put(User, "get_session_auth_hash", always("the same")), (
        f"{ACCOUNT}::test_a_page_that_is_open_closes_at_once[another password]",
    )),
    Control("OpenID Connect: nobody is taken over", "W1", put(oidc.Provided, "pre_social_login", joined), (
        "service/test_oidc.py::test_a_user_who_was_there_before_is_never_taken_over",
    )),
    Control("OpenID Connect: its test asks nobody without TLS", "W1", put(provider, "is_safe", always(True)), (
        "service/test_provider.py::test_a_provider_elsewhere_is_not_asked_without_tls",
    )),
    Control("OpenID Connect: its test reads no more than that", "W1", put(provider, "MOST_BYTES", 1 << 30), (
        "service/test_provider.py::test_a_document_that_is_none_says_what_it_is[huge]",
    )),
    Control("no key, no service", "I05", put(checks, "_missing_secrets", always(())), (
        "service/test_prepare.py::test_serving_without_keys_is_refused",
    )),
)  # fmt: skip
