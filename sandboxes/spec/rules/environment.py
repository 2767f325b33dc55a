"""Environment variables of members, and where their values come from."""

from __future__ import annotations

from sandboxes.spec import names
from sandboxes.spec.causes import invalid, not_supported, required, too_long
from sandboxes.spec.facts import MAPS, OLD_PATHS, subscripted
from sandboxes.spec.models import EnvFromSource, EnvVar, EnvVarSource, KeyRef, ObjectFieldRef, ResourceFieldRef
from sandboxes.spec.quantity import canonical, parse
from sandboxes.spec.rules.texts import Causes, count, each, text

MOST_VARIABLES = 64
ENVIRONMENT_SIZE = 32 * 1024
# What a variable may tell, and what a file may (pkg/apis/core/validation), in the order of the message.
IN_ENV = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
          "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs")  # fmt: skip
IN_FILES = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
# What a reference may name at all (pkg/apis/core/pods: ConvertDownwardAPIFieldLabel).
KNOWN_PATHS = frozenset({*IN_ENV, *IN_FILES, "spec.restartPolicy", "spec.schedulerName", "status.phase"})
RESOURCES = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
             "requests.memory")  # fmt: skip
_STORAGE = "local ephemeral storage"
_SIZES = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
# By the resource: units, and what the message calls it.
DIVISORS = {
    "cpu": (("1m", "1"), "values 1m and 1 are supported with the cpu resource"),
    "memory": (_SIZES, f"values {', '.join(_SIZES)} are supported with the memory resource"),
    "ephemeral-storage": (
        _SIZES,
        f"values {', '.join(_SIZES)} are supported with the {_STORAGE} resource",
    ),
}
_ONE_OF = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"


def environment(field: str, variables: tuple[EnvVar, ...], sources: tuple[EnvFromSource, ...]) -> Causes:
    """`env` and `envFrom` of one member; `field` is the member's path."""
    at = f"{field}.env"
    for i, variable in enumerate(variables):
        yield from _variable(f"{at}[{i}]", variable)
    for i, source in enumerate(sources):
        yield from _from(f"{field}.envFrom", f"{field}.envFrom[{i}]", source)
    yield from count(at, len(variables), MOST_VARIABLES)
    if sum(names.length(variable.name) + names.length(variable.value) for variable in variables) > ENVIRONMENT_SIZE:
        yield too_long(at, ENVIRONMENT_SIZE)
    yield from count(f"{field}.envFrom", len(sources), MOST_VARIABLES)


def _variable(at: str, variable: EnvVar) -> Causes:
    if variable.name:
        yield from each(f"{at}.name", variable.name, names.env_name)
    else:
        yield required(f"{at}.name")
    yield from text(f"{at}.value", variable.value)
    if variable.value_from is not None:
        yield from _value_from(f"{at}.valueFrom", variable, variable.value_from)


def _value_from(at: str, variable: EnvVar, source: EnvVarSource) -> Causes:
    if source.field_ref is not None:
        yield from field_ref(f"{at}.fieldRef", source.field_ref, IN_ENV)
    if source.resource_field_ref is not None:
        yield from resource_ref(f"{at}.resourceFieldRef", source.resource_field_ref)
    for key, ref in (("configMapKeyRef", source.config_map_key_ref), ("secretKeyRef", source.secret_key_ref)):
        if ref is not None:
            yield from _key_ref(f"{at}.{key}", ref)
    given = (source.field_ref, source.resource_field_ref, source.config_map_key_ref, source.secret_key_ref)
    told = sum(ref is not None for ref in given)
    if not told:
        yield invalid(at, "", _ONE_OF)
    elif variable.value:
        yield invalid(at, "", "may not be specified when `value` is not empty")
    elif told > 1:
        yield invalid(at, "", "may not have more than one field specified at a time")


def _key_ref(at: str, ref: KeyRef) -> Causes:
    yield from each(f"{at}.name", ref.name, names.dns_subdomain)
    if not ref.key:
        yield required(f"{at}.key")
    else:
        yield from each(f"{at}.key", ref.key, names.config_key)


def field_ref(at: str, ref: ObjectFieldRef, allowed: tuple[str, ...]) -> Causes:
    """A fact about the pod; one label or annotation is `metadata.labels['key']`."""
    path = ref.field_path
    if not path:
        yield required(f"{at}.fieldPath")
    elif ref.api_version not in ("", "v1"):
        told = f"error converting fieldPath: unsupported pod version: {ref.api_version}"
        yield invalid(f"{at}.fieldPath", path, told)
    elif (one := subscripted(path)) is not None:
        of, key = one
        if of not in MAPS:
            told = f"error converting fieldPath: field label does not support subscript: {path}"
            yield invalid(f"{at}.fieldPath", path, told)
        else:
            yield from each(at, key.lower() if of == "metadata.annotations" else key, names.qualified_name)
    elif OLD_PATHS.get(path, path) not in KNOWN_PATHS:
        yield invalid(f"{at}.fieldPath", path, f"error converting fieldPath: field label not supported: {path}")
    elif OLD_PATHS.get(path, path) not in allowed:
        yield not_supported(f"{at}.fieldPath", path, allowed)


def resource_ref(at: str, ref: ResourceFieldRef, *, named: bool = False) -> Causes:
    """A request or limit; in a volume the container has to be `named`."""
    if named and not ref.container_name:
        yield required(f"{at}.containerName")
    elif not ref.resource:
        yield required(f"{at}.resource")
    elif ref.resource not in RESOURCES:
        yield not_supported(f"{at}.resource", ref.resource, RESOURCES)
    units, told = DIVISORS.get(ref.resource.partition(".")[2], ((), ""))
    if told and ref.divisor != "" and parse(ref.divisor) and canonical(ref.divisor) not in units:
        yield invalid(f"{at}.divisor", ref.resource, f"only divisor's {told}")


def _from(field: str, at: str, source: EnvFromSource) -> Causes:
    """What is said of the whole source is told of the list, as the API server does."""
    if source.prefix:
        yield from each(f"{at}.prefix", source.prefix, names.env_name)
    given = [(k, ref) for k, ref in (("configMapRef", source.config_map_ref), ("secretRef", source.secret_ref)) if ref]
    for key, ref in given:
        if ref.name:
            yield from each(f"{at}.{key}.name", ref.name, names.name_prefix)
        else:
            yield required(f"{at}.{key}.name")
    if not given:
        yield invalid(field, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(given) > 1:
        yield invalid(field, "", "may not have more than one field specified at a time")
