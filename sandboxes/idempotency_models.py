"""The keys under which pods were made, a part of `models.py`."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A request that made a pod, by the Idempotency-Key that its user gave it. `fingerprint`: SHA-256 in hex of what
    was asked. `created_at` is by the database's clock.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    namespace = models.ForeignKey("sandboxes.Namespace", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    pod = models.ForeignKey("sandboxes.Pod", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "namespace", "key"], name="one_pod_a_key")]
