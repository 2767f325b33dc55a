"""Use cases of pods: create, delete, and what a page is shown.

Writes intent only (and wakes); status, memory and the engine are not this file's. A refused request leaves no row.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import get_random_string

from people.rules import Verb
from sandboxes import (
    catalogue,
    commands,
    deletion,
    lifetimes,
    policy,
    present,
    quotas,
    rows,
    spec,
    tasks,
    throttle,
    wire,
)
from sandboxes.access import authorize, visible_to
from sandboxes.deletion import NO_TERMS, Terms, check_terms
from sandboxes.errors import AlreadyExists, Conflict, Malformed, NotFound, SpecRefused
from sandboxes.models import Counter, Pod, PodEvent, Step
from sandboxes.namespaces import live_namespace
from sandboxes.present import EventValues, PodValues, StepValues
from sandboxes.profiles import profile_for
from sandboxes.spec.causes import forbidden
from sandboxes.world import Desired

# Kubernetes' alphabet for generated names: no vowels, so no words (apimachinery, util/rand).
SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX_LENGTH = 5
GENERATED_LENGTH = 63
EVENTS_SHOWN = 200
EVENTS_LISTED = 500
STEPS_SHOWN = 200
PLAUSIBLE_NAME = re.compile(r"[a-z0-9.-]{1,253}")


def live_pod(user: User, namespace: str, name: str, verb: Verb) -> Pod:
    """The living pod of that name, for that verb. Raises NotFound when there is none, or when it is not this user's;
    NotAllowed as `authorize` does.
    """
    # Also keeps what no name can hold (NUL, for one) away from the database.
    plausible = PLAUSIBLE_NAME.fullmatch(namespace) and PLAUSIBLE_NAME.fullmatch(name)
    found = visible_to(user).filter(namespace__name=namespace, name=name).first() if plausible else None
    if found is None:
        raise _no_pod(name)
    authorize(user, verb, found)
    lifetimes.note_use(found.uid)
    return found


def pods_in(user: User, namespace: str) -> list[Pod]:
    """The living pods of a namespace, by name. Raises NotFound for a namespace that is not this user's."""
    home = live_namespace(user, namespace, Verb.LIST)
    return list(visible_to(user).filter(namespace=home).order_by("name"))


def create_pod(user: User, namespace: str, pod: spec.Pod, *, dry_run: bool = False, replaces: Pod | None = None) -> Pod:
    """Accept a pod: its row, its place and its wake, in one transaction. With `dry_run` all checks are made and nothing
    written. `replaces`: a pod that goes, of which it gets the places.

    1 namespace   2 name   3 profile, defaults, validation   4 name in use   5 quotas   6 row and wake.
    Raises NotFound, NotAllowed, Malformed, SpecRefused, AlreadyExists, Conflict, QuotaExceeded or TooManyRequests.
    """
    home = live_namespace(user, namespace, Verb.CREATE)
    if pod.spec.ephemeral_containers:
        told = forbidden("spec.ephemeralContainers", "cannot be set on create")
        raise SpecRefused(pod.metadata.name, (told,))
    profile = profile_for(user, pod)
    whole = accepted(_named(pod, home.name), profile)
    row = Pod(
        namespace=home,
        name=whole.metadata.name,
        manifest=spec.dump(whole),
        spec_hash=spec.spec_hash(whole),
        profile=profile.name,
        maker=user,
        replaces=replaces,
        created_at=timezone.now(),
        rev=1,
    )
    taken = AlreadyExists(f'pods "{row.name}" already exists', kind="pods", name=row.name)
    if Pod.objects.filter(namespace=home, name=row.name, gone_at=None).exists():
        raise taken
    pools, grant = quotas.pools_of(user, home), lifetimes.granted(home.owner, user)
    if replaces is not None:
        _check_replaced(replaces)
    if dry_run:
        quotas.check(row, pools, seconds=grant.seconds, viewer=user)
        return row
    throttle.take(throttle.creates(), f"user-{user.pk}")
    try:
        with transaction.atomic():
            row.resource_version, row.number = Counter.next(), Counter.next("pod")
            row.save(force_insert=True)
            lifetimes.begin(row, grant)
            if replaces is not None:
                quotas.free(replaces.uid, pools)
            quotas.take(row, pools, seconds=grant.seconds, viewer=user)
            tasks.wake(row.uid)
    except IntegrityError as exc:  # one of two at the same time: the constraint lets one in
        raise taken from exc
    return row


def _named(pod: spec.Pod, namespace: str) -> spec.Pod:
    meta = pod.metadata
    if meta.namespace not in ("", namespace):
        raise Malformed("the namespace of the provided object does not match the namespace sent on the request")
    name = meta.name
    if not name and meta.generate_name:
        base = meta.generate_name[: GENERATED_LENGTH - SUFFIX_LENGTH]
        name = base + get_random_string(SUFFIX_LENGTH, SUFFIX_ALPHABET)
    return pod.model_copy(update={"metadata": meta.model_copy(update={"name": name, "namespace": namespace})})


def _check_replaced(old: Pod) -> None:
    """A place is handed over once at a time, or any number of pods could be ending on it. Raises Conflict."""
    if old.replaces is not None and old.replaces.finished_at is None:
        told = "try again when the containers of the pod that it replaced are gone"
        raise Conflict(f'pods "{old.name}" cannot be replaced yet: {told}', kind="pods", name=old.name)


