"""What the API's answers look like, for its OpenAPI documents (and so for the site's types). Names are Kubernetes'.

Answers are built by `present.py`; tests hold them against these shapes.
A field that may be left out is `Annotated[T, Left]`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandboxes import spec

Left = Field(default=None)


def kubernetes_name(name: str) -> str:
    """`pod_ips` → `podIPs`, `container_id` → `containerID`: camelCase with Go's initialisms."""
    return re.sub(r"(Ip|Id)(?=s?$)", lambda found: found[0].upper(), to_camel(name))


class Answer(BaseModel):
    """Nothing that is not named."""

    model_config = ConfigDict(extra="forbid", alias_generator=kubernetes_name, populate_by_name=True)


class ObjectMeta(Answer):
    """Metadata of a pod. `annotations["playground/profile"]` names the ceilings it runs under."""

    name: str
    generate_name: Annotated[str, Left]
    namespace: str
    uid: str
    resource_version: str
    generation: int
    creation_timestamp: str
    deletion_timestamp: Annotated[str, Left]
    deletion_grace_period_seconds: Annotated[int, Left]
    labels: Annotated[dict[str, str], Left]
    annotations: Annotated[dict[str, str], Left]


class BoundPodSpec(spec.PodSpec):
    """The spec as accepted, defaults filled in, and the node that took it."""

    node_name: str = ""


class Condition(Answer):
    """Why the pod is, or is not, what its type says."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: Annotated[str, Left]
    message: Annotated[str, Left]
    last_probe_time: str | None
    last_transition_time: str | None


class Waiting(Answer):
    """Not running yet, or not again."""

    reason: Annotated[str, Left]
    message: Annotated[str, Left]


class Running(Answer):
    """Running since then."""

    started_at: str | None


class Terminated(Answer):
    """How it ended."""

    exit_code: int
    reason: Annotated[str, Left]
    message: Annotated[str, Left]
    started_at: Annotated[str, Left]
    finished_at: Annotated[str, Left]
    container_id: Annotated[str, Left]


class ContainerState(Answer):
    """Exactly one of the three; none in a `lastState` that never was."""

    waiting: Annotated[Waiting, Left]
    running: Annotated[Running, Left]
    terminated: Annotated[Terminated, Left]


class ContainerStatus(Answer):
    """One member as it is."""

    name: str
    state: ContainerState
    last_state: ContainerState
    ready: bool
    started: Annotated[bool, Left]
    restart_count: int
    image: str
    image_id: str
    container_id: str


class Ip(Answer):
    """An address in a list."""

    ip: str


class PodStatus(Answer):
    """What the pod is, as the node last saw it."""

    phase: Literal["Pending", "Running", "Succeeded", "Failed", "Unknown"]
    conditions: Annotated[list[Condition], Left]
    host_ip: Annotated[str, Left]
    host_ips: Annotated[list[Ip], Left]
    pod_ip: Annotated[str, Left]
    pod_ips: Annotated[list[Ip], Left]
    start_time: Annotated[str, Left]
    init_container_statuses: Annotated[list[ContainerStatus], Left]
    container_statuses: Annotated[list[ContainerStatus], Left]
    ephemeral_container_statuses: Annotated[list[ContainerStatus], Left]
    qos_class: str
    reason: Annotated[str, Left]
    message: Annotated[str, Left]


class Pod(Answer):
    """A pod: what was asked for, and what is."""

    api_version: Literal["v1"]
    kind: Literal["Pod"]
    metadata: ObjectMeta
    spec: BoundPodSpec
    status: PodStatus


class ListMeta(Answer):
    """How far the changes had come when the list was read."""

    resource_version: str


class PodList(Answer):
    """Pods of one namespace, by name."""

    api_version: Literal["v1"]
    kind: Literal["PodList"]
    metadata: ListMeta
    items: list[Pod]


class EventMeta(Answer):
    """Metadata of an event."""

    name: str
    namespace: str
    uid: str
    resource_version: str
    creation_timestamp: str


class ObjectReference(Answer):
    """What an event is about; `field_path` names the member: `spec.containers{web}`."""

    kind: str
    namespace: str
    name: str
    uid: str
    api_version: str
    field_path: Annotated[str, Left]


class EventSource(Answer):
    """Who tells."""

    component: str
    host: Annotated[str, Left]


class Event(Answer):
    """Something that happened to a pod; equal events are counted."""

    api_version: Literal["v1"]
    kind: Literal["Event"]
    metadata: EventMeta
    involved_object: ObjectReference
    reason: str
    message: str
    source: EventSource
    first_timestamp: str
    last_timestamp: str
    count: int
    type: Literal["Normal", "Warning"]
    event_time: str | None
    reporting_component: str
    reporting_instance: str


class EventList(Answer):
    """Events of one namespace, oldest first."""

    api_version: Literal["v1"]
    kind: Literal["EventList"]
    metadata: ListMeta
    items: list[Event]


class NamespaceMeta(Answer):
    """Metadata of a namespace."""

    name: str
    resource_version: str
    creation_timestamp: str
    labels: dict[str, str]


class NamespaceSpec(Answer):
    """What must be done before a namespace can go."""

    finalizers: list[str]


class NamespaceStatus(Answer):
    """A namespace that is there is Active."""

    phase: Literal["Active"]


class Namespace(Answer):
    """Where one user's pods are."""

    api_version: Literal["v1"]
    kind: Literal["Namespace"]
    metadata: NamespaceMeta
    spec: NamespaceSpec
    status: NamespaceStatus


class NamespaceList(Answer):
    """Namespaces, by name."""

    api_version: Literal["v1"]
    kind: Literal["NamespaceList"]
    metadata: ListMeta
    items: list[Namespace]


class StatusCause(Answer):
    """One field at fault."""

    reason: str
    message: str
    field: str


class StatusDetails(Answer):
    """What the Status is about."""

    name: Annotated[str, Left]
    group: Annotated[str, Left]
    kind: Annotated[str, Left]
    causes: Annotated[list[StatusCause], Left]
    retry_after_seconds: Annotated[int, Left]


class Status(Answer):
    """Why a request was refused. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/"""

    kind: Literal["Status"]
    api_version: Literal["v1"]
    metadata: dict[str, Any]
    status: Literal["Success", "Failure"]
    message: str
    reason: str
    details: Annotated[StatusDetails, Left]
    code: int
