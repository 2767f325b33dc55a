"""Image pulls that rows ask for: one task per wanted pull, one Fact as its answer.

Knows nothing of back-off or policy: reconcile asks, and asks again under a new attempt. What is no longer wanted is
cancelled; what is wanted still but answered is not pulled again. An image that is being built on this node is waited
for; a registry is asked when that came to nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from channels.db import database_sync_to_async

from sandboxes import wire
from sandboxes.engine.pulling import Progress
from sandboxes.engine.streams import Streams
from sandboxes.errors import EngineError, EngineUnavailable
from sandboxes.node.builds import PENDING, Builds, full
from sandboxes.node.facts import Answer, answer_of, facts_about, record
from sandboxes.node.registries import credentials_for
from sandboxes.pins import note_pull, pins_of
from sandboxes.world import Wanted, WantedKind

log = logging.getLogger(__name__)
Key = tuple[UUID, Wanted]


def tagged(reference: str) -> str:
    """The reference as the engine lists it: `nginx` means `nginx:latest`."""
    last = reference.rpartition("/")[2]
    return reference if ":" in last or "@" in last else f"{reference}:latest"


class Pulls:
    """All pulls of this node. `changed` is called when what `states` says is another.

    `most`: bytes of an image as its registry sends it; 0 is any number.
    """

    def __init__(
        self, streams: Streams, builds: Builds, *, most: int = 0, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._most = most
        self._streams = streams
        self._builds = builds
        self.changed = changed
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._answered: dict[Key, Answer] = {}
        self._progress: dict[Key, Progress] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def want(self, uid: UUID, wanted: Iterable[Wanted]) -> None:
        """These, and no others, are the pulls that pod `uid` asks for now."""
        asked = {(uid, item) for item in wanted if item.kind is WantedKind.PULL}
        for key in [known for known in (*self._running, *self._answered) if known[0] == uid and known not in asked]:
            self._drop(key)
        for key in asked - self._running.keys() - self._answered.keys():
            task = asyncio.create_task(self._pull(key), name=f"pull {key[1].name}")
            self._running[key] = task
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            self.changed()

    def uids(self) -> set[UUID]:
        """The pods that have asked for something."""
        return {uid for uid, _ in (*self._running, *self._answered)}

    def waiting_for(self, references: Iterable[str]) -> set[UUID]:
        """The pods that want one of these images, whatever came of their pulls."""
        named = set(references)
        return {uid for uid, item in (*self._running, *self._answered) if tagged(item.name) in named}

    def states(self) -> dict[str, tuple[str, str]]:
        """Reference → state and words, of what is wanted or built: pulling, building, waiting, or how it failed.

        What failed one way may be coming the other.
        """
        built = self._builds.states().items()
        failed = {tagged(name): (state, words) for name, (state, words) in built if state not in PENDING}
        pending = {tagged(name): (state, words) for name, (state, words) in built if state in PENDING}
        answered = ((item, answer) for (_, item), answer in self._answered.items() if answer.outcome == "failed")
        failed |= {tagged(item.name): (outcome, message) for item, (outcome, message) in answered}
        running = (item for _, item in self._running if not self._builds.is_pending(item.name))
        return failed | {tagged(item.name): ("pulling", "") for item in running} | pending

    def progress(self, uid: UUID) -> tuple[wire.PullView, ...]:
        """How far the pod's pulls are, those of which something was heard. From any thread."""
        found = sorted((key[1].name, told) for key, told in tuple(self._progress.items()) if key[0] == uid)
        return tuple(
            wire.PullView(
                reference=reference,
                layers_done=told.layers_done,
                layers=told.layers,
                bytes_come=told.bytes_come,
                bytes=told.bytes,
            )
            for reference, told in found
        )

    async def close(self) -> None:
        """Every pull is cancelled and its connection closed."""
        ending = tuple(self._ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _drop(self, key: Key) -> None:
        self._answered.pop(key, None)
        self._progress.pop(key, None)
        if task := self._running.pop(key, None):
            task.cancel()
        self.changed()

    async def _pull(self, key: Key) -> None:
        try:
            answer = await database_sync_to_async(answer_of)(*key)
            if answer is None:
                answer = await self._answer(key)
                await database_sync_to_async(record)(*key, outcome=answer.outcome, message=answer.message)
            self._answered[key] = answer
        except Exception:  # the loop's top: the row still asks, so its next reading starts this again
            log.exception("pull of %s for pod %s", key[1].name, key[0])
        finally:
            if self._running.get(key) is asyncio.current_task():
                del self._running[key]
                self._progress.pop(key, None)
                self.changed()

    async def _answer(self, key: Key) -> Answer:
        reference = key[1].name
        try:
            if await self._is_there_after_its_build(key):
                return Answer("succeeded")
            await self._from_registry(key)
            await self._require_pinned(reference)
        except EngineError as exc:
            log.info("pull %s failed: %s", reference, exc)
            return Answer("failed", f"{exc}{self._why_not_built(reference)}")
        return Answer("succeeded")

    async def _from_registry(self, key: Key) -> None:
        """With each credential that is meant for it until one is taken, as a kubelet does; without if there is none."""
        reference = key[1].name
        refused: dict[str, EngineError] = {}
        for credential in await database_sync_to_async(credentials_for)(key[0], reference) or (None,):
            try:
                log.info("pull %s%s", reference, ", signed in" if credential else "")
                await self._streams.pull(reference, credential, tell=partial(self._hear, key))
                await database_sync_to_async(note_pull)(reference, signed_in=credential is not None)
                return
            except EngineUnavailable:
                raise
            except EngineError as exc:
                refused[str(exc)] = exc
        raise next(iter(refused.values())) if len(refused) == 1 else EngineError(f"[{', '.join(refused)}]")

    async def _require_pinned(self, reference: str) -> None:
        """Raises EngineError when the name is pinned and what was pulled is another image: nothing is run from that."""
        pin = (await database_sync_to_async(pins_of)((reference,))).get(reference)
        if pin is None:
            return
        listed = await self._streams.list_images()
        found = next((image.id for image in listed if full(image.reference) == full(reference)), "nothing")
        if found != pin:
            raise EngineError(f"{reference} is pinned to {pin}, and the registry has {found} for that name")

    def _hear(self, key: Key, told: Progress) -> None:
        """Raises EngineError for an image that is too large, which ends its pull."""
        if self._most and told.bytes > self._most:
            raise EngineError(f"the image is larger than {self._most >> 20} MiB, the most that this node pulls")
        if key in self._running:
            self._progress[key] = told

    def _why_not_built(self, reference: str) -> str:
        build = self._builds.of(reference)
        return f" (its build on this node failed: {build.words})" if build and build.state == "failed" else ""

    async def _is_there_after_its_build(self, key: Key) -> bool:
        """False when nobody builds it here, or whoever did has not brought it about."""
        reference = key[1].name
        self._builds.look()
        if self._builds.is_pending(reference):
            log.info("pull %s: it is being built here", reference)
            await database_sync_to_async(record)(*key, outcome="building", message="")
            await self._builds.over(reference)
            if full(reference) in (full(image.reference) for image in await self._streams.list_images()):
                return True
        await database_sync_to_async(go_on)(*key)
        return False


def go_on(uid: UUID, wanted: Wanted) -> None:
    """The pull waits for no build (any more)."""
    if facts_about(uid, wanted).filter(outcome="building").exists():
        record(uid, wanted, outcome="pulling", message="")