def accepted(pod: spec.Pod, profile: policy.Profile) -> spec.Pod:
    """With its defaults. Raises SpecRefused for what Kubernetes or the profile refuses."""
    whole = spec.with_defaults(pod)
    invalid = spec.validate(whole)
    known = {cause.field for cause in invalid}  # one reason for a field: the profile has a say in what is valid
    causes = invalid + tuple(cause for cause in policy.refusals(whole, profile) if cause.field not in known)
    if not profile.pulls:
        causes += tuple(cause for cause in catalogue.refusals(whole, profile.name) if cause.field not in known)
    if causes:
        raise SpecRefused(whole.metadata.name, causes)
    return whole


def delete_pod(user: User, namespace: str, name: str, *, grace: int | None, terms: Terms = NO_TERMS) -> Pod:
    """Ask for a pod to be gone within `grace` seconds (None: what its spec says). Repeats may only shorten.

    Raises NotFound, NotAllowed or Conflict. Returns the pod as it is then.
    """
    authorized = live_pod(user, namespace, name, Verb.DELETE)
    with transaction.atomic():
        # The counter before the pod's row, as every other writer takes them: no two can wait for each other.
        version = Counter.next()
        row = _dated().filter(pk=authorized.pk, gone_at=None).first()
        if row is None:
            raise _no_pod(name)
        check_terms(row, terms, "Pod")
        changes = deletion.columns(row, grace, row.now)
        if changes and not terms.dry_run:
            write_intent(row, changes, version)
    shown = Pod.objects.select_related("namespace", "node").get(pk=authorized.pk)
    for column, value in changes.items():  # a dry run shows what would be
        setattr(shown, column, value)
    return shown


def end_pod(uid: uuid.UUID) -> None:
    """Delete a pod within the grace of its spec, whoever's it is: nobody asked for it who could be refused."""
    with transaction.atomic():
        version = Counter.next()
        row = _dated().filter(pk=uid, gone_at=None).exclude(desired=Desired.GONE.value).first()
        if row is not None:
            write_intent(row, deletion.columns(row, None, row.now), version)


def _dated() -> QuerySet[Any]:
    """Pods, locked, each with the database's now."""
    return Pod.objects.select_for_update().annotate(now=Now())


def write_intent(row: Pod, changes: dict[str, Any], version: int) -> None:
    """Other columns of intent for a row that the caller has locked, after it took the counter; and the wake."""
    rows.change(row, version, **changes)
    tasks.wake(row.pk)


def pod_object(row: Pod) -> dict[str, Any]:
    """The v1 Pod of a row."""
    return present.pod(_values(row))


def events_of(row: Pod, limit: int = EVENTS_SHOWN) -> tuple[dict[str, Any], ...]:
    """A pod's newest v1 Events, oldest first."""
    newest = PodEvent.objects.filter(pod=row).order_by("-last_seen", "-id")[:limit]
    about = _values(row)
    return tuple(present.event(_event_values(event), about) for event in reversed(newest))


def events_in(user: User, namespace: str, chosen: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The newest v1 Events of a namespace that match `chosen` (look-ups of PodEvent), oldest first.

    Those of pods that are gone are among them, for as long as their rows are kept.
    """
    home = live_namespace(user, namespace, Verb.LOG)
    found = PodEvent.objects.filter(pod__namespace=home, **chosen).select_related("pod__namespace", "pod__node")
    newest = found.order_by("-last_seen", "-id")[:EVENTS_LISTED]
    return tuple(present.event(_event_values(event), _values(event.pod)) for event in reversed(newest))


def snapshot(uid: uuid.UUID, *, once: bool = False) -> wire.Snapshot | wire.Gone:
    """The pod as its row says it now, for whoever has been authorised; Gone when it is no more, or (`once`) its row."""
    row = Pod.objects.select_related("namespace", "node").filter(pk=uid).first()
    if row is None or (row.gone_at and not once):
        return wire.Gone(uid=str(uid))
    newest = Step.objects.filter(pod=row).order_by("-id")[:STEPS_SHOWN]
    steps = tuple(present.step(_step_values(step)) for step in reversed(newest))
    return wire.Snapshot(rev=row.rev, pod=pod_object(row), events=events_of(row), steps=steps)


def commands_of(row: Pod) -> tuple[commands.Command, ...]:
    """The docker commands that make this pod by hand, as its node would."""
    basis = policy.Basis(spec.decode(row.manifest), policy.profile_named(row.profile), row.spec_hash, number=row.number)
    return commands.commands(basis, pause_image=settings.PAUSE_IMAGE, host_ip=settings.HOST_IP)


def resource_version() -> int:
    """How far the changes have come: the resourceVersion of a list."""
    return Counter.objects.filter(name="resourceVersion").values_list("value", flat=True).first() or 0


def _no_pod(name: str) -> NotFound:
    return NotFound(f'pods "{name}" not found', kind="pods", name=name)


def _values(row: Pod) -> PodValues:
    return PodValues(
        uid=row.uid,
        namespace=row.namespace.name,
        name=row.name,
        manifest=row.manifest,
        profile=row.profile,
        created_at=row.created_at,
        resource_version=row.resource_version,
        deletion_at=row.deletion_at,
        deletion_grace=row.deletion_grace,
        node=row.node_id or "",
        status=row.status,
        generation=row.generation,
        expires_at=row.expires_at,
        ends_at_latest=row.ends_at_latest,
        idle_seconds=lifetimes.terms().idle,
    )


def _event_values(row: PodEvent) -> EventValues:
    return EventValues(
        uid=row.uid,
        type=row.type,
        reason=row.reason,
        message=row.message,
        field_path=row.field_path,
        count=row.count,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        resource_version=row.resource_version,
    )


def _step_values(row: Step) -> StepValues:
    return StepValues(
        id=row.id,
        pass_id=row.pass_id,
        verb=row.verb,
        object=row.object,
        started=row.started,
        ms=row.ms,
        outcome=row.outcome,
        effect=row.effect,
    )
