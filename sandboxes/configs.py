"""Use cases of ConfigMaps and Secrets: whoever may see a namespace's pods may see and change its sources.

A change wakes the pods that name the object: files of a volume follow it, an environment is what it was at the start.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from sandboxes import tasks
from sandboxes.errors import AlreadyExists, Conflict, Malformed, NotFound, SpecRefused
from sandboxes.models import ConfigObject, Counter, Namespace, Pod
from sandboxes.namespaces import live_namespace
from sandboxes.pods import GENERATED_LENGTH, PLAUSIBLE_NAME, SUFFIX_ALPHABET, SUFFIX_LENGTH
from sandboxes.spec import configs as spec
from sandboxes.spec.configs import Config, ConfigMap, Secret
from sandboxes.spec.decoding import decode as decode_pod
from sandboxes.spec.facts import named_sources
from sandboxes.times import stamp

PLURALS: dict[type[Config], str] = {ConfigMap: "configmaps", Secret: "secrets"}


def listed(user: User, namespace: str, kind: type[Config]) -> list[ConfigObject]:
    """Those of a namespace, by name. Raises NotFound."""
    home = live_namespace(user, namespace)
    return list(ConfigObject.objects.filter(namespace=home, kind=kind.__name__).order_by("name"))


def found(user: User, namespace: str, kind: type[Config], name: str) -> ConfigObject:
    """Raises NotFound, also for what is not this user's."""
    home = live_namespace(user, namespace)
    row = (
        ConfigObject.objects.filter(namespace=home, kind=kind.__name__, name=name).first()
        if PLAUSIBLE_NAME.fullmatch(name)
        else None
    )
    if row is None:
        raise _missing(kind, name)
    return row


def create(user: User, namespace: str, config: Config, *, dry_run: bool = False) -> ConfigObject:
    """Raises NotFound, Malformed, SpecRefused or AlreadyExists."""
    home = live_namespace(user, namespace)
    accepted = _accepted(_named(config, home.name))
    kind = type(accepted)
    row = ConfigObject(namespace=home, kind=kind.__name__, name=accepted.metadata.name, created_at=timezone.now())
    _fill(row, accepted)
    taken = AlreadyExists(f'{PLURALS[kind]} "{row.name}" already exists', kind=PLURALS[kind], name=row.name)
    there = ConfigObject.objects.filter(namespace=home)
    if there.filter(kind=row.kind, name=row.name).exists():
        raise taken
    if there.count() >= settings.NAMESPACE_MAX_CONFIGS:
        told = f"a namespace holds at most {settings.NAMESPACE_MAX_CONFIGS} ConfigMaps and Secrets: delete some"
        raise Malformed(told)
    if dry_run:
        return row
    try:
        with transaction.atomic():
            row.resource_version = Counter.next()
            row.save(force_insert=True)
            _wake(home, accepted)
    except IntegrityError as exc:
        raise taken from exc
    return row


def replace(user: User, namespace: str, name: str, config: Config, *, version: str = "") -> ConfigObject:
    """The same object with other content; `version`, when given, must be the one it has.

    Raises NotFound, Malformed, SpecRefused or Conflict.
    """
    kind = type(config)
    row = found(user, namespace, kind, name)
    named = config if config.metadata.name else _renamed(config, name)
    if named.metadata.name != name:
        told = f"the name of the object ({named.metadata.name}) does not match the name on the URL ({name})"
        raise Malformed(told)
    accepted = _accepted(_named(named, row.namespace.name))
    with transaction.atomic():
        changed = Counter.next()
        row = ConfigObject.objects.select_for_update().get(pk=row.pk)
        if version not in ("", str(row.resource_version)):
            told = (
                f'Operation cannot be fulfilled on {PLURALS[kind]} "{name}": the object has been modified; '
                "please apply your changes to the latest version and try again"
            )
            raise Conflict(told, kind=PLURALS[kind], name=name)
        if row.content.get("immutable") and row.content != _content(accepted):
            raise Malformed(f'{PLURALS[kind]} "{name}" is immutable: its data stays as it is')
        _fill(row, accepted)
        row.resource_version = changed
        row.save()
        _wake(row.namespace, accepted)
    return row


def delete(user: User, namespace: str, kind: type[Config], name: str) -> ConfigObject:
    """Gone at once; pods that run keep what they had. Raises NotFound."""
    row = found(user, namespace, kind, name)
    ConfigObject.objects.filter(pk=row.pk).delete()
    return row


def shown(row: ConfigObject) -> dict[str, Any]:
    """The v1 object of a row."""
    meta = {
        "name": row.name,
        "namespace": row.namespace.name,
        "uid": str(row.uid),
        "resourceVersion": str(row.resource_version),
        "creationTimestamp": stamp(row.created_at),
    }
    meta |= {key: value for key, value in (("labels", row.labels), ("annotations", row.annotations)) if value}
    return {"apiVersion": "v1", "kind": row.kind, "metadata": meta, **row.content}


def _named(config: Config, namespace: str) -> Config:
    meta = config.metadata
    if meta.namespace not in ("", namespace):
        raise Malformed("the namespace of the provided object does not match the namespace sent on the request")
    name = meta.name
    if not name and meta.generate_name:
        name = meta.generate_name[: GENERATED_LENGTH - SUFFIX_LENGTH]
        name += get_random_string(SUFFIX_LENGTH, SUFFIX_ALPHABET)
    return _renamed(config, name)


def _renamed(config: Config, name: str) -> Config:
    return config.model_copy(update={"metadata": config.metadata.model_copy(update={"name": name})})


def _accepted(config: Config) -> Config:
    whole = spec.completed(config)
    if causes := spec.validate(whole):
        raise SpecRefused(whole.metadata.name, causes, kind=whole.kind)
    return whole


def _fill(row: ConfigObject, config: Config) -> None:
    row.labels, row.annotations = config.metadata.labels, config.metadata.annotations
    row.content = _content(config)


def _content(config: Config) -> dict[str, Any]:
    given = config.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {key: value for key, value in given.items() if key not in ("apiVersion", "kind", "metadata")}


def _wake(home: Namespace, config: Config) -> None:
    """The living pods of the namespace that name it."""
    which = 0 if isinstance(config, ConfigMap) else 1
    living = Pod.objects.filter(namespace=home, gone_at=None, finished_at=None)
    for uid, manifest in living.values_list("uid", "manifest"):
        if config.metadata.name in named_sources(decode_pod(manifest))[which]:
            tasks.wake(uuid.UUID(str(uid)))


def _missing(kind: type[Config], name: str) -> NotFound:
    return NotFound(f'{PLURALS[kind]} "{name}" not found', kind=PLURALS[kind], name=name)
