"""A pod's recording over HTTP: who may read it, for how long, and what the node is asked."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from channels.db import database_sync_to_async
from django.test import AsyncClient
from django.utils import timezone
from starlette.applications import Starlette

from people import tokens
from sandboxes import upstream
from sandboxes.calls import Verb, new_call, sign
from sandboxes.engine.streams import EngineEvent
from sandboxes.errors import NodeUnavailable, NotFound, PlaygroundError
from sandboxes.models import Pod
from sandboxes.node.door import Door, refused
from sandboxes.node.history import History, recorded_here
from sandboxes.node.recorder import Recorder
from sandboxes.node.recording import milliseconds
from sandboxes.node.recording_api import RecordingApi
from sandboxes.node.recordings import Recordings
from sandboxes.node.segments import Bounds
from tests.service import made
from tests.service.caller import read, user
from tests.service.fakes import until

pytestmark = pytest.mark.usefixtures("database_thread")
RECORDING = "/api/playground/v1/namespaces/alice/pods/web/recording"
Get = Any


class Upstream:
    """The node's side; `asked` is what web wanted of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, Verb, UUID, dict[str, Any] | None]] = []
        self.refusal: Exception | None = None
        monkeypatch.setattr(upstream, "read", self.read)

    async def read(self, path: str, verb: Verb, uid: UUID, arguments: dict[str, Any] | None = None) -> str:
        self.asked.append((path, verb, uid, arguments))
        if self.refusal:
            raise self.refusal
        return '{"spans":[]}'


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Upstream:
    return Upstream(monkeypatch)


async def caller(name: str) -> Get:
    return await database_sync_to_async(_caller)(name)


def _caller(name: str) -> Get:
    return partial(AsyncClient().get, headers={"Authorization": f"Bearer {tokens.issue(user(name))}"})


async def a_pod(**columns: Any) -> Pod:
    found: Pod = await database_sync_to_async(made.pod)(**columns)
    return found


async def test_the_index_is_the_nodes_word_for_word(node: Upstream) -> None:
    pod = await a_pod()
    get = await caller("alice")
    answer = await get(RECORDING)
    assert (answer.status_code, answer.content) == (200, b'{"spans":[]}')
    assert node.asked == [("/recording", Verb.RECORDING, pod.uid, None)]


async def test_a_moment_is_asked_for_in_milliseconds(node: Upstream) -> None:
    pod = await a_pod()
    get = await caller("alice")
    query = "?from=2026-11-27T09:00:00.250Z&to=2026-11-27T10:00:01%2B01:00"
    assert (await get(f"{RECORDING}/samples{query}")).status_code == 200
    begin = 1795770000250
    assert node.asked == [("/recording", Verb.RECORDING, pod.uid, {"start": begin, "end": begin + 750})]
    await get(f"{RECORDING}/samples?from=2026-11-27T09:00:00.250Z")
    assert node.asked[1][3] == {"start": begin, "end": begin}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        ("?from=yesterday", "from"),
        ("?from=2026-11-27T09:00:00", "from"),
        ("?from=2026-11-27T09:00:00Z&to=2026-11-27T08:00:00Z", "to"),
        ("?from=2026-11-27T09:00:00Z&uid=1", "uid"),
    ],
)
async def test_what_is_no_moment_is_refused_and_named(node: Upstream, query: str, field: str) -> None:
    await a_pod()
    answer = read(await (await caller("alice"))(f"{RECORDING}/samples{query}"))
    assert answer.code == 400
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == [field]
    assert node.asked == []


@pytest.mark.parametrize("path", [RECORDING, f"{RECORDING}/samples?from=2026-11-27T09:00:00Z"])
async def test_a_strangers_recording_is_not_there_and_without_a_credential_nothing_is(
    node: Upstream, path: str
) -> None:
    pod = await a_pod()
    stranger = await caller("bob")
    assert (await stranger(path)).status_code == 404
    assert (await stranger(f"{path}{'&' if '?' in path else '?'}uid={pod.uid}")).status_code == 404
    assert (await AsyncClient().get(path)).status_code == 401
    assert node.asked == []


async def test_a_recording_is_there_after_its_pod_and_the_living_one_goes_first(node: Upstream) -> None:
    now = timezone.now()
    older = await a_pod(gone_at=now - timedelta(hours=2), finished_at=now)
    newer = await a_pod(gone_at=now - timedelta(hours=1), finished_at=now)
    get = await caller("alice")
    assert (await get(RECORDING)).status_code == 200
    living = await a_pod()
    await get(RECORDING)
    await get(f"{RECORDING}?uid={older.uid}")
    assert [asked[2] for asked in node.asked] == [newer.uid, living.uid, older.uid]
    assert (await get(f"{RECORDING}?uid={uuid4()}")).status_code == 404


