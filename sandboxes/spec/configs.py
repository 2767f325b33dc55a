"""ConfigMaps and Secrets as a client sends them, and what is wrong with one.

PURE. pkg/apis/core/validation (ValidateConfigMap, ValidateSecret), v1.34; at most 1 MiB of content.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from sandboxes.errors import Cause, Malformed
from sandboxes.spec import names
from sandboxes.spec.causes import forbidden, invalid, required, too_long, too_many
from sandboxes.spec.decoding import decode_as
from sandboxes.spec.models import ObjectMeta
from sandboxes.spec.rules.metadata import metadata
from sandboxes.spec.rules.texts import Causes, each
from sandboxes.spec.shape import Shape

LARGEST = 1024 * 1024
MOST_KEYS = 1000
OPAQUE = "Opaque"
ACCOUNT = "kubernetes.io/service-account.name"


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


def decode(kind: type[Config], obj: Mapping[str, Any]) -> Config:
    """Raises Malformed with a cause for each field at fault."""
    name = kind.__name__
    if (obj.get("kind") or name, obj.get("apiVersion") or "v1") != (name, "v1"):
        raise Malformed(f"the object provided is unrecognized (must be of type {name})")
    return decode_as(kind, obj).model_copy(update={"api_version": "v1", "kind": name})


def completed(config: Config) -> Config:
    """As it is stored: a Secret's texts among its data, its type said."""
    if isinstance(config, ConfigMap):
        return config
    texts = {key: base64.b64encode(text.encode()).decode() for key, text in config.string_data.items()}
    return config.model_copy(update={"data": config.data | texts, "string_data": {}, "type": config.type or OPAQUE})


def validate(config: Config) -> tuple[Cause, ...]:
    """What is wrong with a completed one."""
    return tuple(_validate(config))


def frozen(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Cause, ...]:
    """What of a stored object's content may not become `new` (ValidateConfigMapUpdate, ValidateSecretUpdate)."""
    causes = []
    if old.get("type") != new.get("type"):
        causes.append(invalid("type", new.get("type", ""), "field is immutable"))
    if old.get("immutable"):
        told = "field is immutable when `immutable` is set"
        changed = (key for key in ("data", "binaryData") if old.get(key) != new.get(key))
        thawed = () if new.get("immutable") else ("immutable",)
        causes += [forbidden(key, told) for key in (*thawed, *changed)]
    return tuple(causes)


def _validate(config: Config) -> Causes:
    yield from metadata(config.metadata)
    if len(contents(config)) > MOST_KEYS:
        yield too_many("data", len(contents(config)), MOST_KEYS)
    for key in config.data:
        yield from each(f"data[{key}]", key, names.config_key)
    size = sum(map(len, contents(config).values()))
    if isinstance(config, ConfigMap):
        yield from _binary(config)
        if size > LARGEST:
            yield too_long("", LARGEST)
        return
    yield from _encoded("data", config.data)
    if size > LARGEST:
        yield too_long("data", LARGEST)
    yield from _typed(config)


def _binary(config: ConfigMap) -> Causes:
    for key in config.data:
        if key in config.binary_data:
            yield invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in config.binary_data:
        yield from each(f"binaryData[{key}]", key, names.config_key)
    yield from _encoded("binaryData", config.binary_data)


def _encoded(field: str, encoded: Mapping[str, str]) -> Causes:
    """What is wrong is not shown: it may be a secret in clear."""
    for key, text in encoded.items():
        if _bytes(text) is None:
            yield Cause(f"{field}[{key}]", "FieldValueInvalid", "Invalid value: must be base64")


def _typed(secret: Secret) -> Causes:
    """What a Secret of a type must hold (pkg/apis/core/types.go); any other type may hold anything."""
    held = {key: content for key, text in secret.data.items() if (content := _bytes(text)) is not None}
    match secret.type:
        case "kubernetes.io/service-account-token":
            if not secret.metadata.annotations.get(ACCOUNT):
                yield required(f"metadata.annotations[{ACCOUNT}]")
        case "kubernetes.io/dockercfg":
            yield from _json(".dockercfg", held)
        case "kubernetes.io/dockerconfigjson":
            yield from _json(".dockerconfigjson", held)
        case "kubernetes.io/basic-auth":
            if not {"username", "password"} & secret.data.keys():
                yield from (required("data[username]"), required("data[password]"))
        case "kubernetes.io/ssh-auth":
            if not secret.data.get("ssh-privatekey"):
                yield required("data[ssh-privatekey]")
        case "kubernetes.io/tls":
            yield from (required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in secret.data)


def _json(key: str, held: Mapping[str, bytes]) -> Causes:
    if key not in held:
        yield required(f"data[{key}]")
        return
    try:
        sound = isinstance(json.loads(held[key]), dict)
    except (ValueError, RecursionError):
        sound = False
    if not sound:
        yield invalid(f"data[{key}]", "<secret contents redacted>", "must be one object in JSON")


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
