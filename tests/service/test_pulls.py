"""Pulls: asked for by rows, answered by facts, shown in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandboxes.engine.streams import EngineImage
from sandboxes.models import Fact, Image, Pod
from sandboxes.node.builds import Builds
from sandboxes.node.catalogue import Catalogue, Row, write
from sandboxes.node.facts import record
from sandboxes.node.pulls import Pulls, tagged
from sandboxes.world import Wanted, WantedKind
from tests.service import made
from tests.service.fakes import FakeStreams, no_builds, report_builds, until

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
    await until(lambda: ("pulling", "") not in pulls.states().values())


async def test_a_wanted_pull_is_made_once_and_answered_with_a_fact_and_a_wake() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams, no_builds())
    for _ in range(3):
        pulls.want(pod.uid, [wanted()])
    streams.end_pull("nginx:1")
    await settled(pulls)
    pulls.want(pod.uid, [wanted()])
    assert streams.pulled == ["nginx:1"]
    assert await facts(pod.uid) == [(0, "succeeded", "")]
    assert await wakes(pod.uid) == 1


async def test_it_is_known_how_far_a_pull_is_until_it_ends() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams, no_builds())
    pulls.want(pod.uid, [wanted()])
    await until(lambda: bool(pulls.progress(pod.uid)))
    [told] = pulls.progress(pod.uid)
    assert (told.reference, told.layers_done, told.layers, told.bytes_come, told.bytes) == ("nginx:1", 1, 3, 10, 40)
    streams.end_pull("nginx:1")
    await settled(pulls)
    assert pulls.progress(pod.uid) == ()


async def test_a_failed_pull_keeps_the_engines_words_and_a_new_attempt_pulls_again() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams, no_builds())
    streams.end_pull("nginx:1", "manifest unknown")
    pulls.want(pod.uid, [wanted()])
    await settled(pulls)
    assert pulls.states() == {"nginx:1": ("failed", "manifest unknown")}
    pulls.want(pod.uid, [])
    assert pulls.states() == {}
    streams._ends.clear()
    streams.end_pull("nginx:1")
    pulls.want(pod.uid, [wanted(attempt=1)])
    await settled(pulls)
    assert await facts(pod.uid) == [(1, "succeeded", "")]


async def test_a_pull_that_is_no_longer_wanted_is_cancelled_and_leaves_no_fact() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    pulls = Pulls(streams, no_builds())
    pulls.want(pod.uid, [wanted("slow:1"), wanted("other:1")])
    await until(lambda: len(streams.pulled) == 2)
    pulls.want(pod.uid, [wanted("other:1")])
    await until(lambda: streams.cancelled == ["slow:1"])
    assert pulls.states() == {"other:1": ("pulling", "")}
    await pulls.close()
    assert sorted(streams.cancelled) == ["other:1", "slow:1"]
    assert await facts(pod.uid) == []


async def test_a_new_watch_does_not_pull_what_the_last_one_has_answered() -> None:
    pod, streams = await sync_to_async(made.pod)(), FakeStreams()
    await sync_to_async(record)(pod.uid, wanted(), outcome="failed", message="no")
    pulls = Pulls(streams, no_builds())
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
    pulls = Pulls(streams, no_builds())
    woken: list[UUID] = []
    catalogue = Catalogue(streams, "n1", hidden=frozenset({"pause:1"}), pulls=pulls, wake=woken.append)
    streams.images = [EngineImage("busybox:latest", "sha256:1", 10), EngineImage("pause:1", "sha256:2", 1)]
    streams.end_pull("nosuch:1", "not found")
    pulls.want(pod.uid, [wanted("nginx"), wanted("nosuch:1")])
    await until(lambda: pulls.states().get("nosuch:1") == ("failed", "not found"))
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


class WatchedBuilds(Builds):
    """`waited` are the references that somebody waits for, or has waited for."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.waited: list[str] = []

    async def over(self, reference: str) -> None:
        self.waited.append(reference)
        await super().over(reference)


@dataclass
class Yard:
    """A node where images are built: what its file says is read at `report`."""

    path: Path

    def __post_init__(self) -> None:
        self.streams = FakeStreams()
        self.builds = WatchedBuilds(self.path)
        self.pulls = Pulls(self.streams, self.builds)

    def report(self, *lines: str) -> None:
        report_builds(self.path, *lines)
        self.builds.look()

    async def is_waiting(self, uid: UUID) -> None:
        """Until the pod's pull waits for a build, and says so."""
        await until(lambda: bool(self.builds.waited))
        assert await facts(uid) == [(0, "building", "")]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path / "images")


BUILT = EngineImage("slow:latest", "sha256:1", 10)


@pytest.mark.parametrize("asked", ["slow", "slow:latest", "docker.io/library/slow"])
@pytest.mark.parametrize("state", ["waiting", "building"])
async def test_an_image_that_is_being_built_is_waited_for_and_no_registry_asked(
    yard: Yard, asked: str, state: str
) -> None:
    pod = await sync_to_async(made.pod)()
    report_builds(yard.path, f"{state} slow:latest")
    yard.pulls.want(pod.uid, [wanted(asked)])
    await yard.is_waiting(pod.uid)
    assert await wakes(pod.uid) == 1
    assert yard.pulls.states() == {"slow:latest": (state, "")}
    yard.streams.images = [BUILT]
    yard.report()
    await until(lambda: yard.pulls.states() == {})
    assert await facts(pod.uid) == [(0, "succeeded", "")]
    assert await wakes(pod.uid) == 2
    assert yard.streams.pulled == []


