"""Volumes: what a pod's files come from. https://kubernetes.io/docs/concepts/storage/volumes/"""

from __future__ import annotations

from pydantic import Field

from sandboxes.spec.shape import Int32, ObjectFieldRef, Quantity, ResourceFieldRef, Shape


class KeyToPath(Shape):
    """One key as a file; `mode` is the file's, 0-0777."""

    key: str = ""
    path: str = ""
    mode: Int32 | None = None


class DownwardFile(Shape):
    """One fact about the pod as a file."""

    path: str = ""
    field_ref: ObjectFieldRef | None = None
    resource_field_ref: ResourceFieldRef | None = None
    mode: Int32 | None = None


class EmptyDir(Shape):
    """Empty at first, gone with the pod. `medium` "Memory" is a tmpfs, of at most `size_limit` bytes."""

    medium: str = ""
    size_limit: Quantity = ""


class ConfigMapVolume(Shape):
    """A ConfigMap's keys as files."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None


class SecretVolume(Shape):
    """A Secret's keys as files."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None


class DownwardVolume(Shape):
    """Facts about the pod as files."""

    items: tuple[DownwardFile, ...] = ()
    default_mode: Int32 | None = None


class ConfigMapProjection(Shape):
    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool | None = None


class SecretProjection(Shape):
    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool | None = None


class DownwardProjection(Shape):
    items: tuple[DownwardFile, ...] = ()


class Projection(Shape):
    """One of the sources of a projected volume; exactly one is set."""

    config_map: ConfigMapProjection | None = None
    secret: SecretProjection | None = None
    downward_api: DownwardProjection | None = Field(default=None, alias="downwardAPI")


class ProjectedVolume(Shape):
    """Several sources in one folder."""

    sources: tuple[Projection, ...] = ()
    default_mode: Int32 | None = None


class Volume(Shape):
    """A volume of the pod; exactly one source is set."""

    name: str = ""
    empty_dir: EmptyDir | None = None
    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    downward_api: DownwardVolume | None = Field(default=None, alias="downwardAPI")
    projected: ProjectedVolume | None = None


class VolumeMount(Shape):
    """Where a member sees a volume; of `sub_path` and `sub_path_expr` one at most is set."""

    name: str = ""
    mount_path: str = ""
    read_only: bool | None = None
    sub_path: str = ""
    sub_path_expr: str = ""
