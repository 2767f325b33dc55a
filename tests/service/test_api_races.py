"""Two requests at the same time, each in a thread and a transaction of its own: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from people import links, team_admins, tokens
from people.models import Membership
from people.rules import Scope
from sandboxes import configs, pods, spec, teams
from sandboxes.errors import AlreadyExists, Conflict, Malformed, NotAllowed, NotFound
from sandboxes.models import Counter, Namespace, Node, Pod
from sandboxes.namespaces import namespace_of
from sandboxes.preview import grants
from sandboxes.spec import ObjectMeta
from sandboxes.spec.configs import ConfigMap
from tests.service import made
from tests.service.caller import manifest, user

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")
TIMES = 6


def at_once(work: Callable[[], Result], *, times: int = TIMES) -> list[Result]:
    """The results of so many calls that begin together."""
    start = Barrier(times)

    def one() -> Result:
        try:
            connection.ensure_connection()
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [call.result() for call in [pool.submit(one) for _ in range(times)]]


def test_one_of_many_creates_of_a_name_wins() -> None:
    alice = user("alice")
    namespace_of(alice)

    def create() -> str:
        try:
            return str(pods.create_pod(alice, "alice", spec.decode(manifest())).uid)
        except AlreadyExists as exc:
            return str(exc)

    results = at_once(create)
    assert results.count('pods "web" already exists') == TIMES - 1
    assert str(Pod.objects.get().uid) in results


def test_a_user_gets_one_namespace_however_many_ask() -> None:
    alice = user("alice")
    assert set(at_once(lambda: namespace_of(alice).name)) == {"alice"}
    assert Namespace.objects.count() == 1


def test_a_link_signs_in_one_of_many() -> None:
    alice = user("alice")
    text = links.issue(alice)
    assert [found for found in at_once(lambda: links.redeem(text)) if found is not None] == [alice]


def test_of_two_admins_who_show_each_other_out_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alice", "bob"):
        made.team("crew", admin=name)
    pairs = iter([("alice", "bob"), ("bob", "alice")])
    meeting, check = Barrier(2), team_admins.last_admins

    def check_together(team: int, leaving: Collection[int]) -> list[Membership]:
        """Both have looked whether an admin is left before either takes the other away, unless one has to wait."""
        found = check(team, leaving)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1)
        return found

    def show_out() -> None:
        name, other = next(pairs)
        with suppress(Conflict, NotAllowed, NotFound):
            teams.remove_member(user(name), "crew", other)

    monkeypatch.setattr(team_admins, "last_admins", check_together)
    at_once(show_out, times=2)
    assert Membership.objects.get().role == Membership.ADMIN


def test_no_two_changes_get_one_resource_version() -> None:
    alice = user("alice")
    namespace_of(alice)
    node = Node.objects.create(name="n1")
    for i in range(TIMES):
        pods.create_pod(alice, "alice", spec.decode(manifest(f"web-{i}")))
    Pod.objects.update(node=node)
    names = iter([f"web-{i}" for i in range(TIMES)])
    at_once(lambda: pods.delete_pod(alice, "alice", next(names), grace=3))
    versions = list(Pod.objects.values_list("resource_version", flat=True))
    assert len(set(versions)) == TIMES
    assert max(versions) == Counter.objects.get(name="resourceVersion").value


def test_deletions_at_once_take_the_shortest_grace() -> None:
    alice = user("alice")
    namespace_of(alice)
    pods.create_pod(alice, "alice", spec.decode(manifest()))
    Pod.objects.update(node=Node.objects.create(name="n1"))
    graces = iter(range(10, 10 + TIMES))
    at_once(lambda: pods.delete_pod(alice, "alice", "web", grace=next(graces)))
    assert Pod.objects.get().deletion_grace == 10


@pytest.mark.parametrize("limited", ["configs", "tokens", "shares"])
def test_of_many_at_once_no_more_are_made_than_there_may_be(limited: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, names = user("alice"), count()
    pod = made.pod()
    monkeypatch.setattr(settings, "NAMESPACE_MAX_CONFIGS", 2)
    monkeypatch.setattr(tokens, "MOST", 2)
    monkeypatch.setattr(grants, "MOST_SHARES", 2)

    def make() -> bool:
        name = f"n{next(names)}"
        try:
            if limited == "configs":
                configs.create(alice, "alice", ConfigMap(metadata=ObjectMeta(name=name), data={"a": "b"}))
            elif limited == "shares":
                grants.share(HttpRequest(), alice, pod, 80, 1)
            else:
                tokens.grant(alice, name=name, days=1, scopes=frozenset({Scope.READ}))
        except (Conflict, Malformed, tokens.TooManyTokens):
            return False
        return True

    assert sorted(at_once(make)) == [False] * (TIMES - 2) + [True] * 2
