"""Who may see and do what: the owner, staff, and nobody else; and no route without a credential."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from people.rules import Verb
from sandboxes import access
from sandboxes.api import kubernetes, playground
from sandboxes.api.auth import BROWSER, SIGNED_IN, visitor
from sandboxes.errors import NotFound
from sandboxes.models import Pod
from tests.service import made
from tests.service.caller import Answered, Caller, manifest, read, user

pytestmark = pytest.mark.django_db
NAMESPACE = "/api/v1/namespaces/alice"
POD = f"{NAMESPACE}/pods/web"
ACTS = "/api/playground/v1/namespaces/alice/pods/web"

VERBS: dict[str, Callable[[Caller], Answered]] = {
    "list": lambda caller: caller.get(f"{NAMESPACE}/pods"),
    "create": lambda caller: caller.post(f"{NAMESPACE}/pods", manifest("new")),
    "create, as a dry run": lambda caller: caller.post(f"{NAMESPACE}/pods?dryRun=All", manifest("new")),
    "create what is malformed": lambda caller: caller.post(f"{NAMESPACE}/pods", "{"),
    "read": lambda caller: caller.get(POD),
    "delete": lambda caller: caller.delete(POD),
    "delete with malformed options": lambda caller: caller.delete(POD, {"gracePeriodSeconds": "x"}),
    "delete all": lambda caller: caller.delete(f"{NAMESPACE}/pods"),
    "delete all with malformed options": lambda caller: caller.delete(f"{NAMESPACE}/pods", {"gracePeriodSeconds": "x"}),
    "log": lambda caller: caller.get(f"{POD}/log"),
    "events": lambda caller: caller.get(f"{NAMESPACE}/events"),
    "live": lambda caller: caller.get(f"{ACTS}/live"),
    "exec": lambda caller: caller.post(f"{ACTS}/exec", {"command": ["true"]}),
    "inspect": lambda caller: caller.get(f"{ACTS}/inspect"),
    "wiring": lambda caller: caller.get(f"{ACTS}/wiring"),
    "copy out": lambda caller: caller.get(f"{ACTS}/copy?path=/etc"),
    "copy in": lambda caller: caller.put(f"{ACTS}/copy?path=/etc", {}),
    "open a preview": lambda caller: caller.post(f"{ACTS}/preview", {"port": 80}),
    "stop": lambda caller: caller.post(f"{ACTS}/stop", {}),
    "start": lambda caller: caller.post(f"{ACTS}/start", {}),
    "restart": lambda caller: caller.post(f"{ACTS}/restart", {}),
    "clone": lambda caller: caller.post(f"{ACTS}/clone", {"name": "copy"}),
    "replace": lambda caller: caller.post(f"{ACTS}/replace", manifest("web")),
    "freeze": lambda caller: caller.post(f"{ACTS}/pause", {}),
    "thaw": lambda caller: caller.post(f"{ACTS}/unpause", {}),
    "kill": lambda caller: caller.post(f"{ACTS}/kill", {}),
    "patch": lambda caller: caller.patch(POD, {"metadata": {"labels": {"a": "b"}}}),
    "patch the status": lambda caller: caller.patch(f"{POD}/status", {}),
    "add a debug member": lambda caller: caller.patch(f"{POD}/ephemeralcontainers", {}),
    "read a ConfigMap": lambda caller: caller.get(f"{NAMESPACE}/configmaps/a"),
    "list Secrets": lambda caller: caller.get(f"{NAMESPACE}/secrets"),
    "create a Secret": lambda caller: caller.post(f"{NAMESPACE}/secrets", {"metadata": {"name": "a"}}),
    "replace a ConfigMap": lambda caller: caller.put(f"{NAMESPACE}/configmaps/a", {"metadata": {"name": "a"}}),
    "patch a Secret": lambda caller: caller.patch(f"{NAMESPACE}/secrets/a", {"data": {}}),
    "delete a Secret": lambda caller: caller.delete(f"{NAMESPACE}/secrets/a"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_to_a_stranger_a_pod_is_not_there(verb: str) -> None:
    made.pod()
    refused = VERBS[verb](Caller("mallory"))
    assert (refused.code, refused.body.get("reason")) == (404, "NotFound")
    assert Pod.objects.get().desired == "RUNNING"


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_not_yours_answers_as_what_does_not_exist(verb: str) -> None:
    mallory = Caller("mallory")
    missing = VERBS[verb](mallory)
    made.pod()
    foreign = VERBS[verb](mallory)
    assert (foreign.code, foreign.body) == (missing.code, missing.body)


@pytest.mark.parametrize("verb", VERBS)
def test_without_a_credential_nothing_is_told(verb: str) -> None:
    made.pod()
    caller = Caller("alice")
    caller.client = Client(raise_request_exception=False)
    assert (found := VERBS[verb](caller)).code == 401
    assert found.body["message"] == "Unauthorized"


def test_owner_and_staff_see_and_delete() -> None:
    pod = made.pod()
    for caller in (Caller("alice"), Caller("root", staff=True)):
        assert caller.get(POD).code == 200
        assert [item["metadata"]["name"] for item in caller.get(f"{NAMESPACE}/pods").body["items"]] == ["web"]
        assert caller.get(f"{NAMESPACE}/events").code == 200
    assert Caller("root").delete(POD).code == 200
    pod.refresh_from_db()
    assert pod.desired == "GONE"


def test_namespaces_are_listed_for_who_may_see_them() -> None:
    made.pod()
    made.pod(user="bob")

    def names(caller: Caller) -> list[str]:
        return [item["metadata"]["name"] for item in caller.get("/api/v1/namespaces").body["items"]]

    assert names(Caller("alice")) == ["alice"]
    assert names(Caller("root", staff=True)) == ["alice", "bob", "root"]


def test_visible_to_and_authorize_say_the_same() -> None:
    pod = made.pod()
    for name, staff, may in (("alice", False, True), ("mallory", False, False), ("root", True, True)):
        asking = user(name, staff=staff)
        assert access.visible_to(asking).filter(pk=pod.pk).exists() is may
        for obj in (pod, pod.namespace):
            if may:
                access.authorize(asking, Verb.READ, obj)
            else:
                with pytest.raises(NotFound):
                    access.authorize(asking, Verb.READ, obj)


def test_every_operation_asks_for_a_credential() -> None:
    open_to_visitors = {("/session", method) for method in ("GET", "POST", "DELETE")} | {("/guests", "POST")}
    for api in (kubernetes.api, playground.api):
        for router in api._get_bound_routers():
            for path, view in router.path_operations.items():
                for operation in view.operations:
                    by_browsers = path.startswith(("/second-factor", "/password"))
                    wanted: list[object] = list(BROWSER if by_browsers else SIGNED_IN)
                    wanted = [visitor] if (path, operation.methods[0]) in open_to_visitors else wanted
                    # What a browser reports of a page's policy comes without one; nothing is read or kept but a line.
                    wanted = [] if path == "/csp-reports" else wanted
                    assert list(operation.auth_callbacks) == wanted, path


def test_every_path_below_api_answers_a_visitor_with_a_refusal() -> None:
    def patterns(resolver: URLResolver, prefix: str = "") -> list[str]:
        found = []
        for pattern in resolver.url_patterns:
            path = prefix + str(pattern.pattern)
            found += patterns(pattern, path) if isinstance(pattern, URLResolver) else [path]
            assert isinstance(pattern, URLResolver | URLPattern)
        return found

    paths = [path for path in patterns(get_resolver()) if path.startswith("api/") and "session" not in path]
    assert len(paths) > 8
    for path in paths:
        url = "/" + path.replace("<namespace>", "alice").replace("<name>", "web")
        if not url.endswith("openapi.json"):
            # 405: a path with other methods, none of which was asked for.
            assert read(Client(raise_request_exception=False).get(url)).code in (401, 404, 405), url
