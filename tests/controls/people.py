"""Who comes in, as whom, with what rights, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from ninja.operation import Operation

import people.admin
import sandboxes.admin
from people import (
    backends,
    guests,
    links,
    oidc,
    passwords,
    provider,
    roles,
    rules,
    second_factor,
    secret_text,
    sessions,
    sign_in,
    team_admins,
    tokens,
    trail,
)
from people.admin_site import Rows, Site
from people.models import AccessToken, EventCode, SignInLink, TrailEntry
from people.rules import ALL_SCOPES, Relation, Verb
from sandboxes import catalogue, changes, checks, credentials, guest_ends, namespaces, operators, pods, publish
from sandboxes.api import trails
from sandboxes.consumers import PodLive
from sandboxes.errors import NotAllowed
from sandboxes.models import Namespace
from sandboxes.terminal_consumer import PodTerminal
from tests.controls.browsers import without
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


def any_lookup(self: Rows, lookup: str, value: str, request: HttpRequest) -> bool:
    return True


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


def let_in(_: object, request: Any) -> None:
    """An operation that asks nobody who they are."""
    request.auth = User.objects.first()


def writes_in_admin(off: Off) -> None:
    for name in ("add", "change", "delete"):
        off.put(sandboxes.admin.LookOnly, f"has_{name}_permission", always(True))


def allowed(verb: Verb) -> Callable[[Off], None]:
    """`authorize` lets everybody do that."""
    may = rules.may
    return put(rules, "may", lambda role, asked, relation: asked is verb or may(role, asked, relation))


def strangers_are_owners(off: Off) -> None:
    off.put(rules, "BY_RELATION", dict.fromkeys(Relation, rules.EVERYTHING))


# What an auditor, who sees all, may not do. Of a stranger READ is asked first: LIST, LOOK and LOG are refused with it.
VERBS = {
    Verb.READ: (f"{OWNERSHIP}::test_to_a_stranger_a_pod_is_not_there[read]",),
    Verb.REVEAL: (f"{AUDITOR}[list Secrets]",),
    Verb.CREATE: (f"{AUDITOR}[create]", f"{ROLES}::test_an_auditor_makes_no_pod_of_their_own_either"),
    Verb.UPDATE: (f"{AUDITOR}[patch]", f"{AUDITOR}[replace a ConfigMap]"),
    Verb.DELETE: (f"{AUDITOR}[delete]", f"{AUDITOR}[delete a Secret]"),
    Verb.ACT: (f"{AUDITOR}[kill]", f"{AUDITOR}[freeze]"),
    Verb.MANAGE: ("service/test_teams.py::test_a_member_may_leave_and_not_say_who_else_is_in",),
    Verb.EXEC: (f"{AUDITOR}[exec]",),
    Verb.ATTACH: (f"{ROLES}::test_an_auditor_watches_and_gets_no_terminal",),
    Verb.COPY: (f"{AUDITOR}[copy out]",),
    Verb.PORT_FORWARD: (f"{AUDITOR}[open a preview]",),
}

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
    Control("a new password: the old one first", "W17", put(passwords, "_knows", always(True)), (
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

RIGHTS = (
    Control("a credential for every request", "W1", put(Operation, "_run_authentication", let_in), (
        f"{OWNERSHIP}::test_without_a_credential_nothing_is_told[delete]",
    )),
    *(Control(f"authorize: {verb}", "W1", allowed(verb), tests) for verb, tests in VERBS.items()),
    Control("who changes a pod could have made it", "W1", put(changes, "require_change", always(None)), (
        f"{ROLES}::test_who_may_not_have_a_pods_profile_changes_nothing_that_it_runs",
    )),
    Control("images that took credentials", "K27", put(catalogue, "closed", always(frozenset())), (
        "service/test_catalogue_rule.py::"
        "test_what_came_with_somebodys_credentials_is_for_none_who_pull_nothing_until_an_operator_pins_it",
    )),
    Control("what operators read stands in the trail", "L2", put(operators, "is_stranger_with_sight", always(False)), (
        f"{TRAIL}::test_what_only_operators_and_auditors_may_read_is_kept_once_and_told_to_the_owner",
    )),
    Control("IPv6: a subscriber is one", "W17", put(sign_in, "subscriber", lambda address: address), (
        f"{SESSION}::test_addresses_of_one_ipv6_subscriber_are_one",
    )),
    Control("what is someone else's", "W2", strangers_are_owners, (
        f"{OWNERSHIP}::test_to_a_stranger_a_pod_is_not_there[read]",
        f"{OWNERSHIP}::test_to_a_stranger_a_pod_is_not_there[delete]",
        f"{OWNERSHIP}::test_visible_to_and_authorize_say_the_same",
        "service/test_consumers.py::test_anothers_pod_is_not_found_like_one_that_is_not_there[/ws/namespaces/alice/pods/web/live]",
    )),
    Control("someone else's namespace is 404", "W2", put(namespaces, "NotFound", NotAllowed), (
        f"{OWNERSHIP}::test_to_a_stranger_a_pod_is_not_there[list]",
        f"{ACCESS}[POST /api/v1/namespaces/{{namespace}}/pods]",
    )),
    Control("someone else's pod is 404", "W2", put(pods, "NotFound", NotAllowed), (
        f"{OWNERSHIP}::test_to_a_stranger_a_pod_is_not_there[read]",
        f"{ACCESS}[GET /api/v1/namespaces/{{namespace}}/pods/{{name}}]",
    )),
    Control("lists of what one may see", "W2", put(
        namespaces, "visible_namespaces", lambda _: Namespace.objects.order_by("name")
    ), (
        f"{OWNERSHIP}::test_namespaces_are_listed_for_who_may_see_them",
    )),
    Control("nobody opens a WebSocket", "W1", put(credentials, "who", lambda _: User.objects.first()), (
        "service/test_consumers.py::test_nobody_is_told_nothing[nothing]",
    )),
    Control("open sockets are told", "W3", put(publish, "user_changed", always(None)), (
        f"{ACCOUNT}::test_a_page_that_is_open_closes_at_once[leaving the team]",
    )),
    Control("open pages look again", "W3", put(PodLive, "_look", lambda self: pods.snapshot(self.uid)), (
        "service/test_consumers.py::test_a_pod_that_changes_hands_is_not_found_any_more",
    )),
    Control("open terminals look again", "W3", put(PodTerminal, "refusal", always(0)), (
        "service/test_terminal_consumer.py::test_a_session_that_ends_takes_its_shell_with_it",
    )),
    Control("the admin is for staff", "W19", put(Site, "has_permission", always(True)), (
        f"{ADMIN}::test_an_auditor_looks_at_the_admin_and_changes_nothing_there",
    )),
    Control("the admin: auditors look", "W1", put(backends, "MAY_LOOK", ""), (
        f"{ADMIN}::test_an_auditor_looks_at_the_admin_and_changes_nothing_there",
    )),
    Control("the admin: lists tell what they offer alone", "L1", put(Rows, "lookup_allowed", any_lookup), (
        f"{ADMIN}::test_no_field_that_the_admin_hides_is_told_by_an_address",
    )),
    Control("a team keeps an admin, whoever takes one", "W1", put(team_admins, "last_admins", always([])), (
        f"{ADMIN}::test_the_admin_does_not_take_a_teams_last_admin[goes]",
        f"{ADMIN}::test_the_admin_does_not_delete_a_user_who_is_a_teams_last_admin",
        "service/test_oidc.py::test_groups_that_would_take_a_teams_last_admin_leave_it_and_say_so[groups0]",
    )),
    Control("the admin: pods are not changed there", "W1", writes_in_admin, (
        "service/test_page.py::test_nobody_changes_a_pod_in_the_admin",
    )),
    Control("the admin: no secrets", "I04", put(people.admin.AuthenticatorAdmin, "exclude", ()), (
        f"{FACTOR}::test_neither_secret_nor_seed_is_shown_in_the_admin",
    )),
    Control("trail: what changes something is in it", "L2", without("sandboxes.api.trail.keep"), (
        f"{TRAIL}::test_what_changes_something_is_kept_and_what_reads_is_not",
    )),
    Control("trail: hash chain", "L2", put(trail, "digest", always("")), (
        f"{TRAIL}::test_an_entry_that_was_changed_or_taken_out_is_found",
    )),
    Control("trail: only appended to", "L2", put(TrailEntry, "save", models.Model.save), (
        f"{TRAIL}::test_an_entry_is_never_saved_again",
    )),
    Control("trail: for operators and auditors", "L2", put(operators, "require_sight_of_all", always(None)), (
        f"{TRAIL}::test_operators_and_auditors_read_it_and_to_all_others_it_is_not_there",
    )),
    Control("trail: who exports it is looked at again", "W3", put(trails, "sees_all", always(True)), (
        f"{TRAIL}::test_an_export_breaks_off_when_its_reader_may_read_no_more",
    )),
    Control("operators' acts are told to the owner", "L2", put(operators, "tell_owner", always(None)), (
        f"{TRAIL}::test_an_operators_act_stands_in_the_pods_events_for_its_owner",
    )),
)  # fmt: skip
