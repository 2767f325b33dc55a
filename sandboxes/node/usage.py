"""Measures what a pod has on the node's disk, every so often, until it is too much: a volume, or all of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from uuid import UUID

from channels.db import database_sync_to_async

from sandboxes.engine.disk import written_to
from sandboxes.engine.port import Engine
from sandboxes.host.port import Host
from sandboxes.models import Pod as Row
from sandboxes.policy import DiskUse, Profile, eviction, profile_named
from sandboxes.spec import Pod, decode
from sandboxes.spec.quantity import whole

# Seconds, as a kubelet's eviction manager has it.
VOLUME_EVERY, POD_EVERY = 10.0, 20.0


class Usage:
    """`engine` is asked for at each use: it may not answer yet."""

    def __init__(self, engine: Callable[[], Engine], host: Host) -> None:
        self._engine, self._host = engine, host

    async def until_over(self, uid: UUID, volume: str) -> str:
        """Why the pod is to be evicted, once it is: for that volume, or ("") for all it has on disk. Raises LookupError
        where the pod is not there, PlaygroundError while it cannot be measured.
        """
        pod, profile = await database_sync_to_async(_pod)(uid)
        over = partial(self._volume_over, uid, pod, volume) if volume else partial(self._pod_over, uid, pod, profile)
        every = VOLUME_EVERY if volume else POD_EVERY
        while True:
            if why := await asyncio.to_thread(over):
                return why
            await asyncio.sleep(every)

    def _volume_over(self, uid: UUID, pod: Pod, volume: str) -> str:
        limits = {each.name: each.empty_dir.size_limit for each in pod.spec.volumes if each.empty_dir is not None}
        if self._host.usage(uid, volume).size <= whole(limits.get(volume, 0)):
            return ""
        return f'Usage of EmptyDir volume "{volume}" exceeds the limit "{limits[volume]}". '

    def _pod_over(self, uid: UUID, pod: Pod, profile: Profile) -> str:
        by_member: dict[str, list[str]] = defaultdict(list)
        for each in self._engine().inspections(uid, ended=True):
            by_member[each.identity.member] += written_to(each.inspected)
        found = self._host.disk(folder for folders in by_member.values() for folder in folders)
        members = {
            member: sum((found.get(folder, DiskUse()) for folder in folders), DiskUse())
            for member, folders in by_member.items()
        }
        return eviction(pod, profile, members, self._host.usage(uid))


def _pod(uid: UUID) -> tuple[Pod, Profile]:
    found = Row.objects.filter(pk=uid).values_list("manifest", "profile").first()
    if found is None:
        raise LookupError(uid)
    return decode(found[0]), profile_named(found[1])
