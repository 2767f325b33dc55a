"""Pulls: asked for by rows, answered by facts, shown in the catalogue."""

from __future__ import annotations

from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from sandboxes.engine.streams import EngineImage
from sandboxes.models import Fact, Image, Pod
from sandboxes.node.catalogue import Catalogue
from sandboxes.node.pulls import Pulls, record, tagged
from sandboxes.world import Wanted, WantedKind
from tests.service import made
from tests.service.fakes import FakeStreams, until

pytestmark = pytest.mark.usefixtures("database_thread")


def wanted(name: str = "nginx:1", attempt: int = 0) -> Wanted:
    return Wanted(kind=WantedKind.PULL, member="", attempt=attempt, name=name)


@sync_to_async
def facts(uid: UUID) -> list[tuple[int, str, str]]:
    return list(Fact.objects.filter(pod_id=uid).order_by("attempt").values_list("attempt", "outcome", "message"))


@sync_to_async
def wakes(uid: UUID) -> int:
    return Pod.objects.get(pk=uid).wakes


async def settled(pulls: Pulls) -> None:
    await until(lambda: "pulling" not in pulls.states().values())


async def test_a_wanted_pull_is_made_once_and_answered_with_a_fact_and_a_wake() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams)
    for _ in range(3):
        pulls.want(pod.uid, [wanted()])
    streams.end_pull("nginx:1")
    await settled(pulls)
    pulls.want(pod.uid, [wanted()])
    assert streams.pulled == ["nginx:1"]
    assert await facts(pod.uid) == [(0, "succeeded", "")]
    assert await wakes(pod.uid) == 1


async def test_a_failed_pull_keeps_the_engines_words_and_a_new_attempt_pulls_again() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams)
    streams.end_pull("nginx:1", "manifest unknown")
    pulls.want(pod.uid, [wanted()])
    await settled(pulls)
    assert pulls.states() == {"nginx:1": "failed"}
    pulls.want(pod.uid, [])
    assert pulls.states() == {}
    streams._ends.clear()
    streams.end_pull("nginx:1")
    pulls.want(pod.uid, [wanted(attempt=1)])
    await settled(pulls)
    assert await facts(pod.uid) == [(1, "succeeded", "")]


async def test_a_pull_that_is_no_longer_wanted_is_cancelled_and_leaves_no_fact() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams)
    pulls.want(pod.uid, [wanted("slow:1"), wanted("other:1")])
    await until(lambda: len(streams.pulled) == 2)
    pulls.want(pod.uid, [wanted("other:1")])
    await until(lambda: streams.cancelled == ["slow:1"])
    assert pulls.states() == {"other:1": "pulling"}
    await pulls.close()
    assert sorted(streams.cancelled) == ["other:1", "slow:1"]
    assert await facts(pod.uid) == []


async def test_a_new_watch_does_not_pull_what_the_last_one_has_answered() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    await sync_to_async(record)(pod.uid, wanted(), outcome="failed", message="no")
    pulls = Pulls(streams)
    pulls.want(pod.uid, [wanted()])
    await settled(pulls)
    assert streams.pulled == []
    assert await wakes(pod.uid) == 1


async def test_only_news_wakes() -> None:
    pod = await sync_to_async(made.pod)()
    for outcome in ("failed", "failed", "succeeded", "succeeded"):
        await sync_to_async(record)(pod.uid, wanted(), outcome=outcome, message="")
    assert await wakes(pod.uid) == 2
    assert await facts(pod.uid) == [(0, "succeeded", "")]


async def test_a_pod_whose_row_is_gone_gets_no_fact() -> None:
    await sync_to_async(record)(UUID(int=1), wanted(), outcome="succeeded", message="")
    assert await facts(UUID(int=1)) == []


@pytest.mark.parametrize(
    ("reference", "listed"),
    [
        ("nginx", "nginx:latest"),
        ("nginx:1", "nginx:1"),
        ("host:5000/nginx", "host:5000/nginx:latest"),
        ("nginx@sha256:0", "nginx@sha256:0"),
    ],
)
def test_a_reference_without_a_tag_means_latest(reference: str, listed: str) -> None:
    assert tagged(reference) == listed


@sync_to_async
def catalogue_rows() -> list[tuple[str, str, int]]:
    return list(Image.objects.order_by("reference").values_list("reference", "state", "size"))


async def test_the_catalogue_shows_what_the_engine_has_and_what_is_being_pulled() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams)
    woken: list[UUID] = []
    catalogue = Catalogue(streams, "n1", hidden=frozenset({"pause:1"}), pulls=pulls, wake=woken.append)
    streams.images = [EngineImage("busybox:latest", "sha256:1", 10), EngineImage("pause:1", "sha256:2", 1)]
    streams.end_pull("nosuch:1", "not found")
    pulls.want(pod.uid, [wanted("nginx"), wanted("nosuch:1")])
    await until(lambda: pulls.states().get("nosuch:1") == "failed")
    await catalogue.refresh()
    assert await catalogue_rows() == [
        ("busybox:latest", "ready", 10),
        ("nginx:latest", "pulling", 0),
        ("nosuch:1", "failed", 0),
    ]
    assert woken == []
    streams.images = [EngineImage("nginx:latest", "sha256:3", 30)]
    await catalogue.refresh()
    assert woken == [pod.uid]
    pulls.want(pod.uid, [])
    await catalogue.refresh()
    assert await catalogue_rows() == [("nginx:latest", "ready", 30)]
    await pulls.close()
