"""The rows. Each column has one writer:

- intent (maker, spec, labels, desired, gates, deletion …): `pods.py`, `changes.py`; ConfigObject: `configs.py`
- status, memory, wanted, next_look_at, Step: `reconcile.py`, the owner of the pass (`rows.py`); until a pod has a
  node `sweep.schedule`, for no pass can hold it
- wanted_since, expires_at, ends_at_latest, used_at, ending: `lifetimes.py`, `changes.py`; quotas' rows: `quotas.py`
- Fact, Image, ImageScan, Node: `watch`; RegistryCredential: the admins, in Django's admin; ImagePin, SignedInPull:
  `pins.py`
- wakes: anyone, only by `wakes = wakes + 1`
- PreviewVisit, PreviewShare: `preview/grants.py`; IdempotencyKey: `idempotency.py`
- PodEvent: reconcile and watch, append-only (a repeat raises the count)
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from sandboxes.idempotency_models import IdempotencyKey as IdempotencyKey
from sandboxes.image_models import Image as Image
from sandboxes.image_models import ImagePin as ImagePin
from sandboxes.image_models import ImageScan as ImageScan
from sandboxes.image_models import RegistryCredential as RegistryCredential
from sandboxes.image_models import SignedInPull as SignedInPull


class Counter(models.Model):
    """resourceVersion, raised in the transaction of each change, and the number of the pod that was made last."""

    name = models.CharField(max_length=32, primary_key=True)
    value = models.BigIntegerField(default=0)

    @classmethod
    def next(cls, name: str = "resourceVersion") -> int:
        """A new resourceVersion; call it in the transaction that changes the object. By another name another number."""
        # One statement, for it stands in every transaction; SQLite since 3.35 and Postgres both know it.
        raised = (
            "INSERT INTO sandboxes_counter (name, value) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = sandboxes_counter.value + 1 RETURNING value"
        )
        with connection.cursor() as cursor:
            cursor.execute(raised, [name])
            return int(cursor.fetchone()[0])


class Namespace(models.Model):
    """A user's namespace, or a team's, then also whose it is there (`namespaces.hand_over`); never renamed."""

    name = models.CharField(max_length=63, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="namespaces")
    team = models.ForeignKey("people.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="namespaces")
    created_at = models.DateTimeField(auto_now_add=True)
    resource_version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """One Docker engine with its worker and watch. `seen_at`: watch's heartbeat; `reason`: why not ready.

    `cpu` and `memory`: what the machine has, in milli-CPUs and bytes; 0 until watch has told. `max_cpu` and
    `max_memory`: what the limits of its pods may come to; 0: any amount.
    """

    name = models.CharField(max_length=63, primary_key=True)
    ready = models.BooleanField(default=False)
    reason = models.TextField(blank=True, default="")
    engine = models.CharField(max_length=64, blank=True, default="")
    cpu = models.PositiveBigIntegerField(default=0)
    memory = models.PositiveBigIntegerField(default=0)
    max_pods = models.PositiveIntegerField(default=100)
    max_cpu = models.PositiveBigIntegerField(default=0)
    max_memory = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Pod(models.Model):
    """A pod: what is wanted, what is, what must be remembered. `manifest`: the accepted Pod v1 with defaults.

    `gates`: conditions of its readiness gates by type. `restarts`: member → the attempt that somebody wants restarted.
    `number`: no other pod has had it; 0 for those that are older than numbers. `maker`: whose quotas it is counted in.
    `replaces`: the pod that it has its places of.
    `wanted_since` (last asked to run), `expires_at`, `ends_at_latest` and `used_at` (null: never) are by the database's
    clock; `ending` is reason and message of an end that nobody asked for.
    """

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="pods")
    name = models.CharField(max_length=253)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="made_pods")
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    manifest = models.JSONField()
    spec_hash = models.CharField(max_length=64)
    profile = models.CharField(max_length=32, default="baseline")
    number = models.PositiveBigIntegerField(default=0)
    desired = models.CharField(max_length=16, default="RUNNING")
    generation = models.PositiveIntegerField(default=1)
    gates = models.JSONField(default=dict)
    restarts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    deletion_at = models.DateTimeField(null=True)
    deletion_grace = models.PositiveIntegerField(null=True)
    gone_at = models.DateTimeField(null=True)
    wanted_since = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    ends_at_latest = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    ending = models.JSONField(default=dict)

    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="pods")
    status = models.JSONField(default=dict)
    memory = models.JSONField(default=dict)
    wanted = models.JSONField(default=list)
    next_look_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    wakes = models.PositiveBigIntegerField(default=0)
    owner = models.CharField(max_length=36, blank=True, default="")
    until = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=0)
    resource_version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "name"], condition=Q(gone_at=None), name="one_live_pod_a_name")
        ]
        indexes = [models.Index(fields=["next_look_at"])]

    def __str__(self) -> str:
        return f"{self.namespace_id}/{self.name}"


class Slot(models.Model):
    """One of a pool's places for pods: the numbers from 1 to its limit, each taken once (`quotas.py`)."""

    pool = models.CharField(max_length=160)
    number = models.PositiveIntegerField()
    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="slots")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="one_pod_a_slot"),
            models.UniqueConstraint(fields=["pod", "pool"], name="one_slot_a_pod_and_pool"),
        ]


