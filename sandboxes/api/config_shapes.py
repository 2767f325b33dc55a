"""What ConfigMaps and Secrets look like in answers."""

from __future__ import annotations

from typing import Annotated, Literal

from sandboxes.api.shapes import Answer, Left, ListMeta


class ConfigMeta(Answer):
    """Metadata of a ConfigMap or Secret."""

    name: str
    namespace: str
    uid: str
    resource_version: str
    creation_timestamp: str
    labels: Annotated[dict[str, str], Left]
    annotations: Annotated[dict[str, str], Left]


class ConfigMap(Answer):
    """Texts, and bytes as base64, by key."""

    api_version: Literal["v1"]
    kind: Literal["ConfigMap"]
    metadata: ConfigMeta
    data: Annotated[dict[str, str], Left]
    binary_data: Annotated[dict[str, str], Left]
    immutable: Annotated[bool, Left]


class Secret(Answer):
    """Bytes as base64 by key."""

    api_version: Literal["v1"]
    kind: Literal["Secret"]
    metadata: ConfigMeta
    data: Annotated[dict[str, str], Left]
    type: str
    immutable: Annotated[bool, Left]


class ConfigMapList(Answer):
    """ConfigMaps of one namespace, by name."""

    api_version: Literal["v1"]
    kind: Literal["ConfigMapList"]
    metadata: ListMeta
    items: list[ConfigMap]


class SecretList(Answer):
    """Secrets of one namespace, by name."""

    api_version: Literal["v1"]
    kind: Literal["SecretList"]
    metadata: ListMeta
    items: list[Secret]
