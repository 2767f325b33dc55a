"""Use cases that change a pod that is there: labels and images, conditions of its gates, debug members, stop, start,
extend.

Writes intent only, and wakes. What may change is Kubernetes' list (pkg/apis/core/validation, ValidatePodUpdate).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from people.rules import Verb
from sandboxes import policy, quotas, spec
from sandboxes.errors import Cause, Conflict, Malformed, SpecRefused
from sandboxes.members import members_of
from sandboxes.models import Counter, Pod
from sandboxes.pods import accepted, create_pod, delete_pod, live_pod, pod_object, write_intent
from sandboxes.profiles import require_change
from sandboxes.quota import Resource
from sandboxes.spec.causes import forbidden
from sandboxes.times import stamp
from sandboxes.world import Desired

Json = dict[str, Any]
Change = Callable[[Json], Json]
MAY_CHANGE = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
KUBELETS = frozenset({"PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"})


def update(user: User, namespace: str, name: str, change: Change) -> Pod:
    """Labels, annotations, images, the deadline. Raises NotFound, NotAllowed, Malformed, SpecRefused, Conflict."""

    def intent(row: Pod, given: Json) -> Json:
        new = accepted(spec.decode(_same_object(row, given)), policy.profile_named(row.profile))
        old = spec.decode(row.manifest)
        for key, before, after in (
            ("containers", old.spec.containers, new.spec.containers),
            ("initContainers", old.spec.init_containers, new.spec.init_containers),
        ):
            if len(before) != len(after):
                told = "pod updates may not add or remove containers"
                raise SpecRefused(name, (forbidden(f"spec.{key}", told),))
        if new.spec != old.spec:
            require_change(user, row)
        if _frozen(new) != _frozen(old):
            raise SpecRefused(name, (forbidden("spec", MAY_CHANGE),))
        _check_deadline(name, old, new)
        return {"manifest": spec.dump(new), "generation": row.generation + (new.spec != old.spec)}

    return _write(user, namespace, name, lambda row: intent(row, change(pod_object(row))))


def update_debug(user: User, namespace: str, name: str, change: Change) -> Pod:
    """Debug members: more of them, and never fewer or others."""

    def intent(row: Pod) -> Json:
        require_change(user, row)
        old = spec.decode(row.manifest)
        given = change(pod_object(row))
        asked = given.get("spec", {}).get("ephemeralContainers", [])
        whole = row.manifest | {"spec": row.manifest["spec"] | {"ephemeralContainers": asked}}
        new = accepted(spec.decode(whole), policy.profile_named(row.profile))
        _check_debug(name, old, new)
        quotas.grown(row, old, new, viewer=user)
        return {"manifest": spec.dump(new), "generation": row.generation + (new.spec != old.spec)}

    return _write(user, namespace, name, intent)


def update_status(user: User, namespace: str, name: str, change: Change) -> Pod:
    """The conditions of its readiness gates, which are anyone's who may change the pod; all else is the node's."""

    def intent(row: Pod) -> Json:
        given = change(pod_object(row)).get("status", {}).get("conditions", [])
        gates = {gate.condition_type for gate in spec.decode(row.manifest).spec.readiness_gates}
        return {"gates": dict(_conditions(name, given, gates, row.gates))}

    return _write(user, namespace, name, intent)


def stop(user: User, namespace: str, name: str) -> Pod:
    """Members and pause end; what they left stays. Harmless for one that is stopped."""
    return _write(user, namespace, name, lambda row: {"desired": _unless_gone(row, Desired.STOPPED), "ending": {}})


def start(user: User, namespace: str, name: str) -> Pod:
    """A stopped pod gets a new pause and new members. Harmless for one that runs."""

    def intent(row: Pod) -> Json:
        desired = _unless_gone(row, Desired.RUNNING)
        times = {} if row.desired == desired else {"wanted_since": Now(), "used_at": Now()}
        return {"desired": desired, "ending": {}} | times

    return _write(user, namespace, name, intent)


def extend(user: User, namespace: str, name: str, minutes: int) -> Pod:
    """The pod ends so much later, as far as its owner may go. Raises NotFound, Conflict, SpecRefused, QuotaExceeded."""
    span = timedelta(minutes=minutes)

    def intent(row: Pod) -> Json:
        _unless_gone(row, Desired.RUNNING)
        if row.expires_at is None or row.ends_at_latest is None:
            told = "the pod does not end by itself: there is nothing to extend"
            raise SpecRefused(name, (Cause("minutes", "FieldValueInvalid", f"Invalid value: {minutes}: {told}"),))
        if row.expires_at + span > row.ends_at_latest:
            raise SpecRefused(name, (_too_late(row.expires_at, row.ends_at_latest, minutes),))
        quotas.more(row, Resource.SECONDS, minutes * 60, viewer=user)
        return {"expires_at": row.expires_at + span}

    return _write(user, namespace, name, intent)


def _too_late(expires: datetime, latest: datetime, minutes: int) -> Cause:
    left = int((latest - expires).total_seconds() // 60)
    told = f"the pod may live until {stamp(latest)} at the latest, which is {left} min more than it has"
    return Cause("minutes", "FieldValueInvalid", f"Invalid value: {minutes}: {told}")


def restart(user: User, namespace: str, name: str, member: str) -> Pod:
    """The member is stopped within its grace and starts again at once, whatever its policy. Raises Malformed."""

    def intent(row: Pod) -> Json:
        if member not in {each.name for each in members_of(spec.decode(row.manifest))}:
            raise Malformed(f"container {member} is not valid for pod {name}")
        attempt = row.memory.get("attempts", {}).get(member, 0)
        return {"restarts": row.restarts | {member: attempt}}

    return _write(user, namespace, name, intent)


def clone(user: User, namespace: str, name: str, to: str, *, dry_run: bool = False) -> Pod:
    """Another pod of the same spec, under another name. Raises what creating raises."""
    found = spec.decode(live_pod(user, namespace, name, Verb.READ).manifest)
    meta = found.metadata.model_copy(update={"name": to, "generate_name": ""})
    fresh = found.spec.model_copy(update={"ephemeral_containers": ()})
    return create_pod(user, namespace, found.model_copy(update={"metadata": meta, "spec": fresh}), dry_run=dry_run)


def replace(user: User, namespace: str, name: str, pod: spec.Pod) -> Pod:
    """Another pod in the place of this one, which goes at once. Either both happen or neither.

    It has the places in the quotas too, although the first one's containers may be there for a moment more. Raises what
    deleting and creating raise.
    """
    with transaction.atomic():
        return create_pod(user, namespace, pod, replaces=delete_pod(user, namespace, name, grace=0))


def _write(user: User, namespace: str, name: str, intent: Callable[[Pod], Json]) -> Pod:
    """The columns that `intent` gives, in one transaction with the wake; nothing when nothing is new."""
    known = live_pod(user, namespace, name, Verb.UPDATE)
    with transaction.atomic():
        version = Counter.next()  # before the row, as every other writer takes them
        row = Pod.objects.select_related("namespace").select_for_update(of=("self",)).get(pk=known.pk)
        columns = intent(row)
        if any(getattr(row, column) != value for column, value in columns.items()):
            write_intent(row, columns, version)
    return Pod.objects.select_related("namespace", "node").get(pk=known.pk)


def _unless_gone(row: Pod, desired: Desired) -> str:
    if row.desired == Desired.GONE:
        raise Conflict(f'pods "{row.name}" is being deleted', kind="pods", name=row.name)
    return desired.value


def _same_object(row: Pod, given: Json) -> Json:
    meta = given.get("metadata", {})
    if meta.get("name") != row.name or meta.get("namespace") not in (None, "", row.namespace.name):
        raise Malformed(f"the name of the object does not match the name on the URL ({row.name})")
    if meta.get("uid") not in (None, "", str(row.uid)):
        raise Conflict(f'pods "{row.name}" was deleted and then recreated', kind="pods", name=row.name)
    if meta.get("resourceVersion") not in (None, "", str(row.resource_version)):
        told = "the object has been modified; please apply your changes to the latest version and try again"
        raise Conflict(f'Operation cannot be fulfilled on pods "{row.name}": {told}', kind="pods", name=row.name)
    cleaned = dict(given)
    cleaned["metadata"] = meta | {"annotations": _own(meta.get("annotations") or {})}
    cleaned["spec"] = {key: value for key, value in given.get("spec", {}).items() if key != "nodeName"}
    return cleaned


def _own(annotations: Mapping[str, str]) -> dict[str, str]:
    """Those that are not the playground's, which shows its own among them."""
    return {key: value for key, value in annotations.items() if not key.startswith("playground/")}


