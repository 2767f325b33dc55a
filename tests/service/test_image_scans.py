"""The hook that scans images: what it is run with, what it lets through, and that only its image waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from playground.environment import command
from sandboxes import pins
from sandboxes.models import ImageScan, PodEvent
from sandboxes.node.scans import Scans
from sandboxes.world import ImageOnNode, Wanted, WantedKind

from . import made
from .fakes import until
from .node import FakeNode, a_pod
from .test_image_pins import A, B, waiting

pytestmark = pytest.mark.django_db
ONE, OTHER = UUID(int=1), UUID(int=2)


def wanted(image_id: str = A) -> Wanted:
    return Wanted(kind=WantedKind.SCAN, member="", attempt=0, name=image_id)


class Yard:
    """A command of the test's, and who was woken. Each of its runs leaves a line in `log`."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.program = folder / "scan"
        self.woken: list[UUID] = []

    def scans(self, script: str, *, seconds: float = 60) -> Scans:
        self.program.write_text(f'#!/bin/sh\necho "$@" >>{self.log}\n{script}\n')
        self.program.chmod(0o700)
        return Scans((str(self.program), "--quick"), seconds=seconds, wake=self.woken.append)

    @property
    def runs(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


@sync_to_async
def kept() -> list[tuple[str, str, str]]:
    return list(ImageScan.objects.order_by("image_id").values_list("image_id", "outcome", "message"))


@pytest.mark.usefixtures("database_thread")
@pytest.mark.parametrize(
    ("script", "outcome", "message"),
    [
        ("echo nothing found", "accepted", "nothing found"),
        ("echo looking; echo CVE-1 is critical >&2; exit 1", "refused", "CVE-1 is critical"),
        ("kill -9 $$", "failed", "the scan did not come to an end"),
    ],
)
async def test_the_command_hears_the_id_last_and_what_it_came_to_is_kept(
    yard: Yard, script: str, outcome: str, message: str
) -> None:
    scans = yard.scans(script)
    scans.want(ONE, [wanted()])
    await until(lambda: yard.woken == [ONE])
    assert yard.runs == [f"--quick {A}"]
    assert await kept() == [(A, outcome, message)]


@pytest.mark.usefixtures("database_thread")
async def test_an_image_is_scanned_once_for_all_pods_and_not_again_by_a_new_watch(yard: Yard) -> None:
    scans = yard.scans("sleep 0.2")
    for _ in range(3):
        scans.want(ONE, [wanted()])
        scans.want(OTHER, [wanted(), wanted("not an id; rm -rf /")])
    await until(lambda: sorted(yard.woken) == [ONE, OTHER])
    again = yard.scans("exit 1")
    again.want(ONE, [wanted()])
    await until(lambda: len(yard.woken) == 3)
    assert yard.runs == [f"--quick {A}"]
    assert await kept() == [(A, "accepted", "")]


@pytest.mark.usefixtures("database_thread")
async def test_a_scan_that_takes_too_long_is_killed_with_what_it_started(yard: Yard, tmp_path: Path) -> None:
    child = tmp_path / "child"
    child.touch()
    for seconds in (0.3, 3, 20):  # on a busy machine it takes longer until there is a child
        scans = yard.scans(f"sleep 60 & echo $! >{child}; wait", seconds=seconds)
        scans.want(ONE, [wanted()])
        await until(lambda: yard.woken == [ONE])
        assert await kept() == [(A, "failed", f"it took longer than {seconds:g} s")]
        if child.read_text():
            break
        await ImageScan.objects.all().adelete()
        yard.woken.clear()
    await until(lambda: not runs(int(child.read_text())))


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.usefixtures("database_thread")
async def test_a_scan_that_nobody_waits_for_any_more_is_ended_and_says_nothing(yard: Yard) -> None:
    scans = yard.scans("sleep 60")
    scans.want(ONE, [wanted()])
    await until(lambda: yard.runs != [])
    scans.want(ONE, [])
    assert scans.uids() == set()
    await scans.close()
    assert (await kept(), yard.woken) == ([], [])


@pytest.mark.usefixtures("database_thread")
async def test_no_more_than_two_run_at_once(yard: Yard, tmp_path: Path) -> None:
    turns, go = tmp_path / "turns", tmp_path / "go"
    scans = yard.scans(f"echo 1 >>{turns}; until [ -e {go} ]; do sleep 0.02; done; echo -1 >>{turns}")
    scans.want(ONE, [wanted(f"sha256:{digit * 64}") for digit in "abc"])
    await until(lambda: turns.exists() and len(turns.read_text().split()) >= 2)
    await asyncio.sleep(0.3)  # in which a third would begin
    go.touch()
    await until(lambda: len(yard.woken) == 3)
    assert max(accumulate(int(line) for line in turns.read_text().split())) == 2


@pytest.mark.usefixtures("database_thread")
async def test_the_command_has_our_path_and_none_of_our_settings(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_NODE_KEY", "secret")
    scans = yard.scans('test -n "$PATH" && echo "found: $(env | grep -c PLAYGROUND)"')
    scans.want(ONE, [wanted()])
    await until(lambda: yard.woken == [ONE])
    assert await kept() == [(A, "accepted", "found: 0")]


@pytest.mark.usefixtures("database_thread")
@pytest.mark.parametrize(
    ("program", "message"),
    [
        (("/nowhere/scan",), "/nowhere/scan cannot be run: No such file or directory"),
        ((), "watch knows no command for it: PLAYGROUND_IMAGE_SCAN is set for the worker alone"),
    ],
)
async def test_a_command_that_cannot_be_run_is_no_verdict_and_is_tried_again_a_minute_later(
    program: tuple[str, ...], message: str, yard: Yard
) -> None:
    broken = Scans(program, seconds=60, wake=yard.woken.append)
    broken.want(ONE, [wanted()])
    await until(lambda: yard.woken == [ONE])
    assert await kept() == [(A, "failed", message)]
    mended = yard.scans("exit 0")
    mended.want(ONE, [wanted()])
    await until(lambda: len(yard.woken) == 2)
    assert yard.runs == []
    await ImageScan.objects.aupdate(at=timezone.now() - timedelta(seconds=60))
    mended.want(ONE, [wanted()])
    await until(lambda: len(yard.woken) == 3)
    assert await kept() == [(A, "accepted", "")]


def test_a_pass_asks_for_the_scan_and_goes_on_with_the_others_until_it_is_told() -> None:
    node, pod = FakeNode(), a_pod()
    node.tools = replace(node.tools, scans=True)
    node.engine.on_node |= {"nginx:1": ImageOnNode(A, local=True), "toolbox:1": ImageOnNode(B, local=True)}
    pins.keep_scan(B, "accepted", "", node.now)
    node.look(pod.uid)
    pod.refresh_from_db()
    assert node.running() == {"": 1, "box": 1}
    assert [(want["kind"], want["name"]) for want in made.wanted(pod)] == [("scan", A)]
    assert waiting(pod) == {"reason": "ContainerCreating", "message": 'Waiting for the scan of image "nginx:1"'}
    pins.keep_scan(A, "refused", "CVE-1", node.now)
    node.look(pod.uid)
    assert waiting(pod) == {
        "reason": "ImageInspectError",
        "message": f'Failed to inspect image "nginx:1": the scan refused {A}: CVE-1',
    }
    pod.refresh_from_db()
    assert (made.wanted(pod), node.running()) == ([], {"": 1, "box": 1})
    events = PodEvent.objects.filter(pod=pod, field_path="spec.containers{web}").order_by("pk")
    assert list(events.values_list("reason", flat=True)) == ["Scanning", "InspectFailed", "Failed"]
    ImageScan.objects.filter(image_id=A).update(outcome="accepted")
    node.look(pod.uid)
    assert node.running() == {"": 1, "box": 1, "web": 1}


def test_where_nothing_is_scanned_an_image_that_was_refused_once_is_run() -> None:
    node, pod = FakeNode(), a_pod()
    node.engine.on_node["nginx:1"] = ImageOnNode(A, local=True)
    pins.keep_scan(A, "refused", "CVE-1", node.now)
    node.look(pod.uid)
    assert node.running() == {"": 1, "box": 1, "web": 1}


@pytest.mark.parametrize(
    ("given", "words"),
    [("", ()), ("/usr/bin/scan", ("/usr/bin/scan",)), ("/scan --by 'two words'", ("/scan", "--by", "two words"))],
)
def test_the_setting_is_a_command_in_words(monkeypatch: pytest.MonkeyPatch, given: str, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("PLAYGROUND_IMAGE_SCAN", given)
    assert command("IMAGE_SCAN") == words


@pytest.mark.parametrize("given", ["scan", "./scan", "/scan 'open"])
def test_a_command_that_depends_on_where_it_is_run_refuses_to_boot(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PLAYGROUND_IMAGE_SCAN", given)
    with pytest.raises(ImproperlyConfigured, match="PLAYGROUND_IMAGE_SCAN"):
        command("IMAGE_SCAN")
