"""Volumes of the pod, and where members see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_found, not_supported, required
from sandboxes.spec.models import (
    DownwardFile,
    EmptyDir,
    KeyToPath,
    ProjectedVolume,
    Volume,
    VolumeMount,
)
from sandboxes.spec.quantity import parse
from sandboxes.spec.rules.environment import IN_FILES, field_ref, resource_ref
from sandboxes.spec.rules.texts import Causes, count, each, path_inside, text
from sandboxes.spec.volumes import ConfigMapVolume, DownwardVolume, SecretVolume

MOST_VOLUMES = 32
MOST_ITEMS = 256
MEDIA = ("", "Memory")
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def volumes(given: tuple[Volume, ...]) -> tuple[tuple[Cause, ...], frozenset[str]]:
    """What is wrong with spec.volumes, and the names of those that nothing is wrong with: only they can be mounted."""
    found = list(count("spec.volumes", len(given), MOST_VOLUMES))
    valid: set[str] = set()
    for i, volume in enumerate(given):
        causes = (*_source(f"spec.volumes[{i}]", volume), *_name(f"spec.volumes[{i}].name", volume.name, valid))
        found += causes
        if not causes:
            valid.add(volume.name)
    return tuple(found), frozenset(valid)


def _name(at: str, name: str, taken: Collection[str]) -> Causes:
    if name:
        yield from each(at, name, names.dns_label)
    else:
        yield required(at)
    if name in taken:
        yield duplicate(at, name)


def _source(at: str, volume: Volume) -> Causes:
    """Its sources in Kubernetes' order; of the second and later ones only that they are too many."""
    rules: tuple[tuple[str, Callable[[str], Causes] | None], ...] = (
        ("emptyDir", partial(_empty, volume.empty_dir) if volume.empty_dir else None),
        ("secret", partial(_secret, volume.secret) if volume.secret else None),
        ("downwardAPI", partial(_downward, volume.downward_api) if volume.downward_api else None),
        ("configMap", partial(_config_map, volume.config_map) if volume.config_map else None),
        ("projected", partial(_projected, volume.projected) if volume.projected else None),
    )
    given = [(key, rule) for key, rule in rules if rule is not None]
    if not given:
        yield required(at, "must specify a volume type")
    for n, (key, rule) in enumerate(given):
        if n:
            yield forbidden(f"{at}.{key}", "may not specify more than 1 volume type")
        else:
            yield from rule(f"{at}.{key}")


