"""The subset of a Kubernetes Pod v1 that the playground accepts, as frozen values.

PURE. Shapes and names are Kubernetes' (camelCase outside, snake_case inside). Types only: what a value may be
is said in `validation.py`, so that a bad value gets Kubernetes' own message instead of a parser's.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]


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


class EnvVar(Shape):
    """One environment variable. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#envvar-v1-core"""

    name: str = ""
    value: str = ""


class ContainerPort(Shape):
    """A port a member listens on; with `host_port` it is published on pause. Ports are 1-65535; 0 is unset."""

    container_port: Int32 = 0
    name: str = ""
    protocol: str = ""
    host_port: Int32 = 0
    host_ip: str = Field(default="", alias="hostIP")


class Container(Shape):
    """A member of the pod. `command` replaces the image's ENTRYPOINT, `args` its CMD."""

    name: str = ""
    image: str = ""
    image_pull_policy: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    working_dir: str = ""
    ports: tuple[ContainerPort, ...] = ()


class PodSpec(Shape):
    """What the pod should be. `termination_grace_period_seconds` is in seconds; None is Kubernetes' default, 30."""

    containers: tuple[Container, ...] = ()
    hostname: str = ""
    share_process_namespace: bool | None = None
    restart_policy: str = ""
    termination_grace_period_seconds: Int64 | None = None


class ObjectMeta(Shape):
    """The client-set part of the metadata; server-owned fields are dropped before this is built."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Pod(Shape):
    """A Pod as a client sends it."""

    api_version: str = "v1"
    kind: str = "Pod"
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
