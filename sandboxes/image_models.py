"""The rows about images, a part of `models.py`, which says who writes them."""

from __future__ import annotations

from django.db import models


class Image(models.Model):
    """An image of a node's catalogue. `size` is bytes.

    `state`: "ready" (the engine has it), "pulling", "building" or "waiting" (to be built on the node, now or later), or
    "failed", of which `message` says how.
    """

    node = models.ForeignKey("sandboxes.Node", on_delete=models.CASCADE, related_name="images")
    reference = models.CharField(max_length=512)
    image_id = models.CharField(max_length=80, blank=True, default="")
    size = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16)
    message = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "reference"], name="one_row_an_image")]


class ImagePin(models.Model):
    """The one image that a name means, on every node. `reference` is in full: docker.io/library/nginx:latest."""

    reference = models.CharField(max_length=512, unique=True)
    image_id = models.CharField(max_length=80)
    pinned_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.reference


class SignedInPull(models.Model):
    """An image that a node has because somebody had credentials for it. `reference` is in full."""

    reference = models.CharField(max_length=512, unique=True)

    def __str__(self) -> str:
        return self.reference


class ImageScan(models.Model):
    """What the scan of an image came to: "accepted", "refused" or "failed" (no verdict), and its last words."""

    image_id = models.CharField(max_length=80, unique=True)
    outcome = models.CharField(max_length=16)
    message = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.image_id}: {self.outcome}"


class RegistryCredential(models.Model):
    """What pulls sign in to a registry with; an admin's. `registry`: host[:port][/path], a label of it may have `*`."""

    registry = models.CharField(max_length=512, unique=True)
    username = models.CharField(max_length=255)
    password = models.TextField()

    def __str__(self) -> str:
        """Never the password."""
        return f"{self.username} at {self.registry}"
