"""What is wrong with a pod, told as `field: message`, for the tables of rules."""

from __future__ import annotations

from typing import Any

from sandboxes.spec import decode, validate

Json = dict[str, Any]


def of_spec(**spec: Any) -> list[str]:
    """A pod of one plain member and what is said besides."""
    whole = {"containers": [{"name": "a", "image": "nginx"}]} | spec
    found = validate(decode({"metadata": {"name": "p"}, "spec": whole}))
    return [f"{cause.field.removeprefix('spec.')}: {cause.message}" for cause in found]


def of_member(**fields: Any) -> list[str]:
    """A pod of one member; fields are told from the member on."""
    found = of_spec(containers=[{"name": "a", "image": "nginx"} | fields])
    return [line.removeprefix("containers[0].") for line in found]


def of_volume(**fields: Any) -> list[str]:
    """A pod with one volume; fields are told from the volume on."""
    found = of_spec(volumes=[{"name": "v"} | fields])
    return [line.removeprefix("volumes[0].") for line in found]
