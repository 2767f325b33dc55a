"""Use cases of ConfigMaps and Secrets: whoever may change a namespace's pods may see and change its sources. An auditor
sees ConfigMaps, and not what Secrets hold.

A change wakes the pods that name the object: files of a volume follow it, an environment is what it was at the start.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string

from people.rules import Verb
from sandboxes import tasks
from sandboxes.deletion import Terms, check_terms
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
KINDS: dict[str, type[Config]] = {kind.__name__: kind for kind in PLURALS}
Change = Callable[[dict[str, Any]], dict[str, Any]]


def listed(user: User, namespace: str, kind: type[Config]) -> list[ConfigObject]:
    """Those of a namespace, by name. Raises NotFound, NotAllowed."""
    home = live_namespace(user, namespace, Verb.LIST if kind is ConfigMap else Verb.REVEAL)
    return list(ConfigObject.objects.filter(namespace=home, kind=kind.__name__).order_by("name"))


def found(user: User, namespace: str, kind: type[Config], name: str, verb: Verb) -> ConfigObject:
    """Raises NotFound, also for what is not this user's; NotAllowed. To read a Secret is to reveal it."""
    home = live_namespace(user, namespace, Verb.REVEAL if kind is Secret and verb is Verb.READ else verb)
    row = (
        ConfigObject.objects.filter(namespace=home, kind=kind.__name__, name=name).first()
        if PLAUSIBLE_NAME.fullmatch(name)
        else None
    )
    if row is None:
        raise _missing(kind, name)
    return row


def create(user: User, namespace: str, config: Config, *, dry_run: bool = False) -> ConfigObject:
    """Raises NotFound, NotAllowed, Malformed, SpecRefused or AlreadyExists."""
    home = live_namespace(user, namespace, Verb.CREATE)
    accepted = _accepted(_named(config, home.name))
    kind = type(accepted)
    row = ConfigObject(namespace=home, kind=kind.__name__, name=accepted.metadata.name, created_at=timezone.now())
    _fill(row, accepted)
    taken = AlreadyExists(f'{PLURALS[kind]} "{row.name}" already exists', kind=PLURALS[kind], name=row.name)
    there = ConfigObject.objects.filter(namespace=home)
    if there.filter(kind=row.kind, name=row.name).exists():
        raise taken
    if dry_run:
        _check_room(there)
        return row
    try:
        with transaction.atomic():
            row.resource_version = Counter.next()
            _check_room(there)  # after the counter, which one writer has at a time: of many at once each sees the last
            row.save(force_insert=True)
            _wake(home, accepted)
    except IntegrityError as exc:
        raise taken from exc
    return row


def _check_room(there: QuerySet[ConfigObject]) -> None:
    if there.count() >= settings.NAMESPACE_MAX_CONFIGS:
        told = f"a namespace holds at most {settings.NAMESPACE_MAX_CONFIGS} ConfigMaps and Secrets: delete some"
        raise Malformed(told)


def change(known: ConfigObject, change: Change, *, dry_run: bool = False) -> ConfigObject:
    """The object that was found, with what `change` makes of it; nothing is written when nothing is new.

    Raises NotFound, Malformed, SpecRefused or Conflict.
    """
    with transaction.atomic():
        version = 0 if dry_run else Counter.next()  # before the row, as every other writer takes them
        row = _locked(known)
        given, kind = change(shown(row)), KINDS[row.kind]
        asked = _named(spec.decode(kind, given), row.namespace.name)
        _check_same(row, asked.metadata.name, given.get("metadata") or {})
        before, now = (row.labels, row.annotations, row.content), _accepted(_kept_type(asked, row))
        _fill(row, now)
        if causes := spec.frozen(before[2], row.content):
            raise SpecRefused(row.name, causes, kind=row.kind)
        if dry_run or before == (row.labels, row.annotations, row.content):
            return row
        row.resource_version = version
        row.save()
        _wake(row.namespace, now)
    return row


def delete(known: ConfigObject, terms: Terms) -> ConfigObject:
    """Gone at once; pods that run keep what they had. Raises NotFound or Conflict."""
    with transaction.atomic():
        row = _locked(known)
        check_terms(row, terms, row.kind)
        if not terms.dry_run:
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


def _locked(known: ConfigObject) -> ConfigObject:
    rows = ConfigObject.objects.select_related("namespace").select_for_update(of=("self",))
    row = rows.filter(pk=known.pk).first()
    if row is None:
        raise _missing(KINDS[known.kind], known.name)
    return row


def _check_same(row: ConfigObject, name: str, meta: Mapping[str, Any]) -> None:
    """It is this object, in the version that the client saw, if it says which."""
    if name != row.name:
        raise Malformed(f"the name of the object ({name}) does not match the name on the URL ({row.name})")
    plural = PLURALS[KINDS[row.kind]]
    refused = f'Operation cannot be fulfilled on {plural} "{name}": '
    if meta.get("uid") not in (None, "", str(row.uid)):
        told = f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta: {row.uid}"
        raise Conflict(refused + told, kind=plural, name=name)
    if meta.get("resourceVersion") not in (None, "", str(row.resource_version)):
        told = "the object has been modified; please apply your changes to the latest version and try again"
        raise Conflict(refused + told, kind=plural, name=name)


def _kept_type(config: Config, row: ConfigObject) -> Config:
    """A Secret that says no type stays what it was (registry/core/secret/strategy.go)."""
    if isinstance(config, ConfigMap) or config.type:
        return config
    return config.model_copy(update={"type": row.content.get("type", "")})


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
