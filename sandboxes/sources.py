"""The ConfigMaps and Secrets that a pod names, read for its pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sandboxes.models import ConfigObject, Namespace
from sandboxes.spec.configs import ConfigMap, Secret, contents
from sandboxes.spec.facts import Sources, named_sources
from sandboxes.spec.models import Pod

Kind = TypeVar("Kind", ConfigMap, Secret)


def sources_of(pod: Pod, namespace: Namespace) -> Sources:
    """Those that are there; what is missing is missed where it is used."""
    maps, secrets = named_sources(pod)
    if not maps and not secrets:
        return Sources()
    found = _read(namespace, ConfigMap, maps)
    return Sources(
        {name: contents(config) for name, config in found.items()},
        {name: contents(config) for name, config in _read(namespace, Secret, secrets).items()},
        {name: frozenset(config.binary_data) for name, config in found.items()},
    )


def missing_pull_secrets(pod: Pod, namespace: Namespace) -> tuple[str, ...]:
    """The names of those that are not there, each once; no reason not to pull, and told."""
    named = tuple(dict.fromkeys(secret.name for secret in pod.spec.image_pull_secrets))
    if not named:
        return ()
    there = ConfigObject.objects.filter(namespace=namespace, kind=Secret.__name__, name__in=named)
    found = set(there.values_list("name", flat=True))
    return tuple(name for name in named if name not in found)


def _read(namespace: Namespace, kind: type[Kind], names: frozenset[str]) -> Mapping[str, Kind]:
    rows = ConfigObject.objects.filter(namespace=namespace, kind=kind.__name__, name__in=names)
    return {row.name: kind.model_validate(row.content) for row in rows}