def _frozen(pod: spec.Pod) -> spec.PodSpec:
    """What must stay as it is."""
    same = pod.spec
    return same.model_copy(
        update={
            "containers": tuple(c.model_copy(update={"image": ""}) for c in same.containers),
            "init_containers": tuple(c.model_copy(update={"image": ""}) for c in same.init_containers),
            "active_deadline_seconds": None,
        }
    )


def _check_deadline(name: str, old: spec.Pod, new: spec.Pod) -> None:
    before, after = old.spec.active_deadline_seconds, new.spec.active_deadline_seconds
    if before is None or (after is not None and after <= before):
        return
    told = "must be less than or equal to previous value" if after else "must not update from a positive integer to nil"
    cause = Cause("spec.activeDeadlineSeconds", "FieldValueInvalid", f"Invalid value: {after}: {told}")
    raise SpecRefused(name, (cause,))


def _check_debug(name: str, old: spec.Pod, new: spec.Pod) -> None:
    now = {debug.name: debug for debug in new.spec.ephemeral_containers}
    for debug in old.spec.ephemeral_containers:
        if debug.name not in now:
            told = f'existing ephemeral containers "{debug.name}" may not be removed\n'
            raise SpecRefused(name, (forbidden("spec.ephemeralContainers", told),))
        if now[debug.name] != debug:
            told = f'existing ephemeral containers "{debug.name}" may not be changed\n'
            raise SpecRefused(name, (forbidden("spec.ephemeralContainers", told),))


def _conditions(name: str, given: Any, gates: set[str], before: Mapping[str, Json]) -> list[tuple[str, Json]]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Malformed("status.conditions must be a list of objects")
    found: list[tuple[str, Json]] = []
    for i, one in enumerate(given):
        kind, status = str(one.get("type", "")), one.get("status")
        if kind in KUBELETS:
            continue
        if kind not in gates:
            told = "only conditions of the pod's readiness gates can be set"
            raise SpecRefused(name, (forbidden(f"status.conditions[{i}].type", told),))
        if status not in ("True", "False", "Unknown"):
            told = 'Unsupported value: supported values: "True", "False", "Unknown"'
            raise SpecRefused(name, (Cause(f"status.conditions[{i}].status", "FieldValueNotSupported", told),))
        same = before.get(kind, {}).get("status") == status
        since = before[kind]["lastTransitionTime"] if same else stamp(timezone.now())
        texts = {key: str(one[key])[:1024] for key in ("reason", "message") if one.get(key)}
        times = {"lastProbeTime": None, "lastTransitionTime": since}
        found.append((kind, {"type": kind, "status": status} | times | texts))
    return found
