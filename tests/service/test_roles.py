"""What a role and a token's scopes let through, over every route of a pod and its sources."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from people import roles, tokens
from people.models import Guest, Membership, RoleAssignment, Team
from people.rules import Role, Scope
from sandboxes import wire
from sandboxes.models import Namespace, Pod
from tests.service import made
from tests.service.caller import Caller, manifest, user
from tests.service.made import guest
from tests.service.test_consumers import bearer, code, message, page
from tests.service.test_ownership import VERBS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_thread")]
READS = frozenset({"list", "read", "log", "events", "live", "inspect", "wiring", "read a ConfigMap"})
SHELLS = frozenset({"exec", "copy out", "copy in", "open a preview"})
LIVE = "/ws/namespaces/alice/pods/web/live"
TERMINAL = "/ws/namespaces/alice/pods/web/terminal"


def assigned(name: str, role: Role) -> Caller:
    caller = Caller(name)
    RoleAssignment.objects.update_or_create(user=caller.user, defaults={"role": role})
    return caller


def scoped(name: str, *scopes: Scope) -> Caller:
    caller = Caller(name)
    text = tokens.issue(caller.user, scopes=frozenset(scopes))
    caller.client = Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)
    return caller


@pytest.mark.parametrize("verb", VERBS)
def test_an_auditor_reads_and_does_nothing_else(verb: str) -> None:
    made.pod()
    found = VERBS[verb](assigned("audrey", Role.AUDITOR))
    assert (found.code == 403) == (verb not in READS), found.body
    if found.code == 403:
        assert "the role auditor may not" in found.body["message"]
    assert Pod.objects.filter(desired="RUNNING").count() == Pod.objects.count() == 1


def test_an_auditor_sees_all_namespaces_and_nodes() -> None:
    made.pod()
    made.pod(user="bob")
    audrey = assigned("audrey", Role.AUDITOR)
    names = [item["metadata"]["name"] for item in audrey.get("/api/v1/namespaces").body["items"]]
    assert names == ["alice", "audrey", "bob"]
    assert audrey.get("/api/playground/v1/nodes").code == 200


def test_an_auditor_makes_no_pod_of_their_own_either() -> None:
    audrey = assigned("audrey", Role.AUDITOR)
    assert audrey.post("/api/v1/namespaces/audrey/pods", made.MANIFEST | {"metadata": {"name": "x"}}).code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_a_token_that_only_reads_says_which_scope_is_missing(verb: str) -> None:
    made.pod()
    found = VERBS[verb](scoped("alice", Scope.READ))
    assert (found.code == 403) == (verb not in READS), found.body
    if found.code == 403:
        wanted = "shell" if verb in SHELLS else "write"
        assert f'this token does not have the scope "{wanted}"' in found.body["message"]


def test_a_token_without_the_shell_scope_creates_and_does_not_exec() -> None:
    made.pod()
    caller = scoped("alice", Scope.READ, Scope.WRITE)
    assert VERBS["create"](caller).code == 201
    assert VERBS["exec"](caller).code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_to_a_scoped_token_a_strangers_pod_is_not_there(verb: str) -> None:
    made.pod()
    assert VERBS[verb](scoped("mallory", Scope.READ)).code == 404


async def test_an_auditor_watches_and_gets_no_terminal() -> None:
    await sync_to_async(made.pod)()
    await sync_to_async(assigned)("audrey", Role.AUDITOR)
    async with page(await bearer("audrey"), LIVE) as socket:
        assert (await message(socket))["type"] == "snapshot"
    async with page(await bearer("audrey"), TERMINAL) as socket:
        assert await code(socket) == wire.CLOSE_FORBIDDEN


async def test_a_token_without_the_shell_scope_gets_no_terminal() -> None:
    await sync_to_async(made.pod)()
    text = await sync_to_async(lambda: tokens.issue(user("alice"), scopes=frozenset({Scope.READ})))()
    headers = {"authorization": f"Bearer {text}"}
    async with page(headers, LIVE) as socket:
        assert (await message(socket))["type"] == "snapshot"
    async with page(headers, TERMINAL) as socket:
        assert await code(socket) == wire.CLOSE_FORBIDDEN


@pytest.mark.parametrize("role", [Membership.MEMBER, Membership.ADMIN])
def test_a_teams_pods_are_its_members_to_use(role: str) -> None:
    made.pod()
    bob, team = Caller("bob"), Team.objects.create(name="crew")
    Namespace.objects.filter(name="alice").update(team=team)
    assert VERBS["read"](bob).code == 404
    Membership.objects.create(team=team, user=bob.user, role=role)
    for verb in ("list", "read", "create", "stop", "events", "create a Secret", "list Secrets", "delete"):
        assert VERBS[verb](bob).code in (200, 201), verb
    names = [item["metadata"]["name"] for item in bob.get("/api/v1/namespaces").body["items"]]
    assert names == ["alice", "bob"]
    assert VERBS["read"](Caller("mallory")).code == 404


def test_what_another_team_has_is_not_there() -> None:
    made.pod()
    Namespace.objects.filter(name="alice").update(team=Team.objects.create(name="crew"))
    bob = Caller("bob")
    Membership.objects.create(team=Team.objects.create(name="others"), user=bob.user, role=Membership.ADMIN)
    assert VERBS["read"](bob).code == 404


@pytest.mark.parametrize(
    ("staff", "assignment", "role"),
    [
        (False, None, Role.LEARNER),
        (False, Role.AUTHOR, Role.AUTHOR),
        (False, Role.OPERATOR, Role.OPERATOR),
        (True, None, Role.OPERATOR),
        (True, Role.AUDITOR, Role.OPERATOR),
    ],
)
def test_staff_are_operators_whatever_is_assigned(staff: bool, assignment: Role | None, role: Role) -> None:
    asking = user("alice", staff=staff)
    if assignment:
        RoleAssignment.objects.create(user=asking, role=assignment)
    assert roles.role_of(User.objects.get(pk=asking.pk)) == role


def test_guests_are_restricted_and_learners_as_the_setting_says(settings: object) -> None:
    learner, author, staff = user("alice"), assigned("bob", Role.AUTHOR).user, user("root", staff=True)
    assert [roles.profile_of(each) for each in (learner, author, staff)] == ["baseline"] * 3
    settings.PROFILE = "restricted"  # type: ignore[attr-defined]
    assert [roles.profile_of(each) for each in (learner, author, staff)] == ["restricted", "baseline", "baseline"]
    settings.PROFILE = "baseline"  # type: ignore[attr-defined]
    guest(learner)
    assert roles.profile_of(learner) == "restricted"
    assert Guest.objects.count() == 1


@pytest.mark.parametrize("path", ["", "/ephemeralcontainers"])
def test_who_may_not_have_a_pods_profile_changes_nothing_that_it_runs(path: str, settings: object) -> None:
    settings.PROFILE = "restricted"  # type: ignore[attr-defined]
    made.team("crew", admin="alice", member="gil")
    alice = assigned("alice", Role.AUTHOR)
    assert alice.post("/api/v1/namespaces/alice/pods", manifest()).code == 201
    Namespace.objects.update(team=Team.objects.get())
    before = Pod.objects.get().manifest
    key = "ephemeralContainers" if path else "containers"
    change = {"spec": {key: [{"name": "a" if not path else "debug", "image": "evil/miner"}]}}
    refused = Caller("gil").patch(f"/api/v1/namespaces/alice/pods/web{path}", change)
    assert refused.code == 403
    assert "its profile is baseline, you may have restricted" in refused.body["message"]
    assert Pod.objects.get().manifest == before
    assert Caller("gil").patch("/api/v1/namespaces/alice/pods/web", {"metadata": {"labels": {"a": "b"}}}).code == 200
    assert alice.patch(f"/api/v1/namespaces/alice/pods/web{path}", change).code == 200