def _empty(volume: EmptyDir, at: str) -> Causes:
    if volume.medium not in MEDIA:
        yield not_supported(f"{at}.medium", volume.medium, MEDIA)
    size = parse(volume.size_limit) if volume.size_limit != "" else None
    if size is not None and size < 0:
        yield forbidden(f"{at}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _secret(volume: SecretVolume, at: str) -> Causes:
    if not volume.secret_name:
        yield required(f"{at}.secretName")
    yield from _mode(f"{at}.defaultMode", volume.default_mode)
    yield from _items(f"{at}.items", volume.items)


def _config_map(volume: ConfigMapVolume, at: str) -> Causes:
    if not volume.name:
        yield required(f"{at}.name")
    yield from _mode(f"{at}.defaultMode", volume.default_mode)
    yield from _items(f"{at}.items", volume.items)


def _downward(volume: DownwardVolume, at: str) -> Causes:
    yield from _mode(f"{at}.defaultMode", volume.default_mode)
    yield from _facts(at, volume.items)


def _mode(at: str, mode: int | None) -> Causes:
    if mode is not None and not 0 <= mode <= 0o777:
        yield invalid(at, mode, _MODE)


def _items(at: str, items: tuple[KeyToPath, ...]) -> Causes:
    yield from count(at, len(items), MOST_ITEMS)
    for i, item in enumerate(items):
        if not item.key:
            yield required(f"{at}[{i}].key")
        if not item.path:
            yield required(f"{at}[{i}].path")
        yield from _file_path(f"{at}[{i}].path", item.path)
        yield from _mode(f"{at}[{i}].mode", item.mode)


def _facts(at: str, items: tuple[DownwardFile, ...]) -> Causes:
    """The API server tells all of it of the source, whichever item it is about."""
    yield from count(f"{at}.items", len(items), MOST_ITEMS)
    for item in items:
        if not item.path:
            yield required(f"{at}.path")
        yield from _file_path(f"{at}.path", item.path)
        if item.field_ref is not None:
            yield from field_ref(f"{at}.fieldRef", item.field_ref, IN_FILES)
            if item.resource_field_ref is not None:
                yield invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
        elif item.resource_field_ref is not None:
            yield from resource_ref(f"{at}.resourceFieldRef", item.resource_field_ref, named=True)
        else:
            yield required(at, "one of fieldRef and resourceFieldRef is required")
        yield from _mode(f"{at}.mode", item.mode)


def _projected(volume: ProjectedVolume, at: str) -> Causes:
    yield from _mode(f"{at}.defaultMode", volume.default_mode)
    yield from count(f"{at}.sources", len(volume.sources), MOST_VOLUMES)
    taken: set[str] = set()
    for i, source in enumerate(volume.sources):
        where = f"{at}.sources[{i}]"
        for key, named in (("secret", source.secret), ("configMap", source.config_map)):
            if named is not None:
                if not named.name:
                    yield required(f"{where}.{key}.name")
                yield from _items(f"{where}.{key}.items", named.items)
                yield from _not_twice(at, ((item.path, named.name) for item in named.items), taken)
        if source.downward_api is not None:
            yield from _facts(f"{where}.downwardAPI", source.downward_api.items)
            yield from _not_twice(at, ((item.path, item.path) for item in source.downward_api.items), taken)
        if sum(each is not None for each in (source.config_map, source.secret, source.downward_api)) > 1:
            yield forbidden(where, "may not specify more than 1 volume type per source")


def _not_twice(at: str, paths: Iterable[tuple[str, str]], taken: set[str]) -> Causes:
    """Each path with what the message shows for it."""
    for path, shown in paths:
        if path and path in taken:
            yield invalid(at, shown, "conflicting duplicate paths")
        taken.add(path)


def _file_path(at: str, path: str) -> Causes:
    """Of a file in a volume: `..data` and its like are the kubelet's own (ValidateLocalNonReservedPath)."""
    yield from path_inside(at, path)
    if path.startswith("..") and not path.startswith("../"):
        yield invalid(at, path, "must not start with '..'")


def mounts(at: str, given: tuple[VolumeMount, ...], known: Collection[str]) -> Causes:
    """volumeMounts of one member; `known` are the pod's volumes.

    What is wrong with a sub-path is told of the list, as the API server does.
    """
    yield from count(at, len(given), MOST_VOLUMES)
    taken: set[str] = set()
    for i, mount in enumerate(given):
        where = f"{at}[{i}]"
        if not mount.name:
            yield required(f"{where}.name")
        if mount.name not in known:
            yield not_found(f"{where}.name", mount.name)
        if not mount.mount_path:
            yield required(f"{where}.mountPath")
        if mount.mount_path in taken:
            yield invalid(f"{where}.mountPath", mount.mount_path, "must be unique")
        taken.add(mount.mount_path)
        yield from path_inside(f"{at}.subPath", mount.sub_path)
        if mount.sub_path and mount.sub_path_expr:
            yield invalid(f"{where}.subPathExpr", mount.sub_path_expr, "subPathExpr and subPath are mutually exclusive")
        yield from path_inside(f"{at}.subPathExpr", mount.sub_path_expr)
        yield from _mount_path(f"{where}.mountPath", mount.mount_path)


def _mount_path(at: str, path: str) -> Causes:
    """Docker's rules: an absolute path without a colon, and not all of the file system."""
    yield from text(at, path)
    if ":" in path:
        yield invalid(at, path, "must not contain ':'")
    elif path and not path.startswith("/"):
        yield invalid(at, path, "must be an absolute path")
    elif path and ".." in path.split("/"):
        yield invalid(at, path, "must not contain '..'")
    elif path and not path.strip("/"):
        yield invalid(at, path, "must not be the root of the file system")
    elif _is_runtimes(path):
        yield invalid(at, path, "must not be /dev, /proc, /sys or below: only /dev/shm may")


def _is_runtimes(path: str) -> bool:
    """What hides the node's own files from a member is taken from its /dev, which must not be a member's to shape.

    runc before 1.2.8 binds whatever /dev/null leads to over them (CVE-2025-31133).
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return parts[:1] in (["dev"], ["proc"], ["sys"]) and parts[:2] != ["dev", "shm"]
