"""Volumes of the pod, and where members see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_found, not_supported, required
from sandboxes.spec.models import (
    DownwardFile,
    EmptyDir,
    KeyToPath,
    ProjectedVolume,
    Projection,
    Volume,
    VolumeMount,
)
from sandboxes.spec.quantity import parse
from sandboxes.spec.rules.environment import IN_FILES, field_ref, resource_ref
from sandboxes.spec.rules.texts import Causes, count, each, text

MOST_VOLUMES = 32
MOST_ITEMS = 256
SOURCES = (("emptyDir", "empty_dir"), ("secret", "secret"), ("downwardAPI", "downward_api"),
           ("configMap", "config_map"), ("projected", "projected"))  # fmt: skip
MEDIA = ("", "Memory")
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def volumes(given: tuple[Volume, ...]) -> Causes:
    """spec.volumes."""
    yield from count("spec.volumes", len(given), MOST_VOLUMES)
    taken: set[str] = set()
    for i, volume in enumerate(given):
        at = f"spec.volumes[{i}]"
        yield from _source(at, volume)
        if not volume.name:
            yield required(f"{at}.name")
            continue
        yield from each(f"{at}.name", volume.name, names.dns_label)
        if volume.name in taken:
            yield duplicate(f"{at}.name", volume.name)
        taken.add(volume.name)


def _source(at: str, volume: Volume) -> Causes:
    given = [key for key, name in SOURCES if getattr(volume, name) is not None]
    if not given:
        yield required(at, "must specify a volume type")
    for key in given[1:]:
        yield forbidden(f"{at}.{key}", "may not specify more than 1 volume type")
    if volume.empty_dir is not None:
        yield from _empty(f"{at}.emptyDir", volume.empty_dir)
    if volume.config_map is not None:
        if not volume.config_map.name:
            yield required(f"{at}.configMap.name")
        yield from _mode(f"{at}.configMap.defaultMode", volume.config_map.default_mode)
        yield from _items(f"{at}.configMap.items", volume.config_map.items)
    if volume.secret is not None:
        if not volume.secret.secret_name:
            yield required(f"{at}.secret.secretName")
        yield from _mode(f"{at}.secret.defaultMode", volume.secret.default_mode)
        yield from _items(f"{at}.secret.items", volume.secret.items)
    if volume.downward_api is not None:
        yield from _mode(f"{at}.downwardAPI.defaultMode", volume.downward_api.default_mode)
        yield from _facts(f"{at}.downwardAPI.items", volume.downward_api.items)
    if volume.projected is not None:
        yield from _projected(f"{at}.projected", volume.projected)


def _empty(at: str, volume: EmptyDir) -> Causes:
    if volume.medium not in MEDIA:
        yield not_supported(f"{at}.medium", volume.medium, MEDIA)
    size = parse(volume.size_limit) if volume.size_limit != "" else None
    if size is not None and size < 0:
        yield forbidden(f"{at}.sizeLimit", "SizeLimit field must be a valid resource quantity")


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
        yield from path_inside(f"{at}[{i}].path", item.path)
        yield from _mode(f"{at}[{i}].mode", item.mode)


def _facts(at: str, items: tuple[DownwardFile, ...]) -> Causes:
    yield from count(at, len(items), MOST_ITEMS)
    for i, item in enumerate(items):
        where = f"{at}[{i}]"
        if not item.path:
            yield required(f"{where}.path")
        yield from path_inside(f"{where}.path", item.path)
        yield from _mode(f"{where}.mode", item.mode)
        if item.field_ref is not None:
            yield from field_ref(f"{where}.fieldRef", item.field_ref, IN_FILES)
            if item.resource_field_ref is not None:
                yield invalid(where, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
        elif item.resource_field_ref is not None:
            yield from resource_ref(f"{where}.resourceFieldRef", item.resource_field_ref, named=True)
        else:
            yield required(f"{where}.fieldRef", "one of fieldRef and resourceFieldRef is required")


def _projected(at: str, volume: ProjectedVolume) -> Causes:
    yield from _mode(f"{at}.defaultMode", volume.default_mode)
    yield from count(f"{at}.sources", len(volume.sources), MOST_VOLUMES)
    taken: set[str] = set()
    for i, source in enumerate(volume.sources):
        where = f"{at}.sources[{i}]"
        yield from _projection(where, source)
        for path in _paths(source):
            if path in taken:
                yield invalid(where, path, f"conflicting duplicate paths in projected volume: {path}")
            taken.add(path)


def _projection(at: str, source: Projection) -> Causes:
    given = [source.config_map, source.secret, source.downward_api]
    if sum(each is not None for each in given) != 1:
        yield required(at, "exactly one of configMap, secret and downwardAPI")
    for key, named in (("configMap", source.config_map), ("secret", source.secret)):
        if named is not None:
            if not named.name:
                yield required(f"{at}.{key}.name")
            yield from _items(f"{at}.{key}.items", named.items)
    if source.downward_api is not None:
        yield from _facts(f"{at}.downwardAPI.items", source.downward_api.items)


def _paths(source: Projection) -> Iterator[str]:
    for named in (source.config_map, source.secret, source.downward_api):
        if named is not None:
            yield from (item.path for item in named.items)


def path_inside(at: str, path: str) -> Iterator[Cause]:
    """A path that stays below where it begins (validateLocalDescendingPath)."""
    if path.startswith("/"):
        yield invalid(at, path, "must be a relative path")
    if ".." in path.split("/"):
        yield invalid(at, path, "must not contain '..'")
    elif path.startswith(".."):
        yield invalid(at, path, "must not start with '..'")
    yield from text(at, path)


def mounts(at: str, given: tuple[VolumeMount, ...], known: Collection[str]) -> Causes:
    """volumeMounts of one member; `known` are the pod's volumes."""
    yield from count(at, len(given), MOST_VOLUMES)
    taken: set[str] = set()
    for i, mount in enumerate(given):
        where = f"{at}[{i}]"
        if not mount.name:
            yield required(f"{where}.name")
        elif mount.name not in known:
            yield not_found(f"{where}.name", mount.name)
        if not mount.mount_path:
            yield required(f"{where}.mountPath")
        elif mount.mount_path in taken:
            yield invalid(f"{where}.mountPath", mount.mount_path, "must be unique")
        taken.add(mount.mount_path)
        yield from _mount_path(f"{where}.mountPath", mount.mount_path)
        if mount.sub_path:
            yield from path_inside(f"{where}.subPath", mount.sub_path)
        if mount.sub_path_expr:
            if mount.sub_path:
                told = "subPathExpr and subPath are mutually exclusive"
                yield invalid(f"{where}.subPathExpr", mount.sub_path_expr, told)
            yield from path_inside(f"{where}.subPathExpr", mount.sub_path_expr)


def _mount_path(at: str, path: str) -> Causes:
    """Docker's rule besides: an absolute path, without a colon as Kubernetes has it, and not all of the file system."""
    yield from text(at, path)
    if ":" in path:
        yield invalid(at, path, "must not contain ':'")
    elif path and not path.startswith("/"):
        yield invalid(at, path, "must be an absolute path")
    elif path and ".." in path.split("/"):
        yield invalid(at, path, "must not contain '..'")
    elif path and not path.strip("/"):
        yield invalid(at, path, "must not be the root of the file system")