async def test_a_build_that_fails_is_followed_by_a_pull_whose_failure_tells_of_both(yard: Yard) -> None:
    pod = await sync_to_async(made.pod)()
    yard.report("building slow:latest")
    yard.pulls.want(pod.uid, [wanted("slow")])
    await yard.is_waiting(pod.uid)
    yard.report("failed slow:latest it left with 100")
    await until(lambda: yard.streams.pulled == ["slow"])
    assert await facts(pod.uid) == [(0, "pulling", "")]
    assert yard.pulls.states() == {"slow:latest": ("pulling", "")}
    yard.streams.end_pull("slow", "no such host")
    await settled(yard.pulls)
    told = "no such host (its build on this node failed: it left with 100)"
    assert await facts(pod.uid) == [(0, "failed", told)]
    assert yard.pulls.states() == {"slow:latest": ("failed", told)}


async def test_a_builder_that_vanishes_is_followed_by_a_pull(yard: Yard) -> None:
    pod = await sync_to_async(made.pod)()
    yard.report("building slow:latest")
    yard.pulls.want(pod.uid, [wanted("slow")])
    await yard.is_waiting(pod.uid)
    yard.path.unlink()
    yard.builds.look()
    await until(lambda: yard.streams.pulled == ["slow"])
    yard.streams.end_pull("slow")
    await settled(yard.pulls)
    assert await facts(pod.uid) == [(0, "succeeded", "")]


async def test_a_pull_that_waits_for_a_build_ends_when_it_is_no_longer_wanted(yard: Yard) -> None:
    pod = await sync_to_async(made.pod)()
    yard.report("building slow:latest")
    yard.pulls.want(pod.uid, [wanted("slow")])
    await yard.is_waiting(pod.uid)
    yard.pulls.want(pod.uid, [])
    yard.streams.images = [BUILT]
    yard.report()
    await yard.pulls.close()
    assert await wakes(pod.uid) == 1


async def test_a_new_watch_waits_on_where_the_last_one_waited(yard: Yard) -> None:
    pod = await sync_to_async(made.pod)()
    await sync_to_async(record)(pod.uid, wanted("slow"), outcome="building", message="")
    yard.report("building slow:latest")
    yard.pulls.want(pod.uid, [wanted("slow")])
    await yard.is_waiting(pod.uid)
    yard.streams.images = [BUILT]
    yard.report()
    await until(lambda: yard.pulls.states() == {})
    assert await facts(pod.uid) == [(0, "succeeded", "")]


async def test_a_new_watch_pulls_what_the_last_one_waited_for_and_nobody_builds(yard: Yard) -> None:
    pod = await sync_to_async(made.pod)()
    await sync_to_async(record)(pod.uid, wanted("slow"), outcome="building", message="")
    yard.pulls.want(pod.uid, [wanted("slow")])
    await until(lambda: yard.streams.pulled == ["slow"])
    assert await facts(pod.uid) == [(0, "pulling", "")]
    await yard.pulls.close()


async def test_the_catalogue_shows_what_is_being_built_until_the_engine_has_it(yard: Yard) -> None:
    await sync_to_async(made.pod)()
    catalogue = Catalogue(yard.streams, "n1", hidden=frozenset({"pause:1"}), pulls=yard.pulls, wake=lambda _: None)
    yard.report("building slow:latest", "waiting later", "failed bad:1 it left with 100", "building pause:1")
    await catalogue.refresh()
    rows = await catalogue_rows()
    assert rows == [("bad:1", "failed", 0), ("later:latest", "waiting", 0), ("slow:latest", "building", 0)]
    assert (await Image.objects.aget(reference="bad:1")).message == "it left with 100"
    yard.streams.images = [BUILT, EngineImage("bad:1", "sha256:2", 20)]
    yard.report("building slow:latest", "building later", "failed bad:1 it left with 100")
    await catalogue.refresh()
    rows = await catalogue_rows()
    assert rows == [("bad:1", "ready", 20), ("later:latest", "building", 0), ("slow:latest", "ready", 10)]
    assert (await Image.objects.aget(reference="bad:1")).message == ""


def test_rows_that_say_the_same_are_left_alone() -> None:
    made.pod()
    shown = {"a:1": Row("sha256:1", 1, "ready"), "b:1": Row("", 0, "failed", "no"), "c:1": Row("", 0, "waiting")}
    write("n1", shown)
    with CaptureQueriesContext(connection) as queries:
        write("n1", shown | {"c:1": Row("", 0, "building")})
    written = [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
    assert len(written) == 1 and "building" in written[0]


async def test_an_image_that_is_too_large_is_not_pulled_and_says_so() -> None:
    streams = FakeStreams()
    pulls = Pulls(streams, no_builds(), most=39)
    pod = await sync_to_async(made.pod)()
    pulls.want(pod.uid, [wanted()])
    await settled(pulls)
    assert pulls.states()["nginx:1"] == ("failed", "the image is larger than 0 MiB, the most that this node pulls")
    await pulls.close()
