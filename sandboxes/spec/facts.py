"""What a pod can be told about itself: the downward API, and what its ConfigMaps and Secrets hold.

PURE. https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandboxes.errors import PlaygroundError
from sandboxes.spec.causes import quoted
from sandboxes.spec.models import AnyContainer, Container, Pod, ResourceFieldRef, ResourceRequirements
from sandboxes.spec.quantity import parse, whole

MAPS = ("metadata.labels", "metadata.annotations")
# Names that clients of long ago have for what is called otherwise now.
OLD_PATHS = {"spec.host": "spec.nodeName"}
ADDRESSES = frozenset({"status.podIP", "status.podIPs"})

Data = Mapping[str, bytes]


@dataclass(frozen=True)
class Sources:
    """The ConfigMaps and Secrets that a pod names and that are there: name → key → content.

    `binary_keys` are those of a ConfigMap's binaryData: they become files, and never variables.
    """

    config_maps: Mapping[str, Data] = field(default_factory=dict)
    secrets: Mapping[str, Data] = field(default_factory=dict)
    binary_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def texts(self) -> Mapping[str, Data]:
        """ConfigMaps without their binary keys."""
        return {
            name: {key: content for key, content in data.items() if key not in self.binary_keys.get(name, ())}
            for name, data in self.config_maps.items()
        }


class SourceMissing(PlaygroundError):
    """A ConfigMap, a Secret or a key of one that has to be there is not."""


@dataclass(frozen=True)
class Facts:
    """What is known of a pod on its node. `ip` is "" before its network is prepared.

    `most` is what a member may have that asks for no limit: resource → quantity.
    """

    pod: Pod
    namespace: str
    uid: str
    node: str
    host_ip: str
    ip: str = ""
    most: Mapping[str, str] = field(default_factory=dict)

    def value(self, path: str) -> str:
        """What a fieldRef names; a label that is not there is empty."""
        meta = self.pod.metadata
        maps = {"metadata.labels": meta.labels, "metadata.annotations": meta.annotations}
        one = subscripted(path)
        if one is not None:
            return maps[one[0]].get(one[1], "")
        return _lines(maps[path]) if path in maps else self._plain.get(OLD_PATHS.get(path, path), "")

    @property
    def _plain(self) -> dict[str, str]:
        return {
            "metadata.name": self.pod.metadata.name,
            "metadata.namespace": self.namespace,
            "metadata.uid": self.uid,
            "spec.nodeName": self.node,
            "spec.serviceAccountName": "default",
            "status.hostIP": self.host_ip,
            "status.hostIPs": self.host_ip,
            "status.podIP": self.ip,
            "status.podIPs": self.ip,
        }

    def amount(self, ref: ResourceFieldRef, container: AnyContainer) -> str:
        """A request or limit in units of the divisor, rounded up; a limit that is not set is the most there is."""
        kind, _, name = ref.resource.partition(".")
        resources = container.resources if isinstance(container, Container) else ResourceRequirements()
        given = resources.limits.get(name, 0) if kind == "limits" else resources.requests.get(name, 0)
        if kind == "limits" and not parse(given):
            given = self.most.get(name, "0")
        return str(whole(given, ref.divisor if ref.divisor != "" and parse(ref.divisor) else 1))

    def named(self, name: str) -> Container | None:
        """The main or init member of that name."""
        spec = self.pod.spec
        return next((c for c in (*spec.containers, *spec.init_containers) if c.name == name), None)


def subscripted(path: str) -> tuple[str, str] | None:
    """`metadata.labels['key']` as the map and the key, None for a plain path (pkg/fieldpath)."""
    of, opened, key = path.removesuffix("']").partition("['")
    return (of, key) if path.endswith("']") and of and opened else None


def _lines(found: Mapping[str, str]) -> str:
    """As the downward API writes a map: a line an entry, sorted, values as Go quotes them."""
    return "\n".join(f"{key}={quoted(value)}" for key, value in sorted(found.items()))


def needs_address(container: AnyContainer) -> bool:
    """Its body cannot be made before the pod has an address."""
    refs = (variable.value_from.field_ref for variable in container.env if variable.value_from is not None)
    return any(ref is not None and ref.field_path in ADDRESSES for ref in refs)


def named_sources(pod: Pod) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the ConfigMaps and of the Secrets that the pod's environment and volumes mention."""
    spec = pod.spec
    maps: set[str] = set()
    secrets: set[str] = set()
    for container in (*spec.init_containers, *spec.containers, *spec.ephemeral_containers):
        for variable in container.env:
            source = variable.value_from
            if source is not None:
                maps |= {source.config_map_key_ref.name} if source.config_map_key_ref else set()
                secrets |= {source.secret_key_ref.name} if source.secret_key_ref else set()
        for whole_source in container.env_from:
            maps |= {whole_source.config_map_ref.name} if whole_source.config_map_ref else set()
            secrets |= {whole_source.secret_ref.name} if whole_source.secret_ref else set()
    for kind, name in _in_volumes(pod):
        (maps if kind == "configmap" else secrets).add(name)
    return frozenset(maps), frozenset(secrets)


def _in_volumes(pod: Pod) -> Iterator[tuple[str, str]]:
    for volume in pod.spec.volumes:
        if volume.config_map is not None:
            yield "configmap", volume.config_map.name
        if volume.secret is not None:
            yield "secret", volume.secret.secret_name
        for projection in volume.projected.sources if volume.projected else ():
            if projection.config_map is not None:
                yield "configmap", projection.config_map.name
            if projection.secret is not None:
                yield "secret", projection.secret.name
