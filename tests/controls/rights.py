"""Who may do what, sees whose, and is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from ninja.operation import Operation

import people.admin
import sandboxes.admin
from people import backends, rules, sign_in, team_admins, trail
from people.admin_site import Rows, Site
from people.models import TrailEntry
from people.rules import Relation, Verb
from sandboxes import catalogue, changes, credentials, namespaces, operators, pods, publish
from sandboxes.api import downloads, trails
from sandboxes.consumers import PodLive
from sandboxes.errors import NotAllowed
from sandboxes.models import Namespace
from sandboxes.terminal_consumer import PodTerminal
from tests.controls.browsers import without
from tests.controls.control import Control, Off, always, put

SESSION, OWNERSHIP, ROLES = "service/test_api_session.py", "service/test_ownership.py", "service/test_roles.py"
ACCOUNT, FACTOR, TRAIL = "service/test_account.py", "service/test_second_factor.py", "service/test_trail.py"
ACCESS = "service/test_access.py::test_only_who_may_gets_through"
ADMIN, TEAMS, STREAMS = "service/test_admin.py", "service/test_teams.py", "service/test_api_streams.py"
AUDITOR = f"{ROLES}::test_an_auditor_reads_and_does_nothing_else"


def any_lookup(self: Rows, lookup: str, value: str, request: HttpRequest) -> bool:
    return True


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
        f"{TEAMS}::test_a_team_keeps_an_admin",
    )),
    Control("a guest is no team's admin", "W18", put(team_admins, "why_never", always("")), (
        f"{TEAMS}::test_a_guest_is_never_a_teams_admin",
        f"{ADMIN}::test_the_admin_makes_no_guest_a_teams_admin",
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
    Control("what takes long is looked at again", "W3", put(downloads, "_may_still", always(True)), (
        f"{STREAMS}::test_a_followed_log_ends_with_the_right_to_read_it[_revoke_token]",
        f"{STREAMS}::test_a_followed_log_ends_with_the_session",
        f"{STREAMS}::test_what_is_taken_along_breaks_off_with_the_right_to_it[_give_away-files]",
        f"{STREAMS}::test_files_that_are_taken_along_break_off_with_the_session",
    )),
    Control("trail: who exports it is looked at again", "W3", put(trails, "sees_all", always(True)), (
        f"{TRAIL}::test_an_export_breaks_off_when_its_reader_may_read_no_more",
    )),
    Control("operators' acts are told to the owner", "L2", put(operators, "tell_owner", always(None)), (
        f"{TRAIL}::test_an_operators_act_stands_in_the_pods_events_for_its_owner",
    )),
)  # fmt: skip
