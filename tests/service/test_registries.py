"""Pulls sign in with what the pod's Secrets hold, then with the admins' credentials; neither is ever shown."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sandboxes.models import ConfigObject, Fact, Pod, RegistryCredential
from sandboxes.node.pulls import Pulls
from sandboxes.world import Wanted, WantedKind
from tests.service import made
from tests.service.fakes import FakeStreams, no_builds, until

FORM = "/admin/sandboxes/registrycredential/"


def secret(name: str, registry: str, pair: str, *, user: str = "alice") -> None:
    """A pull secret in the namespace of a user whose pod exists."""
    file = {"auths": {registry: {"auth": base64.b64encode(pair.encode()).decode()}}}
    data = {".dockerconfigjson": base64.b64encode(json.dumps(file).encode()).decode()}
    ConfigObject.objects.create(
        namespace=Pod.objects.filter(namespace__name=user).first().namespace,  # type: ignore[union-attr]
        kind="Secret",
        name=name,
        content={"type": "kubernetes.io/dockerconfigjson", "data": data},
        created_at=timezone.now(),
    )


def puller(*secrets: str) -> Pod:
    spec = made.MANIFEST["spec"] | {"imagePullSecrets": [{"name": name} for name in secrets]}
    return made.pod(manifest=made.MANIFEST | {"spec": spec})


@pytest.fixture
def streams() -> FakeStreams:
    return FakeStreams()


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log line and no row of a test tells a password."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert "sesame" not in caplog.text


async def pull(streams: FakeStreams, pod: Pod, reference: str) -> tuple[str, str]:
    """The Fact's outcome and message."""
    pulls = Pulls(streams, no_builds())
    streams.end_pull(reference)
    pulls.want(pod.uid, [Wanted(kind=WantedKind.PULL, member="", attempt=0, name=reference)])
    await until(lambda: not pulls._running)
    await pulls.close()
    return await sync_to_async(Fact.objects.values_list("outcome", "message").get)(pod=pod)


@pytest.mark.usefixtures("database_thread", "quiet")
class TestPulls:
    """What a pull signs in with."""

    async def test_a_secret_that_the_pod_names_comes_before_the_admins(self, streams: FakeStreams) -> None:
        pod = await sync_to_async(puller)("mine", "is-not-there")
        await sync_to_async(secret)("mine", "r.example", "alice:sesame1")
        await sync_to_async(secret)("not-named", "r.example", "alice:sesame2")
        await sync_to_async(RegistryCredential.objects.create)(registry="r.example", username="a", password="sesame3")
        streams.unwelcome = {"alice:sesame1"}
        assert await pull(streams, pod, "r.example/a:1") == ("succeeded", "")
        assert streams.signed_in == ["alice:sesame1", "a:sesame3"]

    async def test_when_none_is_taken_the_registrys_words_are_the_failure(self, streams: FakeStreams) -> None:
        pod = await sync_to_async(puller)("mine")
        await sync_to_async(secret)("mine", "r.example", "alice:sesame1")
        await sync_to_async(RegistryCredential.objects.create)(registry="r.example", username="a", password="sesame3")
        streams.unwelcome = {"alice:sesame1", "a:sesame3"}
        assert await pull(streams, pod, "r.example/a:1") == ("failed", "pull access denied for r.example/a:1")
        assert len(streams.pulled) == 2

    async def test_another_registry_and_another_namespace_hear_nothing(self, streams: FakeStreams) -> None:
        pod = await sync_to_async(puller)("mine", "hers")
        await sync_to_async(made.pod)(user="bob")
        await sync_to_async(secret)("mine", "r.example", "alice:sesame1")
        await sync_to_async(secret)("hers", "other.example", "bob:sesame2", user="bob")
        assert await pull(streams, pod, "other.example/a:1") == ("succeeded", "")
        assert (streams.pulled, streams.signed_in) == (["other.example/a:1"], [])


def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.django_db
def test_an_admin_writes_a_password_that_no_page_shows() -> None:
    client = admin()
    added = client.post(f"{FORM}add/", {"registry": "https://R.example/", "username": "a", "password": "sesame"})
    assert added.status_code == 302
    row = RegistryCredential.objects.get()
    assert (row.registry, row.username, row.password) == ("r.example", "a", "sesame")
    pages = [FORM, f"{FORM}{row.pk}/change/", f"{FORM}{row.pk}/history/", f"{FORM}{row.pk}/delete/", "/admin/"]
    for page in pages:
        found = client.get(page)
        assert found.status_code == 200
        assert b"sesame" not in found.content
    assert "sesame" not in f"{row} {row!r}"


@pytest.mark.django_db
def test_a_password_left_empty_stays_and_a_new_one_is_needed_first() -> None:
    client = admin()
    assert b"required" in client.post(f"{FORM}add/", {"registry": "r.example", "username": "a"}).content
    row = RegistryCredential.objects.create(registry="r.example", username="a", password="sesame")
    client.post(f"{FORM}{row.pk}/change/", {"registry": "r.example", "username": "b", "password": ""})
    row.refresh_from_db()
    assert (row.username, row.password) == ("b", "sesame")
    refused = client.post(f"{FORM}add/", {"registry": "u:p@host", "username": "a", "password": "p"})
    assert b"names no registry" in refused.content


@pytest.mark.django_db
def test_credentials_are_the_admins_alone() -> None:
    client = Client()
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(FORM).status_code == 403
