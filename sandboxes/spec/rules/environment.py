"""Environment variables of members, and where their values come from."""

from __future__ import annotations

import re

from sandboxes.spec import names
from sandboxes.spec.causes import invalid, required, too_long
from sandboxes.spec.models import EnvFromSource, EnvVar, EnvVarSource, KeyRef, ObjectFieldRef, ResourceFieldRef
from sandboxes.spec.quantity import parse
from sandboxes.spec.rules.texts import Causes, count, each, text

MOST_VARIABLES = 64
ENVIRONMENT_SIZE = 32 * 1024
# What a variable may tell, and what a file may (pkg/apis/core/validation: validEnvDownwardAPIFieldPathExpressions).
IN_BOTH = ("metadata.name", "metadata.namespace", "metadata.uid")
IN_ENV = (*IN_BOTH, "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
          "status.podIPs")  # fmt: skip
IN_FILES = (*IN_BOTH, "metadata.labels", "metadata.annotations")
RESOURCES = ("limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory",
             "requests.ephemeral-storage")  # fmt: skip
_OF_MAP = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")
_ONE_OF = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"


def environment(field: str, variables: tuple[EnvVar, ...], sources: tuple[EnvFromSource, ...]) -> Causes:
    """`env` and `envFrom` of one member; `field` is the member's path."""
    at = f"{field}.env"
    yield from count(at, len(variables), MOST_VARIABLES)
    for i, variable in enumerate(variables):
        yield from _variable(f"{at}[{i}]", variable)
    if sum(names.length(variable.name) + names.length(variable.value) for variable in variables) > ENVIRONMENT_SIZE:
        yield too_long(at, ENVIRONMENT_SIZE)
    yield from count(f"{field}.envFrom", len(sources), MOST_VARIABLES)
    for i, source in enumerate(sources):
        yield from _from(f"{field}.envFrom[{i}]", source)


def _variable(at: str, variable: EnvVar) -> Causes:
    if variable.name:
        yield from each(f"{at}.name", variable.name, names.env_name)
    else:
        yield required(f"{at}.name")
    yield from text(f"{at}.value", variable.value)
    if variable.value_from is not None:
        yield from _value_from(f"{at}.valueFrom", variable, variable.value_from)


def _value_from(at: str, variable: EnvVar, source: EnvVarSource) -> Causes:
    given = [name for name in ("field_ref", "resource_field_ref", "config_map_key_ref", "secret_key_ref")
             if getattr(source, name) is not None]  # fmt: skip
    if not given:
        yield invalid(at, "", _ONE_OF)
        return
    if variable.value:
        yield invalid(at, "", "may not be specified when `value` is not empty")
    if len(given) > 1:
        yield invalid(at, "", "may not have more than one field specified at a time")
    if source.field_ref is not None:
        yield from field_ref(f"{at}.fieldRef", source.field_ref, IN_ENV)
    if source.resource_field_ref is not None:
        yield from resource_ref(f"{at}.resourceFieldRef", source.resource_field_ref)
    for key, ref in (("configMapKeyRef", source.config_map_key_ref), ("secretKeyRef", source.secret_key_ref)):
        if ref is not None:
            yield from _key_ref(f"{at}.{key}", ref)


def _key_ref(at: str, ref: KeyRef) -> Causes:
    if not ref.name:
        yield required(f"{at}.name")
    if not ref.key:
        yield required(f"{at}.key")
    else:
        yield from each(f"{at}.key", ref.key, names.config_key)


def field_ref(at: str, ref: ObjectFieldRef, allowed: tuple[str, ...]) -> Causes:
    """A fact about the pod; one label or annotation is `metadata.labels['key']`."""
    if not ref.field_path:
        yield required(f"{at}.fieldPath")
        return
    one = _OF_MAP.fullmatch(ref.field_path)
    if one is not None:
        key = one[2].lower() if one[1] == "annotations" else one[2]
        yield from (invalid(at, key, complaint) for complaint in names.qualified_name(key))
    elif ref.field_path not in allowed:
        told = f"error converting fieldPath: field label not supported: {ref.field_path}"
        yield invalid(f"{at}.fieldPath", ref.field_path, told)


def resource_ref(at: str, ref: ResourceFieldRef, *, named: bool = False) -> Causes:
    """A request or limit; in a volume the container has to be `named`."""
    if named and not ref.container_name:
        yield required(f"{at}.containerName")
    if not ref.resource:
        yield required(f"{at}.resource")
    elif ref.resource not in RESOURCES:
        yield invalid(f"{at}.resource", ref.resource, f"must be one of {', '.join(RESOURCES)}")
    if ref.divisor != "" and not parse(ref.divisor):
        yield invalid(f"{at}.divisor", str(ref.divisor), "must be a quantity above zero")


def _from(at: str, source: EnvFromSource) -> Causes:
    if source.prefix:
        yield from each(f"{at}.prefix", source.prefix, names.env_name)
    given = [(k, ref) for k, ref in (("configMapRef", source.config_map_ref), ("secretRef", source.secret_ref)) if ref]
    if not given:
        yield invalid(at, "", "must specify one of: `configMapRef` or `secretRef`")
    if len(given) > 1:
        yield invalid(at, "", "may not have more than one field specified at a time")
    for key, ref in given:
        if not ref.name:
            yield required(f"{at}.{key}.name")
