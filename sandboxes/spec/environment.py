"""The environment of a member, and its command, as a kubelet makes them.

PURE. pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables): envFrom first, then env; later ones see earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandboxes.spec.expansion import expand, variables
from sandboxes.spec.facts import Data, Facts, SourceMissing, Sources
from sandboxes.spec.models import AnyContainer, EnvFromSource, EnvVar, KeyRef, ResourceFieldRef, VolumeMount
from sandboxes.spec.names import env_name


@dataclass(frozen=True)
class Process:
    """What a member's first process is started with: its variables in order, its command and arguments."""

    env: Mapping[str, str]
    command: tuple[str, ...]
    args: tuple[str, ...]


def process(container: AnyContainer, facts: Facts, sources: Sources) -> Process:
    """Raises SourceMissing, in the kubelet's words.

    A name that is given twice: the last wins for the process, and what stands between them sees the first.
    """
    env: dict[str, str] = {}
    for source in container.env_from:
        env |= _whole(source, facts, sources)
    seen: dict[str, str] = {}
    for variable in container.env:
        value = _value(variable, container, facts, sources, env | seen)
        if value is not None:
            seen[variable.name] = value
    env |= seen
    return Process(
        env, tuple(expand(word, env) for word in container.command), tuple(expand(word, env) for word in container.args)
    )


def sub_path(mount: VolumeMount, env: Mapping[str, str]) -> str:
    """What of a volume the member sees, "" for all of it (pkg/kubelet: makeMounts, ExpandContainerVolumeMounts).

    Raises SourceMissing: a variable that is not there, or is empty, could give one member what is another's.
    """
    missing = {name for name in variables(mount.sub_path_expr) if not env.get(name)}
    if missing:
        raise SourceMissing(f"missing value for {', '.join(sorted(missing))}")
    path = expand(mount.sub_path_expr, env) or mount.sub_path
    if path.startswith("/"):
        raise SourceMissing(f"error SubPath `{path}` must not be an absolute path")
    if ".." in path.split("/"):
        raise SourceMissing(f"unable to provision SubPath `{path}`: must not contain '..'")
    return path


def _value(
    variable: EnvVar,
    container: AnyContainer,
    facts: Facts,
    sources: Sources,
    known: Mapping[str, str],
) -> str | None:
    """None for an optional key that is not there."""
    source = variable.value_from
    if source is None:
        return expand(variable.value, known)
    if source.field_ref is not None:
        return facts.value(source.field_ref.field_path)
    if source.resource_field_ref is not None:
        return _amount(source.resource_field_ref, container, facts)
    if source.config_map_key_ref is not None:
        return _keyed("ConfigMap", source.config_map_key_ref, sources.texts(), facts.namespace)
    assert source.secret_key_ref is not None, "validation lets no empty valueFrom pass"
    return _keyed("Secret", source.secret_key_ref, sources.secrets, facts.namespace)


def _amount(ref: ResourceFieldRef, container: AnyContainer, facts: Facts) -> str:
    of = facts.named(ref.container_name) if ref.container_name else container
    if of is None:
        raise SourceMissing(f"container {ref.container_name} not found")
    return facts.amount(ref, of)


def _keyed(kind: str, ref: KeyRef, there: Mapping[str, Data], namespace: str) -> str | None:
    data = there.get(ref.name)
    if data is not None and ref.key in data:
        return data[ref.key].decode(errors="replace")
    if ref.optional:
        return None
    if data is None:
        raise SourceMissing(f'{kind.lower()} "{ref.name}" not found')
    raise SourceMissing(f"couldn't find key {ref.key} in {kind} {namespace}/{ref.name}")


def _whole(source: EnvFromSource, facts: Facts, sources: Sources) -> dict[str, str]:
    """All keys that can be names, each behind the prefix; the others are left out."""
    ref, there, kind = source.config_map_ref, sources.texts(), "configmap"
    if source.secret_ref is not None:
        ref, there, kind = source.secret_ref, sources.secrets, "secret"
    assert ref is not None, "validation lets no empty envFrom pass"
    data = there.get(ref.name)
    if data is None:
        if ref.optional:
            return {}
        raise SourceMissing(f'{kind} "{ref.name}" not found')
    named = ((f"{source.prefix}{key}", content) for key, content in sorted(data.items()))
    return {name: content.decode(errors="replace") for name, content in named if not env_name(name)}
