"""What every object of the API is made of: frozen shapes, numbers of Kubernetes' sizes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
# A port by its number, or by the name a container gives it.
IntOrString = Int32 | str
# As it was written ("500m", "64Mi"); `quantity.py` reads it. JSON may have a bare number.
Quantity = str | int | float


class Shape(BaseModel):
    """A frozen object of the API; unknown fields are refused, nothing is coerced.

    Every field has a default that means unset: what must be there is said in `validation.py`, not here.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class KeyRef(Shape):
    """One key of a ConfigMap or Secret."""

    name: str = ""
    key: str = ""
    optional: bool | None = None


class ObjectFieldRef(Shape):
    """A field of the pod, for the downward API: `metadata.name`, `status.podIP` …"""

    api_version: str = ""
    field_path: str = ""


class ResourceFieldRef(Shape):
    """A request or limit of a container, in units of `divisor`."""

    container_name: str = ""
    resource: str = ""
    divisor: Quantity = ""