async def test_the_pod_of_a_recording_is_told_though_it_is_gone(node: Upstream) -> None:
    gone = await a_pod(gone_at=timezone.now(), finished_at=timezone.now(), status={"phase": "Succeeded"})
    answer = read(await (await caller("alice"))(f"{RECORDING}/pod"))
    assert (answer.body["type"], answer.body["pod"]["metadata"]["uid"]) == ("snapshot", str(gone.uid))
    assert answer.body["pod"]["status"]["phase"] == "Succeeded"
    assert (await (await caller("bob"))(f"{RECORDING}/pod")).status_code == 404


@pytest.mark.parametrize("refusal", [NodeUnavailable("the node does not answer"), NotFound("no such pod on this node")])
async def test_a_node_that_does_not_answer_is_told(node: Upstream, refusal: Exception) -> None:
    await a_pod()
    node.refusal = refusal
    answer = read(await (await caller("alice"))(RECORDING))
    assert (answer.code, answer.body["message"]) == (503, str(refusal))


def a_history(folder: Path) -> tuple[History, Recorder, Recordings]:
    kept = folder / "recordings", Bounds(2**20, 7200)
    recorder, recordings = Recorder(*kept), Recordings(*kept)
    return History(recorder, recordings), recorder, recordings


async def test_engine_events_are_recorded_less_what_is_executed(tmp_path: Path) -> None:
    history, recorder, recordings = a_history(tmp_path)
    at = timezone.now()
    history.event(EngineEvent(UUID(int=1), "die", "c", at, member="web", attempt=2, exit_code=137))
    history.event(EngineEvent(UUID(int=1), "exec_start", "c", at))
    recorder.close()
    (marker,) = recordings.index(UUID(int=1))["markers"]
    assert {key: marker[key] for key in ("action", "member", "attempt", "exitCode", "signal")} == {
        "action": "die",
        "member": "web",
        "attempt": 2,
        "exitCode": 137,
        "signal": None,
    }


async def test_a_recording_goes_with_its_row_and_not_before(tmp_path: Path) -> None:
    history, recorder, recordings = a_history(tmp_path)
    pod = await a_pod(finished_at=timezone.now(), gone_at=timezone.now())
    for uid in (pod.uid, UUID(int=5)):
        recorder.note(uid, "engine", timezone.now(), json.dumps({"action": "die"}).encode())
    recorder.close()
    await history.clean()
    assert recordings.uids() == (pod.uid,)
    assert await database_sync_to_async(recorded_here)(pod.uid), "though it has ended"
    await database_sync_to_async(Pod.objects.filter(pk=pod.uid).delete)()
    await history.clean()
    assert recordings.uids() == ()
    assert not await database_sync_to_async(recorded_here)(pod.uid)


async def test_rows_that_changed_have_their_status_noted(tmp_path: Path) -> None:
    history, recorder, recordings = a_history(tmp_path)
    pod = await a_pod(status={"phase": "Running"}, deletion_at=timezone.now())
    noting = asyncio.create_task(history.note_statuses())
    history.news(pod.uid)
    await until(lambda: recordings.index(pod.uid)["first"] != "")
    noting.cancel()
    recorder.close()
    now = milliseconds(timezone.now())
    (told,) = json.loads(recordings.frames(pod.uid, now, now))["statuses"]
    assert (told["status"], told["isEnding"]) == ({"phase": "Running"}, True)


async def ask(door: Door, recordings: Recordings, signed: str) -> httpx.Response:
    app = Starlette(routes=RecordingApi(door, recordings).routes, exception_handlers={PlaygroundError: refused})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
        return await client.get("/recording", headers={"Authorization": f"Bearer {signed}"})


async def test_the_node_answers_signed_calls_for_its_own_pods(tmp_path: Path) -> None:
    _, recorder, recordings = a_history(tmp_path)
    recorder.note(UUID(int=1), "engine", timezone.now(), b'{"action": "die"}')
    recorder.close()

    async def owns(uid: UUID) -> bool:
        return uid == UUID(int=1)

    def call(verb: Verb = Verb.RECORDING, uid: int = 1, **arguments: Any) -> str:
        return sign(new_call(verb, UUID(int=uid), now=time.time(), arguments=arguments), "key")

    door = Door("key", owns)
    assert len((await ask(door, recordings, call())).json()["markers"]) == 1
    assert (await ask(door, recordings, call(start=0, end=5))).json() == {
        "until": "1970-01-01T00:00:00.005Z",
        "statuses": [],
        "samples": [],
    }
    assert (await ask(door, recordings, call(start=0))).status_code == 403
    assert (await ask(door, recordings, call(Verb.SAMPLE))).status_code == 403
    assert (await ask(door, recordings, call(uid=2))).status_code == 404
