"""A pod, its events and its steps as the API shows them: from a row's values to Kubernetes' objects.

PURE: values in, JSON-ready dicts out; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sandboxes import wire
from sandboxes.spec.decoding import decode
from sandboxes.spec.qos import qos_class
from sandboxes.times import exact, stamp

Json = dict[str, Any]

# What the API server itself says of a pod that no node has taken yet (recorded: the first status of every case).
NEW_STATUS = {"phase": "Pending"}
COMPONENT = "playground"
PROFILE = "playground/profile"
# When the pod ends by itself, how far that can be extended, and after how many seconds without use it is stopped.
EXPIRES, LATEST, IDLE = "playground/expires-at", "playground/extendable-until", "playground/idle-seconds"


@dataclass(frozen=True)
class PodValues:
    """The columns of a pod's row that show. `manifest` is the accepted Pod v1; `node` is "" while no node has it.

    `idle_seconds` is the installation's: 0 where no pod is stopped for want of use.
    """

    uid: UUID
    namespace: str
    name: str
    manifest: Mapping[str, Any]
    profile: str
    created_at: datetime
    resource_version: int
    deletion_at: datetime | None
    deletion_grace: int | None
    node: str
    status: Mapping[str, Any]
    generation: int = 1
    expires_at: datetime | None = None
    ends_at_latest: datetime | None = None
    idle_seconds: int = 0


@dataclass(frozen=True)
class EventValues:
    """The columns of an event's row that show."""

    uid: UUID
    type: str
    reason: str
    message: str
    field_path: str
    count: int
    first_seen: datetime
    last_seen: datetime
    resource_version: int


@dataclass(frozen=True)
class StepValues:
    """The columns of a step's row that show; `ms` is milliseconds."""

    id: int
    pass_id: str
    verb: str
    object: str
    started: datetime
    ms: int
    outcome: str
    effect: str


def pod(row: PodValues) -> Json:
    """A v1 Pod. Metadata that the server owns comes from the row, the rest from the manifest."""
    spec = dict(row.manifest["spec"]) | ({"nodeName": row.node} if row.node else {})
    status = dict(row.status) or NEW_STATUS | {"qosClass": qos_class(decode(row.manifest).spec)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": _pod_metadata(row), "spec": spec, "status": status}


def _pod_metadata(row: PodValues) -> Json:
    given = row.manifest["metadata"]
    deleting: Json = {}
    if row.deletion_at is not None:
        deleting = {"deletionTimestamp": stamp(row.deletion_at), "deletionGracePeriodSeconds": row.deletion_grace or 0}
    return {
        "name": row.name,
        **({"generateName": given["generateName"]} if given.get("generateName") else {}),
        "namespace": row.namespace,
        "uid": str(row.uid),
        "resourceVersion": str(row.resource_version),
        # Asking for deletion counts as a generation too.
        "generation": row.generation + (1 if deleting else 0),
        "creationTimestamp": stamp(row.created_at),
        **deleting,
        **({"labels": dict(given["labels"])} if given.get("labels") else {}),
        "annotations": dict(given.get("annotations") or {}) | {PROFILE: row.profile} | _lifetime(row),
    }


def _lifetime(row: PodValues) -> dict[str, str]:
    times = {EXPIRES: row.expires_at, LATEST: row.ends_at_latest}
    idle = {IDLE: str(row.idle_seconds)} if row.idle_seconds else {}
    return {key: stamp(at) for key, at in times.items() if at is not None} | idle


def event(row: EventValues, about: PodValues) -> Json:
    """A v1 Event about a pod; `fieldPath` names the member, as the kubelet does (`spec.containers{web}`)."""
    involved = {"kind": "Pod", "namespace": about.namespace, "name": about.name, "uid": str(about.uid)}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{about.name}.{row.uid.hex[:16]}",
            "namespace": about.namespace,
            "uid": str(row.uid),
            "resourceVersion": str(row.resource_version),
            "creationTimestamp": stamp(row.first_seen),
        },
        "involvedObject": involved | {"apiVersion": "v1"} | ({"fieldPath": row.field_path} if row.field_path else {}),
        "reason": row.reason,
        "message": row.message,
        "source": {"component": COMPONENT} | ({"host": about.node} if about.node else {}),
        "firstTimestamp": stamp(row.first_seen),
        "lastTimestamp": stamp(row.last_seen),
        "count": row.count,
        "type": row.type,
        "eventTime": None,
        "reportingComponent": COMPONENT,
        "reportingInstance": about.node,
    }


def namespace(name: str, *, created_at: datetime, resource_version: int) -> Json:
    """A v1 Namespace."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "resourceVersion": str(resource_version),
            "creationTimestamp": stamp(created_at),
            "labels": {"kubernetes.io/metadata.name": name},
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def listing(kind: str, items: Iterable[Json], resource_version: int) -> Json:
    """A list object: `kind` is PodList, EventList …"""
    version = {"resourceVersion": str(resource_version)}
    return {"apiVersion": "v1", "kind": kind, "metadata": version, "items": list(items)}


def step(row: StepValues) -> wire.StepView:
    """One engine call, with its time to the millisecond."""
    return wire.StepView(
        id=row.id,
        pass_id=row.pass_id,
        verb=row.verb,
        object=row.object,
        started=exact(row.started),
        ms=row.ms,
        outcome=row.outcome,
        effect=row.effect,
    )
