"""The files of a pod's volumes: what ConfigMaps, Secrets and the downward API put where.

PURE. pkg/volume/{configmap,secret,downwardapi,projected}; modes are the kubelet's (0644 unless said).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Never

from sandboxes.errors import MountFailed
from sandboxes.spec.facts import Data, Facts, Sources
from sandboxes.spec.models import DownwardFile, KeyToPath, Projection, Volume
from sandboxes.spec.quantity import whole

MODE = 0o644


@dataclass(frozen=True)
class File:
    """One file of a volume: its path below it, content, and mode."""

    path: str
    content: bytes
    mode: int


@dataclass(frozen=True)
class VolumeFiles:
    """One volume. `files` None: empty at first and the members' own; `size` (bytes) and `inodes` are a tmpfs's.

    0 inodes: as many as the kernel gives.
    """

    name: str
    files: tuple[File, ...] | None = None
    in_memory: bool = False
    size: int = 0
    inodes: int = 0


@dataclass(frozen=True)
class Room:
    """What a volume that members write to may take: `memory` bytes of a tmpfs at most, and `inodes` (0: any number).

    All volumes in memory of a pod have together what AT_ONCE such have: what is in them outlives the member that wrote
    it, and is then counted as nobody's. `messages`: bytes of a tmpfs for all termination messages, 0: they are on the
    disk. `only_memory`: no volume is on the disk.
    """

    memory: int
    inodes: int = 0
    only_memory: bool = False
    messages: int = 0

    def shared(self, volumes: int) -> Room:
        """What each of so many volumes has."""
        of = max(volumes, AT_ONCE)
        return replace(self, memory=self.memory * AT_ONCE // of, inodes=self.inodes * AT_ONCE // of)


AT_ONCE = 2


@dataclass(frozen=True)
class PodFiles:
    """All volumes of a pod; `group` owns them when it is not None. `messages` is Room's. `digest` changes with any."""

    volumes: tuple[VolumeFiles, ...] = ()
    group: int | None = None
    messages: int = 0

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()


def pod_files(facts: Facts, sources: Sources, room: Room) -> PodFiles:
    """What the pod's volumes hold; a tmpfs without a limit has all the room there is. Raises MountFailed."""
    context = facts.pod.spec.security_context
    share = room.shared(sum(_in_memory(volume, room) for volume in facts.pod.spec.volumes))
    volumes = tuple(_volume(volume, facts, sources, share) for volume in facts.pod.spec.volumes)
    return PodFiles(volumes, context.fs_group if context else None, room.messages)


def _in_memory(volume: Volume, room: Room) -> bool:
    return volume.empty_dir is not None and (room.only_memory or volume.empty_dir.medium == "Memory")


def _volume(volume: Volume, facts: Facts, sources: Sources, room: Room) -> VolumeFiles:
    if volume.empty_dir is not None:
        if not _in_memory(volume, room):
            return VolumeFiles(volume.name)
        limit = volume.empty_dir.size_limit
        size = whole(limit) if limit != "" and whole(limit) > 0 else room.memory
        return VolumeFiles(volume.name, in_memory=True, size=min(size, room.memory), inodes=room.inodes)
    by_path = {file.path: file for file in _files(volume, facts, sources)}
    return VolumeFiles(volume.name, tuple(by_path.values()))


def _files(volume: Volume, facts: Facts, sources: Sources) -> Iterator[File]:
    reader = _Reader(volume.name, facts, sources)
    if volume.config_map is not None:
        given = volume.config_map
        yield from reader.keys("configmap", given.name, given.items, given.default_mode, bool(given.optional))
    elif volume.secret is not None:
        of = volume.secret
        yield from reader.keys("secret", of.secret_name, of.items, of.default_mode, bool(of.optional))
    elif volume.downward_api is not None:
        yield from reader.facts_of(volume.downward_api.items, volume.downward_api.default_mode)
    elif volume.projected is not None:
        for projection in volume.projected.sources:
            yield from _projected(reader, projection, volume.projected.default_mode)


def _projected(reader: _Reader, source: Projection, mode: int | None) -> Iterator[File]:
    if source.config_map is not None:
        of = source.config_map
        yield from reader.keys("configmap", of.name, of.items, mode, bool(of.optional))
    elif source.secret is not None:
        secret = source.secret
        yield from reader.keys("secret", secret.name, secret.items, mode, bool(secret.optional))
    elif source.downward_api is not None:
        yield from reader.facts_of(source.downward_api.items, mode)


@dataclass(frozen=True)
class _Reader:
    """Reads the sources of one volume."""

    volume: str
    facts: Facts
    sources: Sources

    def keys(
        self, kind: str, name: str, items: tuple[KeyToPath, ...], mode: int | None, optional: bool
    ) -> Iterator[File]:
        there = self.sources.config_maps if kind == "configmap" else self.sources.secrets
        data = there.get(name)
        if data is None:
            if optional:
                return
            self._fail(f'{kind} "{name}" not found')
        for item in items or _all(data):
            if item.key in data:
                yield File(item.path, data[item.key], _mode(item.mode, mode))
            elif not optional:
                self._fail(f"references non-existent {'config' if kind == 'configmap' else 'secret'} key: {item.key}")

    def facts_of(self, items: Iterable[DownwardFile], mode: int | None) -> Iterator[File]:
        for item in items:
            yield File(item.path, self._fact(item).encode(), _mode(item.mode, mode))

    def _fact(self, item: DownwardFile) -> str:
        if item.field_ref is not None:
            return self.facts.value(item.field_ref.field_path)
        ref = item.resource_field_ref
        assert ref is not None, "validation wants one of the two"
        container = self.facts.named(ref.container_name)
        if container is None:
            self._fail(f"container {ref.container_name} not found")
        return self.facts.amount(ref, container)

    def _fail(self, why: str) -> Never:
        raise MountFailed(f'MountVolume.SetUp failed for volume "{self.volume}" : {why}')


def _all(data: Data) -> tuple[KeyToPath, ...]:
    return tuple(KeyToPath(key=key, path=key) for key in sorted(data))


def _mode(own: int | None, of_all: int | None) -> int:
    return own if own is not None else MODE if of_all is None else of_all
