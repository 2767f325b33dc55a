"""ConfigMaps and Secrets as a client sends them, and what is wrong with one.

PURE. pkg/apis/core/validation (ValidateConfigMap, ValidateSecret), v1.34; at most 1 MiB of content.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sandboxes.errors import Cause, Malformed
from sandboxes.spec import names
from sandboxes.spec.causes import forbidden, invalid, required, too_long
from sandboxes.spec.models import ObjectMeta
from sandboxes.spec.shape import Shape

LARGEST = 1024 * 1024
MOST_KEYS = 1000
OPAQUE = "Opaque"
# What a Secret of a type must hold (pkg/apis/core/types.go).
MUST_HOLD = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


class ConfigMap(Shape):
    """Texts, and bytes as base64, by key."""

    api_version: str = "v1"
    kind: str = "ConfigMap"
    metadata: ObjectMeta = ObjectMeta()
    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}
    immutable: bool | None = None


class Secret(Shape):
    """Bytes as base64 by key; `string_data` is text that is put there on writing, and never read back."""

    api_version: str = "v1"
    kind: str = "Secret"
    metadata: ObjectMeta = ObjectMeta()
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}
    type: str = ""
    immutable: bool | None = None


Config = ConfigMap | Secret
OWNED = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")


def decode(kind: type[Config], obj: Mapping[str, Any]) -> Config:
    """Raises Malformed with a cause for each field at fault."""
    name = kind.__name__
    if (obj.get("kind") or name, obj.get("apiVersion") or "v1") != (name, "v1"):
        raise Malformed(f"the object provided is unrecognized (must be of type {name})")
    given = {key: value for key, value in obj.items() if value is not None}
    if isinstance(given.get("metadata"), Mapping):
        given["metadata"] = {k: v for k, v in given["metadata"].items() if k not in OWNED and v is not None}
    try:
        found = kind.model_validate(given)
    except ValidationError as exc:
        causes = tuple(
            Cause(".".join(map(str, error["loc"])), "FieldValueInvalid", error["msg"])
            for error in exc.errors(include_input=False, include_context=False)
        )
        told = "; ".join(f"{cause.field}: {cause.message}" for cause in causes[:10])
        raise Malformed(f'{name} in version "v1" cannot be handled as a {name}: {told}', causes) from exc
    return found.model_copy(update={"api_version": "v1", "kind": name})


def completed(config: Config) -> Config:
    """As it is stored: a Secret's texts among its data, its type said."""
    if isinstance(config, ConfigMap):
        return config
    texts = {key: base64.b64encode(text.encode()).decode() for key, text in config.string_data.items()}
    return config.model_copy(update={"data": config.data | texts, "string_data": {}, "type": config.type or OPAQUE})


def validate(config: Config) -> tuple[Cause, ...]:
    """What is wrong with a completed one."""
    return tuple(_validate(config))


def _validate(config: Config) -> Iterator[Cause]:
    yield from _metadata(config.metadata)
    encoded = config.binary_data if isinstance(config, ConfigMap) else config.data
    field = "binaryData" if isinstance(config, ConfigMap) else "data"
    if len({*config.data, *encoded}) > MOST_KEYS:
        yield forbidden("data", f"must have at most {MOST_KEYS} keys")
    for key in {*config.data, *encoded}:
        yield from (invalid(f"data[{key}]", key, told) for told in names.config_key(key))
    for key, text in encoded.items():
        if _bytes(text) is None:
            yield invalid(f"{field}[{key}]", text[:32], "must be base64")
    yield from _doubled(config) if isinstance(config, ConfigMap) else _typed(config)
    if sum(len(content) for content in contents(config).values()) > LARGEST:
        yield too_long("data", LARGEST)


def _metadata(meta: ObjectMeta) -> Iterator[Cause]:
    if meta.name:
        yield from (invalid("metadata.name", meta.name, told) for told in names.dns_subdomain(meta.name))
    else:
        yield required("metadata.name", "name or generateName is required")
    for key, value in meta.labels.items():
        yield from (invalid("metadata.labels", key, told) for told in names.qualified_name(key))
        yield from (invalid("metadata.labels", value, told) for told in names.label_value(value))


def _doubled(config: ConfigMap) -> Iterator[Cause]:
    for key in config.data.keys() & config.binary_data.keys():
        yield invalid(f"data[{key}]", key, "duplicate of key present in binaryData")


def _typed(config: Secret) -> Iterator[Cause]:
    yield from (required(f"data[{key}]") for key in MUST_HOLD.get(config.type, ()) if key not in config.data)


def contents(config: Config) -> dict[str, bytes]:
    """What is in it, byte for byte."""
    if isinstance(config, ConfigMap):
        texts = {key: text.encode("utf-8", "surrogatepass") for key, text in config.data.items()}
        return texts | {key: _bytes(text) or b"" for key, text in config.binary_data.items()}
    return {key: _bytes(text) or b"" for key, text in config.data.items()}


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
