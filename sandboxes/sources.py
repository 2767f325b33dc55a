"""The ConfigMaps and Secrets that a pod names, read for its pass."""

from __future__ import annotations

from collections.abc import Mapping

from sandboxes.models import ConfigObject, Namespace
from sandboxes.spec.configs import Config, ConfigMap, Secret, contents
from sandboxes.spec.facts import Sources, named_sources
from sandboxes.spec.models import Pod


def sources_of(pod: Pod, namespace: Namespace) -> Sources:
    """Those that are there; what is missing is missed where it is used."""
    maps, secrets = named_sources(pod)
    if not maps and not secrets:
        return Sources()
    return Sources(_read(namespace, ConfigMap, maps), _read(namespace, Secret, secrets))


def _read(namespace: Namespace, kind: type[Config], names: frozenset[str]) -> Mapping[str, Mapping[str, bytes]]:
    rows = ConfigObject.objects.filter(namespace=namespace, kind=kind.__name__, name__in=names)
    return {row.name: contents(kind.model_validate(row.content)) for row in rows}