class Budget(models.Model):
    """How much of a resource the pods of a pool have together: the sum of its shares (`quotas.py`)."""

    pool = models.CharField(max_length=160)
    resource = models.CharField(max_length=16)
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "resource"], name="one_budget_a_resource"),
            models.CheckConstraint(condition=Q(used__gte=0), name="no_budget_below_nothing"),
        ]


class Share(models.Model):
    """What one pod has of a budget."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="shares")
    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="shares")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pod", "budget"], name="one_share_a_pod")]


class ConfigObject(models.Model):
    """A ConfigMap or Secret. `content`: the object without its metadata, as the API shows it."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="configs")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=253)
    labels = models.JSONField(default=dict)
    annotations = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    resource_version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "kind", "name"], name="one_config_a_name")]

    def __str__(self) -> str:
        """Never what is in it."""
        return f"{self.kind} {self.namespace_id}/{self.name}"


class Fact(models.Model):
    """What watch found out; its key is (pod, member, attempt, kind, name), changed only when the outcome changes."""

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="facts")
    member = models.CharField(max_length=63)
    attempt = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=512)
    outcome = models.CharField(max_length=16)
    message = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pod", "member", "attempt", "kind", "name"], name="one_fact_a_key")
        ]


class Step(models.Model):
    """One engine call of a pass; the newest 200 of a pod are kept. `ms` is milliseconds."""

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="steps")
    pass_id = models.CharField(max_length=36)
    verb = models.CharField(max_length=32)
    object = models.CharField(max_length=512)
    started = models.DateTimeField()
    ms = models.PositiveIntegerField()
    outcome = models.TextField()
    effect = models.TextField(blank=True, default="")


class PodEvent(models.Model):
    """The journal, with Kubernetes' reasons; equal events are counted, not repeated."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=16)
    reason = models.CharField(max_length=64)
    message = models.TextField()
    field_path = models.CharField(max_length=128, blank=True, default="")
    digest = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    resource_version = models.BigIntegerField(default=0)

    class Meta:
        # Of type, reason, message and field_path: Postgres cannot index a text of any length.
        constraints = [models.UniqueConstraint(fields=["pod", "digest"], name="equal_events_are_counted")]


class PreviewShare(models.Model):
    """A link that opens a port of a pod to whoever has it, until it expires or the row is deleted. Only its digest.

    It goes with the token that it was made with, if any; `auth_hash` is of the maker's password then, as Django's
    sessions have it.
    """

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="preview_shares")
    port = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preview_shares")
    access_token = models.ForeignKey("people.AccessToken", on_delete=models.CASCADE, null=True, related_name="+")
    auth_hash = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()


class PreviewVisit(models.Model):
    """A user's browser at a port of a pod: `token` opens it, once, `cookie` keeps it open. Only their digests.

    It goes with what the user was signed in by: one of `session` and `access_token` is set.
    """

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="preview_visits")
    port = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preview_visits")
    session = models.ForeignKey("people.Session", on_delete=models.CASCADE, null=True, related_name="+")
    access_token = models.ForeignKey("people.AccessToken", on_delete=models.CASCADE, null=True, related_name="+")
    token = models.CharField(max_length=64, unique=True)
    token_expires_at = models.DateTimeField()
    cookie = models.CharField(max_length=64, unique=True, null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]
